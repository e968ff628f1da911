import numpy as np
import pytest

from learnface.errors import DataError
from learnface.reliability import align, annotation_lag, estimate_lags

RATE = 25.0
TIME = np.arange(1000) / RATE


def trace(delay, seed=0, noise=0.0):
    """Return what somebody `delay` seconds late annotates: a sum of slow waves."""
    random = np.random.default_rng(7)
    waves = zip(random.uniform(0.2, 1.5, 8), random.uniform(0, 6, 8), strict=True)
    clean = sum(np.sin(f * (TIME - delay) + p) for f, p in waves) / 4
    return clean + noise * np.random.default_rng(seed).normal(size=len(TIME))


@pytest.mark.parametrize("delay", [0.0, 0.37, -1.213, 3.3])
def test_lag_to_a_part_of_a_frame(delay):
    assert annotation_lag(trace(0), trace(delay), RATE) == pytest.approx(delay, abs=0.1 / RATE)


def test_lag_ignores_gaps_scale_and_offset():
    late = 0.3 * trace(0.5) + 0.4
    late[200:260] = np.nan
    assert annotation_lag(trace(0), late, RATE) == pytest.approx(0.5, abs=0.2 / RATE)


def test_lags_of_many_are_against_their_mean():
    delays = np.array([0.0, 0.6, 1.7, 0.3])
    traces = [trace(delay, seed, noise=0.05) for seed, delay in enumerate(delays)]
    lags = estimate_lags(traces, RATE)
    assert lags.mean() == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(lags, delays - delays.mean(), atol=1 / RATE)


def test_aligned_traces_agree():
    delays = np.array([0.0, 0.62, 1.7])
    moved = align([trace(delay) for delay in delays], delays, RATE)
    np.testing.assert_array_equal(moved[0], trace(0))
    inside = ~np.isnan(moved).any(axis=0)
    assert inside.sum() == 1000 - np.ceil(1.7 * RATE)
    assert np.abs(moved[:, inside] - trace(0)[inside]).max() < 1e-3


def test_align_moves_gaps_and_both_ways():
    values = [[0, 1, 2, np.nan, 4, 5], [0, 1, 2, 3, 4, 5]]
    found = align(values, [0.5, -2], rate=1)
    np.testing.assert_array_equal(found[0], [0.5, 1.5, np.nan, np.nan, 4.5, np.nan])
    np.testing.assert_array_equal(found[1], [np.nan, np.nan, 0, 1, 2, 3])


def test_lag_beyond_the_range_is_refused():
    with pytest.raises(DataError, match=r"no lag below 1.0 s .* greater max_lag"):
        annotation_lag(TIME, TIME - 3, RATE, max_lag=1.0)  # two straight lines fit at any lag
    with pytest.raises(DataError, match="half the 1000 frames"):
        annotation_lag(trace(0), trace(0), RATE, max_lag=30)
    with pytest.raises(DataError, match="rate must be above 0"):
        annotation_lag(trace(0), trace(0), rate=0)


@pytest.mark.parametrize("lonely", [0, 2])
def test_who_never_moved_is_named(lonely):
    traces = [trace(0), trace(0.2), trace(0.4)]
    traces[lonely] = np.full(1000, 0.1)
    with pytest.raises(DataError, match=f"annotator {lonely} .* follows no other within 5"):
        estimate_lags(traces, RATE)


def test_wrong_lags_are_named():
    with pytest.raises(DataError, match="2 finite numbers"):
        align([trace(0), trace(1)], [0.1], RATE)
