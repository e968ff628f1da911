"""Agreement of annotators two by two: Pearson's correlation and concordance."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from learnface.errors import DataError
from learnface.metrics.concordance import ConcordanceAccumulator
from learnface.reliability._annotations import checked_annotations

__all__ = ["mean_of_pairs", "pairwise_agreement"]


def pairwise_agreement(annotations, score: str = "ccc", names: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the agreement of each two annotators, over the frames that both annotated.

    Args:
        annotations: `(annotators, frames)`, NaN where an annotator gave no value.
        score: `"ccc"`, concordance, for which offset and scale count; or `"pearson"`, for which they do not.
        names: the annotators' names; their numbers from 0 if not given.

    Returns:
        Symmetric DataFrame of annotators by annotators in [-1, 1], with 1 on the diagonal. It is NaN for two
        who share fewer than two frames, and 0 where one of them never moved.

    Raises:
        DataError: the annotations are not fit, or the score is another.

    References:
        Lin 1989, for concordance.

    Example:
        >>> traces = [[0.0, 0.5, 1.0], [0.2, 0.7, 1.2], [0.0, 0.5, np.nan]]
        >>> pairwise_agreement(traces, names=["ann", "bob", "cy"]).round(2)
              ann   bob    cy
        ann  1.00  0.89  1.00
        bob  0.89  1.00  0.76
        cy   1.00  0.76  1.00
    """
    values = checked_annotations(annotations)
    if score not in ("ccc", "pearson"):
        raise DataError(f"score must be 'ccc' or 'pearson', not {score!r}")
    names = list(range(len(values))) if names is None else list(names)
    if len(names) != len(values) or len(set(names)) != len(names):
        raise DataError(f"names must be {len(values)} different names, one an annotator, not {names}")
    table = np.eye(len(values))
    for i, j in combinations(range(len(values)), 2):
        table[i, j] = table[j, i] = _agreement(values[i], values[j], score)
    return pd.DataFrame(table, index=names, columns=names)


def mean_of_pairs(table: pd.DataFrame) -> float:
    """Return the mean over all pairs of annotators that share frames, the diagonal left out.

    Raises:
        DataError: no two annotators share frames.
    """
    pairs = table.to_numpy()[np.triu_indices(len(table), k=1)]
    if np.isnan(pairs).all():
        raise DataError("no two annotators annotated the same 2 frames or more: there is nothing to compare")
    return float(np.nanmean(pairs))


def _agreement(first: np.ndarray, second: np.ndarray, score: str) -> float:
    both = ~(np.isnan(first) | np.isnan(second))
    if both.sum() < 2:
        return np.nan
    # From 0 on: the accumulator takes -5 and -2 for "not annotated", which on another scale are values.
    lowest = min(first[both].min(), second[both].min())
    accumulator = ConcordanceAccumulator(dimensions=1)
    accumulator.update((first[both] - lowest)[:, None], (second[both] - lowest)[:, None])
    return float(getattr(accumulator, score)()[0])
