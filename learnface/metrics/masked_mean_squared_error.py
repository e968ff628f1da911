"""The mean squared error of valence and arousal as a streaming Keras metric that leaves frames out."""

import keras
from keras import ops

from learnface.metrics.concordance_correlation import ConcordanceCorrelation

__all__ = ["MaskedMeanSquaredError"]


@keras.saving.register_keras_serializable(package="learnface", name="MaskedMeanSquaredErrorMetric")
class MaskedMeanSquaredError(ConcordanceCorrelation):
    """Mean squared error of valence and arousal over a whole set, without unannotated and masked frames.

    It equals `affect_scores(...)["mse"]` on all frames at once; `keras.metrics.MeanSquaredError` takes -5 for a
    value. Arguments are those of `ConcordanceCorrelation`.

    Example:
        >>> metric = MaskedMeanSquaredError(dimensions=1)
        >>> metric.update_state([[0.5], [0.1], [-5.0]], [[0.1], [0.1], [0.0]])  # -5: not annotated
        >>> round(float(metric.result()), 4)
        0.08
    """

    def __init__(self, *args, name: str = "mse", **options):
        super().__init__(*args, name=name, **options)
        self._direction = "down"

    def scores(self, moments, means):
        """Return the mean squared error of each dimension, shape `(dimensions,)`."""
        return moments[0] + moments[1] - 2 * moments[2] + ops.square(means[0] - means[1])
