"""The bytes of a picture file: whether they are whole, and their pixels."""

from pathlib import Path

import cv2
import numpy as np

from learnface.errors import DataError, reason

__all__ = ["decode", "is_cut", "read_whole"]

# What every whole file of a format holds after its beginning: (first bytes, start of the pixels, end).
_END_MARKS = ((b"\xff\xd8\xff", b"\xff\xda", b"\xff\xd9"), (b"\x89PNG", b"IHDR", b"IEND"))


def read_whole(path: Path) -> bytes:
    """Return the bytes of a picture file.

    Raises:
        DataError: the file is missing, no file, empty, cut short, or may not be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path} does not exist: check the path, or leave it out of the index") from None
    except IsADirectoryError:
        raise DataError(f"{path} is not a file: give the path of a picture") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason(error)}") from None
    if not data:
        raise DataError(f"{path} is empty (0 bytes): copy or download the file again")
    if is_cut(data):
        raise DataError(f"{path} is cut short: copy or download the file again")
    return data


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
