"""The frames of one row of an index: a picture, a row of a CSV, a folder of pictures, or a video."""

import functools
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from learnface.clips._settings import PrepareSettings
from learnface.clips.picture_bytes import decode, on_white, read_whole
from learnface.clips.sampling import centre_trim_pad, every_nth, uniform
from learnface.clips.video import read_video
from learnface.errors import DataError, reason
from learnface.files import PICTURE_SUFFIXES

__all__ = ["Row", "SourceFrame", "choose_frames", "folder_part", "list_pictures", "read_frames", "read_image"]

_HELD = (
    128 << 20
)  # bytes of a video's frames to hold while its frames are counted; a longer one is read twice


@dataclass(frozen=True)
class Row:
    """What `prepare` takes from a row of an index.

    Attributes:
        sample: the sample's name.
        frames: path of the picture, the CSV, the folder or the video.
        row: 0-based data row, where `frames` is a CSV that holds the pixels.
        start: seconds from which to read a video, or place from which to read a folder's pictures.
        stop: seconds until which to read a video, or place before which to end in a folder.
    """

    sample: str
    frames: str
    row: int | None = None
    start: float | None = None
    stop: float | None = None

    @property
    def is_clip(self) -> bool:
        """Whether the row names a clip and not a picture, by its path alone."""
        return self.row is None and Path(self.frames).suffix.lower() not in PICTURE_SUFFIXES


@dataclass(frozen=True, eq=False)
class SourceFrame:
    """One frame as it is in its file.

    Attributes:
        place: its number among the frames of the clip (among those taken by `fps`, if that is set).
        time: seconds from the beginning of a video, NaN where there is no clock.
        image: `(height, width, 3)` RGB or `(height, width)` grey, uint8.
    """

    place: int
    time: float
    image: np.ndarray


def read_frames(
    row: Row, settings: PrepareSettings, beat: Callable[[], None] = lambda: None
) -> Iterator[SourceFrame]:
    """Yield the chosen frames of a row in order, those that are chosen twice one after the other.

    Args:
        row: the row.
        settings: which frames to take.
        beat: called now and then, as a sign of life.

    Raises:
        DataError: a file is missing, broken, cut short, empty or not what it should be.
    """
    path = Path(row.frames)
    if row.row is not None:
        yield SourceFrame(0, math.nan, _csv_image(path, row.row))
    elif not row.is_clip:
        yield SourceFrame(0, math.nan, read_image(path))
    elif path.is_dir():
        files = folder_part(list_pictures(path), row.frames, row.start, row.stop)
        for place in choose_frames(len(files), settings):
            beat()
            yield SourceFrame(int(place), math.nan, read_image(files[place]))
    else:
        yield from _video_frames(row, settings, beat)


def choose_frames(count: int, settings: PrepareSettings) -> np.ndarray:
    """Return the places of the frames to take out of `count`.

    Example:
        >>> choose_frames(40, PrepareSettings(every=4, frames=10)).tolist()
        [0, 4, 8, 12, 16, 20, 24, 28, 32, 36]
    """
    places = every_nth(count, settings.every)
    if settings.frames is None:
        return places
    rule = uniform if settings.sampling == "uniform" else centre_trim_pad
    return places[rule(len(places), settings.frames)]


def read_image(path: str | Path) -> np.ndarray:
    """Return a picture file as RGB, or as grey where it is stored so, upright by its EXIF orientation.

    Transparent parts become white, as `learnface.inference` has them.

    Raises:
        DataError: the file is missing, empty, cut short or no picture.
    """
    data = read_whole(Path(path))
    image = decode(data, cv2.IMREAD_ANYCOLOR)
    if image is None:
        raise DataError(f"{path} is not a picture that OpenCV reads: give a JPEG, PNG, WebP, TIFF or BMP")
    return image if image.ndim == 2 else cv2.cvtColor(on_white(data, image), cv2.COLOR_BGR2RGB)


def list_pictures(folder: Path) -> list[Path]:
    """Return the pictures in a folder in the order of their numbers, without what file managers leave."""
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {reason(error)}") from None
    names = [n for n in names if not n.startswith(".") and Path(n).suffix.lower() in PICTURE_SUFFIXES]
    if not names:
        raise DataError(f"{folder} holds no picture: restore its frames, or leave it out of the index")
    return [folder / name for name in sorted(names, key=_by_numbers)]


def folder_part(files: list[Path], folder: str | Path, start: float | None, stop: float | None) -> list[Path]:
    """Return the pictures of a folder from place `start` to before place `stop`: they have no times."""
    start = 0 if start is None else start
    stop = len(files) if stop is None else stop
    if start != int(start) or stop != int(stop) or not 0 <= start < stop <= len(files):
        raise DataError(
            f"{folder} is a folder of {len(files):,} pictures, and has no part from {start:g} to {stop:g}: "
            "give whole places from 0, for its frames have no times"
        )
    return files[int(start) : int(stop)]


def _by_numbers(name: str) -> tuple:
    parts = re.split(r"([0-9]+)", name.lower())
    return ([int(part) if place % 2 else part for place, part in enumerate(parts)], name)


def _video_frames(row: Row, settings: PrepareSettings, beat: Callable[[], None]) -> Iterator[SourceFrame]:
    def stream() -> Iterator[SourceFrame]:
        frames = read_video(row.frames, fps=settings.fps, start=row.start, stop=row.stop)
        for place, frame in enumerate(frames):
            beat()
            if place % settings.every == 0:
                yield SourceFrame(place, frame.time, frame.image)

    nothing = f"{row.frames} has no frames from {row.start or 0:g} to {_end(row.stop)}: check the index"
    if settings.frames is None:
        frame = None
        for frame in stream():
            yield frame
        if frame is None:
            raise DataError(nothing)
        return
    held, last, size = [], None, 0
    for frame in stream():  # a video's header does not say how many frames there are
        last, size = frame.place, size + frame.image.nbytes
        if size <= _HELD:
            held.append(frame)
    if last is None:
        raise DataError(nothing)
    wanted = choose_frames(last + 1, settings).tolist()
    for frame in held if size <= _HELD else stream():
        for _ in range(wanted.count(frame.place)):
            yield frame


def _end(stop: float | None) -> str:
    return "its end" if stop is None else f"{stop:g} s"


def _csv_image(path: Path, row: int) -> np.ndarray:
    """Return the square grey picture in the column `pixels` of a CSV, as FER2013 stores it."""
    try:
        status = path.stat()
        column, starts = _csv_lines(str(path), status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason(error)}") from None
    if row >= len(starts):
        raise DataError(f"{path} has no row {row}: index the corpus anew")
    with path.open("rb") as file:
        file.seek(starts[row])
        fields = file.readline().decode("utf-8", errors="replace").rstrip("\r\n").split(",")
    try:
        values = bytes(map(int, fields[column].strip('" ').split()))  # refuses what is not from 0 to 255
        side = math.isqrt(len(values))
        return np.frombuffer(values, np.uint8).reshape(side, side)
    except (ValueError, IndexError):
        what = "holds no square of values from 0 to 255"
        raise DataError(f"{path} row {row} {what}: copy the file anew") from None


@functools.lru_cache(maxsize=4)
def _csv_lines(path: str, size: int, modified: int) -> tuple[int, np.ndarray]:
    """Return which column holds the pixels, and where each data row begins; blank lines are no rows."""
    with Path(path).open("rb") as file:
        header = file.readline()
        names = [name.strip(' "') for name in header.decode("utf-8-sig").strip().split(",")]
        if "pixels" not in names:
            raise DataError(f"{path} has no column 'pixels' (it has {', '.join(names)}): give another file")
        starts, place = [], len(header)
        for line in file:
            if line.strip():
                starts.append(place)
            place += len(line)
    return names.index("pixels"), np.array(starts, np.int64)
