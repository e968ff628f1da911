"""What a method of cross-validation is given, and what it must be able to do."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnface.errors import DataError

__all__ = ["Inputs", "Method", "Samples", "open_inputs"]

Inputs = NDArray | str | Path | Mapping[str, NDArray | str | Path]
"""An array whose first axis is the samples; the path of one in a `.npy` file; or several of these by name."""


@dataclasses.dataclass(frozen=True, eq=False)
class Samples:
    """The training or the test samples of a fold.

    Attributes:
        index: rows of the index table. Those of a test fold lack `label`, `emotion`, `action_units` and
            `objective_class`, from which the class could be read. Names and paths of samples may tell it too, as
            SMIC's do: no method may learn from them.
        rows: `(samples,)` their places in the whole index, to look up what else is kept in its order.
        labels: class names in the order of their codes.
        inputs: of these samples, `(samples, ...)`, or such arrays by name; None if none were given.
        codes: `(samples,)` classes; None for a test fold, whose truth no method gets to see.
    """

    index: pd.DataFrame
    rows: NDArray[np.intp]
    labels: tuple[str, ...]
    inputs: NDArray | dict[str, NDArray] | None = None
    codes: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, places: NDArray) -> "Samples":
        """Return some of the samples, by their places among these."""
        return Samples(
            self.index.iloc[places],
            self.rows[places],
            self.labels,
            take(self.inputs, places),
            None if self.codes is None else self.codes[places],
        )


class Method(Protocol):
    """Anything that learns from some samples and predicts others: a network, a pipeline, a rule."""

    def fit_predict(
        self, train: Samples, test: Samples, seed: int
    ) -> NDArray | tuple[NDArray, dict[str, Any]]:
        """Learn from `train` and predict `test`.

        Args:
            train: samples with their classes. Whatever is to be chosen (an epoch, a setting) is chosen on a
                part of these: `inner_split` and `inner_folds` keep people apart.
            test: samples without their classes.
            seed: of this fold, for everything random.

        Returns:
            Classes, `(samples,)` codes or names; or scores `(samples, classes)`, of which the highest wins.
            Beside them, if wished, notes for the table of folds, such as `{"epoch": 7}`.
        """


def open_inputs(inputs: Inputs | None, samples: int, name: str = "inputs") -> Any:
    """Return inputs with files mapped into memory, checked to have one entry a sample.

    Raises:
        DataError: a file cannot be read, or the number of entries is another.
    """
    if inputs is None:
        return None
    if isinstance(inputs, Mapping):
        return {key: open_inputs(value, samples, f"{name}[{key!r}]") for key, value in inputs.items()}
    if isinstance(inputs, (str, Path)):
        try:
            array = np.load(inputs, mmap_mode="r")
        except (OSError, ValueError) as error:
            raise DataError(f"{inputs} is not a readable .npy file ({error})") from error
    else:
        array = np.asarray(inputs)
    if array.ndim < 1 or len(array) != samples:
        raise DataError(
            f"{name} has the shape {array.shape}, but the index has {samples} rows: give one entry a row"
        )
    return array


def take(inputs: Any, places: NDArray) -> Any:
    """Return the entries of inputs at some places, copied out of their file if they are in one."""
    if inputs is None:
        return None
    if isinstance(inputs, Mapping):
        return {key: take(value, places) for key, value in inputs.items()}
    return np.asarray(inputs[places])
