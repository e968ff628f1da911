"""wang2020: VGGFace features of every frame, and what reads them over time.

Wang Z. et al. (2020), learners' expression recognition by VGGFace-LSTM; section 2.2, figure 4, Table 5. The
paper's four rows are `vggface_lstm`, `vggface_rnn`, `vggface_fusion` and, for single images, `vggface`;
`backbone="vgg19"` gives its second column, and any other backbone works as well.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict, Unpack

import keras
from keras import layers

from learnface.errors import DataError
from learnface.layers import FrameMask, UnfoldTime
from learnface.models._builder import classification_head, finish
from learnface.models._clip_builder import backbone_features, clip_input

__all__ = ["SequenceOptions", "vggface_fusion", "vggface_lstm", "vggface_rnn"]

INPUT_SHAPE = (10, 64, 64, 1)
MERGES: Mapping[str, Callable[[], keras.Layer]] = MappingProxyType(
    {
        "mean": lambda: layers.GlobalAveragePooling1D(name="merge"),
        "max": lambda: layers.GlobalMaxPooling1D(name="merge"),
        "concatenate": lambda: layers.Flatten(name="merge"),
    }
)


class SequenceOptions(TypedDict, total=False):
    """Keyword arguments that all sequence models of this paper take.

    Attributes:
        backbone: `"vggface"` (the default), another name of `learnface.models.backbones.BACKBONES`, or a
            model of your own without its classifier.
        backbone_weights: None, `"vggface"`, `"imagenet"` (for VGG-16 and VGG-19), another name or a path.
        layer: name of the backbone's layer that gives the features; None: its last.
        pooling: `"avg"` or `"max"`: how a map of features becomes a vector.
        dropout: rate in front of the classifier; 0.5, as the paper has it.
        masked: whether to take a second input, `(batch, frames)` booleans, False for the frames that fill up
            a shorter clip (see `learnface.clips.PreparedSource`).
        include_top: whether to end with the classifier; without it the sequence's features are returned.
        weights: None, or the path of a weights file for the whole model.
        classifier_activation: activation of the last layer; None gives logits.
        name: name of the model.
    """

    backbone: str | keras.Model
    backbone_weights: str | Path | None
    layer: str | None
    pooling: str
    dropout: float
    masked: bool
    include_top: bool
    weights: str | Path | None
    classifier_activation: str | None
    name: str | None


def vggface_lstm(
    input_shape: tuple[int | None, int, int, int] = INPUT_SHAPE,
    classes: int = 6,
    *,
    units: int | tuple[int, ...] = 256,
    **options: Unpack[SequenceOptions],
) -> keras.Model:
    """Build VGG-LSTM: the features of the frames, in time order, through an LSTM to a softmax.

    The paper gives neither the LSTM's width nor which VGG layer's features it reads: `units`, `layer` and
    `pooling` are ours. All frames go through the backbone in one call, with time folded into the batch.

    Args:
        input_shape: `(frames, height, width, channels)`; frames may be None for clips of any length. Faces
            are grey (1 channel) in the paper, and may be RGB (3).
        classes: number of classes; the paper's are six learning emotions.
        units: width of the LSTM, or of each of several.
        **options: see `SequenceOptions`.

    Returns:
        A functional model from `(batch, frames, height, width, channels)` float32 in [0, 1] to
        `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit.

    Example:
        >>> vggface_lstm((10, 64, 64, 1), classes=6, backbone="fer_vgg").output_shape
        (None, 6)
    """
    return _over_time("vggface_lstm", input_shape, classes, _recurrent("lstm", units), **options)


def vggface_rnn(
    input_shape: tuple[int | None, int, int, int] = INPUT_SHAPE,
    classes: int = 6,
    *,
    units: int | tuple[int, ...] = 256,
    **options: Unpack[SequenceOptions],
) -> keras.Model:
    """Build VGG-RNN: a simple recurrent layer (tanh) in the LSTM's place.

    Args:
        input_shape: see `vggface_lstm`.
        classes: see `vggface_lstm`.
        units: width of the recurrent layer, or of each of several.
        **options: see `SequenceOptions`.

    Returns:
        See `vggface_lstm`.

    Raises:
        DataError: see `vggface_lstm`.

    Example:
        >>> vggface_rnn((10, 64, 64, 1), backbone="fer_vgg").get_layer("rnn").units
        256
    """
    return _over_time("vggface_rnn", input_shape, classes, _recurrent("rnn", units), **options)


def vggface_fusion(
    input_shape: tuple[int | None, int, int, int] = INPUT_SHAPE,
    classes: int = 6,
    *,
    merge: str = "mean",
    **options: Unpack[SequenceOptions],
) -> keras.Model:
    """Build VGG fusion: the features of all frames merged, without recurrence, to a softmax.

    The paper does not say how features are merged. Their mean (or maximum) is blind to the order of the
    frames; `"concatenate"` is not, and needs clips of one length.

    Args:
        input_shape: see `vggface_lstm`.
        classes: see `vggface_lstm`.
        merge: `"mean"`, `"max"` or `"concatenate"`.
        **options: see `SequenceOptions`.

    Returns:
        See `vggface_lstm`.

    Raises:
        DataError: see `vggface_lstm`.

    Example:
        >>> vggface_fusion((None, 64, 64, 1), backbone="fer_vgg").output_shape
        (None, 6)
    """
    if merge not in MERGES:
        raise DataError(f"merge must be one of {', '.join(MERGES)}, not {merge!r}")
    if merge == "concatenate" and None in input_shape:
        raise DataError(
            f"merge='concatenate' needs a fixed number of frames, but input_shape is {input_shape}"
        )
    if merge != "mean" and options.get("masked"):
        raise DataError(f"masked clips are merged by their mean, not by {merge!r}")
    return _over_time("vggface_fusion", input_shape, classes, lambda x: MERGES[merge]()(x), **options)


def _over_time(
    builder: str,
    input_shape: tuple[int | None, int, int, int],
    classes: int,
    read: Callable[[keras.KerasTensor], keras.KerasTensor],
    *,
    backbone: str | keras.Model = "vggface",
    backbone_weights: str | Path | None = None,
    layer: str | None = None,
    pooling: str = "avg",
    dropout: float = 0.5,
    masked: bool = False,
    include_top: bool = True,
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Return the model whose features of frames are read by `read`: `(batch, frames, features)` to a vector."""
    if pooling not in ("avg", "max"):
        raise DataError(f"pooling must be 'avg' or 'max', not {pooling!r}")
    inputs = clips = clip_input(input_shape)
    x = backbone_features(clips, backbone, backbone_weights, pooling=pooling, layer=layer)
    x = UnfoldTime(name="features")([x, clips])
    if masked:
        mask = keras.Input(input_shape[:1], dtype="bool", name="mask")
        inputs, x = [clips, mask], FrameMask(name="there")([x, mask])
    x = read(x)
    if include_top:
        x = layers.Dropout(dropout, name="dropout")(x)
        x = classification_head(
            x, include_top=True, pooling=None, classes=classes, classifier_activation=classifier_activation
        )
    return finish(inputs, x, builder=builder, weights=weights, name=name)


def _recurrent(kind: str, units: int | tuple[int, ...]) -> Callable[[keras.KerasTensor], keras.KerasTensor]:
    widths = (units,) if isinstance(units, int) else tuple(units)
    if not widths or min(widths) < 1:
        raise DataError(f"units must be a width above 0, or several, not {units!r}")
    cell = {"lstm": layers.LSTM, "rnn": layers.SimpleRNN}[kind]

    def read(x: keras.KerasTensor) -> keras.KerasTensor:
        for number, width in enumerate(widths, start=1):
            name = kind if len(widths) == 1 else f"{kind}{number}"
            x = cell(width, return_sequences=number < len(widths), name=name)(x)
        return x

    return read
