"""`learnface predict`: the expressions of one picture or video after the other."""

import numpy as np
import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from learnface.cli._amounts import clock, counted
from learnface.cli._prediction import Outcome, Prediction
from learnface.reports.timeline import Timeline

__all__ = ["ExpressionPrediction", "show_expressions"]

MOST_ROWS = 40  # of pictures in the table on screen
MOST_FACES = 8  # of a video in the table on screen


class ExpressionPrediction(Prediction):
    """Tells of a face in a picture its probabilities, in a video how often each label was the likeliest."""

    ending = "-timeline.png"

    def in_picture(self, table: pd.DataFrame) -> np.ndarray:
        return table[[f"p_{label}" for label in self.recognizer.labels]].to_numpy()

    def in_video(self, table: pd.DataFrame) -> np.ndarray:
        return table["label"].to_numpy()[:, None] == np.array(self.recognizer.labels, object)

    def drawing(self, title: str) -> Timeline:
        return Timeline(self.recognizer.labels, title)

    def ordered(self, values: dict[str, float]) -> dict[str, float]:
        return dict(sorted(values.items(), key=lambda item: -item[1]))


def show_expressions(console: Console, outcomes: list[Outcome]) -> None:
    """Print the expressions of the faces in pictures, and of each video."""
    pictures = [o for o in outcomes if o.source.kind == "picture" and o.status != "failed"]
    if pictures:
        console.print(_picture_table(pictures))
    rows = sum(max(len(outcome.faces), 1) for outcome in pictures)
    if rows > MOST_ROWS:
        console.print(f"... and {rows - MOST_ROWS} more rows in the table")
    for outcome in outcomes:
        if outcome.source.kind == "video" and outcome.frames:
            console.print(_video_table(outcome))


def _picture_table(outcomes: list[Outcome]) -> Table:
    table = Table("picture", "face", "expression", "probability", "next", box=None, header_style="bold")
    for outcome in outcomes:
        name = escape(outcome.source.path.name)
        for face in outcome.faces:
            (label, share), *others = face.values.items()
            following = ", ".join(f"{other} {value:.0%}" for other, value in others[:2])
            table.add_row(name, str(face.face), escape(label), f"{share:.0%}", escape(following))
        if not outcome.faces:
            table.add_row(name, "", "no face found", "", "", style="dim")
        if table.row_count >= MOST_ROWS:
            break
    return table


def _video_table(outcome: Outcome) -> Table:
    title = f"{outcome.source.path.name}: {counted(outcome.frames, 'frame')} looked at"
    table = Table("face", "seen for", "share of each expression", title=escape(title), title_justify="left")
    table.box = None
    for face in outcome.faces[:MOST_FACES]:
        shares = ", ".join(f"{label} {share:.0%}" for label, share in face.values.items() if share >= 0.01)
        table.add_row(str(face.face), clock(face.seconds), escape(shares))
    hidden = len(outcome.faces) - MOST_FACES
    if hidden > 0:
        table.add_row("...", "", f"{hidden} more, seen for a shorter time", style="dim")
    if not outcome.faces:
        table.add_row("", "", "no face found", style="dim")
    return table
