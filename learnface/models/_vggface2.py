"""The residual networks of VGGFace2: Caffe's ResNet-50, with or without squeeze and excitation.

Differences from `keras.applications.ResNet50`: the first 1x1 convolution of a block has the stride (Caffe's
place for it), convolutions have no biases, and the pool after the first has no padding. Where keras-vggface
averages windows of 7x7, the whole map is averaged here: the same at 224 pixels, and possible at any size.
"""

from pathlib import Path

import keras
from keras import layers

from learnface.errors import DataError
from learnface.models._builder import classification_head, image_input
from learnface.models._caffe_input import caffe_input
from learnface.models._published import load_published

__all__ = ["CLASSES", "vggface2"]

CLASSES = 8631
MEAN = (91.4953, 103.8827, 131.0912)
"""Mean of VGGFace2's training images: blue, green, red, of 255."""
STEM = 64
STAGES = ((64, 256, 3), (128, 512, 4), (256, 1024, 6), (512, 2048, 3))
"""Of each stage: channels within its blocks, channels between them, number of blocks."""
REDUCTION = 16


def vggface2(
    builder: str,
    input_shape: tuple[int | None, int | None, int],
    *,
    squeeze: bool,
    epsilon: float,
    classes: int,
    include_top: bool,
    pooling: str | None,
    weights: str | Path | None,
    classifier_activation: str | None,
    name: str | None,
) -> keras.Model:
    """Build a network of VGGFace2, with or without squeeze and excitation in each block.

    `epsilon` is what batch normalisation adds to the variance; the others are those of `vggface_resnet50`.
    """
    inputs = image_input(input_shape, minimum=32)
    x = _features(caffe_input(inputs, MEAN), squeeze, epsilon)
    if include_top:
        if classes < 1:
            raise DataError(f"classes must be 1 or more, not {classes}")
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        # float32 even under mixed precision: a softmax in half precision loses small probabilities.
        x = layers.Dense(classes, activation=classifier_activation, dtype="float32", name="classifier")(x)
    else:
        x = classification_head(
            x, include_top=False, pooling=pooling, classes=classes, classifier_activation=None
        )
    model = keras.Model(inputs, x, name=name or builder)
    if weights is not None:
        whole = include_top and classes == CLASSES
        load_published(model, builder, weights, head=("classifier",), whole=whole)
    return model


def _features(x: keras.KerasTensor, squeeze: bool, epsilon: float) -> keras.KerasTensor:
    x = layers.Conv2D(STEM, 7, strides=2, padding="same", use_bias=False, name="conv1_7x7_s2")(x)
    x = layers.BatchNormalization(epsilon=epsilon, name="conv1_7x7_s2_bn")(x)
    x = layers.ReLU(name="conv1_relu")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_3x3_s2")(x)
    for stage, (inner, outer, blocks) in enumerate(STAGES, start=2):
        for block in range(1, blocks + 1):
            strides = 2 if stage > 2 and block == 1 else 1
            x = _bottleneck(
                x,
                inner,
                outer,
                strides,
                f"conv{stage}_{block}",
                project=block == 1,
                squeeze=squeeze,
                epsilon=epsilon,
            )
    return x


def _bottleneck(
    x: keras.KerasTensor,
    inner: int,
    outer: int,
    strides: int,
    name: str,
    *,
    project: bool,
    squeeze: bool,
    epsilon: float,
) -> keras.KerasTensor:
    def convolution(x, width, size, strides, name):
        x = layers.Conv2D(width, size, strides=strides, padding="same", use_bias=False, name=name)(x)
        return layers.BatchNormalization(epsilon=epsilon, name=f"{name}_bn")(x)

    shortcut = convolution(x, outer, 1, strides, f"{name}_1x1_proj") if project else x
    x = convolution(x, inner, 1, strides, f"{name}_1x1_reduce")
    x = layers.ReLU(name=f"{name}_1x1_reduce_relu")(x)
    x = convolution(x, inner, 3, 1, f"{name}_3x3")
    x = layers.ReLU(name=f"{name}_3x3_relu")(x)
    x = convolution(x, outer, 1, 1, f"{name}_1x1_increase")
    if squeeze:
        x = _squeeze_and_excite(x, name)
    x = layers.Add(name=f"{name}_add")([x, shortcut])
    return layers.ReLU(name=f"{name}_relu")(x)


def _squeeze_and_excite(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Weigh each channel by what the means of all channels say (Hu et al. 2018)."""
    gate = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_global_pool")(x)
    gate = layers.Conv2D(x.shape[-1] // REDUCTION, 1, activation="relu", name=f"{name}_1x1_down")(gate)
    gate = layers.Conv2D(x.shape[-1], 1, activation="sigmoid", name=f"{name}_1x1_up")(gate)
    return layers.Multiply(name=f"{name}_scale")([x, gate])
