"""The concordance correlation coefficient (CCC) as a streaming Keras metric."""

from collections.abc import Sequence

import keras
from keras import ops

from learnface.frame_weights import counted_frames

__all__ = ["ConcordanceCorrelation"]


@keras.saving.register_keras_serializable(package="learnface")
class ConcordanceCorrelation(keras.Metric):
    """Concordance correlation (CCC) of valence and arousal over a whole set, without unannotated frames.

    `keras.metrics.ConcordanceCorrelation` is another thing: it averages the CCCs of batches, which is not the
    CCC of the set, by default it takes them across the outputs of one sample, and it cannot mask.
    This one merges the moments of batches, and equals `learnface.metrics.concordance` on all frames at once.

    Args:
        dimensions: number of outputs, such as 2 for valence and arousal.
        dimension: report this one alone, such as 0 for valence; `None` reports the mean over dimensions.
        mask_values: a frame with one of these (or NaN) in `y_true` does not count.
        name: name of the metric.
        dtype: dtype of the moments. Backends without float64 (JAX by default, Apple's GPUs) need `"float32"`.

    References:
        Lin 1989, A concordance correlation coefficient to evaluate reproducibility. Chan et al. 1979,
        Updating formulae and a pairwise algorithm for computing sample variances.

    Example:
        >>> metric = ConcordanceCorrelation(dimensions=1)
        >>> metric.update_state([[1.0], [2.0]], [[2.0], [3.0]])
        >>> metric.update_state([[3.0], [-5.0]], [[4.0], [0.0]])  # -5: not annotated
        >>> round(float(metric.result()), 4)
        0.5714
    """

    def __init__(
        self,
        dimensions: int = 2,
        dimension: int | None = None,
        mask_values: Sequence[float] | None = (-5.0, -2.0),
        name: str = "ccc",
        dtype="float64",
    ):
        super().__init__(name=name, dtype=dtype)
        if dimension is not None and not 0 <= dimension < dimensions:
            raise ValueError(f"dimension is {dimension}, but must be None or from 0 to {dimensions - 1}")
        self.dimensions = dimensions
        self.dimension = dimension
        self.mask_values = tuple(mask_values or ())
        self._direction = "up"
        self.count = self._zeros((), "count")
        self.means = self._zeros((2, dimensions), "means")
        # Sums of squared deviations of truth and prediction, and of the deviations' products.
        self.scatter = self._zeros((3, dimensions), "scatter")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true: annotations, `(batch, dimensions)` or `(batch, frames, dimensions)`; with one dimension
                that axis may be left out.
            y_pred: predictions of the same shape.
            sample_weight: weight of each frame, `(batch, frames)`, or of each clip or picture, `(batch,)`.

        Frames that Keras' own mask leaves out (see `learnface.layers.FrameMask`) do not count.
        """
        true, pred, weight = counted_frames(
            y_true,
            y_pred,
            sample_weight,
            dimensions=self.dimensions,
            mask_values=self.mask_values,
            dtype=self.dtype,
        )
        count = ops.sum(weight)
        values = ops.stack([true, pred])
        means = ops.sum(weight * values, axis=1) / _or_one(count)
        deviations = values - means[:, None]
        self._merge(count, means, ops.sum(weight * _products(deviations), axis=1))

    def result(self):
        """Return the score, a scalar: of `dimension`, or the mean; 0 before any frame."""
        scores = self.scores(ops.convert_to_tensor(self.scatter) / _or_one(self.count), self.means)
        if self.dimension is not None:
            return scores[self.dimension]
        return ops.sum(scores) / self.dimensions  # Keras' mean rounds to float32 on PyTorch

    def scores(self, moments, means):
        """Return the score of each dimension, shape `(dimensions,)`, in [-1, 1].

        Args:
            moments: variances of truth and prediction, and their covariance, `(3, dimensions)`.
            means: of truth and prediction, `(2, dimensions)`.
        """
        scale = moments[0] + moments[1] + ops.square(means[0] - means[1])
        same = ops.cast(self.count > 0, self.dtype)  # both sides are one and the same constant
        return ops.where(ops.equal(scale, 0), same, 2 * moments[2] / _or_one(scale))  # NaN stays NaN

    def get_config(self):
        """Return the arguments that build this metric again."""
        return {
            **super().get_config(),
            "dimensions": self.dimensions,
            "dimension": self.dimension,
            "mask_values": list(self.mask_values),
        }

    def _zeros(self, shape: tuple[int, ...], name: str):
        # Without a dtype Keras would hold float32, whatever the metric's own.
        return self.add_variable(shape, initializer="zeros", dtype=self.dtype, name=name)

    def _merge(self, count, means, scatter):
        """Merge a batch's moments into those of the batches before it."""
        total = self.count + count
        shift = means - self.means
        share = count / _or_one(total)
        self.scatter.assign(self.scatter + scatter + _products(shift) * self.count * share)
        self.means.assign(self.means + shift * share)
        self.count.assign(total)


def _products(pair):
    """Return true * true, predicted * predicted and true * predicted of `(2, ...)`, shape `(3, ...)`."""
    return ops.stack([pair[0] * pair[0], pair[1] * pair[1], pair[0] * pair[1]])


def _or_one(divisor):
    """Return the divisor, and 1 where it is 0."""
    return ops.where(divisor > 0, divisor, ops.ones_like(divisor))
