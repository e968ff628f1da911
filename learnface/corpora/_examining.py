"""Look into every sample of an index: its size, length and rate, what is wrong, and small pictures of it."""

import dataclasses
import hashlib
import itertools
import math
import os
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from learnface.clips._frames import folder_part
from learnface.clips.keyframes import key_frames
from learnface.clips.picture_bytes import picture_count
from learnface.clips.video import probe_video, read_video
from learnface.corpora._images import load_images
from learnface.corpora._reading import list_files
from learnface.errors import DataError
from learnface.files import VIDEO_SUFFIXES

__all__ = [
    "Examined",
    "SIDE",
    "distinct_rows",
    "examine_index",
    "examine_pictures",
    "middle_picture",
    "thumbnail",
]

SIDE = 32  # of a thumbnail, in pixels
_RATE = 5  # thumbnails a second among which key frames are looked for
_MOST = 16  # key frames kept of a clip
_LATE = 0.5  # seconds by which a part may end after its video, for those who round


@dataclasses.dataclass(frozen=True, eq=False)
class Examined:
    """What a sample is.

    Attributes:
        kind: `"video"`, `"frames"` (a folder) or `"image"`.
        problem: why it cannot be read, or None; it is then without the rest.
        width: in pixels.
        height: in pixels.
        frames: number of frames, NaN if unknown.
        seconds: length, NaN if unknown or without time.
        fps: frames a second, NaN if unknown or without time.
        thumbnails: uint8 `(key frames, 32, 32)`, grey; of a still one.
        digest: equal for samples with equal contents, and for no others.
        remarks: what else is odd, by its kind: `"animated"` or `"too long"`.
    """

    kind: str
    problem: str | None = None
    width: int = 0
    height: int = 0
    frames: float = math.nan
    seconds: float = math.nan
    fps: float = math.nan
    thumbnails: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros((0, SIDE, SIDE), np.uint8))
    digest: bytes = b""
    remarks: Mapping[str, str] = dataclasses.field(default_factory=dict)


def examine_index(
    index: pd.DataFrame,
    *,
    quick: bool = False,
    workers: int | None = None,
    advance: Callable[[], None] = lambda: None,
) -> list[Examined]:
    """Examine every sample of an index, in its order.

    Args:
        index: an index table; rows with the same file and part should be left out (`distinct_rows`).
        quick: of videos read the header and first frame only: no key frames, lengths as the header says.
        workers: threads that decode; None takes as many as there are processors, at most 8.
        advance: called after each sample.
    """
    in_csv = index["row"].notna().to_numpy() if "row" in index else np.zeros(len(index), bool)
    found: list[Examined | None] = [None] * len(index)
    if in_csv.any():
        rows = np.flatnonzero(in_csv)
        for row, examined in zip(rows, examine_pictures(load_images(index[in_csv])), strict=True):
            found[row] = examined
            advance()

    def examine(row: int) -> None:
        found[row] = _examine(Path(index["frames"].iloc[row]), *_times(index, row), quick=quick)
        advance()

    executor = ThreadPoolExecutor(workers or min(8, os.cpu_count() or 1))
    try:
        list(executor.map(examine, np.flatnonzero(~in_csv).tolist()))
    finally:
        executor.shutdown(cancel_futures=True)  # else Ctrl-C waits for every file
    return found


def examine_pictures(images: np.ndarray) -> list[Examined]:
    """Examine stills of shape `(samples, height, width[, channels])`."""
    return [_still(image) for image in images]


def distinct_rows(index: pd.DataFrame) -> np.ndarray:
    """Return the positions of the first row of each file, or part of a file."""
    names = [name for name in ("frames", "row", "start", "stop") if name in index]
    return np.flatnonzero(~index[names].duplicated())


def thumbnail(image: np.ndarray) -> np.ndarray:
    """Return a picture as 32 x 32 grey, uint8."""
    if image.ndim == 3:
        image = image[..., 0] if image.shape[-1] == 1 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    shrinks = image.size > SIDE * SIDE
    return cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def middle_picture(index: pd.DataFrame, row: int) -> np.ndarray:
    """Return the picture of a sample, of a clip the frame in the middle, as grey or RGB."""
    path = Path(index["frames"].iloc[row])
    if path.is_dir():
        files = folder_part(list_files(path), path, *_times(index, row))
        return _read_picture(files[len(files) // 2])
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        return _read_picture(path)
    start, stop = _times(index, row)
    seconds = _header(path, start, stop).seconds
    middle = (start or 0.0) + (seconds / 2 if seconds > 0 else 0.0)
    frames = itertools.chain(read_video(path, start=middle, damaged="warn"), read_video(path))
    return next(frames).image


def _times(index: pd.DataFrame, row: int) -> tuple[float | None, float | None]:
    cells = [index[name].iloc[row] if name in index else None for name in ("start", "stop")]
    return tuple(None if pd.isna(cell) else float(cell) for cell in cells)


def _examine(path: Path, start: float | None, stop: float | None, *, quick: bool) -> Examined:
    """Examine a file or folder; whatever is wrong becomes its problem."""
    kind = "frames" if path.is_dir() else "video" if path.suffix.lower() in VIDEO_SUFFIXES else "image"
    try:
        if kind == "image":
            return dataclasses.replace(_still(_read_picture(path)), remarks=_animated(path))
        if kind == "frames":
            return _folder(path, start, stop)
        return _header(path, start, stop) if quick else _video(path, start, stop)
    except DataError as error:
        return Examined(kind, str(error))


def _read_picture(path: Path) -> np.ndarray:
    """Read a picture as grey or RGB; Python reads its bytes, as OpenCV fails on some Unicode paths."""
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); restore it") from None
    if not data.size:
        raise DataError(f"{path} is empty (0 bytes); copy or download the file again")
    image = cv2.imdecode(data, cv2.IMREAD_ANYCOLOR)
    if image is None:
        raise DataError(f"{path} is broken or not an image; copy or download the file again")
    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _animated(path: Path) -> dict[str, str]:
    count = picture_count(path)
    return {} if count == 1 else {"animated": f"{path} holds {count:,} pictures, and the first alone counts"}


def _too_long(path: Path, stop: float | None, end: float) -> dict[str, str]:
    """Return a remark if a part is said to end after the video does."""
    if stop is None or not stop > end + _LATE:
        return {}
    return {"too long": f"{path} is {end:.1f} s long, and a part of it is said to end at {stop:g} s"}


def _still(image: np.ndarray) -> Examined:
    height, width = image.shape[:2]
    small, digest = thumbnail(image)[None], _digest(image)
    return Examined("image", None, width, height, 1, thumbnails=small, digest=digest)


def _folder(folder: Path, start: float | None, stop: float | None) -> Examined:
    """Examine a folder of frames, or a part of it; all its frames must be readable."""
    digest, small, size = hashlib.blake2b(digest_size=16), [], (0, 0)
    for path in folder_part(list_files(folder), folder, start, stop):
        image = _read_picture(path)
        size = size if small else image.shape[:2]
        digest.update(_digest(image))
        small.append(thumbnail(image))
    return Examined(
        "frames", None, size[1], size[0], len(small), thumbnails=_key(small), digest=digest.digest()
    )


def _header(path: Path, start: float | None, stop: float | None) -> Examined:
    info = probe_video(path)
    seconds = (info.duration if stop is None else min(stop, info.duration)) - (start or 0)
    frames = float(round(seconds * info.fps)) if seconds * info.fps > 0 else math.nan
    remarks = _too_long(path, stop, info.duration)
    return Examined("video", None, info.width, info.height, frames, seconds, info.fps, remarks=remarks)


def _video(path: Path, start: float | None, stop: float | None) -> Examined:
    """Decode a video from end to end."""
    info = probe_video(path)
    small, times = [], []
    for frame in read_video(path, start=start, stop=stop):
        if not times or frame.time >= times[0] + len(small) / _RATE:
            small.append(thumbnail(frame.image))
        times = [times[0] if times else frame.time, frame.time, frame.index + 1]
    if not times:
        raise DataError(f"{path} has no frame from {start or 0:g} s on; correct start and stop")
    first, last, count = times
    fps = (count - 1) / (last - first) if last > first else info.fps
    with path.open("rb") as file:
        whole = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).digest()
    digest = whole + repr((start, stop)).encode()
    seconds = last - first + (1 / fps if fps > 0 else 0)
    # Decoding ends at the stop where there is one, and else at the end of the video.
    remarks = _too_long(path, stop, last + (1 / fps if fps > 0 else 0))
    return Examined("video", None, info.width, info.height, count, seconds, fps, _key(small), digest, remarks)


def _key(small: list[np.ndarray]) -> np.ndarray:
    """Return the key frames among thumbnails, 16 at most; without any, the one in the middle."""
    places = key_frames(small) if len(small) > 3 else np.zeros(0, int)
    if not len(places):
        places = np.array([len(small) // 2])
    if len(places) > _MOST:
        places = places[np.linspace(0, len(places) - 1, _MOST).round().astype(int)]
    return np.stack([small[place] for place in places])


def _digest(image: np.ndarray) -> Hashable:
    pixels = np.ascontiguousarray(image)
    return hashlib.blake2b(repr(image.shape).encode() + pixels.tobytes(), digest_size=16).digest()
