"""Choices without the test fold: people-disjoint parts of the training samples, and a grid search on them."""

import contextlib
import itertools
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learnface.corpora.splits import fold_rows, split_subjects, subject_folds
from learnface.errors import DataError
from learnface.metrics import classification_scores
from learnface.training.samples import Samples

__all__ = ["GridSearch", "inner_folds", "inner_split"]


def inner_split(train: Samples, validation: float = 0.2, seed: int = 0) -> tuple[Samples, Samples]:
    """Part training samples into some to learn from and some to choose by, with nobody in both.

    Args:
        train: the training samples of a fold.
        validation: share of the samples to choose by.
        seed: of the order of people with as many samples as one another.

    Returns:
        The samples to learn from, and those to choose by.

    Raises:
        DataError: there are fewer than two people.
    """
    split = split_subjects(train.index, validation=validation, test=0, seed=seed)["split"].to_numpy()
    return train.take(np.flatnonzero(split == "train")), train.take(np.flatnonzero(split == "validation"))


def inner_folds(train: Samples, folds: int = 4, seed: int = 0) -> list[tuple[NDArray, NDArray]]:
    """Return the places of people-disjoint folds of the training samples.

    They fit scikit-learn's `GridSearchCV(..., cv=inner_folds(train))` too.

    Args:
        train: the training samples of a fold.
        folds: number of folds; fewer where there are fewer people.
        seed: of the shuffling.

    Returns:
        For each fold the places among `train` to learn from, and those to choose by.

    Raises:
        DataError: there are fewer than two people.
    """
    people = train.index[[name for name in ("corpus", "subject") if name in train.index]].drop_duplicates()
    for number in range(max(2, min(folds, len(people))), 2, -1):
        with contextlib.suppress(DataError):  # a fold got nobody: people with rare classes go together
            return _folds(train, number, seed)
    return _folds(train, 2, seed)


@dataclass
class GridSearch:
    """A scikit-learn estimator whose settings are chosen anew in each fold, by inner folds of people.

    Every combination is scored by the macro F1 of its pooled inner predictions; of equals the first is
    taken. The chosen one then learns from all training samples.

    Args:
        estimator: any classifier or pipeline.
        grid: the values to try of each parameter, such as `{"svc__C": (0.1, 1, 10)}`.
        folds: number of inner folds.

    Example:
        >>> from sklearn.svm import SVC
        >>> method = GridSearch(SVC(kernel="linear"), {"C": (0.01, 1)})
        >>> [chosen for chosen in method.combinations()]
        [{'C': 0.01}, {'C': 1}]
    """

    estimator: Any
    grid: Mapping[str, Sequence] = field(default_factory=dict)
    folds: int = 4

    def combinations(self) -> list[dict[str, Any]]:
        """Return every combination of the grid's values."""
        return [
            dict(zip(self.grid, values, strict=True)) for values in itertools.product(*self.grid.values())
        ]

    def fit_predict(self, train: Samples, test: Samples, seed: int) -> tuple[NDArray, dict[str, Any]]:
        """Choose, learn and predict; the notes name what was chosen and its inner macro F1.

        Raises:
            DataError: the inputs are not one array of `(samples, features)`.
        """
        if not isinstance(train.inputs, np.ndarray) or train.inputs.ndim != 2:
            raise DataError("an estimator needs inputs of shape (samples, features), one array")
        combinations, notes = self.combinations(), {}
        if len(combinations) > 1:
            inner = inner_folds(train, self.folds, seed)
            scores = [self._inner_score(train, inner, chosen, seed) for chosen in combinations]
            best = int(np.argmax(scores))
            notes = {**combinations[best], "inner_f1": scores[best]}
        chosen = combinations[best] if notes else combinations[0]
        model = seeded(self.estimator, seed).set_params(**chosen)
        return fit_and_predict(model, train.inputs, train.codes, test.inputs), notes

    def _inner_score(
        self, train: Samples, inner: list[tuple[NDArray, NDArray]], chosen: Mapping[str, Any], seed: int
    ) -> float:
        predicted = np.full(len(train), -1)
        for learn, choose in inner:
            model = seeded(self.estimator, seed).set_params(**chosen)
            predicted[choose] = fit_and_predict(
                model, train.inputs[learn], train.codes[learn], train.inputs[choose]
            )
        return classification_scores(train.codes, predicted, train.labels)["f1"]


def fit_and_predict(estimator: Any, inputs: NDArray, codes: NDArray, others: NDArray) -> NDArray:
    """Return the classes that an estimator predicts; of one class alone there is nothing to learn."""
    if len(np.unique(codes)) == 1:  # many estimators refuse this
        return np.full(len(others), codes[0])
    return estimator.fit(inputs, codes).predict(others)


def seeded(estimator: Any, seed: int) -> Any:
    """Return a fresh copy of an estimator, with every `random_state` that is None set to the seed."""
    from sklearn.base import clone  # slow to import, and only needed where there is an estimator

    copy = clone(estimator)
    names = [
        name
        for name, value in copy.get_params(deep=True).items()
        if value is None and (name == "random_state" or name.endswith("__random_state"))
    ]
    return copy.set_params(**dict.fromkeys(names, seed))


def _folds(train: Samples, folds: int, seed: int) -> list[tuple[NDArray, NDArray]]:
    with warnings.catch_warnings():
        # Classes with fewer samples than folds are usual here, and no fault of the caller's.
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        return list(fold_rows(subject_folds(train.index, folds, seed)))
