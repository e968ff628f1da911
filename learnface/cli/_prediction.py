"""One picture or video after the other: recognise, write rows, draw."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from learnface.cli._names import first_of_many, free_name
from learnface.clips.video import Frame, probe_video
from learnface.errors import DataError
from learnface.inference import AffectRecognizer, Recognizer
from learnface.inference.pictures import read_picture
from learnface.inference.sources import Source
from learnface.inference.writer import PredictionWriter
from learnface.reports.annotate import annotate_faces, save_image

__all__ = ["FaceSummary", "Outcome", "Prediction"]


@dataclass
class FaceSummary:
    """One face of a picture, or of a whole video.

    Attributes:
        face: its number.
        values: what was found, by its name: see the kind of `Prediction`.
        seconds: how long it was seen, None in a picture.
    """

    face: int
    values: dict[str, float]
    seconds: float | None = None


@dataclass
class Outcome:
    """What became of one file.

    Attributes:
        source: the file.
        status: `"faces"`, `"no face"`, `"failed"`, or `"skipped"` for what is neither picture nor video.
        message: why it failed, or what else is to be told of it, else empty.
        faces: the faces, of a video the ones seen longest first.
        frames: how many frames of a video were looked at.
        picture: the picture drawn, or None.
    """

    source: Source
    status: str
    message: str = ""
    faces: list[FaceSummary] = field(default_factory=list)
    frames: int = 0
    picture: Path | None = None


class Drawing(Protocol):
    """A picture of a video that grows with each table of its faces."""

    def add(self, table: pd.DataFrame) -> None: ...

    def extend(self, seconds: float) -> None: ...

    def save(self, path: Path) -> None: ...


class Prediction(ABC):
    """Recognises files and writes what it finds; a subclass says what of each face is told.

    Args:
        recognizer: the recognizer.
        writer: takes the rows.
        out: folder for pictures, or None for no pictures.
        stream: arguments for the recognizer's `stream`, such as `every`.
        on_time: called with (seconds done, seconds in all) of a video; all is NaN if unknown.

    Attributes:
        ending: of the name of a video's picture.
    """

    ending: str

    def __init__(
        self,
        recognizer: Recognizer | AffectRecognizer,
        writer: PredictionWriter,
        out: Path | None,
        stream: dict | None = None,
        on_time: Callable[[float, float], None] | None = None,
    ):
        self.recognizer, self.writer, self.out = recognizer, writer, out
        self.stream, self.on_time = stream or {}, on_time
        self._names: set[str] = set()

    @abstractmethod
    def in_picture(self, table: pd.DataFrame) -> np.ndarray:
        """Return what is told of each row of a picture's faces, `(rows, labels)`."""

    @abstractmethod
    def in_video(self, table: pd.DataFrame) -> np.ndarray:
        """Return that whose mean is told of a face of a video, `(rows, labels)`."""

    @abstractmethod
    def drawing(self, title: str) -> Drawing:
        """Return the empty picture of a video."""

    def ordered(self, values: dict[str, float]) -> dict[str, float]:
        """Return what is told of a face in the order in which to tell it."""
        return values

    def run(self, source: Source) -> Outcome:
        """Recognise one file; a file that cannot be read becomes an outcome, not an error."""
        if source.problem:
            return Outcome(source, "failed", source.problem)
        if source.kind == "other":
            return Outcome(source, "skipped")
        try:
            return self._picture(source) if source.kind == "picture" else self._video(source)
        except DataError as error:
            return Outcome(source, "failed", str(error))

    def _picture(self, source: Source) -> Outcome:
        image = read_picture(source.path)
        table = self.recognizer.predict(image, source=str(source.path))
        self.writer.write(table)
        picture = self._free_path(source, "-faces.jpg") if len(table) else None
        if picture:
            save_image(picture, annotate_faces(image, table))
        rows = zip(table["face"], self.in_picture(table), strict=True)
        faces = [FaceSummary(int(face), self._values(row)) for face, row in rows]
        status = "faces" if faces else "no face"
        return Outcome(source, status, first_of_many(source.path), faces, picture=picture)

    def _video(self, source: Source) -> Outcome:
        """Recognise a video; of a damaged one the rows and the picture are kept, and it counts as failed."""
        info = probe_video(source.path)
        means, drawing = _Means(), self.drawing(source.path.name)

        def on_frame(frame: Frame, _faces: list) -> None:
            means.see(frame.time)
            if self.on_time:
                self.on_time(frame.time, info.duration)

        message = ""
        try:
            for table in self.recognizer.stream(source.path, on_frame=on_frame, **self.stream):
                self.writer.write(table)
                means.add(table["face"], self.in_video(table))
                drawing.add(table)
        except DataError as error:
            message = str(error)
        drawing.extend(means.last)
        picture = self._free_path(source, self.ending) if means.frames else None
        if picture:
            drawing.save(picture)
        seen = means.of_faces(1 / info.fps if info.fps > 0 else 0.0)
        faces = [FaceSummary(face, self._values(mean), seconds) for face, mean, seconds in seen]
        status = "failed" if message else "faces" if faces else "no face"
        return Outcome(source, status, message, faces, means.frames, picture)

    def _values(self, row: np.ndarray) -> dict[str, float]:
        return self.ordered(dict(zip(self.recognizer.labels, row.tolist(), strict=True)))

    def _free_path(self, source: Source, ending: str) -> Path | None:
        """Return a path in the folder for pictures that no other file of this run has."""
        return self.out and self.out / free_name(source.path.stem, ending, self._names)


class _Means:
    """Adds up what is told of each face of a video."""

    def __init__(self):
        self.frames, self.first, self.last = 0, 0.0, 0.0
        self._counts: dict[int, int] = {}
        self._sums: dict[int, np.ndarray] = {}

    def see(self, time: float) -> None:
        """Count a frame, with or without faces."""
        self.first = time if not self.frames else self.first
        self.last, self.frames = time, self.frames + 1

    def add(self, faces: Sequence[int], values: np.ndarray) -> None:
        """Add rows of values, `(rows, labels)`, each of the face of that number."""
        for face, row in zip(faces, values.astype(float), strict=True):
            self._counts[face] = self._counts.get(face, 0) + 1
            self._sums[face] = self._sums.get(face, 0) + row

    def of_faces(self, frame_time: float) -> list[tuple[int, np.ndarray, float]]:
        """Return the number, the mean values and the seconds of each face, the longest seen first.

        A single frame lasts `frame_time` seconds.
        """
        step = (self.last - self.first) / (self.frames - 1) if self.frames > 1 else frame_time
        faces = sorted(self._counts, key=lambda face: (-self._counts[face], face))
        return [(int(f), self._sums[f] / self._counts[f], self._counts[f] * step) for f in faces]
