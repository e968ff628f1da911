"""mi2020's baselines: a network of images and two LSTMs (or GRUs) for valence and arousal.

Mi Z., Zhao H., Gao P. (2020), a dimensional emotion recognition model based on ConvLSTM, Computer
Engineering and Applications; sections 4.1 and 4.2, Table 1.
"""

from pathlib import Path

import keras
from keras import layers

from learnface.errors import DataError
from learnface.layers import PeepholeLSTM, UnfoldTime
from learnface.models._builder import classification_head, finish
from learnface.models._clip_builder import backbone_features, clip_input

__all__ = ["cnn_gru", "cnn_lstm"]

CELLS = {"lstm": layers.LSTM, "gru": layers.GRU, "peephole_lstm": PeepholeLSTM}


def cnn_lstm(
    input_shape: tuple[int | None, int, int, int] = (10, 224, 224, 3),
    classes: int = 2,
    *,
    backbone: str = "vgg19",
    backbone_weights: str | None = None,
    cell: str = "lstm",
    units: tuple[int, ...] = (256, 256),
    dense_units: int = 128,
    every_frame: bool = True,
    include_top: bool = True,
    pooling: str = "avg",
    weights: str | Path | None = None,
    classifier_activation: str | None = "tanh",
    name: str | None = None,
) -> keras.Model:
    """Build a CNN-LSTM of mi2020: the backbone, two one-way LSTMs, two dense layers.

    The paper does not print the widths of the LSTMs and of the first dense layer, nor how the last map
    becomes a vector: `units`, `dense_units` and `pooling` are ours.

    Args:
        input_shape: `(frames, height, width, channels)`; frames may be None. The paper's faces are 224x224,
            and 299x299 for Inception-v3.
        classes: number of outputs; the paper's are valence and arousal.
        backbone: a name of `learnface.models.backbones.BACKBONES`, or a model of your own without its top.
        backbone_weights: `None`, `"imagenet"` (downloaded by Keras; not for ResNet-34), or a file's path.
        cell: `"lstm"`, `"gru"`, or `"peephole_lstm"`, as the paper's equations 1 to 5 have it.
        units: width of each recurrent layer.
        dense_units: width of the first dense layer.
        every_frame: whether to predict for each frame; else once for the clip, after its last frame.
        include_top: whether to end with the dense layers; without them the last recurrent outputs are returned.
        pooling: `"avg"` or `"max"`: how the last map of a frame becomes a vector.
        weights: `None`, or the path of a weights file.
        classifier_activation: activation of the last layer; `None` gives it as it is.
        name: name of the model.

    Returns:
        A functional model from `(batch, frames, height, width, channels)` float32 in [0, 1] to
        `(batch, frames, classes)` in [-1, 1], or `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit. Without `units` only `every_frame` fits.

    Example:
        >>> cnn_lstm(backbone="vgg16", cell="gru", every_frame=False).output_shape
        (None, 2)
    """
    if cell not in CELLS:
        raise DataError(f"cell must be one of {', '.join(CELLS)}, not {cell!r}")
    if pooling not in ("avg", "max"):
        raise DataError(f"pooling must be 'avg' or 'max', not {pooling!r}")
    if not units and not every_frame:
        raise DataError("units is empty, and nothing else joins frames: give widths, or every_frame=True")
    inputs = clip_input(input_shape)
    x = backbone_features(inputs, backbone, backbone_weights, pooling=pooling)
    x = UnfoldTime(name="features")([x, inputs])
    for number, width in enumerate(units, start=1):
        every_step = every_frame or number < len(units)
        x = CELLS[cell](width, return_sequences=every_step, name=f"{cell}{number}")(x)
    if include_top:
        x = layers.Dense(dense_units, activation="relu", name="fc1")(x)
        x = classification_head(
            x,
            include_top=True,
            pooling=None,
            classes=classes,
            classifier_activation=classifier_activation,
        )
    return finish(inputs, x, builder="cnn_lstm", weights=weights, name=name)


def cnn_gru(
    input_shape: tuple[int | None, int, int, int] = (10, 224, 224, 3),
    classes: int = 2,
    *,
    backbone: str = "vgg19",
    backbone_weights: str | None = None,
    units: tuple[int, ...] = (256, 256),
    dense_units: int = 128,
    every_frame: bool = True,
    include_top: bool = True,
    pooling: str = "avg",
    weights: str | Path | None = None,
    classifier_activation: str | None = "tanh",
    name: str | None = None,
) -> keras.Model:
    """Build a CNN-GRU: a CNN-LSTM of mi2020 with two one-way GRUs in place of the LSTMs.

    Args:
        input_shape: `(frames, height, width, channels)`; frames may be None.
        classes: number of outputs; the paper's are valence and arousal.
        backbone: as in `cnn_lstm`, as all that follow.
        backbone_weights: see there.
        units: width of each GRU.
        dense_units: width of the first dense layer.
        every_frame: whether to predict for each frame; else once for the clip, after its last frame.
        include_top: whether to end with the dense layers.
        pooling: `"avg"` or `"max"`.
        weights: `None`, or the path of a weights file.
        classifier_activation: activation of the last layer.
        name: name of the model.

    Returns:
        A functional model like that of `cnn_lstm`.

    Raises:
        DataError: as for `cnn_lstm`.

    Example:
        >>> cnn_gru(backbone="vgg16").output_shape
        (None, 10, 2)
    """
    return cnn_lstm(
        input_shape,
        classes,
        backbone=backbone,
        backbone_weights=backbone_weights,
        cell="gru",
        units=units,
        dense_units=dense_units,
        every_frame=every_frame,
        include_top=include_top,
        pooling=pooling,
        weights=weights,
        classifier_activation=classifier_activation,
        name=name or "cnn_gru",
    )
