import numpy as np
import pandas as pd

from learnface.training._fold_work import FoldJob, FoldWork, fold_seed


def test_a_fold_gives_what_json_can_hold_and_a_sign_of_life():
    index = pd.DataFrame({"subject": list("aab"), "label": ["sad", "happy", "sad"], "fold": [0, 0, 1]})
    beats, seeds = [], []

    def method(train, test, seed):
        seeds.append(seed)
        return np.array([[0.25, 0.75]] * len(test)), {"epoch": np.int64(7), "grid": (1, 2)}

    work = FoldWork(method, index, np.array([1, 0, 1]), ("happy", "sad"), None, seed=3)
    result = work(FoldJob(0, "fold 1"), lambda *value: beats.append(value))
    assert result.pop("seconds") >= 0
    notes = {"epoch": 7, "grid": "(1, 2)"}
    assert result == {"predicted": [1, 1], "scores": [[0.25, 0.75]] * 2, "notes": notes}
    assert type(result["notes"]["epoch"]) is int
    assert (beats, seeds) == ([("fold 1",)], [fold_seed(3, 0)])


def test_what_tells_the_class_is_hidden_of_test_samples_alone():
    index = pd.DataFrame({"subject": list("aab"), "label": ["sad", "happy", "sad"], "fold": [0, 0, 1]})
    index = index.assign(emotion=index["label"], action_units="12", objective_class=3, sample=list("pqr"))
    seen = []

    def method(train, test, seed):
        seen.extend((list(train.index), list(test.index)))
        return np.zeros(len(test), int)

    FoldWork(method, index, np.array([1, 0, 1]), ("happy", "sad"), None, seed=3)(FoldJob(0, "one"), print)
    assert seen == [list(index), ["subject", "fold", "sample"]]


def test_seeds_of_folds_differ_and_fit_31_bits():
    seeds = {fold_seed(seed, fold) for seed in range(20) for fold in range(20)}
    assert len(seeds) == 400 and min(seeds) >= 0 and max(seeds) < 2**31
