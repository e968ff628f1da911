"""What the builders of clip models share: the input, and a backbone that looks at all frames at once."""

from pathlib import Path

import keras

from learnface.errors import DataError
from learnface.layers import FoldTime
from learnface.models.backbones import build_backbone

__all__ = ["backbone_features", "clip_input"]


def clip_input(input_shape: tuple[int | None, int, int, int]) -> keras.KerasTensor:
    """Return an input of `(frames, height, width, channels)`, float32 in [0, 1].

    Raises:
        DataError: the shape is not one of a clip.
    """
    if len(input_shape) != 4 or None in input_shape[1:]:
        raise DataError(f"input_shape must be (frames, height, width, channels), not {input_shape}")
    return keras.Input(input_shape, name="clip")


def backbone_features(
    clips: keras.KerasTensor,
    backbone: str | keras.Model,
    weights: str | Path | None,
    pooling: str | None = None,
    layer: str | None = None,
) -> keras.KerasTensor:
    """Return the backbone's features of every frame, `(batch * frames, ...)`; time is folded into the batch.

    Args:
        clips: the input from `clip_input`.
        backbone: see `learnface.models.backbones.build_backbone`, as all that follow.
        weights: `None`, `"imagenet"`, or another name or path.
        pooling: `None` for the map, `"avg"` or `"max"` for a vector a frame.
        layer: the layer that gives the features.

    Raises:
        DataError: the backbone, its weights or the shape is wrong.
    """
    network = build_backbone(backbone, tuple(clips.shape[2:]), weights=weights, pooling=pooling, layer=layer)
    return network(FoldTime(name="frames")(clips))
