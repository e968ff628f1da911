"""Copies of videos that a browser cannot decode, in H.264 and with the same times, while the server runs."""

import tempfile
import threading
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from learnface.clips.video import Frame, read_video
from learnface.errors import DataError
from learnface.files import atomic_path

__all__ = ["LONGEST", "PlayableCopies", "write_playable"]

LONGEST = 30 * 60
"""Seconds: a longer video is not copied."""

LARGEST = 720  # pixels of the longer side
MOST_COPIES = 8
_TICKS = 90_000  # a second: multiples of the usual frame rates are whole numbers


class PlayableCopies:
    """A few copies in a private temporary folder, made with the first one and deleted when the server stops."""

    def __init__(self):
        self._folder: tempfile.TemporaryDirectory | None = None
        self._closed = False
        self._lock = threading.Lock()  # one copy at a time: each takes a processor

    def close(self) -> None:
        """Delete all copies, and give up the one that is being made."""
        self._closed = True
        if self._folder:
            self._folder.cleanup()

    def find(self, path: Path) -> Path | None:
        """Return the copy of a video, or None if there is none of the file as it is now."""
        copy = self._name(path) if self._folder else None
        return copy if copy and copy.exists() else None

    def make(self, path: Path) -> Path:
        """Return the copy of a video, and make it first if there is none; the oldest of too many goes.

        Raises:
            DataError: the video cannot be read, or is longer than half an hour.
        """
        with self._lock:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(
                    "", "learnface-annotate-", ignore_cleanup_errors=True
                )
            copy = self._name(path)
            if not copy.exists():
                write_playable(self._frames(path), copy)
            copies = sorted(copy.parent.glob("*.mp4"), key=lambda file: file.stat().st_mtime_ns)
            for old in copies[:-MOST_COPIES]:
                old.unlink()
            return copy

    def _frames(self, path: Path) -> Iterator[Frame]:
        for frame in read_video(path):
            if frame.time > LONGEST:
                raise DataError(f"{path} is longer than {LONGEST / 60:g} minutes; convert it by ffmpeg")
            if self._closed:
                raise DataError(f"the copy of {path} is not finished, as the server stops")
            yield frame

    def _name(self, path: Path) -> Path:
        status = path.stat()
        return Path(
            self._folder.name, f"{status.st_dev}-{status.st_ino}-{status.st_mtime_ns}-{status.st_size}.mp4"
        )


def write_playable(frames: Iterable[Frame], target: str | Path) -> None:
    """Write frames in H.264, at most 720 pixels wide or high, with the times they have.

    Args:
        frames: at least one, as `learnface.clips.video.read_video` gives them.
        target: the `.mp4` file to write, whole or not at all.
    """
    import av

    with atomic_path(target) as temporary, av.open(str(temporary), "w") as container:
        stream = None
        for frame in frames:
            stream = stream or _stream(container, frame)
            picture = av.VideoFrame.from_ndarray(frame.image, format="rgb24")
            picture = picture.reformat(stream.width, stream.height, "yuv420p")
            picture.pts, picture.time_base = round(frame.time * _TICKS), Fraction(1, _TICKS)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


def _stream(container, frame: Frame):
    """Return a stream for frames like this one: even sides, and no frame that waits for a later one."""
    height, width = frame.image.shape[:2]
    scale = min(1.0, LARGEST / max(height, width))
    stream = container.add_stream("libx264", rate=25)
    stream.width, stream.height = (max(2, round(side * scale / 2) * 2) for side in (width, height))
    stream.pix_fmt = "yuv420p"
    stream.options = {"crf": "20", "preset": "veryfast", "bf": "0"}
    stream.codec_context.time_base = Fraction(1, _TICKS)
    return stream
