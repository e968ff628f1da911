import functools
from pathlib import Path

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from learnface.errors import DataError
from learnface.training import GridSearch
from learnface.training._fold_files import FoldFiles, describe_method


def test_a_folds_result_comes_back(tmp_path):
    files = FoldFiles(tmp_path, {"seed": 0})
    assert files.read(1) is None
    files.write(1, {"predicted": [0, 2], "seconds": 0.1})
    assert FoldFiles(tmp_path, {"seed": 0}).read(1) == {"predicted": [0, 2], "seconds": 0.1}
    FoldFiles(None, {}).write(1, {})
    assert FoldFiles(None, {}).read(1) is None


def test_damaged_and_foreign_files_are_refused(tmp_path):
    files = FoldFiles(tmp_path / "a", {"seed": 0})
    files.write(1, {})
    (tmp_path / "a" / "folds" / "001.json").write_text("{")
    with pytest.raises(DataError, match=r"001.json is damaged: remove it"):
        files.read(1)
    other = FoldFiles(tmp_path / "b", {"seed": 1})
    other.write(1, {})
    (tmp_path / "b" / "folds" / "001.json").replace(tmp_path / "a" / "folds" / "001.json")
    with pytest.raises(DataError, match=r"001.json belongs to another run"):
        files.read(1)
    (tmp_path / "a" / "run.json").write_text("[")
    with pytest.raises(DataError, match="or a damaged one"), files.claimed():
        pass


def test_a_folder_belongs_to_one_run(tmp_path):
    with (
        FoldFiles(tmp_path / "a", {"seed": 0}).claimed(),
        pytest.raises(DataError, match="is cross-validating"),
        FoldFiles(tmp_path / "a", {"seed": 0}).claimed(),
    ):
        pass
    with FoldFiles(tmp_path / "a", {"seed": 0}).claimed():  # it may go on
        pass
    with (
        pytest.raises(DataError, match="holds another run .other seed."),
        FoldFiles(tmp_path / "a", {"seed": 1}).claimed(),
    ):
        pass
    with FoldFiles(None, {}).claimed():
        pass


def test_a_description_changes_with_every_setting():
    methods = [
        SVC(),
        SVC(C=2),
        make_pipeline(StandardScaler(), SVC()),
        make_pipeline(StandardScaler(), SVC(C=2)),
        GridSearch(SVC(), {"C": (1, 2)}),
        GridSearch(SVC(), {"C": (1, 3)}),
        GridSearch(SVC(gamma=3), {"C": (1, 3)}),
        functools.partial(describe_method, 1),
        functools.partial(describe_method, 2),
        functools.partial(describe_method, np.arange(2)),
        describe_method,
    ]
    texts = [str(describe_method(method)) for method in methods]
    assert len(set(texts)) == len(texts)
    assert str(describe_method(SVC(C=2))) == texts[1]
    assert not any(" at 0x" in text for text in texts)


class Rule:
    """A method of a user's own, as plain as can be."""

    def __init__(self, k, holder=None):
        self.k, self.holder = k, holder or self

    def fit_predict(self, train, test, seed):
        return np.full(len(test), self.k)


def closing_over(k):
    def rule(train, test, seed):
        return np.full(len(test), k)

    return rule


def test_methods_without_settings_to_ask_for_are_told_apart():
    methods = [
        *(Rule(k) for k in (0, 1, Path("a"), Path("b"), {1, 2}, {1, 3})),
        Rule(0, holder={"inner": Rule(1)}),
        Rule(0).fit_predict,
        Rule(1).fit_predict,
        closing_over(0),
        closing_over(1),
        lambda train, test, seed: np.zeros(len(test)),
        lambda train, test, seed: np.ones(len(test)),
        Rule(np.random.default_rng(0)),  # which holds nothing that is the same in every process
    ]
    texts = [str(describe_method(method)) for method in methods]
    assert len(set(texts)) == len(texts)
    assert str(describe_method(Rule(1))) == texts[1] and str(describe_method(closing_over(1))) == texts[10]
    assert not any(" at 0x" in text for text in texts)
