"""Scores of pooled predictions with their intervals, and whether one method beats another on the same samples.

Pooled means: the predictions of all folds together give one confusion matrix, and from it come accuracy,
unweighted F1 (UF1) and unweighted average recall (UAR), as the micro-expression challenge MEGC 2019 does
(See et al. 2019). UF1 is not the mean of the folds' F1: a fold of one person may lack whole classes.

Intervals draw whole people with replacement, for the question is how a method does on new people; they are wider
than the draws' own percentiles where people are few (Hesterberg 2015, What teachers should know about the bootstrap).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from learnface.errors import DataError
from learnface.metrics._percentiles import check_confidence, draws_needed, expanded_tail, interval_ends
from learnface.metrics.classification import class_codes

__all__ = ["POOLED_SCORES", "pooled_difference", "pooled_scores"]

POOLED_SCORES = ("accuracy", "uf1", "uar")
_AT_ONCE = 10_000  # draws, so that many people need little memory


def pooled_scores(
    y_true,
    y_pred,
    labels: Sequence[str],
    *,
    groups: Sequence | None = None,
    confidence: float = 0.95,
    resamples: int | None = None,
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Return accuracy, UF1 and UAR of all predictions together, each with its bootstrap interval.

    Args:
        y_true: true classes of all folds, `(samples,)` codes or names.
        y_pred: predicted classes in the same form.
        labels: the label set, in the order of its codes.
        groups: person of each sample; whole people are drawn. Without them samples are drawn.
        confidence: coverage of the intervals.
        resamples: number of draws; by default 10,000, and more where the interval's ends lie far out.
        seed: the same seed gives the same intervals.

    Returns:
        For each of `POOLED_SCORES` its `value`, `low` and `high`, fractions in [0, 1], as `classification_scores`
        defines them: its `f1` is UF1. Of a single person or sample `low` and `high` are NaN.

    Raises:
        DataError: shapes differ, there are no samples, or a value is no label.

    Example:
        >>> scores = pooled_scores([0, 0, 1, 2], [0, 1, 1, 1], ("happy", "sad", "fear"))
        >>> print(f"{scores['uf1']['value']:.3f}")
        0.389
    """
    check_confidence(confidence)
    units = _Units(y_true, [y_pred], labels, groups)
    tail = expanded_tail(units.size, confidence)
    (values,), (drawn,) = units.scores(), units.drawn_scores(resamples or draws_needed(tail), seed)
    return {name: _interval(values[name], drawn[name], tail) for name in POOLED_SCORES}


def pooled_difference(
    y_true,
    first,
    second,
    labels: Sequence[str],
    *,
    groups: Sequence | None = None,
    confidence: float = 0.95,
    resamples: int | None = None,
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Return by how much a method beats another on the same samples, with the interval of the difference.

    The same people are drawn for both, so that what makes a person easy or hard cancels out. If the interval
    lies above 0, the first method is better at this confidence.

    Args:
        y_true: as `pooled_scores`.
        first: predictions of the first method, as `y_pred` of `pooled_scores`.
        second: predictions of the second method.
        labels: as `pooled_scores`.
        groups: as `pooled_scores`.
        confidence: as `pooled_scores`.
        resamples: as `pooled_scores`.
        seed: as `pooled_scores`.

    Returns:
        For each of `POOLED_SCORES` the difference's `value`, `low` and `high`, in [-1, 1].

    Raises:
        DataError: as `pooled_scores`.

    Example:
        >>> truth = [0, 1] * 50
        >>> difference = pooled_difference(truth, truth, [0] * 100, ("happy", "sad"))["accuracy"]
        >>> difference["value"], difference["low"] > 0
        (0.5, True)
    """
    check_confidence(confidence)
    units = _Units(y_true, [first, second], labels, groups)
    tail = expanded_tail(units.size, confidence)
    (one, other), (drawn, others) = units.scores(), units.drawn_scores(resamples or draws_needed(tail), seed)
    return {
        name: _interval(one[name] - other[name], drawn[name] - others[name], tail) for name in POOLED_SCORES
    }


class _Units:
    """What a bootstrap draws: people, or samples, of which those that are alike make one kind.

    Attributes:
        counts: for each method the flat confusion matrix of each unit, `(units, classes * classes)`.
        chances: of each unit to be drawn.
        size: how many units a draw has.
        all: how often each unit is there.
    """

    def __init__(self, y_true, predictions: Sequence, labels: Sequence[str], groups: Sequence | None):
        self.classes = len(labels)
        codes = [class_codes(y_true, labels, "y_true")]
        codes += [class_codes(predicted, labels, "y_pred") for predicted in predictions]
        if len({len(values) for values in codes}) > 1 or not len(codes[0]):
            sizes = ", ".join(str(len(values)) for values in codes)
            raise DataError(
                f"truth and predictions have {sizes} samples: they must be the same ones, at least one"
            )
        if groups is None:
            kinds, times = np.unique(np.stack(codes), axis=1, return_counts=True)
            self.size, self.chances, self.all = len(codes[0]), times / len(codes[0]), times
            codes, unit_of = list(kinds), np.arange(len(times))
        else:
            names, unit_of = np.unique(np.asarray(groups), return_inverse=True)
            if unit_of.shape != codes[0].shape:
                raise DataError(f"groups has shape {unit_of.shape}, but there are {len(codes[0])} samples")
            self.size, self.chances = len(names), np.full(len(names), 1 / len(names))
            self.all = np.ones(len(names))
        self.counts = [self._count(codes[0], predicted, unit_of) for predicted in codes[1:]]

    def _count(self, true: NDArray, predicted: NDArray, unit_of: NDArray) -> NDArray[np.float64]:
        cells = self.classes**2
        flat = np.bincount(
            unit_of * cells + true * self.classes + predicted, minlength=len(self.chances) * cells
        )
        return flat.reshape(-1, cells).astype(np.float64)

    def scores(self) -> list[dict[str, float]]:
        """Return each method's scores of all samples."""
        return [
            {name: float(value[0]) for name, value in self._scores(self.all[None] @ counts).items()}
            for counts in self.counts
        ]

    def drawn_scores(self, resamples: int, seed: int) -> list[dict[str, NDArray[np.float64]]]:
        """Return each method's scores of each draw, the same draws for all methods."""
        random, parts = np.random.default_rng(seed), []
        for start in range(0, resamples, _AT_ONCE):
            count = min(_AT_ONCE, resamples - start)
            draws = random.multinomial(self.size, self.chances, size=count)
            parts.append([self._scores(draws @ counts) for counts in self.counts])
        return [
            {name: np.concatenate([part[place][name] for part in parts]) for name in POOLED_SCORES}
            for place in range(len(self.counts))
        ]

    def _scores(self, flat: NDArray) -> dict[str, NDArray[np.float64]]:
        """Return the scores of flat confusion matrices, `(draws, classes * classes)`."""
        confusion = flat.reshape(-1, self.classes, self.classes)
        hits = np.diagonal(confusion, axis1=1, axis2=2)
        support, predicted = confusion.sum(axis=2), confusion.sum(axis=1)
        f1, recall = 2 * hits / np.maximum(support + predicted, 1), hits / np.maximum(support, 1)
        return {
            "accuracy": hits.sum(axis=1) / support.sum(axis=1),
            "uf1": f1.mean(axis=1),
            "uar": recall.sum(axis=1) / (support > 0).sum(axis=1),
        }


def _interval(value: float, drawn: NDArray, tail: float) -> dict[str, float]:
    low, high = interval_ends(drawn, tail)
    return {"value": value, "low": low, "high": high}
