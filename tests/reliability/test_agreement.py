import numpy as np
import pytest

from learnface.errors import DataError
from learnface.metrics import concordance
from learnface.reliability import pairwise_agreement
from learnface.reliability.agreement import mean_of_pairs

RANDOM = np.random.default_rng(0)
TRACES = np.clip(RANDOM.normal(0, 0.3, (4, 50)) + RANDOM.normal(0, 0.3, 50), -1, 1)


def test_pearson_equals_numpy():
    np.testing.assert_allclose(pairwise_agreement(TRACES, "pearson"), np.corrcoef(TRACES), atol=1e-12)


def test_ccc_equals_the_metric():
    table = pairwise_agreement(TRACES)
    for i in range(4):
        for j in range(4):
            assert table.loc[i, j] == pytest.approx(concordance(TRACES[i], TRACES[j]))


def test_frames_that_both_annotated_count():
    gaps = TRACES.copy()
    gaps[0, :10] = gaps[1, 5:20] = np.nan
    table = pairwise_agreement(gaps, "pearson", names=["a", "b", "c", "d"])
    assert table.loc["a", "b"] == pytest.approx(np.corrcoef(TRACES[:2, 20:])[0, 1])
    assert table.loc["c", "d"] == pytest.approx(np.corrcoef(TRACES[2:])[0, 1])
    assert table.equals(table.T)


def test_minus_two_and_five_are_values():
    """`concordance` takes them for unannotated; on a scale from -5 to 5 they are not."""
    wide = np.round(5 * TRACES)
    assert np.isin(wide, (-2, -5)).any()
    x, y = wide[:2]
    expected = 2 * np.cov(x, y, bias=True)[0, 1] / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    assert pairwise_agreement(wide).loc[0, 1] == pytest.approx(expected)


def test_who_never_moved_agrees_with_nobody():
    table = pairwise_agreement([TRACES[0], np.full(50, 0.3)])
    assert table.loc[0, 1] == 0


def test_mean_leaves_out_the_diagonal_and_strangers():
    gaps = TRACES[:3].copy()
    gaps[0, 25:] = gaps[1, :25] = np.nan
    table = pairwise_agreement(gaps)
    assert np.isnan(table.loc[0, 1])
    assert mean_of_pairs(table) == pytest.approx((table.loc[0, 2] + table.loc[1, 2]) / 2)
    with pytest.raises(DataError, match="nothing to compare"):
        mean_of_pairs(pairwise_agreement(gaps[:2]))


def test_wrong_arguments_are_named():
    with pytest.raises(DataError, match="not 'kappa'"):
        pairwise_agreement(TRACES, score="kappa")
    with pytest.raises(DataError, match="4 different names"):
        pairwise_agreement(TRACES, names=["a", "b", "c", "a"])
