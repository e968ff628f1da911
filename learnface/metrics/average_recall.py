"""Unweighted average recall (balanced accuracy) as a streaming Keras metric."""

import keras
from keras import ops

from learnface.metrics._confusion_metric import ConfusionMetric

__all__ = ["UnweightedAverageRecall"]


@keras.saving.register_keras_serializable(package="learnface")
class UnweightedAverageRecall(ConfusionMetric):
    """Unweighted average recall (UAR): the mean recall of the classes that occur, over a whole set.

    Keras has none: the mean of UAR over batches is not UAR, since most batches lack some class.
    It is the `uar` of `learnface.metrics.classification_scores`.

    Args:
        classes: number of classes.
        name: name of the metric.
        dtype: dtype of the sums.

    Example:
        >>> metric = UnweightedAverageRecall(classes=3)
        >>> metric.update_state([0, 0], [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1]])
        >>> metric.update_state([1], [[0.1, 0.8, 0.1]])
        >>> float(metric.result())  # class 0 half right, class 1 right, class 2 does not occur
        0.75
    """

    def __init__(self, classes: int, name: str = "uar", dtype=None):
        super().__init__(classes, name=name, dtype=dtype)

    def result(self):
        """Return UAR, a scalar in [0, 1]; 0 before any sample."""
        hits = ops.diagonal(self.confusion)
        support = ops.sum(self.confusion, axis=1)
        present = ops.cast(support > 0, self.dtype)
        recall = hits / ops.where(support > 0, support, ops.ones_like(support))
        return ops.sum(recall) / ops.maximum(ops.sum(present), 1)
