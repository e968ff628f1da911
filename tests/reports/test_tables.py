import numpy as np
import pandas as pd
import pytest

from learnface.errors import DataError
from learnface.metrics import classification_scores, mean_interval
from learnface.reports import comparison_table, markdown_table


def rows(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]


def test_per_class_table():
    table = classification_scores([0, 0, 1], [0, 1, 1], labels=("happy", "sad"))["per_class"]
    assert rows(markdown_table(table, decimals=3)) == [
        ["label", "support", "predicted", "precision", "recall", "f1"],
        [":------", "--------:", "----------:", "----------:", "-------:", "------:"],
        ["happy", "2", "1", "1.000", "0.500", "0.667"],
        ["sad", "1", "2", "0.500", "1.000", "0.667"],
    ]


def test_lines_are_equally_long_so_that_plain_text_reads_well():
    table = pd.DataFrame({"a": ["x", "longer"], "b": [1.5, -22.25]})
    assert len({len(line) for line in markdown_table(table).splitlines()}) == 1


def test_kinds_of_cells():
    table = pd.DataFrame(
        {
            "text": ["a|b", "two\nlines"],
            "flag": [True, None],
            "gap": [np.nan, -1.0],
            "none": [None, pd.NA],
            "whole": np.array([3, -4]),
        }
    )
    assert markdown_table(table, index=False).splitlines()[2:] == [
        r"| a\|b      | True |     – |    – |     3 |",
        "| two lines | –    | −1.00 |    – |    −4 |",
    ]


def test_index_with_and_without_a_name():
    table = pd.DataFrame({"n": [1]}, index=["a"])
    assert rows(markdown_table(table))[0] == ["", "n"]
    assert rows(markdown_table(table.rename_axis("label")))[0] == ["label", "n"]
    assert rows(markdown_table(table, index=False))[2] == ["1"]


def test_empty_table():
    assert rows(markdown_table(pd.DataFrame({"a": []}), index=False)) == [["a"], [":----"]]


def test_comparison_in_percent():
    ours = {"static": mean_interval([0.55, 0.56, 0.57]), "sequence": 0.6593, "extra": 0.1}
    paper = {"sequence": 0.6593, "static": 0.561, "CK+": 0.9757}
    assert rows(comparison_table(ours, paper, name="set"))[2:] == [
        ["sequence", "65.93", "65.93", "+0.00"],
        ["static", "56.00 ± 2.48", "56.10", "−0.10"],
        ["CK+", "–", "97.57", "–"],
        ["extra", "10.00", "–", "–"],
    ]


def test_comparison_of_concordance():
    found = comparison_table({"valence": (-0.1234, 0.05)}, {"valence": (0.571, 0.01)}, percent=False)
    assert rows(found) == [
        ["", "ours", "paper", "difference"],
        [":--------", "---------------:", "--------------:", "-----------:"],
        ["valence", "−0.123 ± 0.050", "0.571 ± 0.010", "−0.694"],
    ]


@pytest.mark.parametrize("missing", [None, np.nan, (np.nan, np.nan)])
def test_missing_is_an_en_dash(missing):
    assert rows(comparison_table({"a": missing}, {"a": 0.5}))[2] == ["a", "–", "50.00", "–"]


def test_one_seed_has_no_interval():
    assert rows(comparison_table({"a": mean_interval([0.5])}, {}))[2] == ["a", "50.00", "–", "–"]


def test_percent_given_as_percent_is_refused():
    with pytest.raises(DataError, match=r"'test' is 72.92, no fraction.*percent=False"):
        comparison_table({"test": 0.66}, {"test": 72.92})
