import json
import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from checks.methods import Counting, NearestMean, dying, nearest_mean
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, f1_score
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.neighbors import NearestCentroid

from learnface.errors import DataError, LearnfaceError
from learnface.files import locked
from learnface.training import cross_validate

PEOPLE = "abcd"


@pytest.fixture
def data(rng):
    """Twelve samples of four people in two classes, that a line parts mostly."""
    index = pd.DataFrame({"sample": [f"s{k}" for k in range(12)], "subject": list(PEOPLE * 3)})
    index["label"] = ["happy", "sad"] * 6
    index.loc[[0, 5], "label"] = ["sad", "happy"]
    inputs = rng.normal(size=(12, 3)) + (index["label"] == "sad").to_numpy()[:, None]
    return index, inputs


def run(data, method=nearest_mean, **options):
    return cross_validate(method, *data, **{"progress": False} | options)


def test_predictions_are_scikit_learns_and_pooled_before_scoring(data):
    index, inputs = data
    result = run(data, NearestCentroid())
    codes, groups = (index["label"] == "sad").astype(int), index["subject"]
    expected = cross_val_predict(NearestCentroid(), inputs, codes, groups=groups, cv=LeaveOneGroupOut())
    predicted = (result.predictions["predicted"] == "sad").astype(int)
    np.testing.assert_array_equal(predicted, expected)
    assert 0 < (predicted != codes).sum() < 12
    assert result.scores["uf1"]["value"] == pytest.approx(f1_score(codes, expected, average="macro"))
    assert result.scores["uar"]["value"] == pytest.approx(balanced_accuracy_score(codes, expected))
    np.testing.assert_array_equal(result.confusion, confusion_matrix(codes, expected))
    right = pd.Series(expected == codes).groupby(groups).mean()
    assert result.folds["accuracy"].tolist() == pytest.approx(right.tolist())
    assert result.folds["subjects"].tolist() == list(PEOPLE)
    assert result.folds[["train", "test"]].to_numpy().tolist() == [[9, 3]] * 4


def test_a_method_learns_from_others_and_is_not_told_the_truth(data):
    seen = []

    def method(train, test, seed):
        assert not set(train.index["subject"]) & set(test.index["subject"])
        assert test.codes is None and "label" not in test.index
        np.testing.assert_array_equal(train.inputs, data[1][train.rows])
        assert (np.array(train.labels)[train.codes] == train.index["label"]).all()
        seen.extend(test.rows)
        return ["sad"] * len(test)

    result = run(data, method, labels=("sad", "happy"))
    assert sorted(seen) == list(range(12))
    assert (result.predictions["predicted"] == "sad").all()
    assert result.per_class.loc["sad", "recall"] == 1


def test_scores_and_notes_are_kept(data):
    result = run(data, NearestMean())
    again = run(data, NearestMean())
    assert result.folds["own_seed"].nunique() == 4
    assert result.folds["own_seed"].tolist() == again.folds["own_seed"].tolist()
    assert run(data, NearestMean(), seed=1).folds["own_seed"].tolist() != again.folds["own_seed"].tolist()
    winners = result.predictions[["happy", "sad"]].idxmax(axis=1)
    assert (winners == result.predictions["predicted"]).all()


def test_folds_by_number_and_of_the_index(data):
    index, inputs = data
    result = run(data, folds=2)
    assert len(result.folds) == 2 and result.predictions.groupby("subject")["fold"].nunique().max() == 1
    own = index.assign(fold=index["subject"].isin(["a", "b"]).astype(int))
    assert run((own, inputs)).folds["subjects"].tolist() == ["c d", "a b"]
    with pytest.raises(DataError, match="folds of its own"):
        run((own, inputs), folds=2)
    with pytest.raises(DataError, match="more than one fold: a"):
        run((index.assign(fold=np.arange(12) % 3), inputs))


def test_people_may_be_numbers(data):
    index, inputs = data
    numbered = index.assign(subject=index["subject"].map({"a": 1, "b": 2, "c": 10, "d": 11}))
    result = run((numbered, inputs))
    assert result.folds["subjects"].tolist() == ["1", "2", "10", "11"]
    assert result.predictions["predicted"].equals(run(data).predictions["predicted"])


def test_inputs_may_be_files_and_several(data, tmp_path):
    index, inputs = data
    path = tmp_path / "inputs.npy"
    np.save(path, inputs)
    expected = run(data).predictions
    pd.testing.assert_frame_equal(run((index, path)).predictions, expected)

    def method(train, test, seed):
        assert set(test.inputs) == {"first", "second"} and len(test.inputs["second"]) == len(test)
        return np.zeros(len(test), int)

    run((index, {"first": inputs, "second": path}), method)


def test_workers_give_the_same_as_one_process_and_survive_a_death(data, tmp_path):
    """One process dies in its fold: the others' results are kept, and only that fold is done again."""
    with pytest.raises(LearnfaceError, match=r"1 of 4 folds were lost \(fold 3 of 4 \(c\).*SIGKILL"):
        run(data, dying, workers=2, run_dir=tmp_path)
    assert sorted(path.name for path in (tmp_path / "folds").iterdir()) == [
        "000.json",
        "001.json",
        "003.json",
    ]
    result = run(data, dying, run_dir=tmp_path)
    pd.testing.assert_frame_equal(result.predictions, run(data).predictions)


def test_a_killed_run_goes_on_and_writes_its_tables(data, tmp_path):
    data[0].to_csv(tmp_path / "index.csv", index=False)
    np.save(tmp_path / "x.npy", data[1])
    (tmp_path / "die").write_text("c")
    script = f"""
import sys
import numpy as np, pandas as pd
from checks.methods import Counting
from learnface.training import cross_validate
folder = {str(tmp_path)!r}
index, inputs = pd.read_csv(folder + "/index.csv"), np.load(folder + "/x.npy")
cross_validate(Counting(folder), index, inputs, run_dir=folder + "/run", progress=False)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["tests", *sys.path])}
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    (tmp_path / "die").unlink()
    result = run(data, Counting(str(tmp_path)), run_dir=tmp_path / "run")
    assert (tmp_path / "log").read_text().split() == ["a", "b", "c", "d"]
    pd.testing.assert_frame_equal(result.predictions, run(data).predictions)
    table = pd.read_csv(tmp_path / "run" / "predictions.csv")
    assert table["predicted"].tolist() == result.predictions["predicted"].tolist()
    assert len(pd.read_csv(tmp_path / "run" / "folds.csv")) == 4
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["scores"]["uf1"] == result.scores["uf1"] and report["subjects"] == 4


def test_an_error_names_its_fold(data, tmp_path):
    (tmp_path / "stop").write_text("b")
    with pytest.raises(ValueError, match="stopped") as stopped:
        run(data, Counting(str(tmp_path)))
    assert stopped.value.__notes__ == ["in fold 2 of 4 (b)"]


def test_another_runs_folder_is_refused(data, tmp_path):
    run(data, run_dir=tmp_path, settings={"size": 96})
    for changed in (
        {"settings": {"size": 48}},
        {"settings": {"size": 96}, "seed": 1},
        {"settings": {"size": 96}, "method": NearestMean()},
    ):
        with pytest.raises(DataError, match="holds another run \\(other (settings|seed|method)"):
            run(data, run_dir=tmp_path, **changed)
    index, inputs = data
    with pytest.raises(DataError, match="other inputs"):
        run((index, inputs + 1), run_dir=tmp_path, settings={"size": 96})
    with pytest.raises(DataError, match="other samples"):
        run((index.iloc[::-1], inputs), run_dir=tmp_path, settings={"size": 96})


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (lambda train, test, seed: [0] * 5, r"fold 1 of 4 \(a\): .* shape \(5,\), expected \(3,\) classes"),
        (lambda train, test, seed: np.full((3, 2), np.nan), "scores hold NaN"),
        (lambda train, test, seed: ["angry"] * 3, r"fold 1 of 4 \(a\): the predictions holds \['angry'\]"),
    ],
)
def test_predictions_that_are_none_are_refused(data, method, message):
    with pytest.raises(DataError, match=message):
        run(data, method)


def test_what_cannot_be_validated_is_refused(data, tmp_path):
    index, inputs = data
    with pytest.raises(DataError, match="2 samples have no label"):
        run((index.assign(label=[None] * 2 + ["sad"] * 10), inputs))
    with pytest.raises(DataError, match=r"inputs has the shape \(11, 3\), but the index has 12 rows"):
        run((index, inputs[1:]))
    for label in (7, "subject"):
        renamed = index.assign(label=index["label"].replace("sad", label).astype(object))
        with pytest.raises(
            DataError, match=f"classes are called {label}: give them names, as text, other than"
        ):
            run((renamed, inputs), labels=["happy", label])
    with pytest.raises(DataError, match=r"lacks the columns \['subject'\]"):
        run((index.drop(columns="subject"), inputs))
    with pytest.raises(DataError, match="cannot be sent to worker processes"):
        run(data, lambda train, test, seed: 0, workers=2)
    with pytest.raises(DataError, match="an estimator needs inputs"):
        run((index, None), NearestCentroid())


@pytest.mark.parametrize("column", ["corpus", "source"])
def test_summary_by_parts_of_a_composite(data, column):
    index, inputs = data
    index[column] = np.where(index["subject"].isin(["a", "b"]), "smic", "casme2")
    table = run((index, inputs), name="mean").summary(by=column)
    assert table["samples"].to_dict() == {"mean": 12, "casme2": 6, "smic": 6}
    assert table.loc["mean", "accuracy"] == pytest.approx(table.loc[["smic", "casme2"], "accuracy"].mean())


def test_two_runs_do_not_share_a_folder(data, tmp_path):
    with (
        locked(tmp_path, "cross-validating"),
        pytest.raises(DataError, match="another process is cross-validating"),
    ):
        run(data, run_dir=tmp_path)
