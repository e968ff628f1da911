"""What the VGG networks share: the convolutions, the dense head, and VGG-16 and VGG-19 with ImageNet's weights."""

from collections.abc import Callable
from pathlib import Path

import keras
from keras import layers

from learnface.arguments import check_least, check_share
from learnface.errors import DataError
from learnface.models._builder import classification_head, image_input
from learnface.models._caffe_input import caffe_input
from learnface.models._hdf5_weights import is_layered, load_hdf5
from learnface.models._weights import load_weights

__all__ = ["DENSE", "check_dense_input", "dense_layers", "imagenet_vgg", "is_published_head"]

DENSE = (4096, 4096)
"""Widths of the dense layers in front of the classifier in all published VGG networks."""
IMAGENET_CLASSES = 1000


def dense_layers(
    x: keras.KerasTensor, widths: tuple[int, ...], dropout: float, names: Callable[[int], str]
) -> keras.KerasTensor:
    """Return a map flattened and sent through dense layers, each with ReLU and dropout.

    Args:
        x: a map of features.
        widths: width of each dense layer.
        dropout: dropout rate after each; 0 leaves the layers out.
        names: gives the name of the dense layer of an index, from 0.
    """
    x = layers.Flatten(name="flatten")(x)
    for index, width in enumerate(widths):
        name = names(index)
        x = layers.Dense(width, name=name)(x)
        x = layers.ReLU(name=f"{name}_relu")(x)
        if dropout:
            x = layers.Dropout(dropout, name=f"{name}_dropout")(x)
    return x


def check_dense_input(input_shape: tuple[int | None, ...], dense: tuple[int, ...], dropout: float) -> None:
    """Raise DataError where dense layers on the map cannot be built."""
    if None in input_shape:
        raise DataError(f"with its top, the network needs a fixed height and width, not {input_shape}")
    check_least(1, dense=dense)
    check_share(dropout=dropout)


def is_published_head(
    input_shape: tuple[int | None, ...], dense: tuple[int, ...], classes: int, published_classes: int
) -> bool:
    """Return whether the published dense layers fit: 224 pixels, 4096 and 4096 units, the published classes."""
    maps = tuple(side // 32 for side in input_shape[:2])
    return maps == (7, 7) and tuple(dense) == DENSE and classes == published_classes


def imagenet_vgg(
    builder: str,
    application: Callable[..., keras.Model],
    input_shape: tuple[int | None, int | None, int],
    *,
    classes: int,
    dense: tuple[int, ...],
    dropout: float,
    include_top: bool,
    pooling: str | None,
    weights: str | Path | None,
    classifier_activation: str | None,
    name: str | None,
) -> keras.Model:
    """Build VGG-16 or VGG-19; the arguments are those of `vgg16`."""
    inputs = image_input(input_shape, minimum=32)
    x = application(include_top=False, weights=None, input_tensor=caffe_input(inputs)).output
    whole, head = False, {"fc1", "fc2", "predictions"}
    if include_top:
        check_dense_input(input_shape, dense, dropout)
        x = dense_layers(x, dense, dropout, lambda index: f"fc{index + 1}")
        whole = is_published_head(input_shape, dense, classes, IMAGENET_CLASSES)
        head |= {f"fc{index + 1}" for index in range(len(dense))}
    x = classification_head(
        x,
        include_top=include_top,
        pooling=pooling,
        classes=classes,
        classifier_activation=classifier_activation,
    )
    model = keras.Model(inputs, x, name=name or builder)
    if weights == "imagenet":
        _copy_imagenet(model, builder, application, whole)
    elif weights is not None and is_layered(weights):
        load_hdf5(model, weights, optional=head)
    elif weights is not None:
        load_weights(model, builder, weights)
    return model


def _copy_imagenet(
    model: keras.Model, builder: str, application: Callable[..., keras.Model], whole: bool
) -> None:
    """Copy the weights that Keras downloads, layer by layer."""
    try:
        source = application(include_top=whole, weights="imagenet")
    except Exception as error:  # Keras raises a plain Exception where there is no network
        raise DataError(
            f"{builder} cannot get its weights 'imagenet' from Keras: {error}; give the path of their file"
        ) from error
    for layer in source.layers:
        if layer.weights:
            model.get_layer(layer.name).set_weights(layer.get_weights())
