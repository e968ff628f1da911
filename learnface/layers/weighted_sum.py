"""The features of several branches, summed by weight."""

import keras
from keras import ops

from learnface.arguments import check_share

__all__ = ["WeightedSum"]


@keras.saving.register_keras_serializable(package="learnface")
class WeightedSum(keras.layers.Layer):
    """Sums branches by weight: `[(batch, branches, features), (batch, branches)]` to `(batch, features)`.

    Args:
        dropout: chance for each branch of each sample to be left out in training. What stays counts for more,
            so that the sum keeps its size; where all would go, all stay.
        seed: of the dropout; None takes Keras' own.

    Raises:
        DataError: `dropout` is not from 0 to below 1.

    Example:
        >>> import numpy as np
        >>> features = np.array([[[1.0, 2.0], [10.0, 20.0]]], "float32")
        >>> WeightedSum()([features, np.array([[1.0, 0.5]], "float32")]).numpy().tolist()
        [[6.0, 12.0]]
    """

    def __init__(self, dropout: float = 0.0, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        check_share(dropout=dropout)
        self.dropout, self.seed = dropout, seed
        if dropout:
            self.generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        """Sum the branches."""
        features, weights = inputs
        weights = ops.cast(weights, features.dtype)
        if training and self.dropout:
            weights = weights * ops.cast(self._kept(weights), features.dtype)
        return ops.einsum("bnf,bn->bf", features, weights)

    def _kept(self, weights):
        shape = ops.shape(weights)
        draw = keras.random.uniform(shape, seed=self.generator, dtype="float32")
        kept = ops.cast(draw >= self.dropout, "float32")
        count = ops.sum(kept, axis=1, keepdims=True)
        return ops.where(count > 0, kept * shape[1] / ops.maximum(count, 1.0), 1.0)

    def compute_output_shape(self, shapes):
        """Return the shape of the sum."""
        features, _ = shapes
        return (features[0], *features[2:])

    def get_config(self):
        """Return the arguments."""
        return {**super().get_config(), "dropout": self.dropout, "seed": self.seed}
