"""Scores of a classifier over a whole set: accuracy, macro averages, UAR and the confusion matrix.

Pool the predictions of all cross-validation folds first and score them once: the mean of per-fold F1
is not the F1 of the pooled predictions (MEGC 2019).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from learnface.errors import DataError

__all__ = ["class_codes", "classification_scores", "confusion_matrix"]


def classification_scores(y_true, y_pred, labels: Sequence[str]) -> dict:
    """Score predicted classes, or class probabilities, against the true classes.

    Args:
        y_true: true classes, shape `(samples,)`: codes (places in `labels`) or names.
        y_pred: predicted classes in the same form, or scores of shape `(samples, classes)`, of which
            the highest wins.
        labels: the label set, in the order of its codes.

    Returns:
        A dict of fractions in [0, 1], `samples`, a table and a matrix:

        - `accuracy`.
        - `precision`, `recall`, `f1`: unweighted (macro) means over all `labels`. A class with nothing
          predicted has precision 0, with nothing true recall 0, with neither F1 0, so `f1` is MEGC's UF1.
        - `uar`: unweighted average recall over the classes that occur in `y_true`, which is
          balanced accuracy; it differs from `recall` only where a class is absent.
        - `per_class`: DataFrame indexed by label with `support` (true samples), `predicted`,
          `precision`, `recall` and `f1`.
        - `confusion`: integers of shape `(classes, classes)`, rows true, columns predicted.

    Raises:
        DataError: shapes differ, the set is empty, or a value is NaN or no label.

    Example:
        >>> scores = classification_scores([0, 0, 1, 2], [0, 1, 1, 1], labels=("happy", "sad", "fear"))
        >>> scores["accuracy"], scores["uar"], round(scores["f1"], 3)
        (0.5, 0.5, 0.389)
        >>> scores["confusion"].tolist()
        [[1, 1, 0], [0, 1, 0], [0, 1, 0]]
        >>> scores["per_class"].loc["sad", ["support", "predicted"]].astype(int).tolist()
        [1, 3]
    """
    confusion = confusion_matrix(y_true, y_pred, labels)
    hits, support, predicted = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    per_class = pd.DataFrame(
        {
            "support": support,
            "predicted": predicted,
            "precision": _ratio(hits, predicted),
            "recall": _ratio(hits, support),
            "f1": _ratio(2 * hits, support + predicted),
        },
        index=pd.Index(labels, name="label"),
    )
    return {
        "samples": int(support.sum()),
        "accuracy": float(hits.sum() / support.sum()),
        "precision": float(per_class["precision"].mean()),
        "recall": float(per_class["recall"].mean()),
        "f1": float(per_class["f1"].mean()),
        "uar": float(per_class["recall"][support > 0].mean()),
        "per_class": per_class,
        "confusion": confusion,
    }


def confusion_matrix(y_true, y_pred, labels: Sequence[str]) -> np.ndarray:
    """Count the samples of each true class (rows) that were predicted as each class (columns).

    Args:
        y_true: true classes, shape `(samples,)`: codes or names.
        y_pred: predicted classes, or scores of shape `(samples, classes)`.
        labels: the label set, in the order of its codes.

    Returns:
        Integers of shape `(classes, classes)`.

    Raises:
        DataError: as `classification_scores`.

    Example:
        >>> confusion_matrix(["sad", "sad"], [[0.9, 0.1], [0.2, 0.8]], labels=("happy", "sad"))
        array([[0, 0],
               [1, 1]])
    """
    true = class_codes(y_true, labels, "y_true")
    pred = class_codes(_winners(y_pred, labels), labels, "y_pred")
    if len(true) != len(pred):
        raise DataError(f"y_true has {len(true)} samples and y_pred {len(pred)}: they must be the same ones")
    if not len(true):
        raise DataError("there are no samples to score: y_true is empty")
    classes = len(labels)
    return np.bincount(classes * true + pred, minlength=classes**2).reshape(classes, classes)


def class_codes(values, labels: Sequence[str], name: str = "values") -> np.ndarray:
    """Return classes, given as codes or as names, as a checked integer array of shape `(samples,)`.

    Args:
        values: codes (places in `labels`) or names.
        labels: the label set; no name may occur twice.
        name: what error messages call `values`.

    Raises:
        DataError: `values` is not one-dimensional, or holds a NaN, a fraction or what is no label.

    Example:
        >>> class_codes(["sad", "happy"], labels=("happy", "sad"))
        array([1, 0])
    """
    _check_labels(labels)
    values = np.asarray(values)
    if values.ndim != 1:
        raise DataError(f"{name} must have shape (samples,), one class a sample; it has {values.shape}")
    if values.dtype.kind in "OUST" and len(values):
        return _codes_of_names(values, labels, name)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise DataError(
            f"{name} holds NaN or infinity in {(~np.isfinite(values)).sum()} of {len(values)} samples"
        )
    codes = values.astype(np.int64)
    wrong = sorted({v.item() for v in values[(codes != values) | (codes < 0) | (codes >= len(labels))]})
    if wrong:
        raise DataError(f"{name} holds {wrong[:5]}, but codes must be integers from 0 to {len(labels) - 1}")
    return codes


def _codes_of_names(values: np.ndarray, labels: Sequence[str], name: str) -> np.ndarray:
    code_of = {label: code for code, label in enumerate(labels)}
    # Codes may arrive in an object array, as from a pandas column that once held a missing value.
    code_of |= {code: code for code in range(len(labels))}
    unknown = sorted({str(value) for value in values if value not in code_of})
    if unknown:
        raise DataError(f"{name} holds {unknown[:5]}, which the label set {tuple(labels)} lacks")
    return np.array([code_of[value] for value in values], dtype=np.int64)


def _winners(y_pred, labels: Sequence[str]) -> np.ndarray:
    """Return the place of the highest score of each row, or classes as they are."""
    y_pred = np.asarray(y_pred)
    if y_pred.ndim != 2:
        return y_pred
    if y_pred.shape[1] != len(labels):
        raise DataError(f"y_pred scores {y_pred.shape[1]} classes, but there are {len(labels)} labels")
    if not np.isfinite(y_pred).all():
        raise DataError(f"y_pred holds NaN or infinity in {(~np.isfinite(y_pred)).any(axis=1).sum()} rows")
    return y_pred.argmax(axis=1)


def _check_labels(labels: Sequence[str]) -> None:
    if not len(labels) or len(set(labels)) != len(labels):
        raise DataError(f"labels must be different names, at least one; they are {tuple(labels)}")


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide, with 0 where there is nothing to divide by."""
    return np.divide(numerator, denominator, out=np.zeros(len(numerator)), where=denominator > 0)
