import functools

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
    with pytest.raises(DataError, match="or a damaged one"):
        FoldFiles(tmp_path / "a", {"seed": 0})


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
