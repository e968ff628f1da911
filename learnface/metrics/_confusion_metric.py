"""The base of Keras metrics that are read off one confusion matrix, summed over all batches."""

import keras
from keras import ops

__all__ = ["ConfusionMetric"]


class ConfusionMetric(keras.Metric):
    """Sums the confusion matrix of a whole set, rows true and columns predicted.

    A subclass turns `self.confusion`, of shape `(classes, classes)`, into its `result`.

    Args:
        classes: number of classes.
        name: name of the metric.
        dtype: dtype of the sums; float32 counts exactly up to 16 million samples a cell.
    """

    def __init__(self, classes: int, name: str | None = None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        if classes < 2:
            raise ValueError(f"classes is {classes}, but there must be at least two to tell apart")
        self.classes = classes
        self._direction = "up"
        self.confusion = self.add_variable(
            (classes, classes), initializer="zeros", dtype=self.dtype, name="confusion"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: codes of shape `(batch,)` or `(batch, 1)`, or one-hot of shape `(batch, classes)`; with an
                axis of frames after the batch, all frames count. A code of -1 (unknown) does not count.
            y_pred: scores of shape `(batch, classes)`, or `(batch, frames, classes)`.
            sample_weight: weight of each sample, of the shape of `y_true` without classes.
        """
        y_pred = ops.convert_to_tensor(y_pred)
        if y_pred.shape[-1] != self.classes:
            shape = tuple(y_pred.shape)
            raise ValueError(f"{self.name} counts {self.classes} classes, but y_pred has shape {shape}")
        true = ops.one_hot(self._codes(y_true, y_pred), self.classes, dtype=self.dtype)
        pred = ops.one_hot(ops.reshape(ops.argmax(y_pred, axis=-1), (-1,)), self.classes, dtype=self.dtype)
        if sample_weight is not None:
            weight = ops.convert_to_tensor(sample_weight, dtype=self.dtype)
            true = true * ops.reshape(weight, (-1, 1))
        self.confusion.assign(self.confusion + ops.matmul(ops.transpose(true), pred))

    def get_config(self):
        """Return the arguments that build this metric again."""
        return {**super().get_config(), "classes": self.classes}

    def _codes(self, y_true, y_pred):
        """Return the true codes of shape `(samples,)`, whether they came as codes or one-hot."""
        y_true = ops.convert_to_tensor(y_true)
        if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == self.classes:
            y_true = ops.argmax(y_true, axis=-1)
        return ops.cast(ops.reshape(y_true, (-1,)), "int32")
