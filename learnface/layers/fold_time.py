"""Frames folded into the batch, so that a network of images runs once on all frames of all clips."""

import keras
from keras import ops

__all__ = ["FoldTime", "fold_time"]


@keras.saving.register_keras_serializable(package="learnface")
class FoldTime(keras.layers.Layer):
    """Folds `(batch, frames, ...)` into `(batch * frames, ...)`; `UnfoldTime` is the way back.

    Between the two, any layer of images sees frames as images: one large call, where
    `keras.layers.TimeDistributed` makes one a frame. A mask of frames is put aside: layers of images have
    no use for it, and `UnfoldTime` takes it up again.

    Example:
        >>> clips = keras.Input((10, 48, 48, 1))
        >>> frames = FoldTime()(clips)
        >>> frames.shape
        (None, 48, 48, 1)
    """

    def call(self, clips):
        """Fold the frames into the batch."""
        return fold_time(clips)

    def compute_output_shape(self, shape):
        """Return the shape of the images."""
        batch, frames, *rest = shape
        return (None if None in (batch, frames) else batch * frames, *rest)

    def compute_mask(self, inputs, previous_mask):
        """Return no mask: an image has none."""
        return


def fold_time(clips):
    """Return `(batch, frames, ...)` as `(batch * frames, ...)`."""
    return ops.reshape(clips, (-1, *ops.shape(clips)[2:]))
