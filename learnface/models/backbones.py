"""Backbones: networks whose features of one face feed the sequence models and the many-branch models.

`build_backbone("vgg19", (64, 64, 1))` is a model from images in [0, 1], grey or RGB, to features. What the
network wants of its input (colour order, scale) is part of the model.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import keras
from keras import layers, ops

from learnface.errors import DataError
from learnface.models._builder import image_input
from learnface.models._caffe_input import caffe_input, grey_to_rgb
from learnface.models._weights import load_weights
from learnface.models.fer_cnn import fer_cnn
from learnface.models.fer_vgg import fer_vgg
from learnface.models.resnet34 import resnet34
from learnface.models.vggface import vggface
from learnface.models.vggface_resnet50 import vggface_resnet50
from learnface.models.vggface_senet50 import vggface_senet50

__all__ = ["BACKBONES", "Backbone", "build_backbone"]

_APPLICATION_HEAD = ("fc1", "fc2", "predictions")
"""Names of the classifier's layers in the files of `keras.applications`."""


@dataclass(frozen=True)
class Backbone:
    """How one network becomes a backbone.

    Attributes:
        build: a builder with the arguments `input_tensor` or `input_shape`, `include_top`, `pooling`,
            `weights` and `name`.
        channels: 3 for a network of RGB images, 1 for grey ones, None if it takes either.
        minimum: smallest side of an image, in pixels.
        scale: for a network of `keras.applications`, what turns RGB in [0, 1] into what its weights
            expect; None for a network of learnface, which does so itself.
    """

    build: Callable[..., keras.Model]
    channels: int | None
    minimum: int
    scale: Callable[[keras.KerasTensor], keras.KerasTensor] | None = None


def build_backbone(
    backbone: str | keras.Model,
    input_shape: tuple[int | None, int | None, int],
    *,
    weights: str | Path | None = None,
    pooling: str | None = "avg",
    layer: str | None = None,
) -> keras.Model:
    """Build a backbone: a model from faces to features.

    Args:
        backbone: a name of `BACKBONES`, or a model of your own without its classifier, whose weights are
            then shared.
        input_shape: `(height, width, channels)` of the faces, with 1 (grey) or 3 (RGB) channels. Grey
            becomes RGB, or RGB grey, where the network was made for the other.
        weights: `None`, the name of published weights (`"imagenet"`, downloaded by Keras; `"vggface"`,
            see docs/weights.md; those of `learnface.models.weights_names`), or a file's path: its own
            weights, or a model saved by learnface or Keras (`.keras`, `.weights.h5`) that has the backbone
            within it.
        pooling: how a map of features becomes a vector: `"avg"`, `"max"`, or `None` to keep the map.
        layer: name of the layer that gives the features; `None`: the last one in front of the classifier.

    Returns:
        A functional model from `(batch, height, width, channels)` float32 in [0, 1] to `(batch, features)`,
        or `(batch, height, width, features)` for a map.

    Raises:
        DataError: there is no such backbone, layer or weights, or the shape does not suit it.

    Example:
        >>> build_backbone("vgg16", (64, 64, 1)).output_shape
        (None, 512)
    """
    if pooling not in (None, "avg", "max"):
        raise DataError(f"pooling must be None, 'avg' or 'max', not {pooling!r}")
    if isinstance(backbone, keras.Model):
        return _from_model(backbone, input_shape, pooling, layer)
    if backbone not in BACKBONES:
        raise DataError(f"there is no backbone {backbone!r}: choose one of {', '.join(BACKBONES)}")
    entry = BACKBONES[backbone]
    _check_channels(backbone, input_shape)
    inputs = image_input(input_shape, minimum=entry.minimum)
    build = _application if entry.scale else _own
    include_top = layer is not None and not _has_layer(
        build(entry, backbone, inputs, include_top=False, weights=None), layer
    )
    network = build(entry, backbone, inputs, include_top=include_top, weights=weights)
    return _recoloured(_features(network, pooling, layer), input_shape)


def _from_model(
    model: keras.Model, input_shape: tuple[int | None, ...], pooling: str | None, layer: str | None
) -> keras.Model:
    if len(model.inputs) != 1 or len(model.input_shape) != 4:
        raise DataError(f"the backbone {model.name!r} must take images, (batch, height, width, channels)")
    _check_channels(model.name, input_shape)
    expected = tuple(model.input_shape[1:])
    if any(None not in pair and len(set(pair)) > 1 for pair in zip(input_shape[:2], expected, strict=False)):
        raise DataError(f"the backbone {model.name!r} takes images of {expected}, not {tuple(input_shape)}")
    return _recoloured(_features(model, pooling, layer), input_shape)


def _check_channels(name: str, input_shape: tuple[int | None, ...]) -> None:
    if len(input_shape) != 3 or input_shape[-1] not in (1, 3):
        raise DataError(
            f"{name} takes (height, width, channels) with 1 channel (grey) or 3 (RGB), not {input_shape}"
        )


def _application(
    entry: Backbone, name: str, inputs: keras.KerasTensor, *, include_top: bool, weights: str | Path | None
) -> keras.Model:
    """Return a network of `keras.applications` with recolouring and scaling in front, all in one graph."""
    scaled = entry.scale(_recolour(inputs, entry.channels))
    published = "imagenet" if weights == "imagenet" else None
    try:
        network = entry.build(input_tensor=scaled, include_top=include_top, weights=published, name=name)
    except ValueError as error:
        raise DataError(f"{name} cannot be built with weights={weights!r}: {error}") from error
    if weights != published:
        load_weights(network, name, weights, head=_APPLICATION_HEAD)
    return network


def _own(
    entry: Backbone, name: str, inputs: keras.KerasTensor, *, include_top: bool, weights: str | Path | None
) -> keras.Model:
    shape = (*inputs.shape[1:3], entry.channels or inputs.shape[-1])
    return entry.build(input_shape=shape, include_top=include_top, weights=weights, name=name)


def _has_layer(network: keras.Model, name: str) -> bool:
    return any(layer.name == name for layer in network.layers)


def _features(network: keras.Model, pooling: str | None, layer: str | None) -> keras.Model:
    """Return `network` cut at `layer`, its map pooled; its own layers stay where they were in the graph."""
    if layer is not None and not _has_layer(network, layer):
        names = ", ".join(one.name for one in network.layers)
        raise DataError(f"{network.name} has no layer {layer!r}: choose one of {names}")
    x = network.get_layer(layer).output if layer else network.outputs[0]
    if len(x.shape) == 4 and pooling == "avg":
        x = layers.GlobalAveragePooling2D(name="features")(x)
    elif len(x.shape) == 4 and pooling == "max":
        x = layers.GlobalMaxPooling2D(name="features")(x)
    elif len(x.shape) == 2 and pooling is None:
        raise DataError(
            f"{layer or network.name} gives a vector, not a map: pooling=None needs another layer"
        )
    return keras.Model(network.inputs[0], x, name=network.name)


def _recoloured(network: keras.Model, input_shape: tuple[int | None, ...]) -> keras.Model:
    """Return a model that takes `input_shape`, whatever the network's channels."""
    channels = network.input_shape[-1]
    if channels == input_shape[-1]:
        return network
    inputs = keras.Input(input_shape, name="image")
    return keras.Model(inputs, network(_recolour(inputs, channels)), name=network.name)


def _recolour(images: keras.KerasTensor, channels: int) -> keras.KerasTensor:
    """Return RGB of grey images, or grey of RGB ones."""
    if images.shape[-1] == channels:
        return images
    if channels == 3:
        return grey_to_rgb(images)
    return ops.image.rgb_to_grayscale(images)


def _plus_minus_one(images: keras.KerasTensor) -> keras.KerasTensor:
    return layers.Rescaling(2.0, offset=-1.0, name="scale")(images)


BACKBONES: Mapping[str, Backbone] = MappingProxyType(
    {
        "fer_cnn": Backbone(fer_cnn, channels=1, minimum=16),
        "fer_vgg": Backbone(fer_vgg, channels=1, minimum=20),
        "inception_v3": Backbone(keras.applications.InceptionV3, 3, minimum=75, scale=_plus_minus_one),
        "resnet34": Backbone(resnet34, channels=None, minimum=32),
        "resnet50": Backbone(keras.applications.ResNet50, 3, minimum=32, scale=caffe_input),
        "vgg16": Backbone(keras.applications.VGG16, 3, minimum=32, scale=caffe_input),
        "vgg19": Backbone(keras.applications.VGG19, 3, minimum=32, scale=caffe_input),
        "vggface": Backbone(vggface, channels=None, minimum=32),
        "vggface_resnet50": Backbone(vggface_resnet50, channels=None, minimum=32),
        "vggface_senet50": Backbone(vggface_senet50, channels=None, minimum=32),
    }
)
"""Every backbone by its name."""
