"""Parts of a face: the eyes, the nose and the mouth, cut by landmarks or by a fixed template.

The five pictures of the occlusion-robust five-branch network: the whole face, its eyes, nose and mouth,
and the face with its lower half occluded.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from learnface.errors import DataError
from learnface.faces.align import complete_landmarks
from learnface.faces.landmarks import GROUPS
from learnface.faces.normalise import resize
from learnface.faces.occlusion import occlude

__all__ = ["FIVE_REGIONS", "FIXED_REGIONS", "crop_region", "five_regions", "region_box"]

FIVE_REGIONS = ("whole", "eyes", "nose", "mouth", "occluded")
"""The five pictures in the order X0 to X4 of the paper."""

FIXED_REGIONS = {
    "eyes": (0.08, 0.12, 0.84, 0.37),
    "nose": (0.30, 0.27, 0.40, 0.45),
    "mouth": (0.25, 0.61, 0.50, 0.30),
}
"""(x, y, width, height) of each region in parts of a tight face crop such as FER2013's 48 x 48.

Chosen by the spread of landmarks on 1,426 random FER2013 faces (`tools/mean_face.py`), of whose eyes, nose
and mouth they hold 93 %, 89 % and 93 %. Faces turned far to a side need landmarks of their own.
"""

_POINTS = {
    "eyes": [*GROUPS["brows"], *GROUPS["eyes"]],
    "nose": list(GROUPS["nose"]),
    "mouth": list(GROUPS["mouth"]),
}
_HALF_FACE = [*GROUPS["jaw"], *GROUPS["brows"]]
_Region = Literal["eyes", "nose", "mouth"]


def region_box(
    shape: tuple[int, ...], region: _Region, landmarks: ArrayLike | None = None, margin: float = 0.15
) -> tuple[int, int, int, int]:
    """Return the box of a region in pixels, (x, y, width, height), within the picture.

    Args:
        shape: shape of the picture; its first two numbers are height and width.
        region: `"eyes"` (brows to lower lids), `"nose"` or `"mouth"`.
        landmarks: 2, 5, 68, 468 or 478 points in pixels of the picture; without them the region is where
            it mostly is on a tight crop (`FIXED_REGIONS`).
        margin: space around the landmarks on each side, in parts of the longer side of their box. The
            fixed template has its own margin and ignores this one.

    Raises:
        DataError: an unknown region, or landmarks outside the picture.

    Example:
        >>> region_box((48, 48), "mouth")
        (12, 29, 24, 15)
    """
    if region not in _POINTS:
        raise DataError(f"region={region!r}: choose one of {list(_POINTS)}")
    height, width = shape[:2]
    if landmarks is None:
        x, y, across, down = FIXED_REGIONS[region]
        low, high = np.array([x * width, y * height]), np.array([(x + across) * width, (y + down) * height])
    else:
        points = complete_landmarks(landmarks)[_POINTS[region]]
        low, high = points.min(axis=0), points.max(axis=0) + 1  # a pixel has a width
        space = margin * (high - low).max()
        low, high = low - space, high + space
    left, top = np.maximum(np.round(low).astype(int), 0)
    right, bottom = np.minimum(np.round(high).astype(int), [width, height])
    if right <= left or bottom <= top:
        raise DataError(f"the landmarks of the {region} lie outside the picture of {height} x {width} pixels")
    return int(left), int(top), int(right - left), int(bottom - top)


def crop_region(
    face: NDArray,
    region: _Region,
    landmarks: ArrayLike | None = None,
    size: tuple[int, int] = (48, 48),
    margin: float = 0.15,
) -> NDArray:
    """Cut a region out of a face and resize it to `size`, stretched if it has other proportions.

    Args:
        face: RGB or grey face; `uint8`, or floats in [0, 1].
        region: as `region_box`.
        landmarks: as `region_box`.
        size: height and width of the result.
        margin: as `region_box`.

    Returns:
        (height, width, 1) or (height, width, 3).
    """
    x, y, width, height = region_box(np.shape(face), region, landmarks, margin)
    return resize(np.asarray(face)[y : y + height, x : x + width], size)


def five_regions(
    face: NDArray,
    landmarks: ArrayLike | None = None,
    size: tuple[int, int] = (48, 48),
    seed: int | np.random.Generator = 0,
    *,
    margin: float = 0.15,
    kind: str = "random",
    coverage: float = 0.6,
) -> dict[str, NDArray]:
    """Return the five pictures of the five-branch network, all of one size.

    With landmarks, the lower half of the face is that of the box around jaw and brows; without, of the
    picture.

    Args:
        face: a face crop, RGB or grey; `uint8`, or floats in [0, 1].
        landmarks: 2, 5, 68, 468 or 478 points in pixels of the crop, or None for the fixed template.
        size: height and width of each picture.
        seed: of the occlusion.
        margin: as `region_box`.
        kind: of the occluder, as `learnface.faces.occlusion.occlude`.
        coverage: part of the lower half that is hidden.

    Returns:
        A dict in the order of `FIVE_REGIONS`, each (height, width, 1) or (height, width, 3).

    Example:
        >>> pictures = five_regions(np.zeros((48, 48), np.uint8))
        >>> {name: picture.shape for name, picture in pictures.items()}
        {'whole': (48, 48, 1), 'eyes': (48, 48, 1), 'nose': (48, 48, 1), 'mouth': (48, 48, 1),
         'occluded': (48, 48, 1)}
    """
    occluded, _ = occlude(face, _lower_half(np.shape(face), landmarks), kind, coverage, seed)
    parts = {name: crop_region(face, name, landmarks, size, margin) for name in _POINTS}
    pictures = {"whole": resize(face, size), **parts, "occluded": resize(occluded, size)}
    return {name: pictures[name] for name in FIVE_REGIONS}


def _lower_half(shape: tuple[int, ...], landmarks: ArrayLike | None) -> tuple[float, ...]:
    """Return the lower half of the face as (x, y, width, height) in parts of the picture."""
    if landmarks is None:
        return 0.0, 0.5, 1.0, 0.5
    points = complete_landmarks(landmarks)[_HALF_FACE] + 0.5  # from pixel centres to edges
    scaled = np.clip(points / [shape[1], shape[0]], 0, 1)
    (left, top), (right, bottom) = scaled.min(axis=0), scaled.max(axis=0)
    if right <= left or bottom <= top:
        raise DataError(f"the landmarks lie outside the picture of {shape[0]} x {shape[1]} pixels")
    return left, (top + bottom) / 2, right - left, (bottom - top) / 2
