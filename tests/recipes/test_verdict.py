import pytest
from scipy import stats

from learnface.recipes._verdict import verdict


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([0.5, 0.6, 0.55], [0.7, 0.8, 0.75], "worse by 20.00 ± 0.00 points"),
        ([0.7, 0.8], [0.5, 0.6], "better by 20.00 ± 0.00 points"),
        ([0.5, 0.7], [0.7, 0.5], "not told apart: +0.00 ± "),
        ([0.5, 0.7], [0.7, 0.50002], "not told apart: +0.00 ± "),
        ([0.5], [0.7], "behind by 20.00 points in one run"),
        ([0.7], [0.5], "ahead by 20.00 points in one run"),
        ([0.70001], [0.7], "level in one run"),
    ],
)
def test_verdict(first, second, words):
    assert verdict(first, second).startswith(words)


def test_its_interval_is_that_of_a_paired_t_test():
    one, other = [0.41, 0.52, 0.47, 0.60], [0.33, 0.49, 0.35, 0.52]
    low, high = stats.ttest_rel(one, other).confidence_interval(0.95)
    assert verdict(one, other, percent=False) == f"better by {(low + high) / 2:.3f} ± {(high - low) / 2:.3f}"
