"""The concordance loss, 1 - CCC, for training on valence and arousal."""

from collections.abc import Sequence

import keras
from keras import ops

from learnface.frame_weights import counted_frames

__all__ = ["ConcordanceLoss"]


@keras.saving.register_keras_serializable(package="learnface")
class ConcordanceLoss(keras.losses.Loss):
    """One minus the concordance correlation (CCC) over a batch, plus `mse` times the mean squared error.

    It trains for the score that the field reports. The CCC is that of the batch and not of the set, so use
    batches of many subjects. A batch of one frame, or of equal annotations, has a CCC of 0 whatever is
    predicted, and only the squared error teaches there. Mark padded frames as unannotated, or mask
    them.

    Args:
        weights: weight of each dimension, such as `(0.7, 0.3)`; `None` weighs all alike.
        mse: how much of the mean squared error to add; 0 adds none.
        mask_values: a frame with one of these (or NaN) in `y_true` does not count.
        name: name of the loss.
        dtype: dtype of the sums; `None` is Keras' float type, also under mixed precision.

    Call arguments:
        y_true: annotations, `(batch, dimensions)` or `(batch, frames, dimensions)`.
        y_pred: predictions of the same shape.
        sample_weight: weight of each frame, `(batch, frames)`, or of each clip or picture, `(batch,)`.

    Frames that Keras' own mask leaves out (see `learnface.layers.FrameMask`) do not count.

    Returns:
        A scalar: for CCC alone in [0, 2]. A batch without an annotated frame costs 0.

    References:
        Lin 1989; as a loss, Trigeorgis et al. 2016, Adieu features? (ICASSP).

    Example:
        >>> loss = ConcordanceLoss()
        >>> round(float(loss([[1.0], [2.0], [3.0]], [[2.0], [3.0], [4.0]])), 4)
        0.4286
        >>> round(float(ConcordanceLoss(mse=0.5)([[1.0], [2.0], [3.0]], [[2.0], [3.0], [4.0]])), 4)
        0.9286
    """

    def __init__(
        self,
        weights: Sequence[float] | None = None,
        mse: float = 0.0,
        mask_values: Sequence[float] | None = (-5.0, -2.0),
        name: str = "concordance_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=None, dtype=dtype)
        if weights is not None and (min(weights) < 0 or sum(weights) <= 0):
            raise ValueError(f"weights are {tuple(weights)}, but must not be negative, nor all 0")
        if mse < 0:
            raise ValueError(f"mse is {mse}, but must not be negative")
        self.weights = None if weights is None else tuple(weights)
        self.mse = mse
        self.mask_values = tuple(mask_values or ())

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Return the loss of a batch, a scalar: weights act inside the moments, nothing is left to reduce."""
        return self.call(y_true, y_pred, sample_weight)

    def call(self, y_true, y_pred, sample_weight=None):
        """Return the loss of a batch, a scalar."""
        dimensions = self._dimensions(y_pred)
        true, pred, weight = counted_frames(
            y_true,
            y_pred,
            sample_weight,
            dimensions=dimensions,
            mask_values=self.mask_values,
            dtype=self.dtype,
        )
        total = ops.sum(weight)
        share = weight / ops.where(total > 0, total, ops.ones_like(total))  # summing to 1, or all 0
        counts = ops.cast(total > 0, self.dtype)
        cost = counts - _concordance(true, pred, share)
        if self.mse:
            cost = cost + self.mse * ops.sum(share * ops.square(true - pred), axis=0)
        if self.weights is None:
            return ops.mean(cost)
        weights = ops.convert_to_tensor(self.weights, dtype=self.dtype)
        return ops.sum(weights * cost) / sum(self.weights)

    def get_config(self):
        """Return the arguments that build this loss again."""
        return {
            "name": self.name,
            "dtype": self.dtype,
            "weights": self.weights,
            "mse": self.mse,
            "mask_values": self.mask_values,
        }

    def _dimensions(self, y_pred) -> int:
        shape = tuple(ops.shape(y_pred))
        dimensions = shape[-1] if len(shape) > 1 else 1
        if self.weights is not None and len(self.weights) != dimensions:
            raise ValueError(f"{len(self.weights)} weights do not fit y_pred of shape {shape}")
        return dimensions


def _concordance(true, pred, share):
    """Return the CCC of each dimension, shape `(dimensions,)`; 0 where it is not defined."""
    mean_true, mean_pred = ops.sum(share * true, axis=0), ops.sum(share * pred, axis=0)
    true, pred = true - mean_true, pred - mean_pred
    covariance = ops.sum(share * true * pred, axis=0)
    scale = ops.sum(share * (true * true + pred * pred), axis=0) + ops.square(mean_true - mean_pred)
    return 2 * covariance / (scale + keras.config.epsilon())
