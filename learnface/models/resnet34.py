"""ResNet-34: the residual network of basic blocks that `keras.applications` leaves out.

He K. et al. (2016), Deep residual learning for image recognition (CVPR), arXiv 1512.03385; Table 1 gives the
layers. mi2020 uses it in front of LSTMs.
"""

from pathlib import Path

import keras
from keras import layers

from learnface.models._builder import classification_head, finish, image_input

__all__ = ["resnet34"]

BLOCKS = (3, 4, 6, 3)
WIDTHS = (64, 128, 256, 512)


def resnet34(
    input_shape: tuple[int | None, int | None, int] = (224, 224, 3),
    classes: int = 7,
    *,
    include_top: bool = True,
    pooling: str | None = None,
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build ResNet-34: a 7x7 convolution, 16 basic blocks of two 3x3 convolutions, global average pooling.

    With 1000 classes it has 21,797,672 trained parameters, the figure usually given, and 17,024 moving
    means and variances. Where a block changes the size of the map, a 1x1 convolution makes its shortcut
    (option B). Padding is the same on all sides, as in the original.

    Args:
        input_shape: `(height, width, channels)`; height and width may be None.
        classes: number of classes.
        include_top: whether to end with the classifier; without it the last map is returned.
        pooling: without the top, `None`, `"avg"` or `"max"`.
        weights: `None`, or the path of a weights file.
        classifier_activation: activation of the last layer; `None` gives logits.
        name: name of the model.

    Returns:
        A functional model from `(batch, height, width, channels)` float32 in [0, 1] to `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit.

    Example:
        >>> resnet34(classes=1000).count_params()  # moving means and variances included
        21814696
    """
    inputs = image_input(input_shape, minimum=32)
    # ImageNet's mean and deviation, each averaged over the colours.
    x = layers.Rescaling(1 / 0.226, offset=-0.449 / 0.226, name="scale")(inputs)
    x = _convolution(x, 64, 7, strides=2, name="conv1")
    x = layers.ReLU(name="conv1_relu")(x)
    # Padding with 0 is padding with the least: all values here are positive.
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for stage, (blocks, width) in enumerate(zip(BLOCKS, WIDTHS, strict=True), start=2):
        for block in range(1, blocks + 1):
            strides = 2 if stage > 2 and block == 1 else 1
            x = _basic_block(x, width, strides, name=f"conv{stage}_block{block}")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = classification_head(
        x,
        include_top=include_top,
        pooling=pooling,
        classes=classes,
        classifier_activation=classifier_activation,
    )
    return finish(inputs, x, builder="resnet34", weights=weights, name=name)


def _basic_block(x: keras.KerasTensor, width: int, strides: int, name: str) -> keras.KerasTensor:
    shortcut = x
    if x.shape[-1] != width or strides > 1:
        shortcut = _convolution(x, width, 1, strides=strides, name=f"{name}_shortcut")
    x = _convolution(x, width, 3, strides=strides, name=f"{name}_conv1")
    x = layers.ReLU(name=f"{name}_relu1")(x)
    x = _convolution(x, width, 3, strides=1, name=f"{name}_conv2")
    x = layers.Add(name=f"{name}_add")([x, shortcut])
    return layers.ReLU(name=f"{name}_relu2")(x)


def _convolution(x: keras.KerasTensor, width: int, size: int, strides: int, name: str) -> keras.KerasTensor:
    """Return a convolution with batch normalisation, padded alike on all sides."""
    if size > 1:
        x = layers.ZeroPadding2D(size // 2, name=f"{name}_pad")(x)
    x = layers.Conv2D(
        width, size, strides=strides, use_bias=False, kernel_initializer="he_normal", name=name
    )(x)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_bn")(x)
