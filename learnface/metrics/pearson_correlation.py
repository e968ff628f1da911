"""Pearson's correlation of valence and arousal as a streaming Keras metric that leaves frames out."""

import keras
import numpy as np
from keras import ops

from learnface.metrics.concordance_correlation import ConcordanceCorrelation

__all__ = ["PearsonCorrelation"]


@keras.saving.register_keras_serializable(package="learnface")
class PearsonCorrelation(ConcordanceCorrelation):
    """Pearson's correlation of valence and arousal over a whole set, without unannotated and masked frames.

    It equals `affect_scores(...)["pearson"]` on all frames at once, where `keras.metrics.PearsonCorrelation`
    averages the correlations of batches. It sees neither a shift nor a wrong scale: for these there is
    `ConcordanceCorrelation`, whose arguments it has.

    Example:
        >>> metric = PearsonCorrelation(dimensions=1)
        >>> metric.update_state([[1.0], [2.0], [3.0], [-5.0]], [[2.0], [4.0], [6.0], [0.0]])  # -5: not annotated
        >>> round(float(metric.result()), 4)
        1.0
    """

    def __init__(self, *args, name: str = "pearson", **options):
        super().__init__(*args, name=name, **options)

    def scores(self, moments, means):
        """Return the correlation of each dimension, in [-1, 1]; 0 where one side is constant."""
        # The mean of equal numbers may be rounded, and they then deviate from it by as much.
        rounding = 8 * np.finfo(self.dtype).eps * ops.maximum(ops.abs(means), 1)
        constant = ops.any(moments[:2] <= ops.square(rounding), axis=0)
        scale = ops.where(constant, ops.ones_like(moments[2]), ops.sqrt(moments[0] * moments[1]))
        return ops.clip(ops.where(constant, ops.zeros_like(scale), moments[2] / scale), -1, 1)
