"""Alignment: turn, scale and shift a face so that its landmarks lie where those of the mean face lie.

OpenFace's aligner (Amos et al. 2016; wang2020) maps the outer eye corners and the base of the nose to a
template by the affine transform that three points fix. A similarity fitted by least squares (Umeyama
1991) has no shear and takes any landmarks, two eye centres included.

Our template differs from OpenFace's: it is our own mean face and keeps its proportions, where OpenFace
stretches width and height to the same range.
"""

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from learnface.errors import DataError
from learnface.faces.landmarks import GROUPS, as_landmarks, five_points, to_68

__all__ = [
    "MEAN_FACE",
    "TEMPLATES",
    "align_clip",
    "align_face",
    "complete_landmarks",
    "fit_affine",
    "fit_similarity",
    "transform_points",
]

# fmt: off
MEAN_FACE = np.array([
    # jaw
    (0, 0.207), (0.009, 0.299), (0.035, 0.498), (0.069, 0.609), (0.113, 0.702), (0.163, 0.773),
    (0.282, 0.88), (0.409, 0.95), (0.5, 0.96), (0.591, 0.95), (0.718, 0.88), (0.837, 0.773),
    (0.887, 0.702), (0.931, 0.609), (0.965, 0.498), (0.991, 0.299), (1, 0.207),
    # brows
    (0.076, 0.095), (0.118, 0.057), (0.185, 0.04), (0.276, 0.045), (0.384, 0.06),
    (0.616, 0.06), (0.724, 0.045), (0.815, 0.04), (0.882, 0.057), (0.924, 0.095),
    # nose
    (0.5, 0.19), (0.5, 0.309), (0.5, 0.409), (0.5, 0.47),
    (0.401, 0.52), (0.442, 0.548), (0.5, 0.549), (0.558, 0.548), (0.599, 0.52),
    # eyes
    (0.16, 0.212), (0.209, 0.189), (0.29, 0.186), (0.369, 0.228), (0.303, 0.243), (0.225, 0.242),
    (0.631, 0.228), (0.71, 0.186), (0.791, 0.189), (0.84, 0.212), (0.775, 0.242), (0.697, 0.243),
    # mouth
    (0.309, 0.684), (0.384, 0.647), (0.442, 0.637), (0.5, 0.644), (0.558, 0.637), (0.616, 0.647),
    (0.691, 0.684), (0.609, 0.759), (0.559, 0.778), (0.5, 0.784), (0.441, 0.778), (0.391, 0.759),
    (0.337, 0.682), (0.457, 0.683), (0.5, 0.685), (0.543, 0.683), (0.663, 0.682),
    (0.547, 0.714), (0.5, 0.717), (0.453, 0.714),
])
# fmt: on
"""The 68 points of the mean face in a unit square that jaw to jaw and brows to chin just fit, y down.

Measured by `tools/mean_face.py`: MediaPipe's face mesh on 764 near-frontal faces out of 1,500 random ones
of FER2013, taken to 68 points, averaged by generalised Procrustes analysis, and made symmetric.
"""

TEMPLATES: dict[str, tuple[Sequence[int], ...]] = {
    "outer_eyes_and_nose": ((36,), (45,), (33,)),
    "inner_eyes_and_bottom_lip": ((39,), (42,), (57,)),
    "eyes": (GROUPS["right_eye"], GROUPS["left_eye"]),
    "five": (GROUPS["right_eye"], GROUPS["left_eye"], (30,), (48,), (54,)),
    "rigid": ((36,), (39,), (42,), (45,), *((i,) for i in GROUPS["nose"])),
    "all": tuple((i,) for i in range(68)),
}
"""Landmarks that each template fits; a group of several stands for its mean.

The first two are OpenFace's. `"rigid"` has the eye corners and the nose, which expressions move least:
the choice for micro-expressions.
"""

_BORDERS = {
    "constant": cv2.BORDER_CONSTANT,
    "replicate": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT_101,
}


def align_face(
    image: NDArray,
    landmarks: ArrayLike,
    size: tuple[int, int] = (96, 96),
    template: str = "outer_eyes_and_nose",
    *,
    transform: Literal["affine", "similarity"] | None = None,
    margin: float = 0.1,
    channels: Literal[1, 3] | None = None,
    border: Literal["constant", "replicate", "reflect"] = "constant",
) -> tuple[NDArray, NDArray[np.float64]]:
    """Cut a face out of an image so that its landmarks lie on those of the mean face.

    Args:
        image: RGB or grey image, (height, width), (height, width, 1) or (height, width, 3).
        landmarks: 2, 5, 68, 468 or 478 points in pixels; 2 points need `template="eyes"`, and 5 points
            `"eyes"` or `"five"`.
        size: height and width of the crop in pixels.
        template: the landmarks to fit, a key of `TEMPLATES`.
        transform: `"affine"` as OpenFace, or `"similarity"`, which keeps the face's proportions. By
            default affine for the templates of three points, and similarity for the others.
        margin: space around the mean face, as a part of its size, on each side; negative cuts into it.
        channels: turn the crop grey (1) or RGB (3); by default it has the image's channels.
        border: what lies outside the image: black, its edge, or its reflection.

    Returns:
        The crop, (height, width) or (height, width, channels), of the image's dtype; and the 2 x 3
        matrix that takes image pixels to crop pixels.

    Raises:
        DataError: an unknown template, or landmarks that it needs are missing or all at one place.

    Example:
        >>> image = np.zeros((120, 160, 3), np.uint8)
        >>> crop, matrix = align_face(image, [[60, 50], [100, 50]], size=(96, 96), template="eyes")
        >>> crop.shape
        (96, 96, 3)
        >>> transform_points([[60, 50], [100, 50]], matrix).round(1).tolist()
        [[28.2, 24.8], [66.8, 24.8]]
    """
    matrix = _alignment(landmarks, size, template, transform, margin)
    return _warp(image, matrix, size, channels, border), matrix


def align_clip(
    frames: Sequence[NDArray] | NDArray,
    landmarks: ArrayLike,
    size: tuple[int, int] = (96, 96),
    template: str = "rigid",
    *,
    reference: Literal["first", "each"] = "first",
    transform: Literal["affine", "similarity"] | None = None,
    margin: float = 0.1,
    channels: Literal[1, 3] | None = None,
    border: Literal["constant", "replicate", "reflect"] = "constant",
) -> tuple[NDArray, NDArray[np.float64]]:
    """Align all frames of a clip.

    The first frame's transform serves all frames by default. Frame by frame, the landmarks' own jitter
    becomes motion of the face, which drowns a micro-expression; choose that for heads that move far.

    Args:
        frames: images of one shape, (frames, height, width) or (frames, height, width, channels).
        landmarks: (points, 2) of the first frame, or (frames, points, 2).
        reference: `"first"` or `"each"` frame's landmarks.
        size: as `align_face`.
        template: as `align_face`.
        transform: as `align_face`.
        margin: as `align_face`.
        channels: as `align_face`.
        border: as `align_face`.

    Returns:
        The crops, (frames, height, width[, channels]), and their matrices, (frames, 2, 3).

    Raises:
        DataError: as `align_face`, or `reference="each"` without landmarks for each frame.
    """
    points = np.asarray(landmarks, dtype=np.float32)
    if reference not in ("first", "each"):
        raise DataError(f"reference={reference!r}: choose 'first' or 'each'")
    if not len(frames):
        raise DataError("the clip has no frames to align")
    if reference == "first":
        first = points if points.ndim == 2 else points[0]
        matrices = [_alignment(first, size, template, transform, margin)] * len(frames)
    elif points.ndim == 3 and len(points) == len(frames):
        matrices = [_alignment(each, size, template, transform, margin) for each in points]
    else:
        raise DataError(
            f"reference='each' needs landmarks of shape ({len(frames)}, points, 2), got {points.shape}"
        )
    crops = [
        _warp(frame, matrix, size, channels, border) for frame, matrix in zip(frames, matrices, strict=True)
    ]
    return np.stack(crops), np.stack(matrices)


def complete_landmarks(landmarks: ArrayLike) -> NDArray[np.float64]:
    """Return all 68 points, with those that are not known taken from the mean face.

    The mean face is laid over the known points by the best similarity.

    Args:
        landmarks: 2, 5, 68, 468 or 478 points in pixels, some of which may be NaN.

    Raises:
        DataError: fewer than two points are known.

    Example:
        >>> complete_landmarks([[30, 40], [70, 40]])[[36, 45, 30, 8]].round().tolist()
        [[22.0, 40.0], [78.0, 40.0], [50.0, 61.0], [50.0, 102.0]]
    """
    known = to_68(landmarks)
    five = five_points(landmarks)
    source = np.concatenate([MEAN_FACE, five_points(MEAN_FACE)])
    target = np.concatenate([known, five])
    present = ~np.isnan(target).any(axis=1)
    if present.sum() < 2:
        raise DataError("fewer than two landmarks are known: the face cannot be placed")
    estimate = transform_points(MEAN_FACE, fit_similarity(source[present], target[present]))
    return np.where(np.isnan(known), estimate, known)


def fit_similarity(source: ArrayLike, target: ArrayLike) -> NDArray[np.float64]:
    """Return the 2 x 3 rotation, scale and shift that best takes `source` points to `target` points.

    The least-squares solution of Umeyama 1991 (equations 39 to 42), which never mirrors.

    Args:
        source: at least 2 distinct points, (points, 2).
        target: as many points.

    Raises:
        DataError: the sets differ in size, or the source points are all at one place.

    Example:
        >>> fit_similarity([[0, 0], [1, 0]], [[5, 5], [5, 7]]).round(6).tolist()
        [[0.0, -2.0, 5.0], [2.0, 0.0, 5.0]]
    """
    source, target = _pairs(source, target, least=2)
    centre, goal = source.mean(axis=0), target.mean(axis=0)
    variance = np.square(source - centre).sum()
    if variance < 1e-9:
        raise DataError("the landmarks to align by are all at one place")
    left, spread, right = np.linalg.svd((target - goal).T @ (source - centre))
    sign = np.array([1.0, np.sign(np.linalg.det(left @ right)) or 1.0])
    linear = (spread * sign).sum() / variance * (left * sign) @ right
    return np.column_stack([linear, goal - linear @ centre])


def fit_affine(source: ArrayLike, target: ArrayLike) -> NDArray[np.float64]:
    """Return the 2 x 3 affine transform that best takes `source` to `target` in least squares.

    Args:
        source: at least 3 points that are not on one line, (points, 2).
        target: as many points.

    Raises:
        DataError: too few points, or all of them on one line.
    """
    source, target = _pairs(source, target, least=3)
    centre = source.mean(axis=0)
    equations = np.column_stack([source - centre, np.ones(len(source))])
    solution, _, rank, _ = np.linalg.lstsq(equations, target, rcond=1e-6)
    if rank < 3:
        raise DataError("the landmarks to align by are all on one line: use transform='similarity'")
    linear = solution[:2].T
    return np.column_stack([linear, solution[2] - linear @ centre])


def transform_points(points: ArrayLike, matrix: ArrayLike) -> NDArray[np.float64]:
    """Return points of shape (..., 2) after a 2 x 3 transform."""
    matrix = np.asarray(matrix, dtype=np.float64)
    return np.asarray(points, dtype=np.float64) @ matrix[:, :2].T + matrix[:, 2]


def _alignment(
    landmarks: ArrayLike, size: tuple[int, int], template: str, transform: str | None, margin: float
) -> NDArray[np.float64]:
    """Return the matrix that takes the template's landmarks to their places in the crop."""
    if template not in TEMPLATES:
        raise DataError(f"template={template!r}: choose one of {list(TEMPLATES)}")
    if transform not in (None, "affine", "similarity"):
        raise DataError(f"transform={transform!r}: choose 'affine' or 'similarity'")
    if min(size) < 1:
        raise DataError(f"size={size} is not a height and a width in pixels")
    if margin <= -0.5:
        raise DataError(f"margin={margin} leaves nothing of the face: it must be above -0.5")
    groups = TEMPLATES[template]
    source = _template_points(landmarks, template)
    height, width = size
    side = min(height, width) / (1 + 2 * margin)
    unit = np.array([MEAN_FACE[list(group)].mean(axis=0) for group in groups])
    target = (unit - 0.5) * side + [width / 2 - 0.5, height / 2 - 0.5]
    affine = len(groups) == 3 if transform is None else transform == "affine"
    return fit_affine(source, target) if affine else fit_similarity(source, target)


def _template_points(landmarks: ArrayLike, template: str) -> NDArray[np.float32]:
    points = as_landmarks(landmarks)
    if template in ("eyes", "five"):
        known = five_points(points)[: 2 if template == "eyes" else 5]
    else:
        known = to_68(points)[[group[0] for group in TEMPLATES[template]]]
    if np.isnan(known).any():
        raise DataError(
            f"template={template!r} needs landmarks that are missing among the {len(points)} given: "
            "use template='five' or 'eyes', or a predictor that finds them"
        )
    return known


def _pairs(source: ArrayLike, target: ArrayLike, least: int) -> tuple[NDArray[np.float64], ...]:
    source, target = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    if source.shape != target.shape or source.ndim != 2 or len(source) < least:
        raise DataError(
            f"cannot fit a transform to {source.shape} and {target.shape} points: "
            f"both must be (points, 2) with at least {least} points"
        )
    return source, target


def _warp(
    image: NDArray,
    matrix: NDArray[np.float64],
    size: tuple[int, int],
    channels: int | None,
    border: str,
) -> NDArray:
    image = np.asarray(image)
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3)):
        raise DataError(f"the image has the shape {image.shape}, expected (height, width[, 1 or 3])")
    if image.dtype not in (np.uint8, np.float32, np.float64):
        raise DataError(f"the image is {image.dtype}, expected uint8 (0-255) or floats in [0, 1]")
    if border not in _BORDERS:
        raise DataError(f"border={border!r}: choose one of {list(_BORDERS)}")
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    pixels = np.ascontiguousarray(image)
    if scale < 0.7:  # bilinear sampling would skip pixels: average them first
        pixels, matrix = _shrunk(pixels, matrix, scale)
    crop = cv2.warpAffine(
        pixels, matrix, (size[1], size[0]), flags=cv2.INTER_LINEAR, borderMode=_BORDERS[border]
    )
    return _with_channels(crop if image.ndim == 2 else crop.reshape(*crop.shape[:2], -1), channels)


def _shrunk(image: NDArray, matrix: NDArray[np.float64], scale: float) -> tuple[NDArray, NDArray[np.float64]]:
    """Return the image shrunk by `scale` with area averaging, and the matrix from there to the crop."""
    height, width = image.shape[:2]
    new_width, new_height = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(image, (new_width, new_height), interpolation=cv2.INTER_AREA)
    stretch = np.array([width / new_width, height / new_height])
    shift = (stretch - 1) / 2  # pixel centres are whole numbers in both images
    linear = matrix[:, :2] * stretch
    return small, np.column_stack([linear, matrix[:, :2] @ shift + matrix[:, 2]])


def _with_channels(crop: NDArray, channels: int | None) -> NDArray:
    if channels not in (None, 1, 3):
        raise DataError(f"channels={channels!r}: choose 1 (grey), 3 (RGB) or None")
    if channels is None:
        return crop
    present = 1 if crop.ndim == 2 else crop.shape[2]
    if present == channels:
        return crop.reshape(*crop.shape[:2], channels)
    if channels == 1:
        weights = np.array([0.299, 0.587, 0.114])  # cv2.cvtColor refuses float64
        grey = crop @ weights
        return (np.round(grey) if crop.dtype == np.uint8 else grey).astype(crop.dtype)[..., None]
    return np.repeat(crop.reshape(*crop.shape[:2], 1), 3, axis=2)
