import numpy as np
import pandas as pd
import pytest

from learnface.errors import DataError
from learnface.training import CrossValidation


@pytest.fixture
def pooled():
    index = pd.DataFrame({"sample": list("pqrs"), "subject": list("abba"), "fold": [0, 1, 1, 0]})
    index["label"] = ["happy", "sad", "sad", "sad"]
    results = [
        {"predicted": [0, 0], "scores": [[0.9, 0.1], [0.8, 0.2]], "notes": {"C": 1}, "seconds": 2.0},
        {"predicted": [1, 1], "scores": [[0.3, 0.7], [0.4, 0.6]], "notes": {"C": 10}, "seconds": 3.0},
    ]
    return CrossValidation.pool(index, ("happy", "sad"), results, "demo", {})


def test_results_come_back_in_the_order_of_the_index(pooled):
    assert pooled.predictions["predicted"].tolist() == ["happy", "sad", "sad", "happy"]
    assert pooled.predictions["sad"].tolist() == [0.1, 0.7, 0.6, 0.2]
    assert pooled.folds["C"].tolist() == [1, 10]
    assert pooled.folds["accuracy"].tolist() == [0.5, 1.0]
    assert pooled.confusion.tolist() == [[1, 0], [1, 2]]


def test_summary_has_pooled_scores(pooled):
    row = pooled.summary().loc["demo"]
    assert (row["samples"], row["accuracy"]) == (4, 0.75)
    assert row["uf1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert row["uar"] == pytest.approx((1 + 2 / 3) / 2)
    assert row["accuracy low"] <= 0.75 <= row["accuracy high"]
    with pytest.raises(DataError, match="no column 'age'"):
        pooled.summary(by="age")


def test_a_saved_run_is_read_back(pooled, tmp_path):
    pooled.predictions["subject"] = ["NA", "01", "01", "NA"]  # pandas would read these as nothing and as 1
    pooled.run = {"seed": 3}
    pooled.save(tmp_path)
    again = CrossValidation.load(tmp_path)
    pd.testing.assert_frame_equal(again.predictions, pooled.predictions, check_dtype=False)
    pd.testing.assert_frame_equal(again.folds, pooled.folds, check_dtype=False)
    assert (again.labels, again.name, again.run) == (pooled.labels, "demo", {"seed": 3})
    assert again.scores == pooled.scores


def test_a_run_that_is_not_there_or_damaged_is_named(pooled, tmp_path):
    with pytest.raises(DataError, match=r"holds no finished run: .*report.json is missing"):
        CrossValidation.load(tmp_path)
    pooled.save(tmp_path)
    (tmp_path / "report.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="holds a damaged run"):
        CrossValidation.load(tmp_path)


def test_interval_is_over_people(pooled):
    """Of two people, one all right and one half right, a draw has accuracy 0.5, 0.75 or 1."""
    accuracy = pooled.scores["accuracy"]
    assert (accuracy["low"], accuracy["high"]) == (0.5, 1.0)
    assert np.isclose(accuracy["value"], 0.75)


def test_an_index_may_hold_codes(pooled):
    index = pooled.predictions[["sample", "subject"]].assign(label=[0, 1, 1, 1], fold=[0, 1, 1, 0])
    results = [{"predicted": [0, 0], "scores": None, "notes": {}, "seconds": 1.0}]
    results += [{"predicted": [1, 1], "scores": None, "notes": {}, "seconds": 1.0}]
    found = CrossValidation.pool(index, ("happy", "sad"), results, "demo", {})
    assert found.folds["accuracy"].tolist() == [0.5, 1.0]
    assert found.predictions["label"].tolist() == ["happy", "sad", "sad", "sad"]
