"""Which of two networks is better, over seeds, in words."""

from collections.abc import Sequence

import numpy as np

from learnface.metrics import mean_interval

__all__ = ["ALONE", "verdict"]

ALONE = "each at 95 % on its own: of networks that are equal, one pair in twenty is told apart by chance"
"""What a list of verdicts must say of itself: over three seeds, joint ones would never tell anything apart."""


def verdict(first: Sequence[float], second: Sequence[float], *, percent: bool = True) -> str:
    """Say which of two networks is better, by the differences of runs with the same seed.

    Args:
        first: scores of the one, a seed each; the higher, the better.
        second: of the other, by the same seeds.
        percent: whether scores are fractions, whose difference is told in points; else it is told as it is.

    Example:
        >>> verdict([0.86, 0.87, 0.86], [0.80, 0.80, 0.81])
        'better by 6.00 ± 2.48 points'
        >>> verdict([0.86, 0.85], [0.85, 0.86])
        'not told apart: +0.00 ± 12.71 points'
        >>> verdict([0.7, 0.8, 0.7], [0.9, 0.9, 0.9], percent=False)
        'worse by 0.167 ± 0.143'
        >>> verdict([0.86], [0.85])
        'ahead by 1.00 points in one run, which tells nothing of other seeds'
        >>> verdict([0.86], [0.86])
        'level in one run, which tells nothing of other seeds'
    """
    scale, decimals, unit = (100, 2, " points") if percent else (1, 3, "")
    mean, half = mean_interval([scale * (a - b) for a, b in zip(first, second, strict=True)])
    size, width = (f"{value:.{decimals}f}" for value in (abs(mean), half))
    if np.isnan(half):
        side = f"{'ahead' if mean > 0 else 'behind'} by {size}{unit}" if float(size) else "level"
        return f"{side} in one run, which tells nothing of other seeds"
    if abs(mean) <= half:
        return f"not told apart: {round(mean, decimals) + 0.0:+.{decimals}f} ± {width}{unit}"  # no minus zero
    return f"{'better' if mean > 0 else 'worse'} by {size} ± {width}{unit}"
