import numpy as np
import pandas as pd
import pytest

from learnface.errors import DataError
from learnface.training import null_check, shuffle_labels

LABELS = ("angry", "happy", "sad")


@pytest.fixture
def index(rng):
    table = pd.DataFrame({"sample": range(90), "subject": np.repeat(list("abcdefghi"), 10)})
    table["label"] = rng.choice(LABELS, 90, p=(0.5, 0.3, 0.2))
    table.attrs["labels"] = LABELS
    return table


def test_labels_are_dealt_out_anew(index):
    shuffled = shuffle_labels(index, 1)
    assert shuffled["label"].value_counts().to_dict() == index["label"].value_counts().to_dict()
    assert (shuffled["label"] != index["label"]).sum() > 30
    assert shuffled[["sample", "subject"]].equals(index[["sample", "subject"]])
    assert shuffled.attrs == index.attrs
    assert not shuffled["label"].equals(shuffle_labels(index, 2)["label"])


def blind(train, test, seed):
    return np.random.default_rng(seed).integers(0, 3, len(test))


def test_who_knows_nothing_is_at_chance(index):
    table = null_check(blind, index, repeats=6, progress=False)
    largest = (index["label"] == "angry").mean()
    assert table["chance"][["uar", "accuracy"]].tolist() == pytest.approx([1 / 3, largest])
    assert np.isnan(table["chance"]["uf1"])
    surer = null_check(blind, index, repeats=6, confidence=0.99, progress=False)
    assert surer["half_width"]["uar"] > 1.5 * table["half_width"]["uar"]  # t of 5: 4.03 and 2.57
    row = table.loc["uar"]
    assert abs(row["mean"] - row["chance"]) < 2.5 * row["half_width"] < 0.4


def test_who_peeks_is_found_out(index):
    """A method that has the shuffled labels from elsewhere."""
    seen = {}

    def peeking(train, test, seed):
        seen.update(zip(train.rows.tolist(), train.codes.tolist(), strict=True))
        return [seen.get(row, 0) for row in test.rows.tolist()]

    row = null_check(peeking, index, repeats=3, progress=False).loc["uar"]
    assert row["mean"] - row["half_width"] > row["chance"]


def test_arguments_are_checked(index):
    with pytest.raises(DataError, match="repeats is 1"):
        null_check(blind, index, repeats=1)
    with pytest.raises(DataError, match="leave out run_dir"):
        null_check(blind, index, run_dir="somewhere")
