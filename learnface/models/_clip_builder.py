"""What the builders of clip models share: the input, and a backbone that looks at all frames at once."""

from collections.abc import Callable

import keras
from keras import layers, ops

from learnface.errors import DataError
from learnface.layers import FoldTime
from learnface.models._builder import image_input
from learnface.models.resnet34 import resnet34

__all__ = ["BACKBONES", "backbone_features", "clip_input"]

BACKBONES = ("vgg16", "vgg19", "resnet34", "resnet50", "inception_v3")


def clip_input(input_shape: tuple[int | None, int, int, int], backbone: str) -> keras.KerasTensor:
    """Return an input of `(frames, height, width, channels)`, float32 in [0, 1], that suits the backbone.

    Raises:
        DataError: the shape is not one of a clip, the faces are too small, or there is no such backbone.
    """
    if backbone not in BACKBONES:
        raise DataError(f"there is no backbone {backbone!r}: choose one of {', '.join(BACKBONES)}")
    if len(input_shape) != 4 or None in input_shape[1:]:
        raise DataError(f"input_shape must be (frames, height, width, channels), not {input_shape}")
    if input_shape[-1] != 3 and backbone != "resnet34":
        raise DataError(f"{backbone} takes 3 channels, RGB, but input_shape is {input_shape}")
    image_input(input_shape[1:], minimum=75 if backbone == "inception_v3" else 32)
    return keras.Input(input_shape, name="clip")


def backbone_features(
    clips: keras.KerasTensor, backbone: str, weights: str | None, pooling: str | None = None
) -> keras.KerasTensor:
    """Return the backbone's last map of every frame, `(batch * frames, height, width, channels)`.

    Args:
        clips: the input from `clip_input`.
        backbone: one of `BACKBONES`.
        weights: `None`, `"imagenet"` (downloaded by Keras) or a file's path.
        pooling: `None` for the map, `"avg"` or `"max"` for a vector a frame.

    Raises:
        DataError: ResNet-34 is asked for ImageNet's weights, which Keras has not.
    """
    frames = FoldTime(name="frames")(clips)
    shape = tuple(clips.shape[2:])
    options = {"include_top": False, "pooling": pooling, "weights": weights, "name": backbone}
    if backbone == "resnet34":
        return resnet34(shape, **options)(frames)
    build, scale = _APPLICATIONS[backbone]
    return build(input_shape=shape, **options)(scale(frames))


def _caffe(images: keras.KerasTensor) -> keras.KerasTensor:
    """Return BGR in 0 to 255 without ImageNet's mean, as Caffe's weights expect it."""
    blue_first = ops.flip(images, axis=-1)
    return layers.Rescaling(255.0, offset=[-103.939, -116.779, -123.68], name="scale")(blue_first)


def _plus_minus_one(images: keras.KerasTensor) -> keras.KerasTensor:
    return layers.Rescaling(2.0, offset=-1.0, name="scale")(images)


_APPLICATIONS: dict[str, tuple[Callable, Callable]] = {
    "vgg16": (keras.applications.VGG16, _caffe),
    "vgg19": (keras.applications.VGG19, _caffe),
    "resnet50": (keras.applications.ResNet50, _caffe),
    "inception_v3": (keras.applications.InceptionV3, _plus_minus_one),
}
