"""The bytes of a picture file: whether they are whole, how many pictures they hold, and their pixels."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from learnface.errors import DataError, reason

__all__ = ["decode", "is_cut", "on_white", "picture_count", "read_whole"]

# What every whole file of a format holds after its beginning: (first bytes, start of the pixels, end).
_JPEG_PIXELS = b"\xff\xda"
_ANIMATED = {"AVIF", "GIF", "PNG", "TIFF", "WEBP"}
_END_MARKS = ((b"\xff\xd8\xff", _JPEG_PIXELS, b"\xff\xd9"), (b"\x89PNG", b"IHDR", b"IEND"))


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
            return data.find(end, max(_pixels(data, pixels), 0)) < 0
    return False


def _pixels(data: bytes, mark: bytes) -> int:
    """Return where the pixels of a file begin, or -1.

    A JPEG carries whole pictures before its own (a thumbnail) and may have a video behind it (the motion photos of
    telephones), so that its own pixels are found by the lengths of what comes before them.
    """
    if mark != _JPEG_PIXELS:
        return data.rfind(mark)
    place = 2
    while data[place : place + 2] != mark:
        while data[place : place + 1] == b"\xff" == data[place + 1 : place + 2]:
            place += 1  # fill bytes
        if data[place : place + 1] != b"\xff" or len(data) < place + 4:
            return data.rfind(mark)  # not as the standard has it: look from behind
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return place


def decode(data: bytes, flags: int) -> np.ndarray | None:
    """Return the pixels as `cv2.imdecode` gives them under `flags`, or None where it finds no picture."""
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None


def on_white(data: bytes, image: np.ndarray) -> np.ndarray:
    """Return a BGR image with its transparent parts painted white, if the file has any."""
    if image.ndim != 3 or _is_opaque(data):
        return image  # decoding it twice would be slow
    raw = decode(data, cv2.IMREAD_UNCHANGED)
    if raw is None or raw.ndim != 3 or raw.shape[2] != 4 or raw.shape[:2] != image.shape[:2]:
        return image
    opaque = raw[..., 3:].astype(np.float32) / np.iinfo(raw.dtype).max
    return (image * opaque + 255 * (1 - opaque) + 0.5).astype(np.uint8)


def picture_count(path: Path) -> int:
    """Return how many pictures a file holds: of an animation or a scan of several pages more than one.

    A telephone's JPEG counts as one, whatever it carries beside its picture, and so does what cannot be read.
    """
    try:
        with Image.open(path) as picture:
            return getattr(picture, "n_frames", 1) if picture.format in _ANIMATED else 1
    except Exception:  # whatever is wrong with a file is said by what reads its pixels
        return 1


def _is_opaque(data: bytes) -> bool:
    """Tell by its first bytes whether a file cannot have transparent parts: a JPEG, or a PNG that declares none."""
    if data.startswith(b"\x89PNG"):
        has_alpha = data[25:26] in (b"\x04", b"\x06")  # the type of colour: grey or RGB, each with alpha
        return not has_alpha and b"tRNS" not in data[: data.find(b"IDAT")]
    return data.startswith(b"\xff\xd8\xff")
