"""Splits and folds in which no person is on both sides, and, for comparison only, the leaky one of some papers.

Each function returns the index with one more column: `split` (`"train"`, `"validation"`, `"test"`), as corpora
with a split of their own have it, or `fold` (from 0), whose rows are the test set when that fold's turn comes.
So a split is a table that can be looked at, counted and kept beside the results:

    index = subject_folds(index, folds=5, seed=0)
    check_disjoint(index)
    for train, test in fold_rows(index):
        ...                                    # images[train], images[test]
"""

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd

from learnface.arguments import check_seed
from learnface.corpora._index import SPLITS
from learnface.corpora._reading import natural_key
from learnface.errors import DataError, first_few

__all__ = [
    "LeakWarning",
    "check_disjoint",
    "fold_rows",
    "leaking_subjects",
    "leave_one_subject_out",
    "paper_split",
    "sorted_subject_folds",
    "split_subjects",
    "subject_folds",
]

_TEXT = pd.StringDtype(na_value=np.nan)


class LeakWarning(UserWarning):
    """One person is on both sides of a split, so that the score says little about new people."""


def split_subjects(
    index: pd.DataFrame, validation: float = 0.2, test: float = 0.2, seed: int = 0
) -> pd.DataFrame:
    """Split by people, each split with about its share of every class.

    People are dealt out from the one with the most samples down, each to the split whose classes it brings
    closest to their shares; each split gets one person at least. Without labels only samples are balanced.

    Args:
        index: an index table with subjects.
        validation: share of the samples for validation; 0 for no such split.
        test: share of the samples for the test; 0 for no such split.
        seed: of the order of people with as many samples as one another.

    Returns:
        A copy of the index with a new column `split`.

    Raises:
        DataError: subjects are missing, shares do not leave any for training, or people are too few.

    Example:
        >>> index = pd.DataFrame({"subject": list("aabbccddee"), "label": ["happy", "sad"] * 5})
        >>> split_subjects(index, 0.2, 0.2)["split"].value_counts().to_dict()
        {'train': 6, 'validation': 2, 'test': 2}
    """
    shares = {"train": 1 - validation - test, "validation": validation, "test": test}
    if not (validation >= 0 and test >= 0 and shares["train"] > 1e-9):
        raise DataError(f"validation={validation} and test={test} must be 0 or more, and below 1 together")
    check_seed(seed)
    shares = {name: share for name, share in shares.items() if share > 0}
    subjects = _subjects(index)
    counts = pd.crosstab(subjects, _classes(index))
    if len(counts) < len(shares):
        raise DataError(
            f"{len(shares)} splits need {len(shares)} subjects at least, and there are {len(counts)}: record more"
        )
    dealt = _deal(counts.to_numpy(), np.array(list(shares.values()), float), seed)
    names = dict(zip(counts.index, np.array(list(shares))[dealt], strict=True))
    return _with(index, split=subjects.map(names).astype(_TEXT))


def subject_folds(index: pd.DataFrame, folds: int = 10, seed: int = 0) -> pd.DataFrame:
    """Part people into folds with like shares of the classes, by scikit-learn's `StratifiedGroupKFold`.

    Args:
        index: an index table with subjects.
        folds: number of folds, from 2 to the number of people.
        seed: of the shuffling.

    Returns:
        A copy of the index with a new column `fold`, from 0.

    Raises:
        DataError: subjects are missing, or people are too few for so many folds.

    Example:
        >>> index = pd.DataFrame({"subject": list("aabbccdd"), "label": ["happy", "sad"] * 4})
        >>> subject_folds(index, folds=2)["fold"].value_counts().to_dict()
        {1: 4, 0: 4}
    """
    from sklearn.model_selection import StratifiedGroupKFold  # slow to import, and only needed here

    check_seed(seed)
    subjects = _subjects(index)
    _check_folds(folds, subjects)
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    fold = np.zeros(len(index), np.int64)
    for number, (_, rows) in enumerate(splitter.split(fold, _classes(index), subjects)):
        fold[rows] = number
    empty = folds - len(np.unique(fold))
    if empty:
        raise DataError(f"{empty} of {folds} folds got no subject; use fewer folds")
    return _with(index, fold=fold)


def sorted_subject_folds(index: pd.DataFrame, folds: int = 10) -> pd.DataFrame:
    """Part people into folds as is the custom on CK+: sorted by name, every tenth into the same fold.

    Args:
        index: an index table with subjects.
        folds: number of folds, from 2 to the number of people.

    Returns:
        A copy of the index with a new column `fold`, from 0: the fold of the k-th subject is `k % folds`.

    Raises:
        DataError: subjects are missing, or people are too few for so many folds.

    Example:
        >>> index = pd.DataFrame({"subject": ["S005", "S010", "S011", "S010"]})
        >>> sorted_subject_folds(index, folds=2)["fold"].tolist()
        [0, 1, 0, 1]
    """
    subjects = _subjects(index)
    _check_folds(folds, subjects)
    return _with(index, fold=_ranks(subjects) % folds)


def leave_one_subject_out(index: pd.DataFrame) -> pd.DataFrame:
    """Make each person a fold of their own, in the order of their names.

    Args:
        index: an index table with subjects.

    Returns:
        A copy of the index with a new column `fold`, from 0.

    Raises:
        DataError: subjects are missing, or there is one only.

    Example:
        >>> leave_one_subject_out(pd.DataFrame({"subject": ["s10", "s9", "s10"]}))["fold"].tolist()
        [1, 0, 1]
    """
    subjects = _subjects(index)
    _check_folds(subjects.nunique(), subjects)
    return _with(index, fold=_ranks(subjects))


def paper_split(
    index: pd.DataFrame, validation: float = 0.0, test: float = 0.2, seed: int = 0
) -> pd.DataFrame:
    """Split samples at random whoever is on them, as some papers do: leaky, and only to compare with these.

    A network that has seen a person smile knows that face, so the score is too good. Where the index has no
    subjects, there may be no better split, but the warning holds.

    Args:
        index: an index table.
        validation: share of each class for validation.
        test: share of each class for the test.
        seed: of the shuffling.

    Returns:
        A copy of the index with a new column `split`.

    Raises:
        DataError: the shares do not leave any for training.

    Warns:
        LeakWarning: always.
    """
    if not (validation >= 0 and test >= 0 and validation + test < 1):
        raise DataError(f"validation={validation} and test={test} must be 0 or more, and below 1 together")
    check_seed(seed)
    split = np.full(len(index), "train", object)
    generator = np.random.default_rng(seed)
    classes = _classes(index).to_numpy()
    for name in np.unique(classes):
        rows = generator.permutation(np.flatnonzero(classes == name))
        first, second = np.round(np.array([test, test + validation]) * len(rows)).astype(int)
        split[rows[:first]], split[rows[first:second]] = "test", "validation"
    index = _with(index, split=pd.array(split, dtype=_TEXT))
    who = _leak(index, "split") or "it does not keep people apart"
    warnings.warn(f"paper_split is leaky: {who}; report its score as such", LeakWarning, stacklevel=2)
    return index


def fold_rows(index: pd.DataFrame) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the `(train, test)` row positions of each fold in turn, for `images[train]` or `index.iloc[train]`.

    Args:
        index: an index with a column `fold`.

    Raises:
        DataError: there is no such column, or a row has no fold.

    Example:
        >>> for train, test in fold_rows(pd.DataFrame({"fold": [0, 1, 0]})):
        ...     print(train, test)
        [1] [0 2]
        [0 2] [1]
    """
    if "fold" not in index or index["fold"].isna().any():
        raise DataError("the index lacks folds; make them first, as with subject_folds(index, folds=5)")
    fold = index["fold"].to_numpy()
    for number in np.unique(fold):
        yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)


def check_disjoint(index: pd.DataFrame) -> None:
    """Make sure that no person is in two splits, nor in two folds.

    Args:
        index: an index with subjects, and a column `split` or `fold` or both.

    Raises:
        DataError: people are on both sides, and the message names them; or subjects, splits and folds
            are missing.

    Example:
        >>> check_disjoint(pd.DataFrame({"subject": ["a", "a", "b"], "fold": [0, 1, 1]}))
        Traceback (most recent call last):
        learnface.errors.DataError: 1 of 2 subjects is in more than one fold: a (0, 1); split by subject_folds
    """
    _subjects(index)
    columns = [name for name in ("split", "fold") if name in index and index[name].notna().any()]
    if not columns:
        raise DataError(
            "the index has neither splits nor folds; make them first, as with split_subjects(index)"
        )
    for name in columns:
        leak = _leak(index, name)
        if leak:
            raise DataError(f"{leak}; split by {'split_subjects' if name == 'split' else 'subject_folds'}")


def leaking_subjects(index: pd.DataFrame, column: str = "split") -> dict[str, tuple]:
    """Return the people who are in more than one split or fold, and in which ones.

    Args:
        index: an index; rows without subject or without `column` are passed over.
        column: `"split"` or `"fold"`.

    Example:
        >>> index = pd.DataFrame({"subject": ["a", "a", "b"], "split": ["train", "test", "test"]})
        >>> leaking_subjects(index)
        {'a': ('train', 'test')}
    """
    rows = index["subject"].notna() & index[column].notna()
    pairs = pd.DataFrame({"who": _people(index)[rows], "where": index.loc[rows, column]}).drop_duplicates()
    places = pairs.groupby("who")["where"].agg(tuple)
    places = places[places.map(len) > 1]
    return {
        who: tuple(sorted(where, key=SPLITS.index if column == "split" else None))
        for who, where in sorted(places.items(), key=lambda item: natural_key(item[0]))
    }


def _leak(index: pd.DataFrame, column: str) -> str | None:
    """Say in a sentence who is in two splits or folds; None if nobody is."""
    leaks = leaking_subjects(index, column)
    if not leaks:
        return None
    named = [f"{who} ({', '.join(map(str, where))})" for who, where in leaks.items()]
    verb = "is" if len(leaks) == 1 else "are"
    people = _people(index)[index["subject"].notna()].nunique()
    where = f"in more than one {column}"
    return f"{len(leaks):,} of {people:,} subjects {verb} {where}: {first_few(named)}"


def _subjects(index: pd.DataFrame) -> pd.Series:
    """Return the person of each row, or refuse an index that does not tell."""
    if index.empty:
        raise DataError("the index has no rows; choose at least one sample")
    missing = index["subject"].isna().sum() if "subject" in index else len(index)
    if missing == len(index):
        raise DataError(
            "the index has no subjects, so people cannot be kept apart; fill in its column 'subject'"
        )
    if missing:
        what = f"{missing:,} of {len(index):,} samples have no subject, so people cannot be kept apart"
        raise DataError(f"{what}; fill them in or leave these rows out")
    return _people(index)


def _people(index: pd.DataFrame) -> pd.Series:
    """Return the subjects; of several corpora with the corpus, for two of them may each have an S001."""
    subjects = index["subject"].astype(object).reset_index(drop=True)
    if "corpus" in index and index["corpus"].nunique() > 1:
        subjects = index["corpus"].astype(object).reset_index(drop=True) + "/" + subjects
    return subjects.set_axis(index.index)


def _classes(index: pd.DataFrame) -> pd.Series:
    """Return the class of each row; an empty one where there are none, as for valence and arousal."""
    labels = index["label"] if "label" in index else pd.Series("", index.index)
    return labels.astype(object).fillna("")


def _deal(counts: np.ndarray, shares: np.ndarray, seed: int) -> np.ndarray:
    """Deal people (rows of class counts) out to splits; return the split of each."""
    parts = counts / counts.sum(0)  # of each class, what a person brings
    wanting = np.repeat(shares[:, None], counts.shape[1], axis=1)  # of each class, what a split still lacks
    order = np.random.default_rng(seed).permutation(len(counts))
    order = order[np.argsort(-counts[order].sum(1), kind="stable")]
    dealt = np.zeros(len(counts), np.int64)
    empty = np.ones(len(shares), bool)
    for turn, person in enumerate(order):
        gain = (2 * wanting * parts[person] - parts[person] ** 2).sum(1)  # fall of the squared error
        if empty.sum() == len(order) - turn:  # the last people go to the splits that have nobody yet
            gain[~empty] = -np.inf
        dealt[person] = chosen = gain.argmax()
        wanting[chosen] -= parts[person]
        empty[chosen] = False
    return dealt


def _check_folds(folds: int, subjects: pd.Series) -> None:
    people = subjects.nunique()
    if people < 2:
        raise DataError("the index has one subject only; record more people")
    if not 2 <= folds <= people:
        raise DataError(f"folds is {folds}; give a number from 2 to {people}, the number of subjects")


def _ranks(subjects: pd.Series) -> np.ndarray:
    """Return each row's subject as its place among the sorted subjects."""
    order = {name: place for place, name in enumerate(sorted(subjects.unique(), key=natural_key))}
    return subjects.map(order).to_numpy(np.int64)


def _with(index: pd.DataFrame, **columns) -> pd.DataFrame:
    """Return a copy of the index with columns set, its attributes kept."""
    copy = index.copy()
    for name, values in columns.items():
        copy[name] = values
    return copy
