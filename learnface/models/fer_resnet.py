"""Our compact network for small faces: a short residual network with channel attention.

Residual blocks after He et al. 2016 (arXiv 1512.03385), squeeze-and-excitation after Hu et al. 2018 (arXiv
1709.01507). It is what `learnface predict` uses when no other model is named. Almost all its work is done
at 24x24 and below, which makes it quick on a CPU; global average pooling lets it take other sizes.
"""

from pathlib import Path

import keras
from keras import layers

from learnface.models._builder import classification_head, finish, image_input

__all__ = ["fer_resnet"]


def fer_resnet(
    input_shape: tuple[int | None, int | None, int] = (48, 48, 1),
    classes: int = 8,
    *,
    widths: tuple[int, ...] = (32, 64, 128, 256),
    dropout: float = 0.3,
    include_top: bool = True,
    pooling: str | None = None,
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build the compact residual network.

    Args:
        input_shape: `(height, width, channels)`; height and width may be None.
        classes: number of classes.
        widths: channels of the stem and of each residual block; all but the last two halve the map.
        dropout: dropout rate in front of the classifier.
        include_top: whether to end with the classifier; without it the last map is returned.
        pooling: without the top, `None`, `"avg"` or `"max"`.
        weights: `None`, `"ferplus"` (8 classes), `"fer2013"` (7 classes), or the path of a weights file.
        classifier_activation: activation of the last layer; `None` gives logits.
        name: name of the model.

    Returns:
        A functional model from `(batch, height, width, channels)` float32 in [0, 1] to `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit.

    Example:
        >>> fer_resnet().count_params()
        1234080
    """
    inputs = image_input(input_shape, minimum=16)
    x = layers.Rescaling(4.0, offset=-2.0, name="scale")(inputs)  # about zero mean and unit variance
    x = _convolution(x, widths[0], 3, name="stem")
    x = layers.ReLU(name="stem_relu")(x)
    x = layers.MaxPooling2D(2, name="stem_pool")(x)
    for number, width in enumerate(widths[1:], start=1):
        x = _residual_block(x, width, name=f"block{number}")
        if number < len(widths) - 1:
            x = layers.MaxPooling2D(2, name=f"block{number}_pool")(x)
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dropout(dropout, name="dropout")(x)
    x = classification_head(
        x,
        include_top=include_top,
        pooling=pooling,
        classes=classes,
        classifier_activation=classifier_activation,
    )
    return finish(inputs, x, builder="fer_resnet", weights=weights, name=name)


def _residual_block(x: keras.KerasTensor, width: int, name: str) -> keras.KerasTensor:
    """Two 3x3 convolutions with channel attention, added to a 1x1 projection of the input."""
    y = _convolution(x, width, 3, name=f"{name}_1")
    y = layers.ReLU(name=f"{name}_1_relu")(y)
    y = _convolution(y, width, 3, name=f"{name}_2")
    y = _squeeze_excite(y, width, name=f"{name}_se")
    shortcut = _convolution(x, width, 1, name=f"{name}_0")
    return layers.ReLU(name=f"{name}_out")(layers.Add(name=f"{name}_add")([shortcut, y]))


def _convolution(x: keras.KerasTensor, width: int, kernel: int, name: str) -> keras.KerasTensor:
    x = layers.Conv2D(width, kernel, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return layers.BatchNormalization(momentum=0.97, name=f"{name}_bn")(x)


def _squeeze_excite(x: keras.KerasTensor, width: int, name: str, ratio: int = 8) -> keras.KerasTensor:
    gate = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(x)
    gate = layers.Conv2D(width // ratio, 1, activation="relu", name=f"{name}_reduce")(gate)
    gate = layers.Conv2D(width, 1, activation="sigmoid", name=f"{name}_expand")(gate)
    return layers.Multiply(name=f"{name}_scale")([x, gate])
