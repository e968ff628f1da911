"""A video's valence and arousal: each face's curves over time, and its path through the circumplex."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from learnface.labels import VALENCE_AROUSAL
from learnface.reports._face_history import LONGEST_JOIN, FaceHistory
from learnface.reports._picture import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    SMALL,
    TEXT,
    new_figure,
    quiet_axes,
    save_picture,
)

__all__ = ["AffectPath"]

MOST_POINTS = 300  # of a path: more of them only make it black


class AffectPath(FaceHistory):
    """Gathers the tables of `AffectRecognizer.stream` and draws them; memory does not grow with the video.

    Args:
        title: heading of the picture.

    Example:
        >>> path = AffectPath("lesson.mp4")
        >>> path.faces
        []
    """

    def __init__(self, title: str = ""):
        super().__init__(VALENCE_AROUSAL, title)

    def figure(self, most_faces: int = 6) -> Figure:
        """Return a Matplotlib figure with a row for each of the faces seen longest.

        Left are valence and arousal over time, right the path through their plane, from light to dark.

        Args:
            most_faces: how many faces to draw at most; the heading tells how many there are more.
        """
        shown = self.worth_a_row()[:most_faces] if self.faces else []
        figure = new_figure(9.5, 2.25 * max(len(shown), 1) + 0.7, self.heading(len(shown)))
        if not shown:
            axes = figure.add_subplot()
            axes.text(0.5, 0.5, "no face found", ha="center", va="center", fontsize=TEXT, color=INK)
            axes.set_axis_off()
            return figure
        rows = figure.subplots(len(shown), 2, squeeze=False, width_ratios=(3.4, 1), sharex="col")
        for (left, right), number in zip(rows, shown, strict=True):
            times, values = self.means(number)
            self._draw_curves(left, times, values)
            left.set_ylabel(f"face {number}", fontsize=TEXT, color=INK)
            _draw_path(right, values)
        rows[-1, 0].set_xlabel("time", fontsize=SMALL + 0.5, color=INK)
        figure.legend(
            rows[0, 0].get_lines()[:2], VALENCE_AROUSAL, loc="outside lower center", ncols=2, frameon=False,
            fontsize=SMALL + 0.5, labelcolor=INK,
        )  # fmt: skip
        return figure

    def save(self, path: str | Path, most_faces: int = 6) -> Path:
        """Draw `figure` and write it to a file, whole or not at all.

        Args:
            path: file to write, `.png`, `.pdf` or `.svg`.
            most_faces: as in `figure`.
        """
        return save_picture(self.figure(most_faces), path, dpi=130)

    def _draw_curves(self, axes: Axes, times: np.ndarray, values: np.ndarray) -> None:
        """Draw both curves; where the face was away they are broken."""
        away = np.flatnonzero(np.diff(times) > LONGEST_JOIN * self.step()) + 1
        times, values = np.insert(times, away, np.nan), np.insert(values, away, np.nan, axis=0)
        quiet_axes(axes, grid="y")
        few = "o" if len(times) < 4 else None  # a line through one point would not be seen
        for column, colour in enumerate((BLUE, ORANGE)):
            axes.plot(times, values[:, column], color=colour, linewidth=1.1, marker=few, markersize=3)
        axes.set(ylim=(-1.03, 1.03), yticks=(-1, 0, 1))
        self.draw_time_axis(axes, ticks=8)


def _draw_path(axes: Axes, values: np.ndarray) -> None:
    """Draw the path through the plane of valence (across) and arousal (up), with its beginning and end."""
    points = _thinned(values)
    angles = np.linspace(0, 2 * np.pi, 100)
    axes.plot(np.cos(angles), np.sin(angles), color=GREY, linewidth=0.6)
    for x, y in (((-1, 1), (0, 0)), ((0, 0), (-1, 1))):
        axes.plot(x, y, color="#E0E0E0", linewidth=0.6, zorder=0)
    segments = np.stack([points[:-1], points[1:]], axis=1)
    shades = np.linspace(0.25, 1, max(len(segments), 1))
    axes.add_collection(LineCollection(segments, cmap="Greys", array=shades, linewidth=0.9, clim=(0, 1)))
    axes.plot(*points[0], "o", color="white", markeredgecolor=INK, markersize=4)
    axes.plot(*points[-1], "o", color=INK, markersize=4)
    axes.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), xticks=(), yticks=(), aspect="equal")
    axes.spines[:].set_visible(False)
    for x, y, word in (
        (1.02, 0, "pleasant"),
        (-1.02, 0, "unpleasant"),
        (0, 1.02, "aroused"),
        (0, -1.02, "calm"),
    ):
        side = {"ha": "center", "va": "bottom" if y > 0 else "top"}
        if not y:
            side = {"ha": "center", "va": "center", "rotation": -90 if x > 0 else 90}
        axes.text(1.06 * x, 1.03 * y, word, fontsize=SMALL - 0.5, color=GREY, **side)


def _thinned(values: np.ndarray) -> np.ndarray:
    """Return at most 300 points: means over stretches of equal length."""
    parts = np.array_split(values, min(len(values), MOST_POINTS))
    return np.array([part.mean(axis=0) for part in parts])
