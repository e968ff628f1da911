"""`learnface predict --va`: valence and arousal of one picture or video after the other."""

import numpy as np
import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from learnface.cli._prediction import Outcome, Prediction
from learnface.labels import VALENCE_AROUSAL
from learnface.reports.affect_path import AffectPath

__all__ = ["AffectPrediction", "show_affect"]

MOST_ROWS = 40


class AffectPrediction(Prediction):
    """Tells of a face its valence and arousal, in a video their means."""

    ending = "-affect.png"

    def in_picture(self, table: pd.DataFrame) -> np.ndarray:
        return table[list(VALENCE_AROUSAL)].to_numpy()

    in_video = in_picture

    def drawing(self, title: str) -> AffectPath:
        return AffectPath(title)


def show_affect(console: Console, outcomes: list[Outcome]) -> None:
    """Print a table of the faces of all files."""
    table = Table("file", "face", "seen for", "valence", "arousal", box=None, header_style="bold")
    rows = [(outcome, face) for outcome in outcomes for face in outcome.faces]
    for outcome, face in rows[:MOST_ROWS]:
        seconds = "" if face.seconds is None else f"{face.seconds:.1f} s"
        values = [f"{face.values[name]:+.2f}" for name in VALENCE_AROUSAL]
        table.add_row(escape(outcome.source.path.name), str(face.face), seconds, *values)
    if rows:
        console.print(table)
    if len(rows) > MOST_ROWS:
        console.print(f"... and {len(rows) - MOST_ROWS} more faces")
