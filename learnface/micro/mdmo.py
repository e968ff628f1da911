"""MDMO: the main directional mean optical flow of 36 regions of the face.

Liu Y.-J. et al. (2016), A main directional mean optical-flow feature for spontaneous micro-expression
recognition, IEEE Trans. Affective Computing 7(4). In each region the flow vectors from the first frame are
sorted into eight directions; the mean of the fullest one is the region's motion, which is averaged over frames.

Two points are ours, where the paper draws what it does or uses tools of its own: the regions, which are the
pixels nearest to 36 anchors among the 68 landmarks, without the eyes; and the head's motion, which is taken
off each flow picture by a similarity that most pixels share (`learnface.clips.motion.remove_head_motion`).
"""

from typing import Literal

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from learnface.clips.motion import dense_flow, remove_head_motion
from learnface.errors import DataError
from learnface.faces.align import MEAN_FACE, complete_landmarks
from learnface.faces.landmarks import GROUPS, MIRROR
from learnface.micro._clip import checked_flow, grey_clip

__all__ = [
    "REGIONS",
    "cropped_landmarks",
    "main_directions",
    "mdmo",
    "mdmo_of_flow",
    "region_map",
    "template_landmarks",
]

_HALF = {
    "outer forehead": ((17, 1.0), (18, 1.0), (36, -0.5), (37, -0.5)),
    "inner forehead": ((20, 1.0), (21, 1.0), (38, -0.5), (39, -0.5)),
    "glabella": ((21, 1.0), (27, 1.0)),
    "outer brow": ((17, 1.0), (18, 1.0)),
    "middle brow": ((19, 1.0),),
    "inner brow": ((20, 1.0), (21, 1.0)),
    "outer lid": ((36, 1.0), (37, 1.0), (18, 0.7)),
    "inner lid": ((38, 1.0), (39, 1.0), (20, 0.7)),
    "outer under eye": ((36, 1.0), (41, 1.0), (2, 0.5)),
    "inner under eye": ((40, 1.0), (39, 1.0), (31, 1.0)),
    "side of nose": ((28, 1.0), (39, 1.0)),
    "nostril": ((31, 1.0), (30, 0.5)),
    "cheekbone": ((41, 1.0), (48, 1.0), (2, 1.0)),
    "nasolabial fold": ((31, 1.0), (48, 1.0)),
    "upper lip": ((49, 1.0), (50, 1.0)),
    "corner of mouth": ((48, 1.0),),
    "lower lip": ((58, 1.0), (59, 1.0)),
    "chin": ((58, 1.0), (7, 1.0)),
}
REGIONS = tuple(f"{side} {name}" for side in ("right", "left") for name in _HALF)
"""The 36 regions in the order of the feature; right and left are the person's own."""
_STILL = 1e-3  # pixels


def mdmo(
    clip: NDArray,
    landmarks: ArrayLike | None = None,
    *,
    method: str = "dis",
    form: Literal["polar", "cartesian"] = "polar",
    weight: float = 0.5,
) -> NDArray[np.float32]:
    """Return the MDMO feature of a clip.

    Args:
        clip: a face, (frames, height, width[, channels]), `uint8` or floats in [0, 1]; at least two frames.
        landmarks: of the first frame, 2, 5, 68, 468 or 478 points in pixels; None for a face aligned by
            `learnface.faces.align_clip` with its usual margin; `cropped_landmarks` for a crop that was not aligned.
        method: of the flow, as `learnface.clips.dense_flow`.
        form: as `mdmo_of_flow`.
        weight: as `mdmo_of_flow`.

    Returns:
        (72,), as `mdmo_of_flow`.

    Raises:
        DataError: fewer than two frames, or landmarks that do not lie in the picture.
    """
    levels = grey_clip(clip)
    if len(levels) < 2:
        raise DataError(f"flow needs at least 2 frames, got {len(levels)}")
    levels = levels if levels.dtype == np.uint8 else levels / 255
    flow = [dense_flow(levels[0], frame, method) for frame in levels[1:]]
    return mdmo_of_flow(np.stack(flow), landmarks, form=form, weight=weight)


def mdmo_of_flow(
    flow: NDArray,
    landmarks: ArrayLike | None = None,
    *,
    form: Literal["polar", "cartesian"] = "polar",
    weight: float = 0.5,
) -> NDArray[np.float32]:
    """Return the MDMO feature of the flow pictures from a clip's first frame to each later one.

    Args:
        flow: (pictures, height, width, 2 or more), dx and dy in pixels.
        landmarks: as `mdmo`.
        form: `"polar"`, the paper's: lengths, then angles in radians from -pi to pi, y down; or `"cartesian"`,
            dx, then dy, which have no jump at half a turn.
        weight: of the lengths in polar form, against 1 - `weight` of the angles.

    Returns:
        (72,) in the order of `REGIONS`. The longest of the 36 motions has length 1, whatever the clip's
        strength; a face at rest is all zeros.

    Raises:
        DataError: as `mdmo`, or an unknown `form`.

    Example:
        >>> flow = np.zeros((2, 96, 96, 2))
        >>> flow[:, 66:76, 20:40] = (0.0, -0.4)  # up, at the right corner of the mouth
        >>> feature = mdmo_of_flow(flow)
        >>> REGIONS[int(feature[:36].argmax())], (feature[36:].min() / 0.5 / np.pi).round(2).item()
        ('right corner of mouth', -0.5)
    """
    if form not in ("polar", "cartesian"):
        raise DataError(f"form={form!r}: choose 'polar' or 'cartesian'")
    if not 0 <= weight <= 1:
        raise DataError(f"weight={weight}: give a number from 0 to 1")
    flow = checked_flow(flow)
    regions = region_map(flow.shape[1:3], landmarks)
    motion = np.mean([main_directions(remove_head_motion(picture), regions) for picture in flow], axis=0)
    lengths = np.linalg.norm(motion, axis=1)
    longest = lengths.max()
    motion = motion / longest if longest > 1e-6 else np.zeros_like(motion)
    if form == "cartesian":
        return motion.T.ravel().astype(np.float32)
    lengths, angles = np.linalg.norm(motion, axis=1), np.arctan2(motion[:, 1], motion[:, 0])
    return np.concatenate([weight * lengths, (1 - weight) * angles]).astype(np.float32)


def main_directions(flow: NDArray, regions: NDArray, bins: int = 8) -> NDArray[np.float64]:
    """Return the main motion of each region: the mean of those vectors whose direction is the most frequent.

    Args:
        flow: (height, width, 2), dx and dy.
        regions: (height, width), the number of each pixel's region from 0, or -1 outside all.
        bins: number of directions; the first is centred on dx > 0. Pixels that stand still have none.

    Returns:
        (36, 2), or more if there are more regions; zero where nothing moves.

    Example:
        >>> flow = np.array([[[1, 0], [2, 0.1], [0, 5]]])
        >>> main_directions(flow, np.zeros((1, 3), int))[0].tolist()
        [1.5, 0.05]
    """
    count = max(len(REGIONS), regions.max() + 1)
    flow = np.asarray(flow, np.float64)
    voting = (regions >= 0) & (np.linalg.norm(flow, axis=-1) > _STILL)
    vectors, region = flow[voting], regions[voting]
    angle = np.arctan2(vectors[:, 1], vectors[:, 0])
    direction = np.round(angle / (2 * np.pi / bins)).astype(int) % bins
    cell = region * bins + direction
    votes = np.bincount(cell, minlength=count * bins).reshape(count, bins)
    sums = np.stack([np.bincount(cell, vectors[:, k], count * bins) for k in (0, 1)], axis=1)
    main = votes.argmax(axis=1)
    chosen = np.arange(count) * bins + main
    return sums[chosen] / np.maximum(votes.max(axis=1), 1)[:, None]


def region_map(shape: tuple[int, int], landmarks: ArrayLike | None = None) -> NDArray[np.intp]:
    """Return the number of each pixel's region in `REGIONS`, (height, width), -1 outside the face and in the eyes.

    Args:
        shape: height and width of the picture.
        landmarks: as `mdmo`.

    Raises:
        DataError: no region lies in the picture.

    Example:
        >>> regions = region_map((96, 96))
        >>> sorted(set(regions.ravel().tolist())) == list(range(-1, 36))
        True
    """
    points = template_landmarks(shape) if landmarks is None else complete_landmarks(landmarks)
    anchors = _anchors(points)
    y, x = np.mgrid[: shape[0], : shape[1]]
    distance = (x[..., None] - anchors[:, 0]) ** 2 + (y[..., None] - anchors[:, 1]) ** 2
    regions = distance.argmin(axis=-1)
    face, eyes = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(face, cv2.convexHull(_pixels(np.concatenate([points, anchors]))), 1)
    for eye in ("right_eye", "left_eye"):
        cv2.fillConvexPoly(eyes, cv2.convexHull(_pixels(points[list(GROUPS[eye])])), 1)
    regions[(face == 0) | (eyes > 0)] = -1
    if regions.max() < 0:
        raise DataError(f"the landmarks lie outside the picture of {shape[0]} x {shape[1]} pixels")
    return regions


def template_landmarks(shape: tuple[int, int], margin: float = 0.1) -> NDArray[np.float64]:
    """Return where `learnface.faces.align_face` puts the 68 landmarks of the mean face in a crop.

    Args:
        shape: height and width of the crop.
        margin: as `align_face`.

    Example:
        >>> template_landmarks((96, 96))[8].tolist()  # the chin
        [47.5, 84.3]
    """
    height, width = shape
    side = min(height, width) / (1 + 2 * margin)
    return (MEAN_FACE - 0.5) * side + [width / 2 - 0.5, height / 2 - 0.5]


def cropped_landmarks(shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return about where the 68 landmarks are on a detector's crop, whose eyes and mouth lie as in FER2013.

    It stands in for landmarks where there are none. On 16 drawn clips of cropped SMIC at 96 pixels it gives 46 % of
    the face's pixels their own region, against 11 % by `template_landmarks`, which are meant for aligned faces, and
    71 % by the face mesh's own points there. (Aligned by the mesh, clips give 65 % by the template.)

    Args:
        shape: height and width of the crop.

    Example:
        >>> cropped_landmarks((96, 96))[[36, 45]].round().tolist()  # outer corners of the eyes
        [[17.0, 30.0], [79.0, 30.0]]
    """
    height, width = shape
    return ((MEAN_FACE - [0.5, 0.214]) * 0.94 + [0.5, 0.31]) * [width, height]


def _anchors(points: NDArray) -> NDArray[np.float64]:
    """Return the anchor of each region, (36, 2), from the 68 landmarks."""
    sides = points, points[list(MIRROR)]
    weighted = [
        sum(weight * side[place] for place, weight in parts) / sum(weight for _, weight in parts)
        for side in sides
        for parts in _HALF.values()
    ]
    return np.array(weighted)


def _pixels(points: NDArray) -> NDArray[np.int32]:
    return np.round(points).astype(np.int32)
