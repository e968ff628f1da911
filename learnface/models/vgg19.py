"""VGG-19 with ImageNet's weights and a head of dense layers for expressions.

Simonyan K., Zisserman A. (2015), Very deep convolutional networks for large-scale image recognition (ICLR), arXiv
1409.1556; Table 1, configuration E. wang2020 trains it on 64x64 grey faces, with dropout 0.5 after the dense layers.
"""

from pathlib import Path

import keras

from learnface.models._vgg import DENSE, imagenet_vgg

__all__ = ["vgg19"]


def vgg19(
    input_shape: tuple[int | None, int | None, int] = (64, 64, 1),
    classes: int = 7,
    *,
    dense: tuple[int, ...] = DENSE,
    dropout: float = 0.5,
    include_top: bool = True,
    pooling: str | None = None,
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build VGG-19: 16 3x3 convolutions in five blocks, two dense layers of 4096 and a classifier.

    The convolutions are those of `keras.applications.VGG19`, with its layer names (`block1_conv1`, ...,
    `fc1`, `fc2`, `predictions`). With 1000 classes and 224x224 RGB images it is the published network of
    143,667,240 parameters.

    Args:
        input_shape: `(height, width, channels)`, grey (repeated inside) or RGB; without the top, height and
            width may be None. Preset: wang2020's.
        classes: number of classes.
        dense: widths of the dense layers in front of the classifier.
        dropout: dropout rate after each of them.
        include_top: whether to end with the classifier; without it the last map is returned.
        pooling: without the top, `None`, `"avg"` or `"max"`.
        weights: `None`; `"imagenet"`, downloaded by Keras; or the path of a weights file, that of Keras
            included. The dense layers are loaded, too, where they fit: from ImageNet only with 1000 classes
            and images of 224 pixels; else they are new.
        classifier_activation: activation of the last layer; `None` gives logits.
        name: name of the model.

    Returns:
        A functional model from `(batch, height, width, channels)` float32 in [0, 1] to `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit or cannot be downloaded.

    Example:
        >>> vgg19(include_top=False, pooling="avg").output_shape
        (None, 512)
    """
    return imagenet_vgg(
        "vgg19",
        keras.applications.VGG19,
        input_shape,
        classes=classes,
        dense=dense,
        dropout=dropout,
        include_top=include_top,
        pooling=pooling,
        weights=weights,
        classifier_activation=classifier_activation,
        name=name,
    )
