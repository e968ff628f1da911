"""What networks trained by Caffe expect of an image: three channels, blue first, 0 to 255 less a mean."""

import keras
from keras import layers, ops

from learnface.errors import DataError

__all__ = ["IMAGENET_MEAN", "caffe_input", "grey_to_rgb"]

IMAGENET_MEAN = (103.939, 116.779, 123.68)
"""Mean of ImageNet's training images: blue, green, red."""


def caffe_input(
    images: keras.KerasTensor, mean: tuple[float, float, float] = IMAGENET_MEAN
) -> keras.KerasTensor:
    """Return images as a network trained by Caffe expects them.

    Args:
        images: RGB or grey images in [0, 1], channels last. Grey is repeated.
        mean: mean of the training images in blue, green, red, of 255.

    Raises:
        DataError: the images have neither 1 nor 3 channels.
    """
    blue_first = ops.flip(grey_to_rgb(images), axis=-1)
    return layers.Rescaling(255.0, offset=[-value for value in mean], name="scale")(blue_first)


def grey_to_rgb(images: keras.KerasTensor) -> keras.KerasTensor:
    """Return RGB images of grey ones, and RGB ones as they are."""
    if images.shape[-1] == 3:
        return images
    if images.shape[-1] != 1:
        raise DataError(f"images must have 1 channel (grey) or 3 (RGB), not {images.shape[-1]}")
    return layers.Concatenate(name="grey_to_rgb")([images] * 3)
