"""Gathers what was found of each face of a video over time, in memory that does not grow with the video."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

__all__ = ["FaceHistory", "LONGEST_JOIN", "tick_label"]

MOST_BINS = 2000
MOST_FACES = 64  # kept in memory; false detections may make thousands of short ones
SHORTEST_SHARE = 0.02  # of the time of the longest face: shorter ones are counted, not drawn
LONGEST_JOIN = 2.5  # steps: where a face was away for longer, the picture stays white
FIRST_WIDTH = 0.02  # seconds: finer than the frames of most videos


class FaceHistory:
    """Gathers tables with a row for each face and frame, and keeps means over bins of time.

    When there are more than 2,000 bins, each two become one. Of more than 64 faces the shortest that are not
    in the newest table are given up, and counted.

    Args:
        columns: the columns of the tables to keep.
        title: heading of the picture.
    """

    def __init__(self, columns: Sequence[str], title: str = ""):
        self.columns, self.title = tuple(columns), title
        self.width = FIRST_WIDTH
        self.end = 0.0
        self.dropped = 0
        self._faces: dict[int, _FaceBins] = {}

    @property
    def faces(self) -> list[int]:
        """The numbers of the faces kept, the longest seen first."""
        return sorted(self._faces, key=lambda number: (-self._faces[number].rows, number))

    def add(self, table: pd.DataFrame) -> None:
        """Add a table with the columns `time`, `face` and those to keep."""
        if not len(table):
            return
        self.extend(float(table["time"].max()))
        values = table[list(self.columns)].to_numpy(float)
        places = (table["time"].to_numpy(float) / self.width).astype(int)
        numbers = table["face"].to_numpy()
        for number in np.unique(numbers):
            chosen = numbers == number
            face = self._faces.setdefault(int(number), _FaceBins(len(self.columns)))
            face.add(places[chosen], values[chosen])
        self._forget_short(set(numbers.tolist()))

    def extend(self, time: float) -> None:
        """Let the time axis reach to `time`, in seconds, also where no face is seen."""
        self.end = max(self.end, time)
        while self.end / self.width >= MOST_BINS:
            self.width *= 2
            for face in self._faces.values():
                face.halve()

    def means(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the times (middle of bins, seconds) and mean values `(bins, columns)` of a face.

        Bins in which the face was not seen are left out.
        """
        face = self._faces[number]
        seen = np.flatnonzero(face.counts)
        return (seen + 0.5) * self.width, face.sums[seen] / face.counts[seen, None]

    def worth_a_row(self) -> list[int]:
        """Return the faces seen longest, without those that only flash up, as false detections do."""
        faces = self.faces
        least = SHORTEST_SHARE * self._faces[faces[0]].rows if faces else 0
        return [number for number in faces if self._faces[number].rows >= least]

    def step(self) -> float:
        """Return the seconds between two looks at the video, judged by the face seen longest."""
        times, _ = self.means(self.faces[0])
        return max(float(np.median(np.diff(times))), self.width) if len(times) > 1 else self.width

    def heading(self, shown: int) -> str:
        """Return the title, with how many faces there are that are not among those `shown`."""
        more = len(self._faces) - shown + self.dropped
        return self.title + (f"   ({more} more faces, seen for a shorter time)" if more else "")

    def draw_time_axis(self, axes: Axes, ticks: int) -> None:
        """Let the lower axis of a picture show the whole time, with at most so many ticks that read as a clock."""
        axes.set_xlim(0, max(self.end, self.width))
        axes.xaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 1.5, 2, 3, 6, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: tick_label(seconds)))

    def _forget_short(self, current: set[int]) -> None:
        for number in reversed(self.faces):
            if len(self._faces) <= MOST_FACES:
                return
            if number not in current:
                del self._faces[number]
                self.dropped += 1


@dataclass
class _FaceBins:
    """Sums of a face's values in bins of time."""

    columns: int
    rows: int = 0
    sums: np.ndarray = field(init=False)
    counts: np.ndarray = field(init=False)

    def __post_init__(self):
        self.sums, self.counts = np.zeros((MOST_BINS, self.columns)), np.zeros(MOST_BINS, int)

    def add(self, places: np.ndarray, values: np.ndarray) -> None:
        np.add.at(self.sums, places, values)
        np.add.at(self.counts, places, 1)
        self.rows += len(places)

    def halve(self) -> None:
        """Make each two bins one."""
        self.sums = np.concatenate([self.sums[::2] + self.sums[1::2], np.zeros_like(self.sums[::2])])
        self.counts = np.concatenate([self.counts[::2] + self.counts[1::2], np.zeros_like(self.counts[::2])])


def tick_label(seconds: float) -> str:
    """Return seconds as `1:02:03`, `2:03`, or with tenths and hundredths where they matter.

    Example:
        >>> tick_label(3723), tick_label(123), tick_label(2.5), tick_label(0.12)
        ('1:02:03', '2:03', '0:02.5', '0:00.12')
    """
    hours, rest = divmod(max(seconds, 0), 3600)
    minutes, rest = divmod(rest, 60)
    decimals = next((places for places in (0, 1) if abs(rest - round(rest, places)) < 0.005), 2)
    tail = f"{rest:0{3 + decimals if decimals else 2}.{decimals}f}"
    return f"{hours:.0f}:{minutes:02.0f}:{tail}" if hours else f"{minutes:.0f}:{tail}"
