"""Macro-averaged F1 (UF1) as a streaming Keras metric."""

import keras
from keras import ops

from learnface.metrics._confusion_metric import ConfusionMetric

__all__ = ["MacroF1"]


@keras.saving.register_keras_serializable(package="learnface")
class MacroF1(ConfusionMetric):
    """Macro F1, called UF1 in MEGC: the unweighted mean of all classes' F1, over a whole set.

    `keras.metrics.F1Score(average="macro")` streams as well, but takes one-hot truth only, counts a
    tie for every class that shares it, and is pulled down by an epsilon. This one takes codes as well,
    gives a tie to the first class as `argmax` does, and equals scikit-learn's `f1_score`.

    Args:
        classes: number of classes. A class that neither occurs nor is predicted has F1 0.
        name: name of the metric.
        dtype: dtype of the sums.

    Example:
        >>> metric = MacroF1(classes=2)
        >>> metric.update_state([0, 0], [[0.8, 0.2], [0.3, 0.7]])
        >>> metric.update_state([1], [[0.1, 0.9]])
        >>> round(float(metric.result()), 4)
        0.6667
    """

    def __init__(self, classes: int, name: str = "macro_f1", dtype=None):
        super().__init__(classes, name=name, dtype=dtype)

    def result(self):
        """Return macro F1, a scalar in [0, 1]; 0 before any sample."""
        hits = ops.diagonal(self.confusion)
        both = ops.sum(self.confusion, axis=0) + ops.sum(self.confusion, axis=1)
        return ops.mean(2 * hits / ops.where(both > 0, both, ops.ones_like(both)))
