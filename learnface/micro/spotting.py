"""Spotting: where in a long video micro-expressions begin, culminate and end.

The face is cut by one transform for seconds on end, the head's motion is taken off the optical flow, and what is
left is strain of the skin. A micro-expression comes and goes within half a second, so strain is sought that a
quarter of a second later has gone back (`learnface.micro._strain_curve`); its peaks are the apexes.

The defaults were chosen on synthetic videos (`docs/results/spotting`); they were not measured on recordings of
people, and a video of yours, a compressed one above all, may need another threshold.

Example:
    >>> spotting = spot("lesson.mp4")  # doctest: +SKIP
    >>> spotting.intervals  # doctest: +SKIP
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks, peak_widths

from learnface.clips._cutter import FaceCutter
from learnface.clips._settings import PrepareSettings, still_template
from learnface.clips.motion import FLOW_METHODS
from learnface.clips.video import probe_video, read_video
from learnface.errors import DataError
from learnface.micro._strain_curve import returning_strain

__all__ = ["Spotting", "SpottingSettings", "find_intervals", "spot", "spot_frames"]

_LEAST_FPS = 12.0
_ENOUGH_FPS = 30.0
_SMOOTHING = 0.1  # seconds
_REANCHOR = 2.0  # seconds
_FLOOR = 0.001  # strain in pixels per pixel


@dataclass(frozen=True)
class SpottingSettings:
    """How micro-expressions are spotted.

    Attributes:
        threshold: how many times the curve's median a peak must be; higher spots fewer and surer ones.
        longest: seconds that a micro-expression may last.
        edge: where an interval ends: how far down from the peak to its foot, 0 to 1.
        size: side of the cut face in pixels.
        detector: finds the face, as `learnface.faces.build_detector`; None where frames are faces already.
        landmarks: aligns the face, as `learnface.clips.PrepareSettings`: `"mesh"` needs an extra; None cuts out the
            detector's box.
        flow: a key of `learnface.clips.motion.FLOW_METHODS`.
    """

    threshold: float = 3.5
    longest: float = 0.5
    edge: float = 0.7
    size: int = 96
    detector: str | None = "viola_jones"
    landmarks: str | None = None
    flow: str = "dis"

    def __post_init__(self):
        if not (0 < self.threshold < math.inf and 0 < self.longest < math.inf and 0 < self.edge <= 1):
            raise DataError(
                f"threshold={self.threshold}, longest={self.longest}, edge={self.edge}: give numbers above 0, "
                "and an edge up to 1"
            )
        if self.flow not in FLOW_METHODS:
            raise DataError(f"flow={self.flow!r}: choose one of {list(FLOW_METHODS)}")

    def cutter(self) -> FaceCutter:
        """Return what finds and cuts the face."""
        faces = PrepareSettings(
            detector=self.detector,
            landmarks=self.landmarks,
            template=still_template(self.landmarks),
            size=self.size,
            equalise=None,
        )
        return FaceCutter(faces)


@dataclass(frozen=True, eq=False)
class Spotting:
    """What was spotted.

    Attributes:
        intervals: a row a micro-expression: `onset`, `apex` and `offset` (frame numbers from 0, the last one
            included), the same in seconds (`onset_time` and so on), and `strength`, the peak in medians of the curve.
        curve: a row a frame that was looked at: `frame`, `time` in seconds, and `strain`, smoothed; NaN near the
            ends and where no face was found. A face that goes is noticed when it is next looked for, within two
            seconds.
        threshold: strain that a peak had to reach.
        fps: frames a second that were looked at.
    """

    intervals: pd.DataFrame
    curve: pd.DataFrame
    threshold: float
    fps: float


def spot(
    path: str | Path,
    settings: SpottingSettings | None = None,
    *,
    damaged: str = "raise",
    beat: Callable[[float], None] = lambda seconds: None,
) -> Spotting:
    """Spot micro-expressions in a video.

    Of a fast video every n-th frame is taken, so that 30 or more a second are left. Memory does not grow with the
    video, but for three numbers a frame.

    Args:
        path: the video.
        settings: how; by default those chosen on synthetic videos.
        damaged: what follows after the last readable frame of a damaged file: `"raise"` an error, or `"warn"`
            with a `DamagedVideoWarning` and return what was spotted before.
        beat: called with the seconds that are done.

    Returns:
        The intervals and the curve that they were found on.

    Raises:
        DataError: the file is no video, is damaged, has too few frames a second or shows no face.
    """
    info = probe_video(path)
    if not info.fps >= _LEAST_FPS:
        raise DataError(
            f"{path} has {info.fps:.3g} frames a second: a micro-expression lasts a quarter of a second and needs "
            f"{_LEAST_FPS:g}"
        )
    every = max(1, int(info.fps / _ENOUGH_FPS + 1e-6))
    times: list[float] = []

    def images() -> Iterator[NDArray]:
        for frame in read_video(path, every=every, damaged=damaged):
            times.append(frame.time)
            beat(frame.time)
            yield frame.image

    try:
        found = spot_frames(images(), info.fps / every, settings)
    except DataError as error:
        raise DataError(f"{path}: {error}" if str(path) not in str(error) else str(error)) from None
    return _renumbered(found, np.array(times), every)


def spot_frames(frames: Iterable[NDArray], fps: float, settings: SpottingSettings | None = None) -> Spotting:
    """Spot micro-expressions in frames that follow each other evenly.

    Args:
        frames: RGB or grey, uint8, of one size; taken one by one.
        fps: frames a second.
        settings: as `spot`.

    Raises:
        DataError: the frames are too few, or show no face.
    """
    settings = settings or SpottingSettings()
    span = max(2, round(settings.longest / 2 * fps))
    count = 0

    def counted() -> Iterator[NDArray]:
        nonlocal count
        for frame in frames:
            count += 1
            yield frame

    reanchor = max(1, round(_REANCHOR * fps))
    found = list(returning_strain(counted(), span, settings.cutter(), settings.flow, reanchor))
    if not found:
        raise DataError(f"there are {count} frames, but {2 * span + 1} are needed at {fps:g} a second")
    strain = np.full(count, np.nan)
    strain[[number for number, _ in found]] = [value for _, value in found]
    if np.isnan(strain).all():
        raise DataError("no face was found in any frame: choose another detector")
    strain = _smoothed(strain, max(1, round(_SMOOTHING * fps)))
    threshold = settings.threshold * _usual(strain)
    numbers = np.arange(count)
    return Spotting(
        find_intervals(strain, fps, settings),
        pd.DataFrame({"frame": numbers, "time": numbers / fps, "strain": strain}),
        threshold,
        fps,
    )


def find_intervals(strain: NDArray, fps: float, settings: SpottingSettings | None = None) -> pd.DataFrame:
    """Return the intervals of a curve's peaks.

    Args:
        strain: (frames,), NaN where it is not known.
        fps: frames a second.
        settings: as `spot`.

    Returns:
        The intervals as in `Spotting`.

    Example:
        >>> strain = np.full(90, 0.01)
        >>> strain[40:47] = [0.03, 0.06, 0.09, 0.10, 0.09, 0.06, 0.03]
        >>> find_intervals(strain, fps=30)[["onset", "apex", "offset"]].values.tolist()
        [[40, 43, 46]]
    """
    settings = settings or SpottingSettings()
    usual = _usual(strain)
    known = np.where(np.isnan(strain), usual, strain)  # 0 would be a foot far below all others
    distance = max(2, round(settings.longest / 2 * fps))
    peaks, _ = find_peaks(known, height=settings.threshold * usual, distance=distance)
    _, _, left, right = peak_widths(known, peaks, rel_height=settings.edge)
    rows = []
    for peak, first, last in zip(peaks, left, right, strict=True):
        onset, offset = int(np.round(first)), int(np.round(last))
        if (offset - onset) / fps <= settings.longest + 1 / fps:
            rows.append(
                (onset, int(peak), offset, onset / fps, peak / fps, offset / fps, known[peak] / usual)
            )
    columns = ["onset", "apex", "offset", "onset_time", "apex_time", "offset_time", "strength"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(columns[:3], int) | dict.fromkeys(columns[3:], float))


def _smoothed(strain: NDArray, width: int) -> NDArray[np.float64]:
    """Return a running mean over `width` frames; NaN where half of them or more are not known.

    So a frame or two in which the face is not found do not tear the curve.
    """
    known = ~np.isnan(strain)
    total = uniform_filter1d(np.where(known, strain, 0.0), width, mode="constant")
    share = uniform_filter1d(known.astype(float), width, mode="constant")
    return np.where(share > 0.5 + 1e-9, np.maximum(total, 0) / np.maximum(share, 1e-9), np.nan)


def _usual(strain: NDArray) -> float:
    """Return the curve's median, or what flow invents where nothing moves if that is more."""
    known = strain[~np.isnan(strain)]
    return max(float(np.median(known)), _FLOOR) if len(known) else _FLOOR


def _renumbered(found: Spotting, times: NDArray, every: int) -> Spotting:
    """Return a spotting with the numbers and times of the video's own frames."""
    intervals, curve = found.intervals.copy(), found.curve.copy()
    for name in ("onset", "apex", "offset"):
        intervals[f"{name}_time"] = times[intervals[name]]
        intervals[name] = intervals[name] * every
    curve["time"], curve["frame"] = times, curve["frame"] * every
    return Spotting(intervals, curve, found.threshold, found.fps)
