import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import LeaveOneGroupOut, StratifiedGroupKFold

from learnface.corpora import splits
from learnface.corpora.splits import LeakWarning, paper_split, split_subjects
from learnface.errors import DataError


def table(people=12, seed=0) -> pd.DataFrame:
    """People with 3 to 20 samples of three classes, shuffled."""
    rng = np.random.default_rng(seed)
    rows = [
        {"subject": f"s{who}", "label": rng.choice(["a", "b", "c"], p=[0.6, 0.3, 0.1])}
        for who in range(people)
        for _ in range(rng.integers(3, 21))
    ]
    index = pd.DataFrame(rows).sample(frac=1, random_state=seed).reset_index(drop=True)
    index.attrs["labels"] = ("a", "b", "c")
    return index


@pytest.mark.parametrize("seed", range(5))
def test_holdout_is_disjoint_and_stratified(seed):
    index = table(40, seed)
    split = splits.split_subjects(index, validation=0.2, test=0.3, seed=seed)
    splits.check_disjoint(split)
    assert split.attrs == index.attrs and "split" not in index
    shares = pd.crosstab(split["split"], split["label"], normalize="columns")
    wanted = pd.Series({"train": 0.5, "validation": 0.2, "test": 0.3})
    assert shares.sub(wanted, axis=0).abs().max(axis=None) < 0.06


def test_holdout_comes_near_the_best_of_all_deals():
    """Of 3^6 ways to deal six people out, the squared error of shares is among the best."""
    index = table(6, seed=3)
    counts = pd.crosstab(index["subject"], index["label"])
    parts = (counts / counts.sum()).to_numpy()

    def error(deal):
        shares = np.array([parts[np.array(deal) == split].sum(0) for split in range(3)])
        return ((shares - [[0.6], [0.2], [0.2]]) ** 2).sum()

    split = splits.split_subjects(index)
    names = split.drop_duplicates("subject").set_index("subject")["split"].loc[counts.index]
    ours = error([["train", "validation", "test"].index(name) for name in names])
    errors = sorted(error(deal) for deal in product(range(3), repeat=6) if len(set(deal)) == 3)
    assert ours <= errors[len(errors) // 20]


def test_holdout_follows_the_seed():
    index = pd.DataFrame({"subject": [f"s{i}" for i in range(20)], "label": ["a", "b"] * 10})
    first, again, other = (splits.split_subjects(index, seed=seed)["split"] for seed in (1, 1, 2))
    assert first.equals(again) and not first.equals(other)


def test_holdout_without_validation_and_without_labels():
    index = table().drop(columns="label").assign(valence=0.5)
    split = splits.split_subjects(index, validation=0, test=0.25)["split"]
    assert set(split) == {"train", "test"}
    assert (split == "test").mean() == pytest.approx(0.25, abs=0.05)


def test_every_split_gets_a_person():
    index = pd.DataFrame({"subject": list("aaaaabc"), "label": "x"})
    split = splits.split_subjects(index, validation=0.01, test=0.01)
    assert split["split"].tolist()[:5] == ["train"] * 5
    assert set(split["split"]) == {"train", "validation", "test"}


def test_folds_are_those_of_scikit_learn():
    index = table()
    folds = splits.subject_folds(index, folds=4, seed=7)
    splits.check_disjoint(folds)
    reference = StratifiedGroupKFold(4, shuffle=True, random_state=7)
    pairs = reference.split(index, index["label"], index["subject"])
    for (train, test), (own_train, own_test) in zip(pairs, splits.fold_rows(folds), strict=True):
        np.testing.assert_array_equal(own_train, train)
        np.testing.assert_array_equal(own_test, test)


def test_leave_one_subject_out():
    index = table(11).assign(subject=lambda table: table["subject"].str.replace("s", "s_0"))
    index = splits.leave_one_subject_out(index)
    assert index.drop_duplicates("fold").sort_values("fold")["subject"].tolist() == [
        f"s_0{i}" for i in range(11)
    ]
    tests = {tuple(test) for _, test in LeaveOneGroupOut().split(index, groups=index["subject"])}
    assert {tuple(test) for _, test in splits.fold_rows(index)} == tests


def test_ten_folds_by_sorted_subject():
    names = [f"S{number:03d}" for number in (999, 5, 10, 11, 14, 22, 26, 28, 29, 32, 34, 35)]
    index = splits.sorted_subject_folds(pd.DataFrame({"subject": names * 2}))
    by_name = index.set_index("subject")["fold"].to_dict()
    assert [by_name[name] for name in sorted(names)] == [*range(10), 0, 1]


def test_paper_split_warns_and_is_stratified():
    index = table()
    with pytest.warns(
        LeakWarning, match=r"12 of 12 subjects are in more than one split: s0 \(train, "
    ) as caught:
        split = splits.paper_split(index, validation=0.1, test=0.2, seed=1)
    assert caught[0].filename == __file__
    counts = pd.crosstab(split["label"], split["split"])
    for label, total in index["label"].value_counts().items():
        assert counts.loc[label, "test"] == round(0.2 * total)
        assert counts.loc[label, "validation"] == round(0.3 * total) - round(0.2 * total)
    with pytest.warns(LeakWarning, match="does not keep people apart"):
        again = splits.paper_split(index.assign(subject=np.nan), validation=0.1, test=0.2, seed=1)
    assert again["split"].equals(split["split"])


def test_leaks_are_named():
    index = pd.DataFrame(
        {"subject": [f"s{i}" for i in range(12)] * 2, "split": ["train"] * 12 + ["test"] * 12}
    )
    with pytest.raises(DataError) as caught:
        splits.check_disjoint(index)
    assert str(caught.value) == (
        "12 of 12 subjects are in more than one split: s0 (train, test), s1 (train, test), s2 (train, test), "
        "s3 (train, test), s4 (train, test) and 7 more; split by split_subjects"
    )
    assert list(splits.leaking_subjects(index)) == [f"s{i}" for i in range(12)]


def test_two_corpora_may_use_the_same_names():
    index = pd.DataFrame({"corpus": ["x", "y"], "subject": ["S001", "S001"], "split": ["train", "test"]})
    splits.check_disjoint(index)
    assert splits.leave_one_subject_out(index)["fold"].tolist() == [0, 1]
    with pytest.raises(DataError, match="1 of 1 subjects is in more than one split"):
        splits.check_disjoint(index.assign(corpus="x"))


def test_any_row_labels_will_do():
    index = table().set_index(np.arange(100, 100 + len(table())))
    for function in (splits.split_subjects, splits.subject_folds, splits.leave_one_subject_out):
        expected = function(index.reset_index(drop=True))
        pd.testing.assert_frame_equal(function(index).reset_index(drop=True), expected)


@pytest.mark.parametrize(
    "function",
    [
        splits.split_subjects,
        splits.subject_folds,
        splits.sorted_subject_folds,
        splits.leave_one_subject_out,
        splits.check_disjoint,
    ],
)
def test_subjects_are_needed(function):
    for index in (table().drop(columns="subject"), table().assign(subject=np.nan)):
        with pytest.raises(DataError, match="the index has no subjects, so people cannot be kept apart"):
            function(index)
    index = table()
    index.loc[:2, "subject"] = np.nan
    with pytest.raises(DataError, match="3 of .* samples have no subject"):
        function(index)
    with pytest.raises(DataError, match="no rows"):
        function(table().iloc[:0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: splits.split_subjects(table(), 0.5, 0.5), "below 1 together"),
        (lambda: splits.split_subjects(table(), -0.1, 0.5), "must be 0 or more"),
        (lambda: splits.split_subjects(table(2)), "3 splits need 3 subjects at least, and there are 2"),
        (lambda: splits.paper_split(table(), 0.5, 0.6), "below 1 together"),
        (lambda: splits.subject_folds(table(4), 5), "folds is 5; give a number from 2 to 4"),
        (lambda: splits.sorted_subject_folds(table(4), 1), "folds is 1; give a number from 2 to 4"),
        (lambda: splits.leave_one_subject_out(table(1)), "one subject only"),
        (lambda: splits.check_disjoint(table()), "neither splits nor folds"),
        (lambda: next(splits.fold_rows(table())), "lacks folds"),
    ],
)
def test_wrong_input(call, message):
    with pytest.raises(DataError, match=message):
        call()


def test_shares_of_nothing_leave_all_for_training():
    index = pd.DataFrame({"subject": list("abc"), "label": ["happy"] * 3})
    assert split_subjects(index, 0, 0)["split"].tolist() == ["train"] * 3


@pytest.mark.parametrize("shares", [(math.nan, 0.2), (0.2, math.nan), (-0.1, 0.2), (0.5, 0.5)])
def test_shares_that_leave_nothing(shares):
    index = pd.DataFrame({"subject": list("abc"), "label": ["happy"] * 3})
    for split in (split_subjects, paper_split):
        with pytest.raises(DataError, match="must be 0 or more, and below 1 together"):
            split(index, *shares)
