"""One fold, done in whatever process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnface.corpora.splits import fold_rows
from learnface.errors import DataError
from learnface.metrics.classification import class_codes
from learnface.training.inner_validation import fit_and_predict, seeded
from learnface.training.samples import Inputs, Samples, open_inputs, take

__all__ = ["FoldJob", "FoldWork", "TELLING", "fold_seed"]

TELLING = ("label", "emotion", "action_units", "objective_class")
"""Columns that tell the class, or nearly; methods do not see them of test samples."""


@dataclass(frozen=True)
class FoldJob:
    """A fold to do: its number, and what messages call it."""

    number: int
    name: str


@dataclass
class FoldWork:
    """Does folds. It is sent to each process once, with its data.

    Attributes:
        method: an estimator of scikit-learn, an object with `fit_predict`, or such a function.
        index: the index table with its folds.
        codes: `(samples,)` classes.
        labels: class names in the order of their codes.
        inputs: of all samples, or the path to them.
        seed: of the run.
    """

    method: Any
    index: pd.DataFrame
    codes: NDArray[np.int64]
    labels: tuple[str, ...]
    inputs: Inputs | None
    seed: int

    def __call__(self, job: FoldJob, beat: Callable) -> dict[str, Any]:
        """Return the fold's predictions, scores, notes and seconds, as JSON can hold them."""
        beat(job.name)
        train_rows, test_rows = list(fold_rows(self.index))[job.number]
        inputs = open_inputs(self.inputs, len(self.index))
        train = Samples(
            self.index.iloc[train_rows],
            train_rows,
            self.labels,
            take(inputs, train_rows),
            self.codes[train_rows],
        )
        hidden = self.index.iloc[test_rows].drop(columns=list(TELLING), errors="ignore")
        test = Samples(hidden, test_rows, self.labels, take(inputs, test_rows))
        start = time.monotonic()
        try:
            result = _fit_predict(self.method, train, test, fold_seed(self.seed, job.number))
        except Exception as error:
            error.add_note(f"in {job.name}")
            raise
        seconds = time.monotonic() - start
        predictions, notes = result if isinstance(result, tuple) else (result, {})
        codes, scores = _checked(predictions, len(test), self.labels, job.name)
        return {
            "predicted": codes.tolist(),
            "scores": None if scores is None else scores.tolist(),
            "notes": {str(name): _plain(value) for name, value in notes.items()},
            "seconds": round(seconds, 2),
        }


def fold_seed(seed: int, number: int) -> int:
    """Return a fold's own seed, the same in whatever process and order.

    Example:
        >>> fold_seed(0, 1) == fold_seed(0, 1), fold_seed(0, 1) == fold_seed(0, 2)
        (True, False)
    """
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0] >> 1)  # libraries want 31 bits


def _fit_predict(method: Any, train: Samples, test: Samples, seed: int) -> Any:
    if hasattr(method, "get_params") and hasattr(method, "predict"):
        for samples in (train, test):
            if not isinstance(samples.inputs, np.ndarray):
                raise DataError("an estimator needs inputs: one array with one entry a row of the index")
        return fit_and_predict(seeded(method, seed), train.inputs, train.codes, test.inputs)
    return getattr(method, "fit_predict", method)(train, test, seed)


def _checked(
    predictions: Any, samples: int, labels: tuple[str, ...], name: str
) -> tuple[NDArray[np.int64], NDArray | None]:
    """Return the predicted classes, and the scores if these were given."""
    array = np.asarray(predictions)
    wanted = f"expected ({samples},) classes or ({samples}, {len(labels)}) scores"
    if array.shape == (samples, len(labels)):
        if not np.isfinite(array).all():
            raise DataError(f"{name}: the method's scores hold NaN or infinity")
        return array.argmax(axis=1), array.astype(np.float64)
    if array.shape != (samples,):
        raise DataError(f"{name}: the method's predictions have the shape {array.shape}, {wanted}")
    try:
        return class_codes(array, labels, "the predictions"), None
    except DataError as error:
        raise DataError(f"{name}: {error}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, (bool, int, float, str, type(None))) else str(value)
