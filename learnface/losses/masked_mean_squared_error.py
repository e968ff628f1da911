"""The mean squared error of valence and arousal, over the frames that count."""

from collections.abc import Sequence

import keras
from keras import ops

from learnface.frame_weights import counted_frames

__all__ = ["MaskedMeanSquaredError"]


@keras.saving.register_keras_serializable(package="learnface")
class MaskedMeanSquaredError(keras.losses.Loss):
    """The mean squared error over the frames of a batch that are annotated and not masked.

    `keras.losses.MeanSquaredError` takes -5, which Aff-Wild2 writes where there is no annotation, for a value; and
    by default it divides by all frames, those that a weight of 0 leaves out with them.

    Args:
        mask_values: a frame with one of these (or NaN) in `y_true` does not count.
        name: name of the loss.
        dtype: dtype of the sums; `None` is Keras' float type, also under mixed precision.

    Call arguments:
        y_true: annotations, `(batch, dimensions)` or `(batch, frames, dimensions)`.
        y_pred: predictions of the same shape.
        sample_weight: weight of each frame, `(batch, frames)`, or of each clip or picture, `(batch,)`.

    Frames that Keras' own mask leaves out (see `learnface.layers.FrameMask`) do not count.

    Returns:
        A scalar. A batch without an annotated frame costs 0.

    Example:
        >>> loss = MaskedMeanSquaredError()
        >>> round(float(loss([[0.5, 0.0], [-5.0, -5.0]], [[0.1, 0.0], [0.3, 0.3]])), 4)
        0.08
    """

    def __init__(
        self,
        mask_values: Sequence[float] | None = (-5.0, -2.0),
        name: str = "masked_mean_squared_error",
        dtype=None,
    ):
        super().__init__(name=name, reduction=None, dtype=dtype)
        self.mask_values = tuple(mask_values or ())

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Return the loss of a batch, a scalar: weights act inside the mean, nothing is left to reduce."""
        return self.call(y_true, y_pred, sample_weight)

    def call(self, y_true, y_pred, sample_weight=None):
        """Return the loss of a batch, a scalar."""
        shape = ops.shape(y_pred)
        dimensions = shape[-1] if len(shape) > 1 else 1
        true, pred, weight = counted_frames(
            y_true,
            y_pred,
            sample_weight,
            dimensions=dimensions,
            mask_values=self.mask_values,
            dtype=self.dtype,
        )
        total = ops.sum(weight) * dimensions
        return ops.sum(weight * ops.square(true - pred)) / ops.where(total > 0, total, ops.ones_like(total))

    def get_config(self):
        """Return the arguments that build this loss again."""
        return {"name": self.name, "dtype": self.dtype, "mask_values": self.mask_values}
