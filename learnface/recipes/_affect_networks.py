"""The networks of mi2020 by name: a backbone and what stands on it, as in `"vgg19_conv_lstm"`."""

import keras

from learnface.errors import DataError
from learnface.models import cnn_lstm, fer_vgg, vgg_conv_lstm
from learnface.models.backbones import BACKBONES, build_backbone

__all__ = ["CONTROLS", "HEADS", "build_network", "parse_name"]

HEADS = {
    "conv_lstm": "ConvLSTMs on the last map",
    "gru": "GRUs on the pooled map",
    "lstm": "LSTMs on the pooled map",
    "peephole_lstm": "LSTMs with peepholes on the pooled map",
    "per_frame": "dense layers on the pooled map of each frame",
    "per_frame_map": "a dense layer on the whole map of each frame",
}
"""What stands on a backbone."""
CONTROLS = ("per_frame", "per_frame_map")
"""Those without a memory."""

FILTERS, UNITS, DENSE_UNITS = (32, 16, 8), (256, 256), 128
FER_VGG_WIDTHS = (32, 64, 128, 256)


def parse_name(name: str) -> tuple[str, str]:
    """Return backbone and head of a network's name.

    Raises:
        DataError: there is no such network.

    Example:
        >>> parse_name("inception_v3_lstm")
        ('inception_v3', 'lstm')
    """
    for backbone in sorted(BACKBONES, key=len, reverse=True):
        head = name.removeprefix(f"{backbone}_")
        if head in HEADS and head != name:
            return backbone, head
    raise DataError(
        f"there is no network {name!r}: join one of {', '.join(BACKBONES)} and one of {', '.join(HEADS)}, as in "
        "vgg19_lstm"
    )


def build_network(
    name: str,
    input_shape: tuple[int, int, int, int],
    *,
    weights: str | None = None,
    layer: str | None = None,
    width: float = 1.0,
    kernel_size: int = 7,
) -> keras.Model:
    """Build a network with an output of valence and arousal for each frame.

    Args:
        name: as in `parse_name`.
        input_shape: `(frames, height, width, channels)`.
        weights: of the backbone: None, `"imagenet"`, or what it takes else, such as `"ferplus"` for `fer_vgg`.
        layer: layer of the backbone whose map is taken; the last one if None.
        width: share of the usual widths that all layers have but those of the published backbones.
        kernel_size: of the ConvLSTMs.
    """
    backbone, head = parse_name(name)

    def scaled(widths: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(max(4, round(width * each)) for each in widths)

    if weights == "imagenet" and backbone in ("fer_vgg", "fer_cnn", "resnet34"):
        weights = None  # Keras has ImageNet's for the others alone
    body: str | keras.Model = backbone
    if backbone == "fer_vgg":
        shape, widths = (*input_shape[1:3], 1), scaled(FER_VGG_WIDTHS)
        body = fer_vgg(input_shape=shape, widths=widths, border=0, include_top=False, weights=weights)
        weights = None  # the body has them
    if layer is not None:
        channels = 1 if backbone == "fer_vgg" else input_shape[-1]
        body = build_backbone(body, (*input_shape[1:3], channels), weights=weights, pooling=None, layer=layer)
    options = {"backbone": body, "backbone_weights": weights, "name": name}
    if head in ("conv_lstm", "per_frame_map"):
        filters = scaled(FILTERS) if head == "conv_lstm" else ()
        return vgg_conv_lstm(input_shape, filters=filters, kernel_size=kernel_size, **options)
    units, cell = (scaled(UNITS), head) if head != "per_frame" else ((), "lstm")
    (dense_units,) = scaled((DENSE_UNITS,))
    return cnn_lstm(input_shape, cell=cell, units=units, dense_units=dense_units, **options)
