"""Is a classifier as often right as it is sure? Reliability, its error, and temperature scaling."""

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from learnface.errors import DataError

__all__ = ["apply_temperature", "expected_calibration_error", "fit_temperature", "reliability_table"]

_TEMPERATURES = (0.05, 20.0)


def expected_calibration_error(y_true, probabilities, bins: int = 15) -> float:
    """Return the expected calibration error: the mean gap between confidence and accuracy.

    Args:
        y_true: true codes, shape `(samples,)`.
        probabilities: class probabilities, shape `(samples, classes)`, rows summing to 1.
        bins: number of equally wide bins of confidence.

    Returns:
        A fraction in [0, 1]; 0 is perfect.

    Raises:
        DataError: shapes, codes or probabilities are not as above.

    References:
        Guo et al. 2017, On calibration of modern neural networks, equation 3 (arXiv 1706.04599).

    Example:
        >>> error = expected_calibration_error([0, 0, 1, 0], [[0.75, 0.25]] * 4)
        >>> round(error, 6)  # three of four right at a confidence of 75 %
        0.0
    """
    table = reliability_table(y_true, probabilities, bins)
    filled = table[table["samples"] > 0]
    return float((filled["samples"] * filled["gap"].abs()).sum() / filled["samples"].sum())


def reliability_table(y_true, probabilities, bins: int = 15) -> pd.DataFrame:
    """Return accuracy beside confidence, one row a bin: the numbers of a reliability diagram.

    Args:
        y_true: true codes, shape `(samples,)`.
        probabilities: class probabilities, shape `(samples, classes)`, rows summing to 1.
        bins: number of equally wide bins of confidence.

    Returns:
        A table of `bins` rows: `low` (exclusive), `high` (inclusive), `samples`, mean `confidence` (the
        highest probability), `accuracy`, and `gap` = accuracy - confidence; NaN where a bin is empty.

    Raises:
        DataError: shapes, codes or probabilities are not as above.

    Example:
        >>> reliability_table([0, 1], [[0.9, 0.1], [0.6, 0.4]], bins=2)[["high", "samples", "accuracy"]]
           high  samples  accuracy
        0   0.5        0       NaN
        1   1.0        2       0.5
    """
    codes, probabilities = _checked(y_true, probabilities)
    if bins < 1:
        raise DataError(f"bins is {bins}, but there must be at least one")
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == codes
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    samples = np.bincount(place, minlength=bins)
    # An empty bin has no mean: it says NaN rather than 0.
    count = np.where(samples > 0, samples, np.nan)
    mean_confidence = np.bincount(place, weights=confidence, minlength=bins) / count
    accuracy = np.bincount(place, weights=correct, minlength=bins) / count
    return pd.DataFrame(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "samples": samples,
            "confidence": mean_confidence,
            "accuracy": accuracy,
            "gap": accuracy - mean_confidence,
        }
    )


def fit_temperature(y_true, probabilities) -> float:
    """Choose the temperature that makes a trained classifier's probabilities honest.

    Fit it on the validation set, never on the test set. It changes no prediction, only how sure they are.

    Args:
        y_true: true codes of the validation set, shape `(samples,)`.
        probabilities: the classifier's probabilities, shape `(samples, classes)`.

    Returns:
        The temperature with the lowest cross-entropy, between 0.05 and 20. Above 1 the classifier was
        too sure of itself, below 1 not sure enough.

    Raises:
        DataError: shapes, codes or probabilities are not as above.

    References:
        Guo et al. 2017, section 4.2 (arXiv 1706.04599).

    Example:
        >>> sure = [[0.99, 0.01]] * 4  # 99 % sure, but right three times in four
        >>> temperature = fit_temperature([0, 0, 0, 1], sure)
        >>> print(f"{temperature:.2f}", apply_temperature(sure, temperature)[0].round(3))
        4.18 [0.75 0.25]
    """
    codes, probabilities = _checked(y_true, probabilities)
    logits = _log(probabilities)

    def cross_entropy(log_temperature: float) -> float:
        scaled = _log_softmax(logits / np.exp(log_temperature))
        return -scaled[np.arange(len(codes)), codes].mean()

    found = minimize_scalar(
        cross_entropy, bounds=np.log(_TEMPERATURES), method="bounded", options={"xatol": 1e-8}
    )
    return float(np.exp(found.x))


def apply_temperature(probabilities, temperature: float) -> np.ndarray:
    """Return the probabilities at another temperature: softmax(log(probabilities) / temperature).

    Args:
        probabilities: class probabilities, shape `(samples, classes)`.
        temperature: positive; above 1 the probabilities come closer together.

    Returns:
        Probabilities of the same shape, each row in the same order as before.

    Raises:
        DataError: `temperature` is not positive, or `probabilities` are none.

    Example:
        >>> apply_temperature([[0.8, 0.2]], temperature=2.0).round(3)
        array([[0.667, 0.333]])
    """
    if not temperature > 0:
        raise DataError(f"temperature is {temperature}, but must be positive")
    return np.exp(_log_softmax(_log(_checked_probabilities(probabilities)) / temperature))


def _log(probabilities: np.ndarray) -> np.ndarray:
    """Return logarithms; a probability that was rounded to 0 counts as float32's smallest."""
    return np.log(np.maximum(probabilities, np.finfo(np.float32).tiny))


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _checked(y_true, probabilities) -> tuple[np.ndarray, np.ndarray]:
    probabilities = _checked_probabilities(probabilities)
    codes = np.asarray(y_true)
    if codes.shape != probabilities.shape[:1] or not len(codes):
        raise DataError(
            f"y_true has shape {codes.shape} and probabilities {probabilities.shape}: "
            "give (samples,) and (samples, classes), at least one sample"
        )
    classes = probabilities.shape[1]
    if codes.dtype.kind not in "iu" or codes.min() < 0 or codes.max() >= classes:
        raise DataError(f"y_true must hold integer codes from 0 to {classes - 1}")
    return codes, probabilities


def _checked_probabilities(probabilities) -> np.ndarray:
    probabilities = np.asarray(probabilities, dtype=np.float64)
    if probabilities.ndim != 2 or probabilities.shape[1] < 2:
        raise DataError(f"probabilities must have shape (samples, classes); they have {probabilities.shape}")
    wrong = ~((probabilities >= 0).all(axis=1) & (np.abs(probabilities.sum(axis=1) - 1) < 1e-2))
    if wrong.any():
        raise DataError(
            f"{wrong.sum()} of {len(wrong)} rows of probabilities are no distribution (not negative, "
            "summing to 1): give a softmax's output, not logits"
        )
    return probabilities
