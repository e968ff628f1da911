"""The reliability of a corpus: one row a sequence, as papers report it."""

import warnings
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from learnface.errors import DataError, first_few
from learnface.reliability._annotations import complete_frames
from learnface.reliability.agreement import mean_of_pairs, pairwise_agreement
from learnface.reliability.consistency import cronbach_alpha
from learnface.reliability.intraclass import intraclass_correlation

__all__ = ["UndefinedReliabilityWarning", "sequence_reliability"]


class UndefinedReliabilityWarning(UserWarning):
    """Some reliabilities are not defined, as nothing changes in their sequences."""


def sequence_reliability(sequences: Mapping) -> pd.DataFrame:
    """Return the reliability of the annotators for each sequence.

    mi2020 reports, for 500 sequences, the mean and the lowest Cronbach's alpha and the mean correlation of
    two annotators: `table.loc[["mean", "min"]]` of `table.describe()`.

    Args:
        sequences: annotations `(annotators, frames)` by name of the sequence.

    Returns:
        DataFrame indexed by sequence: `annotators`, `frames` (that all annotated), `alpha`, `icc`
        (ICC(2,1)), and `pearson` and `ccc`, means over pairs of annotators. What is not defined is NaN: the
        alpha of annotators whose sum never changes, and all four where every value is the same.

    Raises:
        DataError: there are no sequences, or one is not fit; the message names all such.

    Warns:
        UndefinedReliabilityWarning: something is NaN; the message names the sequences.

    Example:
        >>> traces = {"a": [[0.0, 0.5, 1.0], [0.1, 0.6, 1.1]], "b": [[0.0, 0.5, 1.0], [0.3, 0.2, 0.6]]}
        >>> sequence_reliability(traces).round(2)
                  annotators  frames  alpha   icc  pearson   ccc
        sequence
        a                  2       3   1.00  0.98     1.00  0.97
        b                  2       3   0.68  0.57     0.72  0.47
    """
    rows, problems = {}, []
    for name, annotations in sequences.items():
        try:
            rows[name] = _row(annotations)
        except DataError as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise DataError("some sequences have no reliability:\n" + "\n".join(problems))
    if not rows:
        raise DataError("there are no sequences")
    table = (
        pd.DataFrame.from_dict(rows, orient="index")
        .rename_axis("sequence")
        .astype({"annotators": int, "frames": int})
    )
    _warn(table.index[table.isna().any(axis=1)])
    return table


def _row(annotations) -> dict[str, float]:
    complete = complete_frames(annotations, "reliability")
    row = {"annotators": complete.shape[0], "frames": complete.shape[1]}
    if np.ptp(complete) == 0:
        return row | dict.fromkeys(("alpha", "icc", "pearson", "ccc"), np.nan)
    return row | {
        "alpha": _defined(cronbach_alpha, complete),
        "icc": intraclass_correlation(complete).loc["ICC(2,1)", "icc"],
        "pearson": mean_of_pairs(pairwise_agreement(annotations, "pearson")),
        "ccc": mean_of_pairs(pairwise_agreement(annotations, "ccc")),
    }


def _defined(statistic: Callable[[np.ndarray], float], complete: np.ndarray) -> float:
    """Return a statistic of complete frames; NaN where it is not defined, which is all it can then refuse."""
    try:
        return statistic(complete)
    except DataError:
        return np.nan


def _warn(names: pd.Index) -> None:
    if not len(names):
        return
    some = first_few(names)
    message = f"nothing changes in some sequences, and what is not defined there is NaN: {some}"
    warnings.warn(message, UndefinedReliabilityWarning, stacklevel=3)
