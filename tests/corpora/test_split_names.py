import pytest

from learnface.corpora._index import Problems
from learnface.corpora._split_names import check_subjects, split_of
from learnface.errors import DataError


@pytest.mark.parametrize(
    ("name", "split"),
    [("Train", "train"), ("val_set", "validation"), ("Test_AFEW", "test"), (" DEV ", "validation")]
    + [("Validation", "validation"), ("Training", "train"), ("tests", None), ("", None), ("my_train", None)],
)
def test_words(name, split):
    assert split_of(name) == split


def test_people_in_two_splits():
    rows = [("a", "train"), ("a", "test"), ("b", "test"), ("b", "test"), ("c", None), ("c", "test")]
    rows += [(None, "train"), (None, "test")]
    problems = Problems("mine")
    check_subjects([{"subject": who, "split": split} for who, split in rows], problems, "mend it")
    with pytest.raises(DataError, match="^subject 'a': is in test and train; mend it$"):
        problems.raise_if_any()
