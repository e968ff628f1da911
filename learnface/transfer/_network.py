"""The network for given samples: one place decides between clips and images, and between lengths that differ."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from learnface.errors import DataError
from learnface.models import build, build_backbone
from learnface.training import LabelledFaces

__all__ = ["CLIP_MODELS", "network_for"]

CLIP_MODELS = ("vggface_fusion", "vggface_lstm", "vggface_rnn")


def network_for(
    model: str,
    samples: Mapping[str, LabelledFaces],
    classes: int,
    *,
    backbone: str | keras.Model,
    weights: str | Path | None,
    layer: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Return the model for these samples, and the backbone within.

    Raises:
        DataError: the samples are clips and the model takes images, or the other way round.
    """
    shape, clips = _shape(samples), model in CLIP_MODELS
    if len(shape) != (4 if clips else 3):
        held, taken = ("pictures", "clips") if clips else ("clips", "pictures")
        raise DataError(f"the corpus holds {held}, but {model} takes {taken}: choose another model")
    options = dict(options or {})
    if clips and shape[0] is None:
        options = {"masked": True, **options}
    built = build_backbone(backbone, shape[-3:], weights=weights, layer=layer)
    return build(model, input_shape=shape, classes=classes, backbone=built, **options), built


def _shape(samples: Mapping[str, LabelledFaces]) -> tuple[int | None, ...]:
    """Return the shape of every sample: clips whose lengths differ have `None` frames."""
    shapes = {part.shape for part in samples.values()}
    return shapes.pop() if len(shapes) == 1 else (None, *next(iter(shapes))[1:])
