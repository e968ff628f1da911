"""A video's expressions over time: one row a face, its probabilities stacked."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from learnface.reports._face_history import LONGEST_JOIN, FaceHistory
from learnface.reports._picture import save_picture
from learnface.reports.annotate import label_colours

__all__ = ["Timeline"]


class Timeline(FaceHistory):
    """Gathers the tables of `Recognizer.stream` and draws them; memory does not grow with the video.

    Args:
        labels: the classes, in order.
        title: heading of the picture.
    """

    def __init__(self, labels: Sequence[str], title: str = ""):
        super().__init__([f"p_{label}" for label in labels], title)
        self.labels = tuple(labels)

    def probabilities(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the times (middle of bins, seconds) and mean probabilities `(bins, classes)` of a face.

        Bins in which the face was not seen are left out.
        """
        return self.means(number)

    def figure(self, most_faces: int = 8) -> Figure:
        """Return a Matplotlib figure with a row for each of the faces seen longest.

        Args:
            most_faces: how many faces to draw at most; the heading tells how many there are more.
        """
        shown = self.worth_a_row()[:most_faces]
        figure = Figure(figsize=(11, 1.1 + 1.5 * max(len(shown), 1)), layout="constrained")
        rows = figure.subplots(max(len(shown), 1), 1, sharex=True, squeeze=False)[:, 0]
        for axes, number in zip(rows, shown, strict=False):
            self._draw_face(axes, number)
        if not shown:
            rows[0].text(0.5, 0.5, "no face found", ha="center", va="center", transform=rows[0].transAxes)
            rows[0].set_yticks([])
        self.draw_time_axis(rows[-1], ticks=10)
        rows[-1].set_xlabel("time")
        figure.suptitle(self.heading(len(shown)), fontsize=11)
        if shown:
            handles, labels = rows[0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside right upper", frameon=False, fontsize=9)
        return figure

    def save(self, path: str | Path, most_faces: int = 8) -> Path:
        """Draw `figure` and write it to a file, whole or not at all.

        Args:
            path: file to write, `.png`, `.pdf` or `.svg`.
            most_faces: as in `figure`.
        """
        return save_picture(self.figure(most_faces), path, dpi=110)

    def _draw_face(self, axes, number: int) -> None:
        """Stack the probabilities of one face; gaps stay white."""
        times, values = self.probabilities(number)
        times, values = _with_gaps(times, values, self.step())
        colours = label_colours(self.labels)
        below = np.zeros(len(times))
        for code, label in enumerate(self.labels):
            above = below + values[:, code]
            axes.fill_between(times, below, above, color=colours[label], label=label, linewidth=0)
            below = above
        axes.set(ylim=(0, 1), yticks=(0, 0.5, 1), ylabel=f"face {number}")
        axes.spines[["top", "right"]].set_visible(False)


def _with_gaps(times: np.ndarray, values: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Lengthen each stretch by half a step at both ends, and put NaN where the face was away.

    Returns:
        Times and `(times, classes)` values whose stacked areas are joined within a stretch, and leave it
        white between stretches; a face seen once is drawn one step wide.
    """
    pieces_t, pieces_v = [], []
    nothing = np.full((1, values.shape[1]), np.nan)
    for stretch in np.split(np.arange(len(times)), np.flatnonzero(np.diff(times) > LONGEST_JOIN * step) + 1):
        inside, rows = times[stretch], values[stretch]
        end = inside[-1] + step / 2
        pieces_t.append(np.concatenate([[inside[0] - step / 2], inside, [end, end]]))
        pieces_v.append(np.concatenate([rows[:1], rows, rows[-1:], nothing]))
    return np.concatenate(pieces_t), np.concatenate(pieces_v)
