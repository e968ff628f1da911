"""Evaluation: every sample is scored exactly once, and the scores come with their interval."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from learnface.clips.dataset import evaluation_dataset
from learnface.errors import DataError
from learnface.metrics import classification_scores, expected_calibration_error, wilson_interval
from learnface.metrics.classification import class_codes

__all__ = ["evaluate", "predict_probabilities"]


def evaluate(
    model: keras.Model,
    images: np.ndarray,
    y_true: np.ndarray,
    labels: Sequence[str],
    *,
    batch_size: int = 256,
    flip: bool = False,
) -> dict[str, Any]:
    """Score a classifier on images or clips.

    Args:
        model: a classifier whose outputs are in the order of `labels`.
        images: uint8 `(samples, height, width, channels)` or `(samples, frames, height, width, channels)`.
        y_true: `(samples,)` codes or names of the true classes.
        labels: class names in the order of the outputs.
        batch_size: samples a batch.
        flip: average the prediction with that of the mirrored image.

    Returns:
        What `learnface.metrics.classification_scores` returns, and `accuracy_interval` (95 %, Wilson) and
        `calibration_error` (15 bins), with the tables as plain lists and dicts, ready for a `RunReport`.

    Raises:
        DataError: images, truth and labels do not fit each other.
    """
    if len(images) != len(y_true):
        raise DataError(f"there are {len(images)} images but {len(y_true)} true classes")
    codes = class_codes(y_true, labels, "y_true")
    probabilities = predict_probabilities(model, images, batch_size=batch_size, flip=flip)
    scores = classification_scores(codes, probabilities, labels)
    right = round(scores["accuracy"] * scores["samples"])
    scores["accuracy_interval"] = list(wilson_interval(right, scores["samples"]))
    scores["calibration_error"] = expected_calibration_error(codes, probabilities)
    scores["per_class"] = scores["per_class"].to_dict(orient="index")
    scores["confusion"] = scores["confusion"].tolist()
    scores["labels"] = list(labels)
    return scores


def predict_probabilities(
    model: keras.Model, images: np.ndarray, *, batch_size: int = 256, flip: bool = False
) -> np.ndarray:
    """Return the model's outputs for all images, `(samples, classes)` float32, in order.

    Args:
        model: the model.
        images: uint8, as in `evaluate`.
        batch_size: samples a batch.
        flip: average the outputs with those of the mirrored images.
    """
    outputs = model.predict(evaluation_dataset(images, batch_size=batch_size), verbose=0)
    if flip:
        mirrored = evaluation_dataset(images[..., ::-1, :], batch_size=batch_size)
        outputs = (outputs + model.predict(mirrored, verbose=0)) / 2
    return outputs
