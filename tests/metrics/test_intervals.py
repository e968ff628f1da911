import numpy as np
import pytest
from scipy import stats

from learnface.errors import DataError
from learnface.metrics import bootstrap_interval, mean_interval, wilson_interval


@pytest.mark.parametrize(
    ("correct", "samples"), [(0, 1), (1, 1), (60, 91), (0, 50), (3589, 3589), (2000, 3589)]
)
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_wilson_equals_scipy(correct, samples, confidence):
    expected = stats.binomtest(correct, samples).proportion_ci(confidence, method="wilson")
    assert wilson_interval(correct, samples, confidence) == pytest.approx(tuple(expected), abs=1e-12)


def test_bootstrap_equals_scipy():
    correct = np.random.default_rng(1).random(300) < 0.7
    expected = stats.bootstrap((correct,), np.mean, n_resamples=5000, method="percentile", rng=0)
    found = bootstrap_interval(np.ones(300), correct.astype(float), seed=3)
    assert found == pytest.approx(tuple(expected.confidence_interval), abs=0.01)


def test_groups_widen_the_interval_as_whole_subjects_are_drawn():
    """Ten subjects, each wholly right or wholly wrong, are ten observations and not a thousand."""
    right = np.repeat([1, 1, 1, 1, 1, 1, 1, 0, 0, 0], 100)
    groups = np.repeat([f"s{i}" for i in range(10)], 100)
    low, high = bootstrap_interval(np.ones(1000), right, groups=groups)
    tail = stats.norm.cdf(stats.t.ppf(0.025, 9) * np.sqrt(10 / 9))  # Hesterberg 2015
    by_hand = stats.binom(10, 0.7).ppf([tail, 1 - tail]) / 10
    assert (low, high) == pytest.approx(tuple(by_hand))
    narrow = bootstrap_interval(np.ones(1000), right)
    assert narrow[1] - narrow[0] < (high - low) / 5


def test_unequal_groups_keep_the_accuracy_inside():
    y_pred = np.r_[np.ones(90), np.zeros(10)]
    low, high = bootstrap_interval(np.ones(100), y_pred, groups=[0] * 90 + [1] * 10)
    assert (low, high) == (0.0, 1.0)  # a draw may hold either group alone


def test_mean_interval_equals_scipy():
    values = [0.61, 0.64, 0.66, 0.63]
    mean, half = mean_interval(values, confidence=0.9)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert (mean - half, mean + half) == pytest.approx(tuple(expected))


def test_one_run_has_no_interval():
    mean, half = mean_interval([0.5])
    assert mean == 0.5
    assert np.isnan(half)


def test_seed():
    arguments = [0, 1, 2, 0, 1] * 9, [0, 1, 0, 0, 0] * 9
    assert bootstrap_interval(*arguments, resamples=50) == bootstrap_interval(*arguments, resamples=50)
    assert bootstrap_interval(*arguments, resamples=50) != bootstrap_interval(
        *arguments, resamples=50, seed=1
    )


def test_one_sample():
    assert bootstrap_interval(["happy"], ["sad"]) == pytest.approx((np.nan, np.nan), nan_ok=True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wilson_interval(2, 1), "2 of 1 samples"),
        (lambda: wilson_interval(0, 0), "0 of 0 samples"),
        (lambda: wilson_interval(1, 2, confidence=95), "confidence is 95"),
        (lambda: mean_interval([]), "at least one"),
        (lambda: mean_interval([0.5, np.nan]), "finite"),
        (lambda: bootstrap_interval([], []), "at least one"),
        (lambda: bootstrap_interval([1], [1, 2]), r"\(1,\) and y_pred \(2,\)"),
        (lambda: bootstrap_interval([1, 2], [1, 2], groups=["a"]), "there are 2 samples"),
    ],
)
def test_wrong_input_is_named(call, message):
    with pytest.raises(DataError, match=message):
        call()


def test_scores_may_come_one_by_one():
    assert mean_interval(score for score in (0.6, 0.7)) == mean_interval([0.6, 0.7])
