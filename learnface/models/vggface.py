"""VGG Face: VGG-16 trained to tell 2,622 people apart, the starting point of wang2020.

Parkhi O. M., Vedaldi A., Zisserman A. (2015), Deep face recognition (BMVC); Table 3, configuration D. Layers,
their names and the weights are those of keras-vggface v2.0 (https://github.com/rcmalli/keras-vggface); Keras 3
forbids slashes in names, so that `fc6/relu` is `fc6_relu` here.

Wang et al. (wang2020) call LFW the training set; the published weights come from the VGG Face set.
"""

import warnings
from pathlib import Path

import keras
from keras import layers

from learnface.errors import DataError
from learnface.models._builder import classification_head, image_input
from learnface.models._caffe_input import caffe_input
from learnface.models._published import load_published
from learnface.models._vgg import DENSE, check_dense_input, dense_layers, is_published_head

__all__ = ["vggface"]

BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
CLASSES = 2622
PUBLISHED_HEAD = ("fc6", "fc7", "fc8")
MEAN = (93.5940, 104.7624, 129.1863)
"""Mean of VGG Face's training images: blue, green, red, of 255."""


def vggface(
    input_shape: tuple[int | None, int | None, int] = (224, 224, 3),
    classes: int = CLASSES,
    *,
    dense: tuple[int, ...] = DENSE,
    dropout: float = 0.5,
    include_top: bool = True,
    pooling: str | None = None,
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build VGG Face: 13 3x3 convolutions in five blocks, two dense layers of 4096 and a classifier.

    With 2,622 classes and images of 224 pixels it has 145,002,878 parameters. For wang2020's learners:
    `vggface((64, 64, 1), 6, weights="vggface")`, published convolutions under a new head.

    Args:
        input_shape: `(height, width, channels)`, grey (repeated inside) or RGB; without the top, height and
            width may be None.
        classes: number of classes.
        dense: widths of the dense layers in front of the classifier, `fc6`, `fc7`, ...
        dropout: dropout rate after each of them, in the paper 0.5.
        include_top: whether to end with the classifier; without it the last map is returned.
        pooling: without the top, `None`, `"avg"` or `"max"`.
        weights: `None`; `"vggface"`, the published ones, downloaded once (docs/weights.md); a folder that has
            their files; or the path of a weights file. The published dense layers are loaded only as a whole:
            with 2622 classes, images of 224 pixels and `dense` of 4096 and 4096. Else they are new.
        classifier_activation: activation of the last layer; `None` gives logits.
        name: name of the model.

    Returns:
        A functional model from `(batch, height, width, channels)` float32 in [0, 1] to `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit or cannot be downloaded.

    Example:
        >>> vggface((64, 64, 1), include_top=False, pooling="avg").output_shape
        (None, 512)
    """
    inputs = image_input(input_shape, minimum=32)
    x = _convolutions(caffe_input(inputs, MEAN))
    head, whole = [f"fc{index + 6}" for index in range(len(dense) + 1)], False
    if include_top:
        check_dense_input(input_shape, dense, dropout)
        x = dense_layers(x, dense, dropout, lambda index: head[index])
        whole = is_published_head(input_shape, dense, classes, CLASSES)
        x = _classifier(x, classes, classifier_activation, name=head[-1])
    else:
        x = classification_head(
            x, include_top=False, pooling=pooling, classes=classes, classifier_activation=None
        )
    model = keras.Model(inputs, x, name=name or "vggface")
    if weights is not None:
        left = load_published(model, "vggface", weights, head={*head, *PUBLISHED_HEAD}, whole=whole)
        if left and classes == CLASSES:
            warnings.warn(
                f"{', '.join(left)} of {model.name} are new, not the published ones: those need images of 224 "
                f"pixels and dense={DENSE}",
                stacklevel=2,
            )
    return model


def _convolutions(x: keras.KerasTensor) -> keras.KerasTensor:
    for block, widths in enumerate(BLOCKS, start=1):
        for number, width in enumerate(widths, start=1):
            name = f"conv{block}_{number}"
            x = layers.Conv2D(width, 3, padding="same", activation="relu", name=name)(x)
        x = layers.MaxPooling2D(2, name=f"pool{block}")(x)
    return x


def _classifier(x: keras.KerasTensor, classes: int, activation: str | None, name: str) -> keras.KerasTensor:
    if classes < 1:
        raise DataError(f"classes must be 1 or more, not {classes}")
    # float32 even under mixed precision: a softmax in half precision loses small probabilities.
    x = layers.Dense(classes, dtype="float32", name=name)(x)
    if activation is None:
        return x
    return layers.Activation(activation, dtype="float32", name=f"{name}_{activation}")(x)
