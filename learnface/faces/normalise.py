"""Light and size: grey, histogram equalisation, CLAHE, resizing and standardising of one face.

Small pure functions; `normalise_face` chains them as wang2020 does (grey, equalised, 64 x 64). Images
are RGB or grey, `uint8` 0-255 or floats in [0, 1], and come back in the dtype they came in.
"""

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from learnface.errors import DataError

__all__ = ["clahe", "equalise_histogram", "grey", "normalise_face", "resize", "standardise"]


def normalise_face(
    image: NDArray,
    size: tuple[int, int] = (64, 64),
    grey: bool = True,
    equalise: Literal["histogram", "clahe"] | None = "histogram",
) -> NDArray:
    """Return a face of one size and even light, as wang2020 section 3.1 prepares it.

    Args:
        image: RGB or grey face, (height, width), (height, width, 1) or (height, width, 3).
        size: height and width of the result.
        grey: drop the colours. A colour face keeps them and is equalised in its lightness alone.
        equalise: `"histogram"` over the whole face, `"clahe"` tile by tile, or not at all.

    Returns:
        (height, width, 1) or (height, width, 3) in the image's dtype.

    Raises:
        DataError: an unknown `equalise`, or an image of another shape or dtype.

    Example:
        >>> face = np.random.default_rng(0).integers(90, 140, (96, 80, 3), np.uint8)
        >>> result = normalise_face(face)
        >>> result.shape, int(result.min()), int(result.max())
        ((64, 64, 1), 0, 255)
    """
    steps: dict[str | None, Callable] = {"histogram": equalise_histogram, "clahe": clahe, None: _as_it_is}
    if equalise not in steps:
        raise DataError(f"equalise={equalise!r}: choose 'histogram', 'clahe' or None")
    image = _to_grey(image) if grey else _checked(image)
    # Equalising last leaves the full range; resizing after it would take it back.
    return steps[equalise](resize(image, size))


def grey(image: NDArray) -> NDArray:
    """Return an image's lightness, (height, width, 1): 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).

    Example:
        >>> grey(np.full((2, 2, 3), (255, 0, 0), np.uint8)).ravel().tolist()
        [76, 76, 76, 76]
    """
    image = _checked(image)
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None] if image.shape[2] == 3 else image


def equalise_histogram(image: NDArray) -> NDArray:
    """Spread an image's grey values evenly over their range.

    An image of one value stays as it is. Floats are counted in 256 steps.
    """
    return _on_lightness(image, cv2.equalizeHist)


def clahe(image: NDArray, clip_limit: float = 2.0, tiles: tuple[int, int] = (8, 8)) -> NDArray:
    """Equalise tile by tile, with a limit on how much noise is raised (Zuiderveld 1994).

    Args:
        image: RGB or grey image.
        clip_limit: highest bar of a tile's histogram, as a multiple of the mean bar.
        tiles: number of tiles down and across.
    """
    return _on_lightness(image, cv2.createCLAHE(clip_limit, tiles[::-1]).apply)


def resize(image: NDArray, size: tuple[int, int]) -> NDArray:
    """Return the image at another height and width: area averages to shrink, bilinear to enlarge.

    Example:
        >>> resize(np.array([[0, 100], [200, 100]], np.uint8), (1, 1)).ravel().tolist()
        [100]
    """
    image = _checked(image)
    height, width = size
    if height < 1 or width < 1:
        raise DataError(f"size={size} is not a height and a width in pixels")
    shrinks = height * width < image.shape[0] * image.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(image, (width, height), interpolation=how).reshape(height, width, -1)


def standardise(image: NDArray) -> NDArray[np.float32]:
    """Return the image with mean 0 and variance 1 over all its pixels and channels.

    The deviation to divide by is at least 1 / sqrt(pixels), as in `tf.image.per_image_standardization`,
    so that an empty picture does not become noise.

    Args:
        image: an image of any shape.

    Returns:
        float32 of the image's shape; zeros for an image of one value.

    Example:
        >>> standardise(np.array([[0, 10], [10, 0]], np.uint8)).tolist()
        [[-1.0, 1.0], [1.0, -1.0]]
        >>> standardise(np.full((2, 2), 9, np.uint8)).tolist()
        [[0.0, 0.0], [0.0, 0.0]]
    """
    pixels = np.asarray(image, dtype=np.float64)
    if pixels.size == 0 or pixels.max() == pixels.min():
        return np.zeros(pixels.shape, dtype=np.float32)
    deviation = max(pixels.std(), 1 / np.sqrt(pixels.size))
    return ((pixels - pixels.mean()) / deviation).astype(np.float32)


_to_grey = grey  # `normalise_face` has an argument of that name


def _as_it_is(image: NDArray) -> NDArray:
    return image


def _checked(image: NDArray) -> NDArray:
    """Return the image as a contiguous (height, width, 1 or 3) array of uint8 or float32."""
    array = np.asarray(image)
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3) or 0 in array.shape:
        raise DataError(f"the image has the shape {np.shape(image)}, expected (height, width[, 1 or 3])")
    if np.issubdtype(array.dtype, np.floating):
        array = array.astype(np.float32, copy=False)
    elif array.dtype != np.uint8:
        raise DataError(f"the image is {array.dtype}, expected uint8 (0-255) or floats in [0, 1]")
    return np.ascontiguousarray(array)


def _on_lightness(image: NDArray, change: Callable[[NDArray], NDArray]) -> NDArray:
    """Apply `change` to the grey values as uint8, or to the lightness of a colour image."""
    image = _checked(image)
    if image.dtype != np.uint8:
        values = np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)
        return (_on_lightness(values, change) / 255).astype(np.float32)
    if image.shape[2] == 1:
        return change(image[..., 0])[..., None]
    lightness = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
    lightness[..., 0] = change(np.ascontiguousarray(lightness[..., 0]))
    return cv2.cvtColor(lightness, cv2.COLOR_YCrCb2RGB)
