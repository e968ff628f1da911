"""LeNet-5 for expressions, plain and cross-connected: the second network that sun2020 rebuilt.

LeCun Y. et al. (1998), Gradient-based learning applied to document recognition, Proc. IEEE 86(11).
Li Y., Lin X., Jiang M. (2018), Facial expression recognition with cross-connect LeNet-5 network, Acta
Automatica Sinica 44(1): the pooled maps join the last features in front of the classifier.

sun2020 does not print the layers of its rebuilt network. Assumed here: LeNet-5's numbers of maps (6, 16,
120), 48x48 inputs as in the rest of that paper, ReLU and max-pooling, and the cross connections of Li et al.
"""

from pathlib import Path

import keras
from keras import layers

from learnface.models._builder import classification_head, finish, image_input

__all__ = ["lenet5"]


def lenet5(
    input_shape: tuple[int, int, int] = (48, 48, 1),
    classes: int = 7,
    *,
    cross_connected: bool = True,
    include_top: bool = True,
    pooling: str | None = None,
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build LeNet-5 with or without the cross connections of Li et al. 2018.

    Args:
        input_shape: `(height, width, channels)`.
        classes: number of classes.
        cross_connected: join both pooled maps (S2, S4) with the features of C5 in front of the classifier
            (Li et al.); otherwise LeNet-5's own dense layer of 84 units stands there.
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
        >>> lenet5().count_params()
        188459
    """
    inputs = image_input(input_shape, minimum=16)
    x = layers.Conv2D(6, 5, activation="relu", name="c1")(inputs)
    s2 = layers.MaxPooling2D(2, name="s2")(x)
    x = layers.Conv2D(16, 5, activation="relu", name="c3")(s2)
    x = s4 = layers.MaxPooling2D(2, name="s4")(x)
    if include_top:
        flat = layers.Flatten(name="s4_flat")(s4)
        x = layers.Dense(120, activation="relu", name="c5")(flat)
        if cross_connected:
            x = layers.Concatenate(name="cross")([layers.Flatten(name="s2_flat")(s2), flat, x])
        else:
            x = layers.Dense(84, activation="relu", name="f6")(x)
    x = classification_head(
        x,
        include_top=include_top,
        pooling=pooling,
        classes=classes,
        classifier_activation=classifier_activation,
    )
    return finish(inputs, x, builder="lenet5", weights=weights, name=name)
