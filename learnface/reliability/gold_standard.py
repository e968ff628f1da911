"""One trace out of many annotators': the evaluator-weighted estimator."""

import numpy as np

from learnface.errors import DataError
from learnface.reliability._annotations import checked_annotations
from learnface.reliability.agreement import pairwise_agreement

__all__ = ["evaluator_weighted_estimator"]


def evaluator_weighted_estimator(annotations, centre: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return the evaluator-weighted estimator (EWE): a mean in which consistent annotators count more.

    The weight of an annotator is the correlation of their trace with the mean of all. Nobody gets a weight
    below 0. As everybody is part of the mean, one of few who moves far more than the others draws it, and
    the greatest weight, to themselves: look at the weights. Take out lags first (`estimate_lags`, `align`):
    a late annotator looks like an inconsistent one.

    Args:
        annotations: `(annotators, frames)`; where an annotator has NaN, the others share the weight.
        centre: first move every trace to the mean of all annotators over all frames, so that somebody who
            leaves a frame out does not make the gold standard jump.

    Returns:
        `(gold, weights)`: the gold standard, `(frames,)`, NaN where nobody annotated, and the weights,
        `(annotators,)`, summing to 1.

    Raises:
        DataError: the annotations are not fit, or no annotator correlates with the mean.

    References:
        Grimm and Kroschel 2005, Evaluation of natural emotions using self assessment manikins (ASRU).

    Example:
        >>> gold, weights = evaluator_weighted_estimator([[0.0, 0.4, 0.8], [0.2, 0.6, 1.0], [0.5, 0.4, 0.6]])
        >>> gold.round(2), weights.round(2)
        (array([0.19, 0.48, 0.83]), array([0.39, 0.39, 0.23]))
    """
    values = checked_annotations(annotations)
    if centre:
        means = np.nanmean(values, axis=1)
        values = values - (means - means.mean())[:, None]
    correlations = np.array([_correlation(trace, _mean_of_annotators(values)) for trace in values])
    weights = np.clip(correlations, 0, None)
    if not weights.sum() > 0:
        raise DataError(
            "no annotator correlates with the mean of all, so that none can be weighted: look at "
            "pairwise_agreement, and leave out who never moved or turned the scale round"
        )
    given = np.where(np.isnan(values), 0.0, weights[:, None])
    total = given.sum(axis=0)
    gold = np.full(values.shape[1], np.nan)
    np.divide((given * np.nan_to_num(values)).sum(axis=0), total, out=gold, where=total > 0)
    return gold, weights / weights.sum()


def _mean_of_annotators(values: np.ndarray) -> np.ndarray:
    """Return the mean of those who annotated each frame; NaN where nobody did."""
    count = (~np.isnan(values)).sum(axis=0)
    return np.divide(np.nansum(values, axis=0), count, out=np.full(values.shape[1], np.nan), where=count > 0)


def _correlation(trace: np.ndarray, mean: np.ndarray) -> float:
    value = pairwise_agreement([trace, mean], score="pearson").iloc[0, 1]
    return 0.0 if np.isnan(value) else value
