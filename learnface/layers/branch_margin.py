"""A loss that keeps one branch's weight above another's."""

import keras
from keras import ops

from learnface.errors import DataError

__all__ = ["BranchMargin"]


@keras.saving.register_keras_serializable(package="learnface")
class BranchMargin(keras.layers.Layer):
    """Hands branch weights on as they are, and adds `max(0, margin - (larger - smaller))` to the model's loss.

    The mean over the batch is added, beside the loss that the model is compiled with: equation 3 of the
    five-branch network (see `learnface.models.five_branch`).

    Args:
        margin: by how much the weight of `larger` is to exceed that of `smaller`.
        larger: place of the branch whose weight is to be larger.
        smaller: place of the other branch.

    Raises:
        DataError: both are the same branch, or there is no such branch.

    Example:
        >>> import numpy as np
        >>> layer = BranchMargin(margin=0.1, larger=0, smaller=1)
        >>> weights = layer(np.array([[0.5, 0.5], [0.9, 0.2]], "float32"))
        >>> round(float(layer.losses[0]), 3)
        0.05
    """

    def __init__(self, margin: float, larger: int, smaller: int, **kwargs):
        super().__init__(**kwargs)
        self.margin, self.larger, self.smaller = float(margin), larger, smaller
        if larger == smaller or min(larger, smaller) < 0:
            raise DataError(f"larger is {larger} and smaller {smaller}: give two branches, counted from 0")

    def build(self, shape):
        """Check that there are such branches."""
        if max(self.larger, self.smaller) >= shape[-1]:
            raise DataError(f"there are {shape[-1]} branches, none numbered {max(self.larger, self.smaller)}")

    def call(self, weights):
        """Add the loss."""
        ahead = weights[:, self.larger] - weights[:, self.smaller]
        self.add_loss(ops.mean(ops.maximum(self.margin - ahead, 0.0)))
        return weights

    def compute_output_shape(self, shape):
        """Return the shape of the weights."""
        return shape

    def get_config(self):
        """Return the arguments."""
        arguments = {"margin": self.margin, "larger": self.larger, "smaller": self.smaller}
        return {**super().get_config(), **arguments}
