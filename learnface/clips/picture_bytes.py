"""The bytes of a picture file: whether they are whole, and their pixels."""

import cv2
import numpy as np

__all__ = ["decode", "is_cut"]

# What every whole file of a format holds after its beginning: (first bytes, start of the pixels, end).
_END_MARKS = ((b"\xff\xd8\xff", b"\xff\xda", b"\xff\xd9"), (b"\x89PNG", b"IHDR", b"IEND"))


def is_cut(data: bytes) -> bool:
    """Whether the end mark of the format is missing; decoders fill what is missing with grey, silently.

    Example:
        >>> is_cut(b"\\x89PNG...IHDR..."), is_cut(b"\\x89PNG...IHDR...IEND")
        (True, False)
    """
    for begin, pixels, end in _END_MARKS:
        if data.startswith(begin):
            return data.find(end, max(data.rfind(pixels), 0)) < 0
    return False


def decode(data: bytes, flags: int) -> np.ndarray | None:
    """Return the pixels as `cv2.imdecode` gives them under `flags`, or None where it finds no picture."""
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
