"""Read a photograph as it is meant to be seen."""

from pathlib import Path

import cv2
import numpy as np

from learnface.clips.picture_bytes import decode, on_white, read_whole
from learnface.errors import DataError
from learnface.inference.sources import kind_of

__all__ = ["read_picture"]


def read_picture(path: str | Path) -> np.ndarray:
    """Return the pixels of a picture file, upright, as RGB.

    Turned by its EXIF orientation; 16 bits become 8, palettes and CMYK become RGB, transparent parts white.
    Of an animation it is the first frame.

    Args:
        path: a JPEG, PNG, WebP, TIFF, BMP, GIF or other file that OpenCV reads.

    Returns:
        `(height, width, 3)` RGB uint8.

    Raises:
        DataError: the file is missing, empty, cut short, or no picture.
    """
    path = Path(path)
    data = read_whole(path)
    image = decode(data, cv2.IMREAD_COLOR)
    if image is None and kind_of(path) == "video":
        raise DataError(f"{path} is a video: use Recognizer.stream, or `learnface predict`")
    if image is None:
        raise DataError(
            f"{path} is not a picture that OpenCV reads: give a JPEG, PNG, WebP, TIFF or BMP file"
        )
    return cv2.cvtColor(on_white(data, image), cv2.COLOR_BGR2RGB)
