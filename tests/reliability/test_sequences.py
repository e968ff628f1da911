import numpy as np
import pytest

from learnface.errors import DataError
from learnface.reliability import cronbach_alpha, intraclass_correlation, sequence_reliability

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
    unfit = {**SEQUENCES, "flat": np.zeros((2, 5)), "lonely": np.zeros((1, 5))}
    with pytest.raises(DataError, match=r"(?s)flat: .*not defined.*lonely: .*2 annotators or more"):
        sequence_reliability(unfit)
    with pytest.raises(DataError, match="there are no sequences"):
        sequence_reliability({})
