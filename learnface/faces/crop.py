"""Cut a square face out of a picture."""

from collections.abc import Sequence

import cv2
import numpy as np

from learnface.errors import DataError

__all__ = ["crop_face"]


def crop_face(
    image: np.ndarray,
    box: Sequence[float],
    size: int | tuple[int, int] = 48,
    margin: float = 0.0,
    channels: int = 1,
    shift: float = 0.0,
) -> np.ndarray:
    """Return the square round a box, resized; outside the picture its border is repeated.

    Args:
        image: `(height, width, 3)` RGB or `(height, width)` grey, uint8.
        box: `(x, y, width, height)` in pixels of `image`; its longer side is the square's.
        size: side of the result in pixels, or `(height, width)`.
        margin: how much is added on each of the four sides, as a share of the box's longer side; negative
            cuts into the box.
        channels: 1 for grey, 3 for RGB.
        shift: how far the square moves down, as a share of the box's longer side.

    Returns:
        `(height, width, channels)` uint8. Pixels are averaged over areas when the face is made smaller and
        interpolated linearly when it is made larger.

    Raises:
        DataError: the box has no area, or `channels` is neither 1 nor 3.

    Example:
        >>> crop_face(np.zeros((100, 100, 3), np.uint8), (80, 80, 30, 40), size=48).shape
        (48, 48, 1)
    """
    if channels not in (1, 3):
        raise DataError(f"channels is {channels}: choose 1 (grey) or 3 (RGB)")
    x, y, width, height = (float(value) for value in box)
    if not (width > 0 and height > 0):
        raise DataError(f"the box {tuple(box)} has no area: give (x, y, width, height)")
    longer = max(width, height)
    side = longer * (1 + 2 * margin)
    if side <= 0:
        raise DataError(f"margin is {margin}: it must be above -0.5")
    center_x, center_y = x + width / 2, y + height / 2 + shift * longer
    rows, columns = (size, size) if isinstance(size, int) else size
    patch = _square(image, center_x - side / 2, center_y - side / 2, side)
    shrinks = side > min(rows, columns)
    patch = cv2.resize(patch, (columns, rows), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return _with_channels(patch, channels)


def _square(image: np.ndarray, left: float, top: float, side: float) -> np.ndarray:
    """Return the pixels of a square to the nearest pixel, the border repeated outside the picture."""
    steps = np.arange(max(1, round(side)))
    rows = np.clip(round(top) + steps, 0, image.shape[0] - 1)
    columns = np.clip(round(left) + steps, 0, image.shape[1] - 1)
    return image[rows[:, None], columns]


def _with_channels(image: np.ndarray, channels: int) -> np.ndarray:
    if image.ndim == 3 and image.shape[2] == 3 and channels == 1:
        image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    elif image.ndim == 2 and channels == 3:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    return image.reshape(*image.shape[:2], channels)
