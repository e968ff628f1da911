import numpy as np
import pandas as pd
import pytest

from learnface.errors import DataError
from learnface.reliability import (
    UndefinedReliabilityWarning,
    cronbach_alpha,
    intraclass_correlation,
    sequence_reliability,
)

RANDOM = np.random.default_rng(0)
SEQUENCES = {name: RANDOM.normal(size=(4, n)) + RANDOM.normal(size=n) for name, n in [("a", 30), ("b", 50)]}


def test_one_row_a_sequence():
    table = sequence_reliability(SEQUENCES)
    assert table.index.tolist() == ["a", "b"]
    assert table["frames"].tolist() == [30, 50]
    for name, traces in SEQUENCES.items():
        row = table.loc[name]
        assert row["alpha"] == cronbach_alpha(traces)
        assert row["icc"] == intraclass_correlation(traces).loc["ICC(2,1)", "icc"]
        assert row["pearson"] == pytest.approx(np.corrcoef(traces)[np.triu_indices(4, 1)].mean())
        assert 0 < row["ccc"] < row["pearson"]


def test_all_problems_are_named_at_once():
    unfit = {**SEQUENCES, "short": np.zeros((2, 1)), "lonely": np.zeros((1, 5))}
    with pytest.raises(DataError, match=r"(?s)short: .*needs 2 frames.*lonely: .*2 annotators or more"):
        sequence_reliability(unfit)
    with pytest.raises(DataError, match="there are no sequences"):
        sequence_reliability({})


def test_a_sequence_in_which_nothing_changes_spoils_no_other():
    opposite = np.array([[0.0, 1, 0, 1], [1, 0, 1, 0]])
    unfit = {**SEQUENCES, "flat": np.zeros((2, 5)), "opposite": opposite}
    with pytest.warns(UndefinedReliabilityWarning, match="NaN: flat, opposite$"):
        table = sequence_reliability(unfit)
    assert table.loc["flat", ["alpha", "icc", "pearson", "ccc"]].isna().all()
    assert np.isnan(table.loc["opposite", "alpha"]) and table.loc["opposite", "pearson"] == -1
    pd.testing.assert_frame_equal(table.loc[["a", "b"]], sequence_reliability(SEQUENCES))
