"""A video's expressions over time: one row a face, its probabilities stacked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from learnface.files import atomic_path
from learnface.reports.annotate import label_colours

__all__ = ["Timeline"]

MOST_BINS = 2000
MOST_FACES = 64  # kept in memory; false detections may make thousands of short ones
SHORTEST_SHARE = 0.02  # of the time of the longest face: shorter ones are counted, not drawn
LONGEST_JOIN = 2.5  # steps: where a face was away for longer, the picture stays white
FIRST_WIDTH = 0.02  # seconds: finer than the frames of most videos


class Timeline:
    """Gathers the tables of `Recognizer.stream` and draws them; memory does not grow with the video.

    Time is cut into bins. When there are more than 2,000 of them, each two become one. Of more than 64 faces
    the shortest that are not in the newest table are given up, and counted.

    Args:
        labels: the classes, in order.
        title: heading of the picture.
    """

    def __init__(self, labels: Sequence[str], title: str = ""):
        self.labels, self.title = tuple(labels), title
        self.width = FIRST_WIDTH
        self.end = 0.0
        self.dropped = 0
        self._faces: dict[int, _FaceBins] = {}

    @property
    def faces(self) -> list[int]:
        """The numbers of the faces kept, the longest seen first."""
        return sorted(self._faces, key=lambda number: (-self._faces[number].rows, number))

    def add(self, table: pd.DataFrame) -> None:
        """Add a table with the columns `time`, `face` and `p_<label>` for each class."""
        if not len(table):
            return
        self.extend(float(table["time"].max()))
        values = table[[f"p_{label}" for label in self.labels]].to_numpy(float)
        places = (table["time"].to_numpy(float) / self.width).astype(int)
        numbers = table["face"].to_numpy()
        for number in np.unique(numbers):
            chosen = numbers == number
            face = self._faces.setdefault(int(number), _FaceBins(len(self.labels)))
            face.add(places[chosen], values[chosen])
        self._forget_short(set(numbers.tolist()))

    def extend(self, time: float) -> None:
        """Let the time axis reach to `time`, in seconds, also where no face is seen."""
        self.end = max(self.end, time)
        while self.end / self.width >= MOST_BINS:
            self.width *= 2
            for face in self._faces.values():
                face.halve()

    def probabilities(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the times (middle of bins, seconds) and mean probabilities `(bins, classes)` of a face.

        Bins in which the face was not seen are left out.
        """
        face = self._faces[number]
        seen = np.flatnonzero(face.counts)
        return (seen + 0.5) * self.width, face.sums[seen] / face.counts[seen, None]

    def save(self, path: str | Path, most_faces: int = 8) -> None:
        """Draw the faces seen longest and write the picture atomically.

        Args:
            path: file to write, `.png`, `.pdf` or `.svg`.
            most_faces: how many faces to draw at most; the heading tells how many there are more.
        """
        shown = self._worth_a_row()[:most_faces]
        figure = Figure(figsize=(11, 1.1 + 1.5 * max(len(shown), 1)), layout="constrained")
        FigureCanvasAgg(figure)
        rows = figure.subplots(max(len(shown), 1), 1, sharex=True, squeeze=False)[:, 0]
        for axes, number in zip(rows, shown, strict=False):
            self._draw_face(axes, number)
        if not shown:
            rows[0].text(0.5, 0.5, "no face found", ha="center", va="center", transform=rows[0].transAxes)
            rows[0].set_yticks([])
        rows[-1].set_xlim(0, max(self.end, self.width))
        rows[-1].xaxis.set_major_locator(MaxNLocator(10, steps=[1, 1.5, 2, 3, 6, 10]))
        rows[-1].xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: _clock(seconds)))
        rows[-1].set_xlabel("time")
        figure.suptitle(self._heading(len(shown)), fontsize=11)
        if shown:
            handles, labels = rows[0].get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside right upper", frameon=False, fontsize=9)
        with atomic_path(path) as temporary:
            figure.savefig(temporary, dpi=110)

    def _worth_a_row(self) -> list[int]:
        """Return the faces seen longest, without those that only flash up, as false detections do."""
        faces = self.faces
        least = SHORTEST_SHARE * self._faces[faces[0]].rows if faces else 0
        return [number for number in faces if self._faces[number].rows >= least]

    def _draw_face(self, axes, number: int) -> None:
        """Stack the probabilities of one face; gaps stay white."""
        times, values = self.probabilities(number)
        times, values = _with_gaps(times, values, self._step())
        colours = label_colours(self.labels)
        below = np.zeros(len(times))
        for code, label in enumerate(self.labels):
            above = below + values[:, code]
            axes.fill_between(times, below, above, color=colours[label], label=label, linewidth=0)
            below = above
        axes.set(ylim=(0, 1), yticks=(0, 0.5, 1), ylabel=f"face {number}")
        axes.spines[["top", "right"]].set_visible(False)

    def _step(self) -> float:
        """Return the seconds between two looks at the video, judged by the face seen longest."""
        times, _ = self.probabilities(self.faces[0])
        return max(float(np.median(np.diff(times))), self.width) if len(times) > 1 else self.width

    def _heading(self, shown: int) -> str:
        more = len(self._faces) - shown + self.dropped
        return self.title + (f"   ({more} more faces, seen for a shorter time)" if more else "")

    def _forget_short(self, current: set[int]) -> None:
        for number in reversed(self.faces):
            if len(self._faces) <= MOST_FACES:
                return
            if number not in current:
                del self._faces[number]
                self.dropped += 1


@dataclass
class _FaceBins:
    """Sums of a face's probabilities in bins of time."""

    classes: int
    rows: int = 0
    sums: np.ndarray = field(init=False)
    counts: np.ndarray = field(init=False)

    def __post_init__(self):
        self.sums, self.counts = np.zeros((MOST_BINS, self.classes)), np.zeros(MOST_BINS, int)

    def add(self, places: np.ndarray, values: np.ndarray) -> None:
        np.add.at(self.sums, places, values)
        np.add.at(self.counts, places, 1)
        self.rows += len(places)

    def halve(self) -> None:
        """Make each two bins one."""
        self.sums = np.concatenate([self.sums[::2] + self.sums[1::2], np.zeros_like(self.sums[::2])])
        self.counts = np.concatenate([self.counts[::2] + self.counts[1::2], np.zeros_like(self.counts[::2])])


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


def _clock(seconds: float) -> str:
    """Return seconds as `1:02:03`, `2:03`, or with tenths where they matter.

    Example:
        >>> _clock(3723), _clock(123), _clock(2.5)
        ('1:02:03', '2:03', '0:02.5')
    """
    hours, rest = divmod(max(seconds, 0), 3600)
    minutes, rest = divmod(rest, 60)
    tail = f"{rest:02.0f}" if abs(rest - round(rest)) < 0.05 else f"{rest:04.1f}"
    return f"{hours:.0f}:{minutes:02.0f}:{tail}" if hours else f"{minutes:.0f}:{tail}"
