"""Which frames of a clip are there: a mask that travels with features as Keras' own masks do."""

import keras

from learnface.errors import DataError

__all__ = ["FrameMask"]


@keras.saving.register_keras_serializable(package="learnface")
class FrameMask(keras.layers.Layer):
    """Gives features of frames a mask; layers over time, such as `keras.layers.LSTM`, then leave frames out.

    Call it on a list: the features `(batch, frames, ...)`, and the mask `(batch, frames)`, True for frames
    that count, as `learnface.clips.PreparedSource(mask=True)` gives it.

    Example:
        >>> features, mask = keras.Input((10, 512)), keras.Input((10,), dtype="bool")
        >>> keras.layers.LSTM(8)(FrameMask()([features, mask])).shape
        (None, 8)
    """

    def build(self, shapes):
        """Check that the layer is called on two tensors."""
        if len(shapes) != 2 or not all(isinstance(shape, (tuple, list)) for shape in shapes):
            raise DataError("FrameMask takes a list of two: the features of the frames, and their mask")

    def call(self, inputs):
        """Return the features as they are, given `[features, mask]`."""
        return keras.ops.copy(inputs[0])

    def compute_output_shape(self, shapes):
        """Return the shape of the features."""
        return shapes[0]

    def compute_mask(self, inputs, previous_mask):
        """Return the mask."""
        return inputs[1]
