"""The card of a model that was trained here: how its faces were cut, and what its scores are worth."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import pandas as pd

from learnface.clips import PrepareSettings
from learnface.corpora.splits import leaking_subjects
from learnface.errors import DataError
from learnface.models import ModelCard
from learnface.training import LabelledFaces

__all__ = ["preparation_of", "protocol", "trained_card"]

_KEPT = (
    "accuracy",
    "uar",
    "f1",
    "accuracy_interval",
    "people",
    "people_interval",
    "calibration_error",
    "samples",
)


def trained_card(
    network: keras.Model,
    labels: Sequence[str],
    samples: Mapping[str, LabelledFaces],
    scores: Mapping[str, Any],
    *,
    monitor: str = "val_accuracy",
    base: ModelCard | None = None,
) -> ModelCard:
    """Return the card of a model trained on prepared faces.

    Args:
        network: the model.
        labels: its classes.
        samples: what it was trained and scored on, by split.
        scores: of the test samples; empty without any.
        monitor: the figure that chose the epoch.
        base: the card of the model that this one began as.
    """
    faces, table = samples["train"].images, _table(samples)
    preparation = faces.preparation()
    return ModelCard(
        model=network.name,
        labels=tuple(labels),
        input_shape=tuple(network.inputs[0].shape[1:]),
        colour="grey" if preparation["grey"] else "RGB",
        face="as its `preparation` says",
        preparation=preparation,
        corpus=", ".join(sorted(table["corpus"].dropna().unique())) if "corpus" in table else "",
        protocol=protocol(samples, monitor, base),
        scores={name: scores[name] for name in _KEPT if name in scores},
        notes="Trained on your own data: it knows no other people, cameras and cultures than are in it.",
    )


def protocol(
    samples: Mapping[str, LabelledFaces], monitor: str = "val_accuracy", base: ModelCard | None = None
) -> str:
    """Say what the scores are worth, by what is known: who is in which split, what chose the epoch, what was scored.

    Args:
        samples: prepared faces by split.
        monitor: the figure that chose the epoch.
        base: the card of the model that this one began as; whom that was trained on, nobody has kept.
    """
    test = "test was scored once" if "test" in samples else "there was no test"
    chose = f"validation chose the epoch (by {monitor.removeprefix('val_')})"
    began = (
        f"; it began as a model of {base.corpus or 'other data'}, whose people may be in the test"
        if base
        else ""
    )
    return f"{_apart(_table(samples))}; {chose}; {test}{began if 'test' in samples else ''}"


def preparation_of(card: ModelCard) -> PrepareSettings:
    """Return the settings by which the faces of a model's training were prepared.

    Raises:
        DataError: the card does not say.
    """
    kept = {name: value for name, value in card.preparation.items() if name != "frame_rate"}
    if not kept:
        raise DataError(
            f"the card of {card.model} does not say how faces are prepared: in Python, give `settings`"
        )
    try:
        return PrepareSettings(**{**kept, "size": tuple(kept["size"])})
    except (TypeError, KeyError) as error:
        raise DataError(
            f"the card of {card.model} has settings that this version does not know: {error}"
        ) from error


def _table(samples: Mapping[str, LabelledFaces]) -> pd.DataFrame:
    """Return who is in which split, and of which corpus, as far as it is known."""
    tables = [part.images.samples.assign(split=name) for name, part in samples.items()]
    return pd.concat(
        [table[[name for name in ("corpus", "subject", "split") if name in table]] for table in tables],
        ignore_index=True,
    )


def _apart(table: pd.DataFrame) -> str:
    unknown = table["subject"].isna().sum() if "subject" in table else len(table)
    if unknown:
        some = (
            "no sample"
            if unknown == len(table)
            else f"only {len(table) - unknown:,} of {len(table):,} samples"
        )
        return f"whether people are in one split only is not known ({some} names its person)"
    leaking = len(leaking_subjects(table))
    if leaking:
        verb = "person is" if leaking == 1 else "people are"
        return f"{leaking:,} {verb} in more than one split, so that the scores say little about new people"
    return "people are in one split only"
