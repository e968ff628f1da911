"""Evaluation: every sample is scored exactly once, and the scores come with their interval."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from learnface.clips import Prepared, evaluation_dataset
from learnface.errors import DataError
from learnface.metrics import classification_scores, expected_calibration_error, wilson_interval
from learnface.metrics.classification import class_codes

__all__ = ["evaluate", "predict_probabilities", "score_probabilities"]


def evaluate(
    model: keras.Model,
    images: np.ndarray | Prepared,
    y_true: np.ndarray,
    labels: Sequence[str],
    *,
    batch_size: int = 256,
    flip: bool = False,
) -> dict[str, Any]:
    """Score a classifier on images or clips.

    Args:
        model: a classifier whose outputs are in the order of `labels`.
        images: uint8 `(samples, height, width, channels)` or `(samples, frames, height, width, channels)`, or
            prepared faces. A model with a second input gets the mask of their frames.
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
    if not len(images):
        raise DataError("there are no images to score: give at least one")
    probabilities = predict_probabilities(model, images, batch_size=batch_size, flip=flip)
    return score_probabilities(y_true, probabilities, labels)


def score_probabilities(
    y_true: np.ndarray, probabilities: np.ndarray, labels: Sequence[str]
) -> dict[str, Any]:
    """Score probabilities that were worked out before, as `evaluate` scores a model.

    Args:
        y_true: `(samples,)` codes or names of the true classes.
        probabilities: `(samples, classes)`, in the order of `labels`.
        labels: class names.

    Returns:
        As `evaluate`.

    Raises:
        DataError: they do not fit each other.

    Example:
        >>> scores = score_probabilities([0, 1], np.array([[0.8, 0.2], [0.4, 0.6]]), ("happy", "sad"))
        >>> scores["accuracy"], scores["confusion"]
        (1.0, [[1, 0], [0, 1]])
    """
    codes = class_codes(y_true, labels, "y_true")
    scores = classification_scores(codes, probabilities, labels)
    right = round(scores["accuracy"] * scores["samples"])
    scores["accuracy_interval"] = list(wilson_interval(right, scores["samples"]))
    scores["calibration_error"] = expected_calibration_error(codes, probabilities)
    scores["per_class"] = scores["per_class"].to_dict(orient="index")
    scores["confusion"] = scores["confusion"].tolist()
    scores["labels"] = list(labels)
    return scores


def predict_probabilities(
    model: keras.Model, images: np.ndarray | Prepared, *, batch_size: int = 256, flip: bool = False
) -> np.ndarray:
    """Return the model's outputs for all images, `(samples, classes)` float32, in order.

    Args:
        model: the model.
        images: as in `evaluate`.
        batch_size: samples a batch.
        flip: average the outputs with those of the mirrored images.

    Raises:
        DataError: the model takes images of another shape.
    """
    _check_shape(model, images)
    options = {"mask": True} if isinstance(images, Prepared) and len(model.inputs) == 2 else {}
    batches = evaluation_dataset(images, batch_size=batch_size, **options)
    outputs = model.predict(batches, verbose=0)
    if flip:
        mirrored = model.predict(batches.map(_mirror), verbose=0)
        outputs = (outputs + mirrored) / 2
    return outputs


def _check_shape(model: keras.Model, images: np.ndarray | Prepared) -> None:
    """Refuse images of another shape than the model's first input, which may leave sides open."""
    shape = images.shape if isinstance(images, Prepared) else images.shape[1:]
    wanted = model.inputs[0].shape[1:] if model.inputs else shape
    wanted = wanted[-len(shape) :]  # of prepared clips the shape is that of a frame
    if len(wanted) != len(shape) or any(w not in (None, s) for w, s in zip(wanted, shape, strict=True)):
        raise DataError(
            f"the model {model.name!r} takes images of {tuple(wanted)}, and these are {tuple(shape)}"
        )


def _mirror(batch):
    """Return a batch of images, or of images and their masks, with the images mirrored."""
    if isinstance(batch, tuple):
        images, mask = batch
        return ((images[..., ::-1, :], mask),)  # of one part, so that Keras takes it for inputs alone
    return batch[..., ::-1, :]
