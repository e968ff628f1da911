"""The network for given samples: one place decides between clips and images, and between lengths that differ."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import pandas as pd

from learnface.clips import Prepared
from learnface.clips._frames import Row
from learnface.errors import DataError
from learnface.files import sha256
from learnface.models import build, build_backbone
from learnface.training import LabelledFaces

__all__ = ["CLIP_MODELS", "check_kind", "holds_clips", "network_for", "start_of", "starting"]

CLIP_MODELS = ("vggface_fusion", "vggface_lstm", "vggface_rnn")
PICTURE_MODEL = "face_classifier"


def check_kind(model: str | keras.Model, *, clips: bool) -> None:
    """Make sure that a model takes what a corpus holds.

    Raises:
        DataError: it takes pictures and the corpus holds clips, or the other way round, or there is no such model.
    """
    if isinstance(model, keras.Model):
        name, takes_clips = model.name, len(model.inputs[0].shape) == 5
    elif model in (*CLIP_MODELS, PICTURE_MODEL):
        name, takes_clips = model, model in CLIP_MODELS
    else:
        raise DataError(
            f"{model!r} cannot be trained here: choose {PICTURE_MODEL} or {', '.join(CLIP_MODELS)}"
        )
    if clips != takes_clips:
        held, taken = ("clips", "pictures") if clips else ("pictures", "clips")
        raise DataError(f"the corpus holds {held}, but {name} takes {taken}: choose another model")


def holds_clips(index: pd.DataFrame | Prepared) -> bool:
    """Tell whether an index, or what was prepared of one, holds clips and not pictures."""
    if isinstance(index, Prepared):
        return index.is_clips
    first = index.iloc[0]
    row = first.get("row")
    return Row("", str(first.get("frames", "")), None if pd.isna(row) else int(row)).is_clip


def start_of(
    backbone: str | keras.Model, weights: str | Path | None, layer: str | None = None
) -> dict[str, str | None]:
    """Return where a training starts, to record: another start is another run, though its shapes are the same.

    A model that is given as the backbone comes from a training of its own, which is recorded there.
    """
    if not isinstance(backbone, str):
        return {"layer": layer}
    is_file = weights is not None and Path(weights).is_file()
    return {"backbone": backbone, "weights": sha256(weights) if is_file else weights, "layer": layer}


def starting(options: Mapping[str, Any], start: Mapping[str, Any]) -> dict[str, Any]:
    """Return options of a training with where it starts among the settings that are recorded."""
    return {**options, "settings": {"start": start, **(options.get("settings") or {})}}


def network_for(
    model: str,
    samples: Mapping[str, LabelledFaces],
    classes: int,
    *,
    backbone: str | keras.Model,
    weights: str | Path | None,
    layer: str | None = None,
    any_length: bool = False,
    options: Mapping[str, Any] | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Return the model for these samples, and the backbone within.

    Clips of different lengths get a masked model; with `any_length` also those that happen to be of one length.

    Raises:
        DataError: the samples are clips and the model takes images, or the other way round.
    """
    shape = _shape(samples)
    check_kind(model, clips=len(shape) == 4)
    options = dict(options or {})
    if len(shape) == 4 and any_length:
        shape = (None, *shape[1:])
    if len(shape) == 4 and shape[0] is None:
        options = {"masked": True, **options}
    built = build_backbone(backbone, shape[-3:], weights=weights, layer=layer)
    return build(model, input_shape=shape, classes=classes, backbone=built, **options), built


def _shape(samples: Mapping[str, LabelledFaces]) -> tuple[int | None, ...]:
    """Return the shape of every sample: clips whose lengths differ have `None` frames."""
    shapes = {part.shape for part in samples.values()}
    return shapes.pop() if len(shapes) == 1 else (None, *next(iter(shapes))[1:])
