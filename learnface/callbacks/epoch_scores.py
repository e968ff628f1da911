"""Precision, recall, F1 and UAR of the whole validation set after each epoch."""

import functools
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from learnface.errors import DataError
from learnface.metrics import classification_scores

__all__ = ["EpochScores"]


class EpochScores(keras.callbacks.Callback):
    """Adds macro-averaged scores of the validation set to the logs of each epoch.

    Averages over batches would be wrong for all of them; here the set is scored as a whole. Put in front of
    callbacks that read the logs, as `learnface.training.fit(callbacks=...)` does, so that
    `monitor="val_uar"` chooses the best epoch.

    Args:
        validation: batches of `(inputs, codes)`, in a fixed order.
        labels: names of the classes, in the order of the outputs.
        prefix: in front of the names in the logs.

    Attributes:
        scores: what `learnface.metrics.classification_scores` says after the last epoch.
    """

    figures = ("precision", "recall", "f1", "uar")

    def __init__(
        self, validation: tf.data.Dataset, labels: list[str] | tuple[str, ...], prefix: str = "val_"
    ):
        super().__init__()
        self.labels, self.prefix = tuple(labels), prefix
        self.scores: dict[str, Any] = {}
        self._validation, self._inputs = validation, validation.map(_inputs_alone)
        shape = validation.element_spec[1].shape
        if shape.rank not in (None, 1):
            raise DataError(f"the targets must be integer codes (samples,), not of shape {tuple(shape)}")

    @functools.cached_property
    def _codes(self) -> np.ndarray:
        """The true classes; read when the first epoch is scored, as a run may have ended before."""
        return np.concatenate([np.asarray(batch[1]) for batch in self._validation])

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Score the validation set."""
        probabilities = self.model.predict(self._inputs, verbose=0)
        if not np.isfinite(probabilities).all():
            raise DataError(
                f"after epoch {epoch + 1} the network's predictions are not numbers: the training has diverged; "
                "lower the learning rate"
            )
        self.scores = classification_scores(self._codes, probabilities, self.labels)
        if logs is not None:
            logs.update({f"{self.prefix}{name}": float(self.scores[name]) for name in self.figures})


def _inputs_alone(inputs, *_):
    return (inputs,)
