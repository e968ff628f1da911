"""qian2021: two streams for micro-expressions, a CNN on frames and a CNN with an LSTM on optical flow, fused.

Qian Z., Qian M. (2021), Micro-expression recognition method based on improved feature fusion, Software Engineering
24(4): 26-29; sections 3.1 and 3.2. The CNN is AlexNet's (Krizhevsky et al. 2012): 5 convolutions, 3 max-poolings,
4 dense layers, on 96x96x3.
"""

from pathlib import Path

import keras
from keras import layers

from learnface.errors import DataError
from learnface.layers import FoldTime, PeepholeLSTM, UnfoldTime
from learnface.models._builder import classification_head, finish

__all__ = ["micro_fusion"]

CELLS = {"lstm": layers.LSTM, "peephole_lstm": PeepholeLSTM}
# (filters, kernel, stride, whether a max-pooling follows)
_CONVOLUTIONS = (
    (96, 11, 4, True),
    (256, 5, 1, True),
    (384, 3, 1, False),
    (384, 3, 1, False),
    (256, 3, 1, True),
)
_DENSE_UNITS = 4096
_MINIMUM = 16
_CHOICES = {
    "streams": ("both", "spatial", "temporal"),
    "fusion": ("trained", "fixed"),
    "fuse_after": ("fc6", "fc7"),
    "cell": tuple(CELLS),
}


def micro_fusion(
    input_shape: tuple[int, int, int, int] = (20, 96, 96, 3),
    classes: int = 3,
    *,
    streams: str = "both",
    fusion: str = "trained",
    fuse_after: str = "fc7",
    width: float = 1.0,
    units: int = 512,
    cell: str = "lstm",
    dropout: float = 0.5,
    flow_scale: float = 10.0,
    include_top: bool = True,
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build the network of qian2021, or one of its streams.

    Each stream sees all its pictures at once, with time folded into the batch. The spatial stream's features are
    their mean over the frames, the temporal stream's the last output of its LSTM. A dense layer `fusion` joins
    both; then come `fc8` and the classifier. One stream alone goes to `fc8` without it.

    The paper does not print the widths of its CNN (AlexNet's are taken, with "same" padding, so that 96x96 leaves 3x3
    after the last pooling), the LSTM's width, how the frames of the spatial stream become one feature, or what a
    fusion layer "without training" holds: here it keeps the random weights that it began with. Weights begin as in He
    et al. 2015; AlexNet's own start, with a deviation of 0.01, needs its million pictures. The paper's "improved
    LSTM" is a drawing without equations; Keras' LSTM is taken.

    Args:
        input_shape: `(frames, height, width, channels)` of the frames; flow has one picture fewer and 3 channels.
        classes: number of classes.
        streams: `"both"`, `"spatial"` (frames alone) or `"temporal"` (flow alone).
        fusion: whether the fusion layer is `"trained"` with the rest or `"fixed"`; for both streams.
        fuse_after: dense layer of each CNN whose features go on: `"fc6"` or `"fc7"`.
        width: factor of all widths; 0.125 trains on a CPU.
        units: width of the LSTM, the fusion layer and `fc8`, before the factor.
        cell: `"lstm"`, or `"peephole_lstm"`.
        dropout: share of the features of each dense layer that is left out in training, as in AlexNet.
        flow_scale: factor on the flow, whose tenths of a pixel would else be near zero beside the frames.
        include_top: whether to end with the classifier; without it `fc8` is returned.
        weights: `None`, or the path of a weights file.
        classifier_activation: activation of the last layer; `None` gives logits.
        name: name of the model.

    Returns:
        A functional model to `(batch, classes)`, from a dict of `frames` `(batch, frames, height, width, channels)`
        float32 in [0, 1] and `flow` `(batch, frames - 1, height, width, 3)` in pixels per frame, or from the one of
        them that its stream needs.

    Raises:
        DataError: an argument is wrong, or the weights do not fit.

    Example:
        >>> model = micro_fusion((20, 48, 48, 3), width=0.125)
        >>> {name: tensor.shape for name, tensor in model.input.items()}
        {'frames': (None, 20, 48, 48, 3), 'flow': (None, 19, 48, 48, 3)}
    """
    given = {"streams": streams, "fusion": fusion, "fuse_after": fuse_after, "cell": cell}
    _check(input_shape, width, given)
    count, *picture = input_shape
    inputs, features = {}, []
    if streams != "temporal":
        inputs["frames"] = keras.Input(input_shape, name="frames")
        x = layers.Rescaling(2.0, offset=-1.0, name="spatial_scale")(inputs["frames"])
        x = _stream(x, "spatial", fuse_after, width, dropout)
        features.append(layers.GlobalAveragePooling1D(name="spatial_mean")(x))
    if streams != "spatial":
        inputs["flow"] = keras.Input((count - 1, *picture[:2], 3), name="flow")
        x = layers.Rescaling(flow_scale, name="temporal_scale")(inputs["flow"])
        x = _stream(x, "temporal", fuse_after, width, dropout)
        features.append(CELLS[cell](_scaled(units, width), name="temporal_lstm")(x))
    x = features[0]
    if streams == "both":
        x = layers.Concatenate(name="both_streams")(features)
        x = layers.Dense(
            _scaled(units, width), activation="relu", trainable=fusion == "trained", name="fusion"
        )(x)
    x = layers.Dense(_scaled(units, width), activation="relu", name="fc8")(x)
    if include_top:
        x = layers.Dropout(dropout, name="fc8_dropout")(x)
        x = classification_head(
            x, include_top=True, pooling=None, classes=classes, classifier_activation=classifier_activation
        )
    return finish(
        inputs if len(inputs) > 1 else next(iter(inputs.values())),
        x,
        builder="micro_fusion",
        weights=weights,
        name=name,
    )


def _stream(
    clips: keras.KerasTensor, stream: str, last: str, width: float, dropout: float
) -> keras.KerasTensor:
    """Return AlexNet's features of every picture of a clip, `(batch, pictures, features)`."""
    x = FoldTime(name=f"{stream}_fold")(clips)
    for number, (filters, kernel, stride, pooled) in enumerate(_CONVOLUTIONS, start=1):
        x = layers.Conv2D(
            _scaled(filters, width),
            kernel,
            strides=stride,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            name=f"{stream}_conv{number}",
        )(x)
        if pooled:
            x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"{stream}_pool{number}")(x)
    x = layers.Flatten(name=f"{stream}_flat")(x)
    for layer in ("fc6", "fc7"):
        dense = layers.Dense(
            _scaled(_DENSE_UNITS, width),
            activation="relu",
            kernel_initializer="he_normal",
            name=f"{stream}_{layer}",
        )
        x = dense(x)
        x = layers.Dropout(dropout, name=f"{stream}_{layer}_dropout")(x)
        if layer == last:
            break
    return UnfoldTime(name=f"{stream}_unfold")([x, clips])


def _scaled(count: int, width: float) -> int:
    return max(1, round(count * width))


def _check(input_shape: tuple[int, ...], width: float, given: dict[str, str]) -> None:
    for name, value in given.items():
        if value not in _CHOICES[name]:
            raise DataError(f"{name} must be one of {', '.join(_CHOICES[name])}, not {value!r}")
    if len(input_shape) != 4 or None in input_shape:
        raise DataError(f"input_shape must be (frames, height, width, channels), not {input_shape}")
    if input_shape[0] < 2 or min(input_shape[1:3]) < _MINIMUM:
        raise DataError(
            f"input_shape {input_shape} is too small: give at least 2 frames of {_MINIMUM} pixels a side"
        )
    if width <= 0:
        raise DataError(f"width must be above 0, not {width}")
