"""One picture or video after the other: recognise, write rows, draw."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from learnface.clips.video import Frame, probe_video
from learnface.errors import DataError
from learnface.inference import Recognizer
from learnface.inference.pictures import read_picture
from learnface.inference.sources import Source
from learnface.inference.writer import PredictionWriter
from learnface.reports.annotate import annotate_faces, save_image
from learnface.reports.timeline import Timeline

__all__ = ["FaceSummary", "Outcome", "Prediction"]


@dataclass
class FaceSummary:
    """One face of a picture, or of a whole video.

    Attributes:
        face: its number.
        shares: label -> probability in a picture, share of the time in a video; the largest first.
        seconds: how long it was seen, None in a picture.
    """

    face: int
    shares: dict[str, float]
    seconds: float | None = None


@dataclass
class Outcome:
    """What became of one file.

    Attributes:
        source: the file.
        status: `"faces"`, `"no face"`, `"failed"`, or `"skipped"` for what is neither picture nor video.
        message: why it failed, else empty.
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


class Prediction:
    """Recognises files and writes what it finds.

    Args:
        recognizer: the recognizer.
        writer: takes the rows.
        out: folder for pictures, or None for no pictures.
        stream: arguments for `Recognizer.stream`, such as `every` and `smoothing`.
        on_time: called with (seconds done, seconds in all) of a video; all is NaN if unknown.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        writer: PredictionWriter,
        out: Path | None,
        stream: dict | None = None,
        on_time: Callable[[float, float], None] | None = None,
    ):
        self.recognizer, self.writer, self.out = recognizer, writer, out
        self.stream, self.on_time = stream or {}, on_time
        self._names: set[str] = set()

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
        picture = self._free_name(source, "-faces.jpg") if len(table) else None
        if picture:
            save_image(picture, annotate_faces(image, table))
        faces = [FaceSummary(row["face"], self._sorted_shares(row)) for row in table.to_dict("records")]
        return Outcome(source, "faces" if faces else "no face", faces=faces, picture=picture)

    def _sorted_shares(self, row: dict) -> dict[str, float]:
        return _largest_first({label: row[f"p_{label}"] for label in self.recognizer.labels})

    def _video(self, source: Source) -> Outcome:
        """Recognise a video; of a damaged one the rows and the timeline are kept, and it counts as failed."""
        info = probe_video(source.path)
        shares = _VideoShares(self.recognizer.labels, 1 / info.fps if info.fps > 0 else 0.0)
        timeline = Timeline(self.recognizer.labels, source.path.name)

        def on_frame(frame: Frame, _faces: list) -> None:
            shares.see(frame.time)
            if self.on_time:
                self.on_time(frame.time, info.duration)

        message = ""
        try:
            for table in self.recognizer.stream(source.path, on_frame=on_frame, **self.stream):
                self.writer.write(table)
                shares.add(table)
                timeline.add(table)
        except DataError as error:
            message = str(error)
        timeline.extend(shares.last)
        picture = self._free_name(source, "-timeline.png") if shares.frames else None
        if picture:
            timeline.save(picture)
        faces = shares.summaries()
        status = "failed" if message else "faces" if faces else "no face"
        return Outcome(source, status, message, faces, shares.frames, picture)

    def _free_name(self, source: Source, ending: str) -> Path | None:
        """Return a path in the folder for pictures that no other file of this run has."""
        if self.out is None:
            return None
        stem, number = source.path.stem, 1
        while (name := f"{stem}{f'-{number}' if number > 1 else ''}{ending}") in self._names:
            number += 1
        self._names.add(name)
        return self.out / name


class _VideoShares:
    """Counts for each face of a video how often each label was the likeliest.

    Args:
        labels: the classes, in order.
        frame_time: seconds that a single frame lasts.
    """

    def __init__(self, labels: tuple[str, ...], frame_time: float):
        self.labels, self.frame_time = labels, frame_time
        self.frames, self.first, self.last = 0, 0.0, 0.0
        self._counts: dict[int, np.ndarray] = {}

    def see(self, time: float) -> None:
        """Count a frame, with or without faces."""
        self.first = time if not self.frames else self.first
        self.last, self.frames = time, self.frames + 1

    def add(self, table: pd.DataFrame) -> None:
        """Count the rows of a table of `Recognizer.stream`."""
        codes = table["label"].map({label: code for code, label in enumerate(self.labels)})
        for face, code in zip(table["face"], codes, strict=True):
            counts = self._counts.setdefault(face, np.zeros(len(self.labels), int))
            counts[code] += 1

    def summaries(self) -> list[FaceSummary]:
        """Return the faces, the longest seen first."""
        step = (self.last - self.first) / (self.frames - 1) if self.frames > 1 else self.frame_time
        faces = sorted(self._counts, key=lambda face: (-self._counts[face].sum(), face))
        return [self._summary(face, step) for face in faces]

    def _summary(self, face: int, step: float) -> FaceSummary:
        counts = self._counts[face]
        shares = dict(zip(self.labels, (counts / counts.sum()).tolist(), strict=True))
        return FaceSummary(int(face), _largest_first(shares), float(counts.sum() * step))


def _largest_first(shares: dict[str, float]) -> dict[str, float]:
    return dict(sorted(shares.items(), key=lambda item: -item[1]))
