"""Read a video one frame at a time, with true times and upright pictures, in memory that does not grow.

Times come from the presentation time of each frame, so that recordings of varying rate, as phones make
them, stay in step. The container's count of frames is never used: it is often wrong.

Example:
    >>> for frame in read_video("lesson.mp4", fps=2, stop=60):  # doctest: +SKIP
    ...     print(frame.index, frame.time, frame.image.shape)
"""

import contextlib
import itertools
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from learnface.clips.picture_bytes import picture_count
from learnface.errors import DataError

__all__ = ["DamagedVideoWarning", "Frame", "VideoInfo", "probe_video", "read_video", "spread_frames"]

# A stream may end this many seconds before its header says, or this share of it, before it counts as cut.
END_TOLERANCE = 1.0
END_SHARE = 0.02
SQUARE = 0.01  # by which a pixel may be wider or higher and counts as square
# Titles that are not UTF-8 are nobody's concern; PyAV thinks so itself from 19 on, and takes no word of it.
LENIENT = {} if int(av.__version__.split(".")[0]) >= 19 else {"metadata_errors": "ignore"}
NOT_VIDEO = {"tty", "subviewer", "srt", "webvtt", "ass"}  # FFmpeg draws any text file as a terminal


class DamagedVideoWarning(UserWarning):
    """A part of a video could not be read; the message names the file and the part."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame of a video.

    Attributes:
        index: its number among the decoded frames from `start` on, from 0.
        time: seconds from the beginning of the video.
        image: `(height, width, 3)` RGB uint8, upright, its pixels square.
    """

    index: int
    time: float
    image: np.ndarray


@dataclass(frozen=True)
class VideoInfo:
    """What a video's header and first frame say.

    Attributes:
        width: of the upright picture, in square pixels.
        height: of the upright picture, in square pixels.
        fps: mean frames a second, NaN if unknown.
        duration: seconds, NaN if unknown; a hint for progress bars, not a promise.
        rotation: degrees in 0-359 by which the stored picture is turned anticlockwise to stand upright.
        codec: FFmpeg's name of the codec.
    """

    width: int
    height: int
    fps: float
    duration: float
    rotation: int
    codec: str


def probe_video(path: str | Path) -> VideoInfo:
    """Return a video's size, rate, length, rotation and codec, decoding one frame.

    Raises:
        DataError: the file is missing, is no video, or its first frame cannot be decoded.
    """
    with _opened(path) as (container, stream):
        reader = _Reader(path, container, stream)
        for frame in reader.frames():
            turned = round(frame.rotation / 90) % 2 == 1
            width, height = _size(frame, reader.pixel_ratio)
            width, height = (height, width) if turned else (width, height)
            rate = float(stream.average_rate) if stream.average_rate else math.nan
            duration = _declared_duration(container, stream)
            return VideoInfo(width, height, rate, duration, frame.rotation % 360, stream.codec_context.name)
    raise DataError(f"{path} holds no frame that can be decoded: the file is damaged or empty")


def read_video(
    path: str | Path,
    fps: float | None = None,
    start: float | None = None,
    stop: float | None = None,
    every: int = 1,
    damaged: str = "raise",
) -> Iterator[Frame]:
    """Yield the frames of a video, in order.

    Args:
        path: the file.
        fps: frames a second to give, by time: at each of the times `start + k / fps` the frame on screen. A
            rate above the video's own repeats frames (same `index`). None gives every frame once.
        start: seconds; None from the beginning.
        stop: seconds, excluded; None to the end.
        every: give every such frame only, in place of `fps`.
        damaged: what follows after the last readable frame of a damaged or truncated file: `"raise"` a
            `DataError`, or `"warn"` with a `DamagedVideoWarning`.

    Yields:
        Frames; memory does not depend on the length of the video.

    Raises:
        DataError: the file is missing or no video, an argument is not as described, or the file is damaged
            (after its last readable frame).
    """
    if fps is not None and not 0 < fps < math.inf:
        raise DataError(f"fps is {fps}: give a number above 0")
    if not (every >= 1 and every == int(every)):
        raise DataError(f"every is {every}: give a whole number from 1")
    if fps is not None and every > 1:
        raise DataError(f"fps is {fps} and every is {every}: give one, not both")
    if damaged not in ("raise", "warn"):
        raise DataError(f"damaged is {damaged!r}: choose 'raise' or 'warn'")
    if not 0 <= (start or 0.0) < (math.inf if stop is None else stop):
        raise DataError(
            f"start is {start} and stop is {stop}: give seconds from 0, and a stop after the start"
        )
    with _opened(path) as (container, stream):
        reader = _Reader(path, container, stream)
        start, end = start or 0.0, math.inf if stop is None else stop
        timed = reader.between(start, end)
        if fps is not None:
            timed = _sampled(timed, fps, start, end, 1 / reader.rate)
        for index, time, frame in timed:
            if index % every == 0:
                yield Frame(index, time, _upright(frame, reader.pixel_ratio))
        problem = reader.problem(reached_end=stop is None)
    if problem and damaged == "raise":
        raise DataError(problem)
    if problem:
        warnings.warn(problem, DamagedVideoWarning, stacklevel=2)


def spread_frames(path: str | Path, count: int) -> list[Frame]:
    """Return so many frames at even steps from the whole of a video; fewer only if it is damaged.

    Where the file declares no length, as a browser's recordings do, it is decoded once more to find it.

    Raises:
        DataError: as `read_video`.
    """
    duration = probe_video(path).duration
    if not duration > 0:
        duration = _measured_duration(path)
    return list(itertools.islice(read_video(path, fps=count / duration), count))


def _measured_duration(path: str | Path) -> float:
    with _opened(path) as (container, stream):
        reader = _Reader(path, container, stream)
        for _ in reader.between(0.0, math.inf):
            pass
        return reader.last_time + reader.last_step


class _Reader:
    """Decodes one stream and remembers what went wrong."""

    def __init__(self, path, container, stream):
        self.path, self.container, self.stream = path, container, stream
        self.origin = float((stream.start_time or 0) * stream.time_base)
        self.rate = float(stream.average_rate or 25)
        self.pixel_ratio = float(stream.sample_aspect_ratio or 1)
        self.bad_packets = 0
        self.last_time = self.last_step = math.nan

    def frames(self) -> Iterator[av.VideoFrame]:
        """Yield every frame that can be decoded, counting the packets that cannot."""
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                self.bad_packets += bool(packet.is_corrupt)
                yield from packet.decode()
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                self.bad_packets += 1

    def between(self, start: float, stop: float) -> Iterator[tuple[int, float, av.VideoFrame]]:
        """Yield `(index, time, frame)` of the frames on screen from `start` until before `stop`."""
        if start > 0:
            with contextlib.suppress(av.error.FFmpegError):  # no seeking here: decode from the beginning
                target = int((start + self.origin) / self.stream.time_base)
                self.container.seek(target, stream=self.stream)
        index, held = 0, None  # the frame on screen at `start` may have begun before it
        for count, frame in enumerate(self.frames()):
            time = count / self.rate if frame.time is None else frame.time - self.origin
            self.last_step = 1 / self.rate if math.isnan(self.last_time) else time - self.last_time
            self.last_time = time
            if time <= start < stop:
                held = (time, frame)
                continue
            if held:
                yield (index, *held)
                index, held = index + 1, None
            if time >= stop:
                return
            yield index, time, frame
            index += 1
        if held and start < held[0] + 1 / self.rate:
            yield (index, *held)

    def problem(self, reached_end: bool) -> str | None:
        """Return one sentence on what could not be read, or None."""
        if math.isnan(self.last_time):
            return f"{self.path} holds no frame that can be decoded: the file is damaged or empty"
        if self.bad_packets:
            return (
                f"{self.path} is damaged: {self.bad_packets} of its packets could not be decoded "
                f"(last frame at {self.last_time:.2f} s): copy or download the file again"
            )
        if reached_end and (self._ends_early() or _riff_is_short(self.path)):
            return (
                f"{self.path} is cut short: its header promises more than the {self.last_time:.1f} s that "
                "could be read: copy or download the file again"
            )
        return None

    def _ends_early(self) -> bool:
        declared = _declared_duration(self.container, self.stream)
        # The last frame stays as long as that before, and some headers count from zero, not from the first frame.
        last = self.last_time + self.last_step + max(self.origin, 0)
        return declared - last > max(END_TOLERANCE, END_SHARE * declared)


def _sampled(timed, fps: float, start: float, stop: float, last: float):
    """Yield the frame on screen at each of the times `start + k / fps`; the last frame lasts `last` s."""
    tick, held = 0, None
    for item in timed:
        if held is None and item[1] > start:  # nothing is on screen before the first frame
            tick = math.ceil((item[1] - start) * fps - 1e-6)
        while held is not None and start + tick / fps < item[1] - 1e-6:
            yield held
            tick += 1
        held = item
    while held is not None and start + tick / fps < min(held[1] + last, stop) - 1e-6:
        yield held
        tick += 1


@contextlib.contextmanager
def _opened(path: str | Path):
    """Yield `(container, stream)` of a file's first moving picture."""
    path = Path(path)
    if not path.exists():
        raise DataError(f"{path} does not exist: check the path")
    if not path.is_file():
        raise DataError(f"{path} is not a file: give the path of a video")
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty (0 bytes): copy or download the file again")
    try:
        # Absolute, for FFmpeg takes what stands before a colon for a protocol.
        container = av.open(str(path.absolute()), **LENIENT)
    except PermissionError as error:
        raise DataError(f"{path} may not be read: change its permissions") from error
    except (av.error.FFmpegError, ValueError) as error:
        raise DataError(
            f"{path} is not a video that FFmpeg reads, or is cut short: {_reason(error)}"
        ) from error
    with container:
        streams = [s for s in container.streams.video if not _is_cover(s)]
        if not streams or NOT_VIDEO & set(container.format.name.split(",")):
            raise DataError(f"{path} has no video stream: give a file with moving pictures")
        if "webp" in container.format.name and picture_count(path) > 1:
            raise DataError(f"{path} is an animated WebP, which FFmpeg does not read: convert it to .mp4")
        streams[0].thread_type = "AUTO"
        yield container, streams[0]


def _is_cover(stream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _declared_duration(container, stream) -> float:
    """Return the seconds that the header claims for the video stream, or NaN."""
    if stream.duration:
        return float(stream.duration * stream.time_base)
    with contextlib.suppress(KeyError, ValueError):  # Matroska writes it as 00:01:02.500000000
        hours, minutes, seconds = stream.metadata["DURATION"].split(":")
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    alone = len(container.streams) == 1  # else the sound may be longer than the pictures
    return container.duration / av.time_base if container.duration and alone else math.nan


def _riff_is_short(path: str | Path) -> bool:
    """Whether an AVI file ends before the length that its first bytes give; other formats are never short."""
    with Path(path).open("rb") as file:
        head = file.read(12)
    length = int.from_bytes(head[4:8], "little")
    known = head[:4] == b"RIFF" and head[8:] == b"AVI " and length not in (0, 0xFFFFFFFF)
    return known and length + 8 > Path(path).stat().st_size


def _size(frame: av.VideoFrame, pixel_ratio: float) -> tuple[int, int]:
    """Return width and height once pixels are square: recordings of tape and television often stretch them.

    `pixel_ratio` is a pixel's width by its height. No side becomes shorter, and no sharpness is lost.
    """
    if not 0.1 < pixel_ratio < 10 or abs(pixel_ratio - 1) < SQUARE:  # headers may say anything
        return frame.width, frame.height
    wide, high = max(pixel_ratio, 1), max(1 / pixel_ratio, 1)
    return round(frame.width * wide), round(frame.height * high)


def _upright(frame: av.VideoFrame, pixel_ratio: float) -> np.ndarray:
    width, height = _size(frame, pixel_ratio)
    image = frame.to_ndarray(format="rgb24", width=width, height=height)
    turns = round(frame.rotation / 90) % 4  # anticlockwise, as numpy turns
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).strip().lower()
