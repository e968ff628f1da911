"""The network of Lu et al. 2016: the first one that sun2020 rebuilt.

Lu G., He J., Yan J., Li H. (2016), Convolutional neural network for facial expression recognition, Journal
of Nanjing University of Posts and Telecommunications 36(1).

Known of it: three convolutions, each followed by pooling, one dense layer with dropout, and softmax, trained
on augmented faces. Not printed in any text at hand, so assumed here after the common network of that shape
of those years: 5x5 kernels with 32, 32 and 64 maps, "same" padding, 3x3 pools of stride 2, 256 dense units.
"""

from pathlib import Path

import keras
from keras import layers

from learnface.models._builder import classification_head, finish, image_input

__all__ = ["lu_cnn"]


def lu_cnn(
    input_shape: tuple[int, int, int] = (48, 48, 1),
    classes: int = 7,
    *,
    include_top: bool = True,
    pooling: str | None = None,
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build the three-convolution network of Lu et al. 2016 (see the module's list of assumptions).

    Args:
        input_shape: `(height, width, channels)`.
        classes: number of classes.
        include_top: whether to end with the dense layers; without them the last pooled map is returned.
        pooling: without the top, `None`, `"avg"` or `"max"`.
        weights: `None`, or the path of a weights file.
        classifier_activation: activation of the last layer; `None` gives logits.
        name: name of the model.

    Returns:
        A functional model from `(batch, height, width, channels)` float32 in [0, 1] to `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit.

    Example:
        >>> lu_cnn().count_params()
        669607
    """
    inputs = x = image_input(input_shape, minimum=16)
    for number, filters in enumerate((32, 32, 64), start=1):
        x = layers.Conv2D(filters, 5, padding="same", activation="relu", name=f"conv{number}")(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"pool{number}")(x)
    if include_top:
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(256, activation="relu", name="fc1")(x)
        x = layers.Dropout(0.5, name="dropout1")(x)
    x = classification_head(
        x,
        include_top=include_top,
        pooling=pooling,
        classes=classes,
        classifier_activation=classifier_activation,
    )
    return finish(inputs, x, builder="lu_cnn", weights=weights, name=name)
