import numpy as np
import pytest
from scipy import stats

from learnface.metrics._percentiles import draws_needed, expanded_tail, interval_ends


@pytest.mark.parametrize("units", [16, 60])
@pytest.mark.parametrize("confidence", [0.95, 0.99])
def test_for_a_mean_the_ends_are_those_of_students_t(units, confidence):
    values = np.random.default_rng(units).normal(size=units)
    draws = np.random.default_rng(0).multinomial(units, np.full(units, 1 / units), size=40_000)
    low, high = interval_ends(draws @ values / units, expanded_tail(units, confidence))
    expected = stats.ttest_1samp(values, 0).confidence_interval(confidence)
    width = expected.high - expected.low
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.06 * width)


def test_many_units_have_the_usual_percentiles():
    assert expanded_tail(10**6, 0.9) == pytest.approx(0.05, abs=1e-5)


def test_one_unit_says_nothing_beyond_itself():
    tail = expanded_tail(1, 0.95)
    assert np.isnan(tail) and draws_needed(tail) == 10_000
    assert np.isnan(interval_ends(np.ones(3), tail)).all()


def test_ends_far_out_have_more_draws():
    assert draws_needed(0.025) == 10_000
    assert draws_needed(0.001) == 25_000
    assert draws_needed(0) == 200_000
