import numpy as np
import pytest

from learnface.errors import DataError
from learnface.reliability import cronbach_alpha, intraclass_correlation

# Table 2 of Shrout and Fleiss 1979: four judges, six targets.
JUDGES = np.array(
    [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]], dtype=float
)
RANDOM = np.random.default_rng(0)
TRACES = RANDOM.normal(size=(3, 40)) + RANDOM.normal(size=40)


def test_shrout_and_fleiss():
    """The correlations are their table 4; F, p and intervals are what R's package psych prints for them."""
    expected = {
        "ICC(1,1)": (0.17, 1.8, 5, 18, 0.16477, -0.133, 0.72),
        "ICC(2,1)": (0.29, 11.0, 5, 15, 0.00013, 0.019, 0.76),
        "ICC(3,1)": (0.71, 11.0, 5, 15, 0.00013, 0.342, 0.95),
        "ICC(1,k)": (0.44, 1.8, 5, 18, 0.16477, -0.884, 0.91),
        "ICC(2,k)": (0.62, 11.0, 5, 15, 0.00013, 0.071, 0.93),
        "ICC(3,k)": (0.91, 11.0, 5, 15, 0.00013, 0.676, 0.99),
    }
    table = intraclass_correlation(JUDGES)
    assert list(table.index) == list(expected)
    for form, (icc, f, df1, df2, p, low, high) in expected.items():
        row = table.loc[form]
        assert (row["icc"].round(2), row["f"].round(1), row["df1"], row["df2"]) == (icc, f, df1, df2)
        assert (row["p"].round(5), row["low"].round(3), row["high"].round(2)) == (p, low, high)


def test_mean_squares_of_the_paper():
    """The table of variance of the paper: 11.24 between targets, 6.26 within, 32.49 judges, 1.02 rest."""
    table = intraclass_correlation(JUDGES)
    assert table.loc["ICC(1,1)", "f"] == pytest.approx(11.24 / 6.26, rel=2e-3)
    assert table.loc["ICC(3,1)", "f"] == pytest.approx(11.24 / 1.02, rel=2e-3)
    agreement = (11.24 - 1.02) / (11.24 + 3 * 1.02 + 4 * (32.49 - 1.02) / 6)
    assert table.loc["ICC(2,1)", "icc"] == pytest.approx(agreement, abs=1e-3)


def test_consistency_of_the_mean_is_alpha():
    assert intraclass_correlation(TRACES).loc["ICC(3,k)", "icc"] == pytest.approx(cronbach_alpha(TRACES))


def test_two_annotators_agree_as_random_pairs():
    """With two annotators ICC(1,1) is Fisher's: the correlation of all pairs in both orders, corrected."""
    x, y = TRACES[:2]
    between, within = 2 * np.var((x + y) / 2, ddof=1), np.mean(np.square(x - y) / 2)
    expected = (between - within) / (between + within)
    assert intraclass_correlation([x, y]).loc["ICC(1,1)", "icc"] == pytest.approx(expected)


def test_offsets_count_for_agreement_alone():
    moved = TRACES + np.array([[0], [3], [-2]])
    before, after = intraclass_correlation(TRACES)["icc"], intraclass_correlation(moved)["icc"]
    assert after["ICC(3,1)"] == pytest.approx(before["ICC(3,1)"])
    assert after["ICC(2,1)"] < before["ICC(2,1)"] / 2


def test_intervals_cover():
    """Of 300 draws with a true ICC(2,1) of 0.5, about 90% of the intervals hold it."""
    random, held = np.random.default_rng(1), 0
    for _ in range(300):
        values = (
            random.normal(size=30) * 1.0
            + random.normal(size=(6, 1)) * 0.5
            + random.normal(0, np.sqrt(0.75), (6, 30))
        )
        low, high = intraclass_correlation(values, confidence=0.9).loc["ICC(2,1)", ["low", "high"]]
        held += low <= 0.5 <= high
    assert 0.85 <= held / 300 <= 0.95


def test_perfect_agreement():
    table = intraclass_correlation([[1, 2, 3], [1, 2, 3]])
    assert (table[["icc", "low", "high"]] == 1).all(axis=None)
    assert (table["p"] == 0).all()


def test_frames_with_a_gap_do_not_count():
    gaps = np.insert(JUDGES, 2, [1, np.nan, 5, 2], axis=1)
    assert intraclass_correlation(gaps).equals(intraclass_correlation(JUDGES))


def test_unfit_input_is_refused():
    with pytest.raises(DataError, match="all values are the same"):
        intraclass_correlation([[1, 1], [1, 1]])
    with pytest.raises(DataError, match="confidence must lie between 0 and 1, not 95"):
        intraclass_correlation(JUDGES, confidence=95)


def test_the_mean_of_opposites_has_no_correlation():
    """Their ICC(1,1) is -1, and Spearman and Brown's formula divides by nought, or turns the sign round."""
    table = intraclass_correlation([[0, 1, 0, 1], [1, 0, 1, 0]])
    assert table.loc["ICC(1,1)", "icc"] == -1
    assert table.loc[["ICC(1,k)", "ICC(2,k)", "ICC(3,k)"], "icc"].isna().all()
    nearly = intraclass_correlation([[0, 1, 0, 1.1], [1, 0, 1, 0.1]])
    assert not (nearly[["icc", "low", "high"]] > 1).any(axis=None)
    assert intraclass_correlation(JUDGES).notna().all(axis=None)
