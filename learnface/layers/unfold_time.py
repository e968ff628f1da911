"""The way back from frames in the batch to clips."""

import keras
from keras import ops

from learnface.errors import DataError

__all__ = ["UnfoldTime", "unfold_time"]


@keras.saving.register_keras_serializable(package="learnface")
class UnfoldTime(keras.layers.Layer):
    """Gives `(batch * frames, ...)` its frames back: `(batch, frames, ...)`.

    Call it on a list: the features of the images, and the clips that `FoldTime` folded. The clips give the
    number of frames, also where it is known only at run time, and the mask of frames, if they have one.

    Example:
        >>> from learnface.layers import FoldTime
        >>> clips = keras.Input((10, 48, 48, 1))
        >>> maps = keras.layers.Conv2D(8, 3)(FoldTime()(clips))
        >>> UnfoldTime()([maps, clips]).shape
        (None, 10, 46, 46, 8)
    """

    def build(self, shapes):
        """Check that the layer is called on two tensors."""
        if len(shapes) != 2 or not all(isinstance(shape, (tuple, list)) for shape in shapes):
            raise DataError("UnfoldTime takes a list of two: the features of the images, and the clips")

    def call(self, inputs):
        """Unfold features, given `[features, clips]`."""
        features, clips = inputs
        return unfold_time(features, clips)

    def compute_output_shape(self, shapes):
        """Return the shape of the features of clips."""
        features, clips = shapes
        return (*clips[:2], *features[1:])

    def compute_mask(self, inputs, previous_mask):
        """Return the mask of the clips."""
        return None if previous_mask is None else previous_mask[1]


def unfold_time(features, clips):
    """Return `(batch * frames, ...)` as `(batch, frames, ...)`, with the batch and frames of `clips`."""
    batch, frames = ops.shape(clips)[:2]
    # One axis is left to reshape: a batch of unknown size would else hide the number of frames.
    batch = -1 if isinstance(frames, int) else batch
    return ops.reshape(features, (batch, frames, *ops.shape(features)[1:]))
