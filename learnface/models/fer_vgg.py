"""Our compact network for small faces: seven 3x3 convolutions with batch normalisation.

A narrow VGG (Simonyan and Zisserman 2015, arXiv 1409.1556) in the line of the FER+ paper's VGG13 (Barsoum et
al. 2016, arXiv 1608.01041), with a seventh of its parameters: batch normalisation (Ioffe and Szegedy 2015) and
global average pooling take the place of the wide dense layers. With the weights `"ferplus_occluded"` it is what
`learnface predict` uses when no other model is named. Almost all its work is done at half resolution and below,
which makes it quick on a CPU.
"""

from pathlib import Path

import keras
from keras import layers

from learnface.models._builder import classification_head, finish, image_input

__all__ = ["fer_vgg"]


def fer_vgg(
    input_shape: tuple[int | None, int | None, int] = (48, 48, 1),
    classes: int = 8,
    *,
    widths: tuple[int, ...] = (32, 64, 128, 256),
    border: int = 2,
    dropout: float = 0.4,
    include_top: bool = True,
    pooling: str | None = None,
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build the compact network.

    Args:
        input_shape: `(height, width, channels)`; height and width may be None.
        classes: number of classes.
        widths: channels of each block. The first block has one convolution, the others two; a 2x2
            max-pooling stands between blocks.
        border: pixels left off at each side of the image. The weights were trained on 44x44 cuts of 48x48
            faces and are most accurate on the middle one.
        dropout: dropout rate in front of the classifier.
        include_top: whether to end with the classifier; without it the last map is returned.
        pooling: without the top, `None`, `"avg"` or `"max"`.
        weights: `None`, `"ferplus"` or `"ferplus_occluded"` (8 classes), `"fer2013"` or `"fer2013_occluded"` (7), of
            which the occluded ones learnt from faces half of which had their lower half hidden, or a file's path.
        classifier_activation: activation of the last layer; `None` gives logits.
        name: name of the model.

    Returns:
        A functional model from `(batch, height, width, channels)` float32 in [0, 1] to `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit.

    Example:
        >>> fer_vgg().count_params()
        1167272
    """
    inputs = image_input(input_shape, minimum=16 + 2 * border)
    x = layers.Cropping2D(border, name="cut")(inputs) if border else inputs
    x = layers.Rescaling(4.0, offset=-2.0, name="scale")(x)  # about zero mean and unit variance
    for block, width in enumerate(widths, start=1):
        if block > 1:
            x = layers.MaxPooling2D(2, name=f"block{block - 1}_pool")(x)
        for number in (1,) if block == 1 else (1, 2):
            x = _convolution(x, width, name=f"block{block}_conv{number}")
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
    return finish(inputs, x, builder="fer_vgg", weights=weights, name=name)


def _convolution(x: keras.KerasTensor, width: int, name: str) -> keras.KerasTensor:
    x = layers.Conv2D(width, 3, padding="same", use_bias=False, name=name)(x)
    x = layers.BatchNormalization(momentum=0.97, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x)
