"""What all image builders share: argument checks, the classification head, and loading weights."""

from pathlib import Path

import keras
from keras import layers

from learnface.errors import DataError
from learnface.models._weights import load_weights

__all__ = ["classification_head", "finish", "image_input"]


def image_input(input_shape: tuple[int | None, int | None, int], minimum: int) -> keras.KerasTensor:
    """Return an input of `(height, width, channels)`, float32 in [0, 1].

    Args:
        input_shape: `(height, width, channels)`.
        minimum: the smallest height and width that the network can take, in pixels.

    Raises:
        DataError: the shape is not one of an image, or is too small.
    """
    if len(input_shape) != 3:
        raise DataError(f"input_shape must be (height, width, channels), not {input_shape}")
    if any(side is not None and side < minimum for side in input_shape[:2]):
        raise DataError(
            f"input_shape {input_shape} is too small: this network needs at least {minimum} pixels a side"
        )
    return keras.Input(input_shape, name="image")


def classification_head(
    x: keras.KerasTensor,
    *,
    include_top: bool,
    pooling: str | None,
    classes: int,
    classifier_activation: str | None,
) -> keras.KerasTensor:
    """End a network as `keras.applications` does.

    With `include_top`, `x` (features) goes to a dense layer named `predictions`; without it, a map of
    features is returned as it is (`pooling=None`) or pooled to a vector (`"avg"`, `"max"`).
    """
    if include_top:
        if classes < 1:
            raise DataError(f"classes must be 1 or more, not {classes}")
        # float32 even under mixed precision: a softmax in half precision loses small probabilities.
        return layers.Dense(classes, activation=classifier_activation, dtype="float32", name="predictions")(x)
    if pooling == "avg":
        return layers.GlobalAveragePooling2D(name="avg_pool")(x)
    if pooling == "max":
        return layers.GlobalMaxPooling2D(name="max_pool")(x)
    if pooling is not None:
        raise DataError(f"pooling must be None, 'avg' or 'max', not {pooling!r}")
    return x


def finish(
    inputs: keras.KerasTensor,
    outputs: keras.KerasTensor,
    *,
    builder: str,
    weights: str | Path | None,
    name: str | None,
) -> keras.Model:
    """Return the functional model, with weights loaded where they are asked for."""
    model = keras.Model(inputs, outputs, name=name or builder)
    if weights is not None:
        load_weights(model, builder, weights)
    return model
