"""Where a bootstrap's interval ends, so that it also covers what it says where few people are drawn.

The plain percentile interval takes the spread of the drawn means for that of new samples and its tails for normal
ones, which is too narrow for few: of 16 people it covers 92 % where 95 % are promised, and far out in the tails, as
joint verdicts need them, it errs three times as often as it says. The expanded percentile interval goes as far out
as Student's t and the unbiased spread do.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from learnface.errors import DataError

__all__ = ["check_confidence", "draws_needed", "expanded_tail", "interval_ends"]

_BEYOND = 25  # draws beyond an end, below which its place is left to chance
_FEWEST, _MOST = 10_000, 200_000


def check_confidence(confidence: float) -> None:
    """Make sure that a confidence is a share.

    Raises:
        DataError: it is not.
    """
    if not 0 < confidence < 1:
        raise DataError(f"confidence is {confidence}, but must lie between 0 and 1, such as 0.95")


def expanded_tail(units: int, confidence: float) -> float:
    """Return which share of draws lies beyond either end of the interval.

    Args:
        units: how many people, or samples, a draw has.
        confidence: coverage of the interval, between 0 and 1.

    Returns:
        The share; NaN for a single unit.

    References:
        Hesterberg 2015, What teachers should know about the bootstrap, The American Statistician 69(4).

    Example:
        >>> f"{expanded_tail(16, 0.95):.4f}", f"{expanded_tail(100_000, 0.95):.4f}"
        ('0.0139', '0.0250')
    """
    if units < 2:
        return math.nan  # one person says nothing of how people differ
    t = stats.t.ppf((1 + confidence) / 2, units - 1)
    return float(stats.norm.sf(t * math.sqrt(units / (units - 1))))


def draws_needed(tail: float) -> int:
    """Return how many draws put enough of them beyond an end, in bounds of what is quickly drawn."""
    if math.isnan(tail):
        return _FEWEST
    return int(np.clip(math.ceil(_BEYOND / max(tail, 1e-12)), _FEWEST, _MOST))


def interval_ends(drawn: NDArray, tail: float) -> tuple[float, float]:
    """Return between which of the drawn values all but the tails lie; NaN where the tail is."""
    if math.isnan(tail):
        return math.nan, math.nan
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)
