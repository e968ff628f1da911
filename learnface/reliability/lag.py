"""How late annotators are, one against the other, and traces moved to take that out.

Annotating live, everybody reacts some seconds after what they see, each with a delay of their own. The traces
alone tell the differences between annotators, not the delay that all share.
"""

from itertools import combinations

import numpy as np

from learnface.errors import DataError
from learnface.reliability._annotations import checked_annotations

__all__ = ["align", "annotation_lag", "estimate_lags"]


def annotation_lag(reference, annotation, rate: float, max_lag: float = 5.0) -> float:
    """Return by how much an annotation is later than a reference, to a part of a frame.

    It is the shift with the greatest correlation over the frames that overlap, refined by the parabola
    through that correlation and its two neighbours.

    Args:
        reference: `(frames,)`, NaN where there is no value.
        annotation: `(frames,)`, likewise.
        rate: frames a second.
        max_lag: the greatest lag to look for, in seconds, either way.

    Returns:
        The lag in seconds, positive where the annotation is the later one.

    Raises:
        DataError: the annotations are not fit, `max_lag` is above half their length, or no lag below it has
            the greatest correlation.

    Example:
        >>> time = np.arange(200) / 10
        >>> round(annotation_lag(np.sin(time), np.sin(time - 0.33), rate=10), 2)
        0.33
    """
    first, second = checked_annotations([reference, annotation])
    lag, _ = _best_lag(first, second, _frames(max_lag, rate, len(first)))
    if np.isnan(lag):
        raise DataError(
            f"no lag below {max_lag} s makes the annotation follow the reference: "
            "give a greater max_lag, or leave this annotation out"
        )
    return lag / rate


def estimate_lags(annotations, rate: float, max_lag: float = 5.0) -> np.ndarray:
    """Return how late each annotator is against the mean of all.

    The lags of all pairs are estimated by `annotation_lag`, and one lag an annotator is fitted to them by
    least squares, a pair counting as much as it correlates.

    Args:
        annotations: `(annotators, frames)`, NaN where an annotator gave no value.
        rate: frames a second.
        max_lag: the greatest lag between two annotators to look for, in seconds.

    Returns:
        Lags in seconds, `(annotators,)`, with a mean of 0; positive for a late annotator.

    Raises:
        DataError: the annotations are not fit, `max_lag` is above half their length, or somebody follows no
            other annotator.

    Example:
        >>> time = np.arange(200) / 10
        >>> lags = estimate_lags([np.sin(time), np.sin(time - 0.3), np.sin(time - 0.6)], rate=10)
        >>> (lags.round(2) + 0.0).tolist()
        [-0.3, 0.0, 0.3]
    """
    values = checked_annotations(annotations)
    limit = _frames(max_lag, rate, values.shape[1])
    rows, lags, weights = [], [], []
    for i, j in combinations(range(len(values)), 2):
        lag, correlation = _best_lag(values[i], values[j], limit)
        if not np.isnan(lag):
            row = np.zeros(len(values))
            row[[i, j]] = -1, 1
            rows.append(row)
            lags.append(lag)
            weights.append(correlation)
    _check_joined(np.array(rows).reshape(-1, len(values)), len(values), max_lag)
    scale = np.sqrt(weights)
    # The least-squares solution of least norm is the one with a mean of 0.
    solution = np.linalg.lstsq(np.array(rows) * scale[:, None], np.array(lags) * scale, rcond=None)[0]
    return solution / rate


def align(annotations, lags, rate: float) -> np.ndarray:
    """Return annotations with each trace moved earlier by its lag.

    Between frames, values are interpolated on a straight line; a value that needs a missing one is missing.

    Args:
        annotations: `(annotators, frames)`, NaN where an annotator gave no value.
        lags: seconds by which each annotator is late, `(annotators,)`.
        rate: frames a second.

    Returns:
        Array of the same shape, NaN where a moved trace has ended.

    Raises:
        DataError: the annotations are not fit, or there is not one finite lag an annotator.

    Example:
        >>> align([[0.0, 0.1, 0.2, 0.3], [0.0, 0.0, 0.1, 0.2]], lags=[0, 0.2], rate=5)
        array([[0. , 0.1, 0.2, 0.3],
               [0. , 0.1, 0.2, nan]])
    """
    values = checked_annotations(annotations)
    lags = np.asarray(lags, dtype=np.float64)
    if lags.shape != (len(values),) or not np.isfinite(lags).all():
        raise DataError(f"lags must be {len(values)} finite numbers, one an annotator, not {lags}")
    _check_rate(rate)
    # A lag of 0.2 s at 5 frames a second is 1 frame, and not 1.0000000000000002.
    return np.stack([_moved(trace, np.round(lag * rate, 9)) for trace, lag in zip(values, lags, strict=True)])


def _moved(trace: np.ndarray, frames: float) -> np.ndarray:
    """Return the trace read `frames` later."""
    place = np.arange(len(trace)) + frames
    below = np.floor(place).astype(int)
    share = place - below
    inside = (place >= 0) & (place <= len(trace) - 1)
    left = trace[np.clip(below, 0, len(trace) - 1)]
    right = trace[np.clip(below + 1, 0, len(trace) - 1)]
    moved = np.where(share == 0, left, (1 - share) * left + share * right)
    return np.where(inside, moved, np.nan)


def _frames(max_lag: float, rate: float, length: int) -> int:
    """Return the greatest lag in whole frames."""
    _check_rate(rate)
    frames = int(np.ceil(max_lag * rate - 1e-9))
    if not 1 <= frames <= length // 2:
        raise DataError(
            f"max_lag is {max_lag} s, {frames} frames, but must be from 1 frame to half the {length} frames"
        )
    return frames


def _check_rate(rate: float) -> None:
    if not rate > 0:
        raise DataError(f"rate must be above 0 frames a second, not {rate}")


def _best_lag(first: np.ndarray, second: np.ndarray, limit: int) -> tuple[float, float]:
    """Return the lag of the second trace in frames and its correlation; NaN where no peak lies inside."""
    shifts = np.arange(-limit, limit + 1)
    correlations = np.array([_correlation_at(first, second, shift) for shift in shifts])
    if np.isnan(correlations).all():
        return np.nan, np.nan
    best = int(np.nanargmax(correlations))
    around = correlations[best - 1 : best + 2]
    if best in (0, len(shifts) - 1) or np.isnan(around).any() or around[1] <= 0:
        return np.nan, np.nan
    curvature = around[0] - 2 * around[1] + around[2]
    if curvature > -1e-9:  # flat but for rounding, as between two straight lines: no peak
        return np.nan, np.nan
    offset = 0.5 * (around[0] - around[2]) / curvature
    return float(shifts[best] + offset), float(around[1])


def _correlation_at(first: np.ndarray, second: np.ndarray, shift: int) -> float:
    """Return the correlation with the second trace read `shift` frames later; NaN where it is not defined."""
    length = len(first) - abs(shift)
    x, y = first[max(0, -shift) :][:length], second[max(0, shift) :][:length]
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = x[both], y[both]
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def _check_joined(pairs: np.ndarray, annotators: int, max_lag: float) -> None:
    """Check that pairs with a lag join all annotators."""
    joined, before = {0}, 0
    while len(joined) > before:
        before = len(joined)
        for pair in pairs:
            ends = set(np.flatnonzero(pair).tolist())
            joined |= ends if ends & joined else set()
    if len(joined) < annotators:
        lonely = min(set(range(annotators)) - joined) if len(joined) > 1 else 0
        raise DataError(
            f"annotator {lonely} (counting from 0) follows no other within {max_lag} s: "
            "give a greater max_lag, or leave that annotator out"
        )
