import warnings

import pandas as pd
import pytest

from learnface.corpora._index import COLUMNS, CountWarning, Problems, make_index, warn_counts
from learnface.errors import DataError

LABELS = ("happy", "sad")


def test_columns_are_the_common_ones_and_then_the_corpus_s_own():
    columns = {"apex": [3, 4], "frames": ["a", "b"], "sample": [1, 2], "subject": ["s1", None]}
    index = make_index(columns, "mine", LABELS)
    assert tuple(index) == (*COLUMNS, "apex")
    assert index["sample"].tolist() == ["1", "2"]
    assert index["subject"].isna().tolist() == [False, True]
    assert index["corpus"].tolist() == ["mine", "mine"]


def test_missing_text_compares_without_care_and_survives_parquet(tmp_path):
    rows = [
        {"sample": "a", "frames": "a"},
        {"sample": "b", "frames": "b", "split": pd.NA, "label": float("nan")},
    ]
    index = make_index(rows, "mine", LABELS)
    assert index[index["split"] == "train"].empty
    index.to_parquet(tmp_path / "index.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "index.parquet"), index, check_dtype=False)


def test_input_is_left_alone():
    table = pd.DataFrame({"sample": ["a"], "frames": ["x"]})
    make_index(table, "mine", LABELS)
    assert list(table) == ["sample", "frames"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sample": ["a", "a"]}, "sample 'a': appears more than once"),
        ({"sample": ["a", None]}, "sample 1: 'sample' is missing"),
        ({"frames": ["x", None]}, "sample 1: 'frames' is missing"),
        ({"label": ["happy", "glad"]}, r"label 'glad': is unknown; use one of \('happy', 'sad'\)"),
        ({"split": ["train", "dev"]}, "split 'dev': is unknown; use one of .*validation"),
    ],
)
def test_each_broken_promise_is_named(change, message):
    with pytest.raises(DataError, match=message):
        make_index({"sample": ["a", "b"], "frames": ["x", "y"]} | change, "mine", LABELS)


def test_all_broken_promises_come_in_one_error():
    columns = {"sample": ["a", "a"], "frames": ["x", "y"], "label": ["glad", None], "split": ["dev", None]}
    with pytest.raises(DataError, match=r"(?s)mine index: 3 problems.*sample 'a'.*'dev'.*'glad'"):
        make_index(columns, "mine", LABELS)


@pytest.mark.parametrize("data", [[], {}, {"sample": [], "frames": []}])
def test_no_samples_is_an_error(data):
    with pytest.raises(DataError, match="no samples"):
        make_index(data, "mine", LABELS)


def test_needed_columns():
    with pytest.raises(DataError, match=r"lacks the columns \['frames'\]"):
        make_index({"sample": ["a"]}, "mine", LABELS)


def test_problems_are_listed_up_to_a_cap_and_counted():
    problems = Problems("mine")
    problems.raise_if_any()
    for number in range(1025):
        problems.add(f"row {number}", "is bad", "mend it")
    assert len(problems) == 1025
    with pytest.raises(DataError) as error:
        problems.raise_if_any()
    lines = str(error.value).splitlines()
    assert lines[0] == "mine: 1,025 problems"
    assert lines[1].strip() == "row 0: is bad; mend it"
    assert lines[-1].strip() == "... and 1,005 more"
    assert len(lines) == 22


def test_counts_as_published_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_counts("mine", {"train": 1200, "extra": 3}, {"train": 1200})


def test_other_counts_warn_once():
    with pytest.warns(CountWarning) as caught:
        warn_counts("mine", {("train", "sad"): 1200}, {("train", "sad"): 1234, "test": 1})
    assert [str(warning.message) for warning in caught] == [
        "mine: the counts differ from the published ones: train sad 1,200 (published: 1,234), "
        "test 0 (published: 1)"
    ]


def test_many_other_counts_are_cut_short():
    with pytest.warns(CountWarning, match="sixth 0 .*and 2 more$"):
        names = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
        warn_counts("mine", {}, dict.fromkeys(names, 1))
