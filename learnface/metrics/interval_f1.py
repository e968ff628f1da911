"""The F1 of spotted intervals, as the micro-expression challenges (MEGC 2019 and later) count it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

from learnface.errors import DataError

__all__ = ["interval_f1", "interval_iou"]


def interval_f1(
    true: Sequence[ArrayLike], spotted: Sequence[ArrayLike], iou: float = 0.5, unit: float = 1.0
) -> dict[str, float | int]:
    """Score spotted intervals of several videos against the true ones.

    A spotted interval is right if its intersection over union with a true one reaches `iou`; an interval counts
    once, and pairs are made so that as many as possible are right. Counts of all videos are summed before F1 is
    computed, as of long videos many hold no micro-expression at all (Li et al. 2019, MEGC 2019 spotting).

    Args:
        true: for each video the true intervals, (intervals, 2): onset and offset.
        spotted: for each video the spotted ones in the same form.
        iou: least intersection over union.
        unit: length of one frame: 1 for frame numbers, whose offset belongs to the interval; 0 for times.

    Returns:
        `tp`, `fp`, `fn`, and the fractions `precision`, `recall` and `f1`, 0 where nothing is right.

    Raises:
        DataError: the videos differ in number, or an interval ends before it begins.

    Example:
        >>> scores = interval_f1(true=[[(10, 19), (50, 59)]], spotted=[[(12, 21), (80, 90)]])
        >>> scores["tp"], scores["fp"], scores["fn"], scores["f1"]
        (1, 1, 1, 0.5)
    """
    if len(true) != len(spotted):
        raise DataError(
            f"there are {len(true)} videos with true intervals, but {len(spotted)} with spotted ones"
        )
    right = wanted = found = 0
    for truth, guess in zip(true, spotted, strict=True):
        overlaps = interval_iou(truth, guess, unit)
        # Close enough pairs count 1, so the best assignment has as many of them as there can be.
        pairs = linear_sum_assignment(overlaps >= iou, maximize=True)
        right += int((overlaps[pairs] >= iou).sum())
        wanted, found = wanted + len(overlaps), found + overlaps.shape[1]
    return {
        "tp": right,
        "fp": found - right,
        "fn": wanted - right,
        "precision": right / max(found, 1),
        "recall": right / max(wanted, 1),
        "f1": 2 * right / max(found + wanted, 1),
    }


def interval_iou(first: ArrayLike, second: ArrayLike, unit: float = 1.0) -> NDArray[np.float64]:
    """Return the intersection over union of each of some intervals with each of others, (first, second).

    Args:
        first: (intervals, 2), onset and offset.
        second: the others.
        unit: as `interval_f1`.

    Example:
        >>> interval_iou([(0, 9)], [(5, 14), (10, 12)]).round(3).tolist()
        [[0.333, 0.0]]
    """
    one, other = _checked(first), _checked(second)
    start = np.maximum(one[:, None, 0], other[None, :, 0])
    end = np.minimum(one[:, None, 1], other[None, :, 1])
    shared = np.maximum(end - start + unit, 0)
    lengths = (one[:, 1] - one[:, 0] + unit)[:, None] + other[:, 1] - other[:, 0] + unit
    joint = lengths - shared
    return np.divide(shared, joint, out=np.zeros_like(joint), where=joint > 0)


def _checked(intervals: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(intervals, dtype=np.float64)
    if not array.size:
        return np.zeros((0, 2))
    if array.ndim != 2 or array.shape[1] != 2:
        raise DataError(f"intervals have the shape {array.shape}, expected (intervals, 2): onset and offset")
    wrong = array[~(array[:, 1] >= array[:, 0])]
    if len(wrong):
        raise DataError(f"the interval {tuple(wrong[0].tolist())} ends before it begins")
    return array
