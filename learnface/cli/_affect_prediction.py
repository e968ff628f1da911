"""`learnface predict --va`: valence and arousal of one picture or video after the other."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from learnface.cli._prediction import FaceSummary, Outcome, Prediction
from learnface.clips.video import Frame, probe_video
from learnface.errors import DataError
from learnface.inference.pictures import read_picture
from learnface.inference.sources import Source
from learnface.labels import VALENCE_AROUSAL
from learnface.reports.affect_path import AffectPath
from learnface.reports.annotate import annotate_faces, save_image

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["AffectPrediction", "show_affect"]

MOST_ROWS = 40


class AffectPrediction(Prediction):
    """Tells the valence and arousal of faces in files, and writes what it finds; the arguments are `Prediction`'s.

    The `shares` of a face's summary are its mean valence and arousal.
    """

    def _picture(self, source: Source) -> Outcome:
        image = read_picture(source.path)
        table = self.recognizer.predict(image, source=str(source.path))
        self.writer.write(table)
        picture = self._free_name(source, "-faces.jpg") if len(table) else None
        if picture:
            save_image(picture, annotate_faces(image, table))
        faces = [FaceSummary(row["face"], _affect(row)) for row in table.to_dict("records")]
        return Outcome(source, "faces" if faces else "no face", faces=faces, picture=picture)

    def _video(self, source: Source) -> Outcome:
        """Stream a video; of a damaged one the rows and the picture are kept, and it counts as failed."""
        info = probe_video(source.path)
        means, path = _Means(), AffectPath(source.path.name)

        def on_frame(frame: Frame, _faces: list) -> None:
            means.see(frame.time)
            if self.on_time:
                self.on_time(frame.time, info.duration)

        message = ""
        try:
            for table in self.recognizer.stream(source.path, on_frame=on_frame, **self.stream):
                self.writer.write(table)
                means.add(table)
                path.add(table)
        except DataError as error:
            message = str(error)
        path.extend(means.last)
        picture = self._free_name(source, "-affect.png") if means.frames else None
        if picture:
            path.save(picture)
        faces = means.summaries(1 / info.fps if info.fps > 0 else 0.0)
        status = "failed" if message else "faces" if faces else "no face"
        return Outcome(source, status, message, faces, means.frames, picture)


def show_affect(console: "Console", outcomes: list[Outcome]) -> None:
    """Print a table of the faces of all files."""
    from rich.markup import escape
    from rich.table import Table

    table = Table("file", "face", "seen for", "valence", "arousal", box=None, header_style="bold")
    rows = [(outcome, face) for outcome in outcomes for face in outcome.faces]
    for outcome, face in rows[:MOST_ROWS]:
        seconds = "" if face.seconds is None else f"{face.seconds:.1f} s"
        values = [f"{face.shares[name]:+.2f}" for name in VALENCE_AROUSAL]
        table.add_row(escape(outcome.source.path.name), str(face.face), seconds, *values)
    if rows:
        console.print(table)
    if len(rows) > MOST_ROWS:
        console.print(f"... and {len(rows) - MOST_ROWS} more faces")


class _Means:
    """Adds up the valence and arousal of each face of a video."""

    def __init__(self):
        self.frames, self.first, self.last = 0, 0.0, 0.0
        self._sums: dict[int, np.ndarray] = {}

    def see(self, time: float) -> None:
        """Count a frame, with or without faces."""
        self.first = time if not self.frames else self.first
        self.last, self.frames = time, self.frames + 1

    def add(self, table: pd.DataFrame) -> None:
        """Add the rows of a table of `AffectRecognizer.stream`."""
        for face, part in table.groupby("face"):
            sums = self._sums.setdefault(int(face), np.zeros(3))
            sums += [len(part), *part[list(VALENCE_AROUSAL)].sum()]

    def summaries(self, frame_time: float) -> list[FaceSummary]:
        """Return the faces, the longest seen first; a single frame lasts `frame_time` seconds."""
        step = (self.last - self.first) / (self.frames - 1) if self.frames > 1 else frame_time
        faces = sorted(self._sums, key=lambda face: (-self._sums[face][0], face))
        return [self._summary(face, step) for face in faces]

    def _summary(self, face: int, step: float) -> FaceSummary:
        count, *sums = self._sums[face].tolist()
        means = {name: total / count for name, total in zip(VALENCE_AROUSAL, sums, strict=True)}
        return FaceSummary(face, means, count * step)


def _affect(row: dict) -> dict[str, float]:
    return {name: float(row[name]) for name in VALENCE_AROUSAL}
