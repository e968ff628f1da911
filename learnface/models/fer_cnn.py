"""sun2020: a ten-layer convolutional network for FER2013.

Sun L. et al. (2020), a convolutional network for facial expression recognition, Computer Science and
Application 10(10), doi 10.12677/csa.2020.1010194; Table 1 gives the layers, Table 2 the accuracy.
"""

from pathlib import Path

import keras
from keras import layers

from learnface.models._builder import classification_head, finish, image_input

__all__ = ["fer_cnn"]


def fer_cnn(
    input_shape: tuple[int, int, int] = (48, 48, 1),
    classes: int = 7,
    *,
    include_top: bool = True,
    pooling: str | None = None,
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build the ten-layer network of sun2020: four convolutions, three pools, three dense layers.

    A 1x1 convolution first adds non-linearity; kernels of 5x5 and 3x3 follow. With the defaults it has
    exactly 8,779,047 parameters. Pixels enter as they are, in [0, 1].

    Args:
        input_shape: `(height, width, channels)`; the paper's is `(48, 48, 1)`.
        classes: number of classes.
        include_top: whether to end with the dense layers; without them the last pooled map is returned.
        pooling: without the top, `None`, `"avg"` or `"max"`.
        weights: `None`, or the path of a weights file.
        classifier_activation: activation of the last layer; `None` gives logits.
        name: name of the model.

    Returns:
        A functional model from `(batch, 48, 48, 1)` float32 in [0, 1] to `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit.

    Example:
        >>> fer_cnn().count_params()
        8779047
    """
    inputs = image_input(input_shape, minimum=16)
    x = layers.Conv2D(32, 1, activation="relu", name="conv1")(inputs)
    x = layers.Conv2D(32, 5, activation="relu", name="conv2")(x)  # 44x44
    x = layers.MaxPooling2D(2, name="pool1")(x)
    x = layers.Conv2D(64, 3, activation="relu", name="conv3")(x)  # 20x20
    x = layers.MaxPooling2D(2, name="pool2")(x)
    x = layers.Conv2D(128, 3, padding="same", activation="relu", name="conv4")(x)
    x = layers.MaxPooling2D(2, name="pool3")(x)  # 5x5
    if include_top:
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(2048, activation="relu", name="fc1")(x)
        x = layers.Dropout(0.6, name="dropout1")(x)
        x = layers.Dense(1024, activation="relu", name="fc2")(x)
        x = layers.Dropout(0.4, name="dropout2")(x)
    x = classification_head(
        x,
        include_top=include_top,
        pooling=pooling,
        classes=classes,
        classifier_activation=classifier_activation,
    )
    return finish(inputs, x, builder="fer_cnn", weights=weights, name=name)
