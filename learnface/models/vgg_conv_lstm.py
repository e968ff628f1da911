"""mi2020: VGG-19 and three convolutional LSTMs for valence and arousal.

Mi Z., Zhao H., Gao P. (2020), a dimensional emotion recognition model based on ConvLSTM, Computer
Engineering and Applications; sections 2.3 and 4.1, equations 6 to 10.
"""

from pathlib import Path

import keras
from keras import layers

from learnface.errors import DataError
from learnface.layers import ConvLSTM2D, UnfoldTime
from learnface.models._builder import classification_head, finish
from learnface.models._clip_builder import backbone_features, clip_input

__all__ = ["vgg_conv_lstm"]


def vgg_conv_lstm(
    input_shape: tuple[int | None, int, int, int] = (10, 224, 224, 3),
    classes: int = 2,
    *,
    backbone: str = "vgg19",
    backbone_weights: str | None = None,
    filters: tuple[int, ...] = (32, 16, 8),
    kernel_size: int = 7,
    peephole: bool = True,
    pool_after: int | None = None,
    every_frame: bool = True,
    include_top: bool = True,
    weights: str | Path | None = None,
    classifier_activation: str | None = "tanh",
    name: str | None = None,
) -> keras.Model:
    """Build the ConvLSTM network of mi2020: the backbone's last map, three ConvLSTMs, a pool, a dense layer.

    The paper names a 4x4 "same" max-pooling and not its place; here it stands after the last ConvLSTM unless
    `pool_after` says otherwise.

    Args:
        input_shape: `(frames, height, width, channels)`; frames may be None. The paper's faces are 224x224.
        classes: number of outputs; the paper's are valence and arousal.
        backbone: a name of `learnface.models.backbones.BACKBONES`, or a model of your own without its top.
        backbone_weights: `None`, `"imagenet"` (downloaded by Keras; not for ResNet-34), or a file's path.
        filters: channels of each ConvLSTM.
        kernel_size: height and width of their kernels.
        peephole: whether their gates see the cell state, as in the paper's equations.
        pool_after: how many ConvLSTMs stand before the pool, from 0 to their number; `None`: all of them.
        every_frame: whether to predict for each frame; else once for the clip, after its last frame.
        include_top: whether to end with the dense layer; without it the features before it are returned.
        weights: `None`, or the path of a weights file.
        classifier_activation: activation of the last layer; `None` gives it as it is.
        name: name of the model.

    Returns:
        A functional model from `(batch, frames, height, width, channels)` float32 in [0, 1] to
        `(batch, frames, classes)` in [-1, 1], or `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit. Without `filters` only `every_frame` fits.

    Example:
        >>> vgg_conv_lstm().output_shape
        (None, 10, 2)
    """
    if not filters and not every_frame:
        raise DataError("filters is empty, and nothing else joins frames: give channels, or every_frame=True")
    pool_after = len(filters) if pool_after is None else pool_after
    if not 0 <= pool_after <= len(filters):
        raise DataError(f"pool_after must lie between 0 and the {len(filters)} ConvLSTMs, not {pool_after}")
    inputs = clip_input(input_shape)
    maps = backbone_features(inputs, backbone, backbone_weights)
    x = UnfoldTime(name="maps")([maps, inputs])
    for number, width in enumerate(filters):
        if number == pool_after:
            x = layers.MaxPooling3D((1, 4, 4), padding="same", name="pool")(x)
        x = ConvLSTM2D(
            width,
            kernel_size,
            padding="same",
            peephole=peephole,
            return_sequences=every_frame or number < len(filters) - 1,
            name=f"conv_lstm{number + 1}",
        )(x)
    if pool_after == len(filters):
        pool = layers.MaxPooling3D((1, 4, 4), padding="same", name="pool")
        x = (pool if every_frame else layers.MaxPooling2D(4, padding="same", name="pool"))(x)
    features = x.shape[-3] * x.shape[-2] * x.shape[-1]
    x = layers.Reshape((-1, features) if every_frame else (features,), name="flatten")(x)
    if include_top:
        x = classification_head(
            x,
            include_top=True,
            pooling=None,
            classes=classes,
            classifier_activation=classifier_activation,
        )
    return finish(inputs, x, builder="vgg_conv_lstm", weights=weights, name=name)
