"""Confidence intervals: how far a score of so many samples, or a mean of so many seeds, can be trusted."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from scipy import stats

from learnface.errors import DataError
from learnface.metrics._percentiles import check_confidence, draws_needed, expanded_tail, interval_ends

__all__ = ["bootstrap_interval", "mean_interval", "wilson_interval"]


def wilson_interval(correct: int, samples: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of an accuracy, which takes samples as independent.

    Frames of one video and pictures of one person are not independent: there the interval is too
    narrow, and `bootstrap_interval` with `groups` is the honest one.

    Args:
        correct: number of samples that were right.
        samples: number of samples in all.
        confidence: coverage of the interval, between 0 and 1.

    Returns:
        `(low, high)`, fractions in [0, 1].

    Raises:
        DataError: `samples` is not positive, or `correct` is not between 0 and `samples`.

    References:
        Wilson 1927, Probable inference, the law of succession, and statistical inference.

    Example:
        >>> low, high = wilson_interval(correct=60, samples=91)
        >>> print(f"{low:.3f} to {high:.3f}")
        0.557 to 0.748
    """
    check_confidence(confidence)
    if samples < 1 or not 0 <= correct <= samples:
        raise DataError(f"{correct} of {samples} samples cannot be right: give 0 <= correct <= samples >= 1")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = correct / samples
    centre = share + z**2 / (2 * samples)
    half = z * np.sqrt(share * (1 - share) / samples + z**2 / (4 * samples**2))
    scale = 1 + z**2 / samples
    return float(max(0.0, (centre - half) / scale)), float(min(1.0, (centre + half) / scale))


def bootstrap_interval(
    y_true,
    y_pred,
    *,
    groups: Sequence | None = None,
    confidence: float = 0.95,
    resamples: int | None = None,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the expanded percentile bootstrap interval of the accuracy.

    Args:
        y_true: true classes, shape `(samples,)`, codes or names.
        y_pred: predicted classes, shape `(samples,)`, in the same form.
        groups: subject (or video) of each sample, shape `(samples,)`; whole groups are then drawn, so
            that the interval covers new people and not only new pictures of the same people.
        confidence: coverage of the interval, between 0 and 1.
        resamples: number of draws; by default 10,000, and more where the interval's ends lie far out.
        seed: the same seed gives the same interval.

    Returns:
        `(low, high)`, fractions in [0, 1]; NaN for a single person or sample.

    Raises:
        DataError: shapes differ, or there are no samples.

    References:
        Efron 1979, Bootstrap methods: another look at the jackknife; Hesterberg 2015, What teachers should know about
        the bootstrap (few groups need a wider interval than the draws' own percentiles).

    Example:
        >>> bootstrap_interval([0, 0, 1, 1], [0, 0, 1, 1])
        (1.0, 1.0)
        >>> low, high = bootstrap_interval([0] * 100, [0] * 80 + [1] * 20)
        >>> print(f"{low:.2f} to {high:.2f}")
        0.72 to 0.88
    """
    check_confidence(confidence)
    correct = _correct(y_true, y_pred)
    random = np.random.default_rng(seed)
    if groups is None:
        # Drawing n samples with replacement draws Binomial(n, accuracy) right ones: no need of n indices.
        tail = expanded_tail(len(correct), confidence)
        draws = random.binomial(len(correct), correct.mean(), size=resamples or draws_needed(tail))
        return interval_ends(draws / len(correct), tail)
    hits, sizes = _by_group(correct, groups)
    tail = expanded_tail(len(sizes), confidence)
    chances = np.full(len(sizes), 1 / len(sizes))
    draws = random.multinomial(len(sizes), chances, size=resamples or draws_needed(tail))
    return interval_ends((draws @ hits) / (draws @ sizes), tail)


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Return the mean of some runs' scores and the half width of its Student t interval.

    Args:
        values: one score a run, such as an accuracy for each seed.
        confidence: coverage of the interval, between 0 and 1.

    Returns:
        `(mean, half_width)`; the half width of a single run is NaN, since nothing says how much runs differ.

    Raises:
        DataError: there is no value, or one is not finite.

    Example:
        >>> mean, half = mean_interval([0.640, 0.645, 0.641])
        >>> print(f"{mean:.3f} ± {half:.3f}")
        0.642 ± 0.007
    """
    check_confidence(confidence)
    values = np.asarray([*values], dtype=np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise DataError(f"values must be finite scores, one a run, at least one; they are {values.tolist()}")
    if len(values) == 1:
        return float(values[0]), float("nan")
    error = values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(stats.t.ppf((1 + confidence) / 2, len(values) - 1) * error)


def _by_group(correct: np.ndarray, groups: Sequence) -> tuple[np.ndarray, np.ndarray]:
    """Return how many samples of each group are right, and how many there are."""
    group_of = np.unique(np.asarray(groups), return_inverse=True)[1]
    if group_of.shape != correct.shape:
        raise DataError(
            f"groups has shape {group_of.shape}, but there are {len(correct)} samples: name one each"
        )
    return np.bincount(group_of, weights=correct), np.bincount(group_of)


def _correct(y_true, y_pred) -> np.ndarray:
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.shape != y_pred.shape or y_true.ndim != 1 or not len(y_true):
        raise DataError(
            f"y_true {y_true.shape} and y_pred {y_pred.shape} must both have shape (samples,), at least one"
        )
    return y_true == y_pred
