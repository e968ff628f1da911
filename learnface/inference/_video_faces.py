"""The faces of a video, frame after frame, gathered until there are enough for a network and a table."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from learnface.clips.video import Frame, probe_video, read_video
from learnface.errors import DataError
from learnface.faces.detect import Detector, Face
from learnface.faces.tracks import FaceTracker
from learnface.inference.cropping import FaceCropper

__all__ = ["BOX", "FaceBatch", "VideoFaces", "face_table"]

BOX = ("x", "y", "width", "height", "score")
LONGEST_GAP = 1.0  # seconds for which a face may be hidden and keep its number
MOST_FRAMES = 64  # a stretch without faces must not hold back the next table


@dataclass
class FaceBatch:
    """The faces of frames that follow each other.

    Attributes:
        heads: of each face where it was: source, frame, time, number of the person, and `BOX`.
        crops: of each face its pixels.
        counts: of each frame how many faces it has.
        active: numbers of the people who are in view after the last frame.
    """

    heads: list[tuple] = field(default_factory=list)
    crops: list[np.ndarray] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    active: Iterable[int] = ()

    @property
    def numbers(self) -> list[int]:
        """Of each face the number of the person."""
        return [head[3] for head in self.heads]

    def frames(self) -> Iterator[tuple[list[int], list[np.ndarray]]]:
        """Yield the numbers and crops of each frame."""
        numbers, end = self.numbers, 0
        for count in self.counts:
            start, end = end, end + count
            yield numbers[start:end], self.crops[start:end]

    def table(self) -> pd.DataFrame:
        """Return the table of all faces: where they were, without what a network says of them."""
        return face_table(("source", "frame", "time", "face", *BOX), self.heads)


def face_table(columns: Sequence[str], heads: Sequence[tuple]) -> pd.DataFrame:
    """Return a table of faces; its types are the same with and without rows."""
    kinds = {"source": str, "frame": "int64", "face": "int64"}
    table = pd.DataFrame(heads, columns=list(columns), index=range(len(heads)))
    return table.astype({name: kinds.get(name, "float64") for name in columns})


@dataclass(frozen=True)
class VideoFaces:
    """Finds, follows and cuts the faces of a video.

    Attributes:
        detector: finds them.
        cropper: cuts them.
        min_size: side in pixels of the smallest face to look for; None means 1/20 of the longer side.
        batch_size: how many faces make a batch; there may be fewer, for 64 frames with a face make one as well.
    """

    detector: Detector
    cropper: FaceCropper
    min_size: float | None = None
    batch_size: float = math.inf

    def batches(
        self,
        video: str,
        *,
        every: int = 1,
        fps: float | None = None,
        start: float | None = None,
        stop: float | None = None,
        damaged: str = "raise",
        on_frame: Callable[[Frame, list[Face]], None] | None = None,
    ) -> Iterator[FaceBatch]:
        """Yield the faces in order, a video without any as one empty batch; see `Recognizer.stream`.

        Raises:
            DataError: the file is no video, an argument is wrong, or the file is damaged: then the faces so far
                come first.
        """
        tracker = FaceTracker(max_gap=_longest_gap(video, every, fps))
        frames = read_video(video, fps=fps, start=start, stop=stop, every=every, damaged=damaged)
        batch, is_first, damage = FaceBatch(), True, None
        try:
            for frame in _without_repeats(frames):
                faces = self.detector.detect(frame.image, min_size=self.min_size)
                self._add(batch, str(video), frame, tracker.update(faces), faces)
                if on_frame:
                    on_frame(frame, faces)
                if batch.crops and (len(batch.crops) >= self.batch_size or len(batch.counts) >= MOST_FRAMES):
                    batch.active = tuple(tracker.active)
                    yield batch
                    batch, is_first = FaceBatch(), False
        except DataError as error:
            damage = error
        if batch.crops or is_first:
            batch.active = tuple(tracker.active)
            yield batch
        if damage:
            raise damage

    def _add(
        self, batch: FaceBatch, source: str, frame: Frame, numbers: Sequence[int], faces: Sequence[Face]
    ) -> None:
        for number, face in zip(numbers, faces, strict=True):
            batch.heads.append((source, frame.index, frame.time, number, *face.box, face.score))
            batch.crops.append(self.cropper.crop(frame.image, face))
        batch.counts.append(len(faces))


def _without_repeats(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Yield each frame once: at a rate above the video's own, some come twice."""
    last_index = -1
    for frame in frames:
        if frame.index != last_index:
            yield frame
        last_index = frame.index


def _longest_gap(video: str, every: int, fps: float | None) -> int:
    """Return for how many frames a face may be hidden."""
    own = probe_video(video).fps / max(every, 1)
    rate = own if fps is None else fps if math.isnan(own) else min(fps, own)  # no frame is looked at twice
    return max(1, round(LONGEST_GAP * rate)) if math.isfinite(rate) else 10
