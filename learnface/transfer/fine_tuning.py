"""From an index of labelled faces to a trained model on disk: prepare, split by people, train, score, save.

index = learnface.corpora.get_corpus("labelled_clips").index("my_clips")
result = fine_tune(index, "runs/mine", backbone="fer_vgg", weights="ferplus")
result.scores["accuracy"]
"""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import pandas as pd

from learnface.clips import Augmentation, Prepared, PrepareSettings, prepare
from learnface.errors import DataError
from learnface.models import ModelCard, load, save
from learnface.training import LabelledFaces, RunReport, evaluate, split_prepared
from learnface.training.labelled_faces import split_index
from learnface.transfer._network import CLIP_MODELS, network_for
from learnface.transfer.heads import replace_head
from learnface.transfer.stages import Stage, train_stages

__all__ = ["AUGMENTATION", "FineTuned", "fine_tune", "preparation_of"]

AUGMENTATION = Augmentation(flip=True, rotation=10, zoom=0.1, shift=0.05, brightness=0.1, contrast=0.2)
COPIES = 4
_CUT = ("landmarks", "template", "margin", "size", "grey", "equalise", "frames")


@dataclasses.dataclass(frozen=True)
class FineTuned:
    """What `fine_tune` gives.

    Attributes:
        model: the trained model, with its `card`.
        path: the saved model.
        scores: what `learnface.training.evaluate` says of the test samples; empty if there are none.
        reports: the report of each stage.
        samples: the samples by split.
    """

    model: keras.Model
    path: Path
    scores: Mapping[str, Any]
    reports: Sequence[RunReport]
    samples: Mapping[str, LabelledFaces]


def fine_tune(
    index: pd.DataFrame,
    out: str | Path,
    *,
    model: str | Path = "vggface_lstm",
    backbone: str = "vggface",
    weights: str | Path | None = None,
    labels: Sequence[str] | None = None,
    label_map: Mapping[str, str | Sequence[str]] | None = None,
    settings: PrepareSettings | None = None,
    stages: Sequence[Stage] | None = None,
    augmentation: Augmentation = AUGMENTATION,
    copies: int = COPIES,
    seed: int = 0,
    broken: str = "raise",
    processes: int = 1,
    model_options: Mapping[str, Any] | None = None,
    **options: Any,
) -> FineTuned:
    """Train a model on labelled faces or clips, and save it with all that prediction needs.

    What was stopped goes on when the same call is made again: preparing, computing features, training.

    Args:
        index: an index table with labels (see `learnface.corpora`). Its own split is kept; else people are
            dealt out to training, validation and test.
        out: folder of faces, runs and `model.keras`.
        model: the name of a clip model (`"vggface_lstm"`, `"vggface_rnn"`, `"vggface_fusion"`), or
            `"face_classifier"` for pictures; or a saved model (`.keras`), whose classifier is replaced.
        backbone: see `learnface.models.build_backbone`; not with a saved model.
        weights: the backbone's; not with a saved model.
        labels: the classes in order; None takes those of the index.
        label_map: with a saved model, new classes that begin as old ones (see `replace_head`).
        settings: how to prepare; by default 10 frames of 64 x 64, grey and equalised, as wang2020. With a saved
            model, its own.
        stages: how to train; None trains the head and then everything where the body was trained before,
            and everything from the beginning where it was not.
        augmentation: how training samples are augmented.
        copies: of stages that train the head, how many augmented copies are stored of each sample.
        seed: of the split, the weights, the order and the augmentation.
        broken: what to do about files that cannot be read (see `learnface.clips.prepare`).
        processes: how many processes prepare the faces.
        model_options: further arguments of the model, such as `units`.
        **options: see `learnface.transfer.train_stages`.

    Returns:
        The model, where it was saved, and its scores.

    Raises:
        DataError: files are broken, labels or people are missing, or the model does not fit.
    """
    out = Path(out)
    labels = tuple(labels or _labels(index))
    base = load(model) if Path(model).suffix == ".keras" else None
    settings = settings or (preparation_of(base.card) if base else PrepareSettings(frames=10))
    if not base and model not in CLIP_MODELS:
        settings = dataclasses.replace(settings, frames=None)
    split_index(index, labels, seed=seed)  # what people and labels lack is said before hours of preparing
    keras.utils.set_random_seed(seed)
    network = replace_head(base, labels, label_map=label_map) if base else None
    faces = prepare(index, out / "faces", settings, broken=broken, processes=processes)
    samples = split_prepared(faces, labels, seed=seed)
    if network is None:
        network, _ = network_for(
            str(model), samples, len(labels), backbone=backbone, weights=weights, options=model_options
        )
    stages = tuple(stages or _default_stages(trained=base is not None or weights is not None))
    options = {"patience": 10, "name": network.name, "augmentation": augmentation, **options}
    if any(stage.train == "head" for stage in stages):
        options["copies"] = copies
    reports = train_stages(network, samples, stages, out, seed=seed, **options)
    scores = {}
    if "test" in samples:
        scores = evaluate(network, samples["test"].images, samples["test"].codes, labels)
        reports[-1].scores["test"] = scores
    reports[-1].save(out / "report.json")
    network.card = _card(network, index, labels, faces, settings, scores)
    save(network, out / "model.keras", network.card)
    return FineTuned(network, out / "model.keras", scores, reports, samples)


def preparation_of(card: ModelCard) -> PrepareSettings:
    """Return the settings by which the faces of a model's training were prepared.

    Raises:
        DataError: the card does not say.
    """
    kept = {name: value for name, value in card.preparation.items() if name != "frame_rate"}
    if not kept:
        raise DataError(f"the card of {card.model} does not say how faces are prepared: give the settings")
    try:
        return PrepareSettings(**{**kept, "size": tuple(kept["size"])})
    except (TypeError, KeyError) as error:
        raise DataError(
            f"the card of {card.model} has settings that this version does not know: {error}"
        ) from error


def _labels(index: pd.DataFrame) -> tuple[str, ...]:
    found = index.attrs.get("labels") or tuple(sorted(index["label"].dropna().unique()))
    if len(found) < 2:
        raise DataError(f"the index has the labels {list(found)}: a classifier needs two or more")
    return tuple(found)


def _default_stages(*, trained: bool) -> tuple[Stage, ...]:
    """What is new is trained first: through a new head the gradients would spoil a trained body."""
    if trained:
        return Stage(60, 1e-3, train="head"), Stage(20, 1e-4)
    return (Stage(60, 1e-3),)


def _card(
    network: keras.Model,
    index: pd.DataFrame,
    labels: tuple[str, ...],
    faces: Prepared,
    settings: PrepareSettings,
    scores: Mapping[str, Any],
) -> ModelCard:
    detector = settings.detector if settings.detector is None or isinstance(settings.detector, str) else None
    preparation = {name: getattr(settings, name) for name in _CUT} | {"detector": detector}
    preparation["frame_rate"] = _frame_rate(faces)
    corpora = ", ".join(sorted(index["corpus"].dropna().unique())) if "corpus" in index else ""
    kept = ("accuracy", "uar", "f1", "accuracy_interval", "calibration_error", "samples")
    return ModelCard(
        model=network.name,
        labels=labels,
        input_shape=tuple(network.inputs[0].shape[1:]),
        colour="grey" if settings.grey else "RGB",
        face="as its `preparation` says",
        preparation=preparation,
        corpus=corpora,
        protocol="people are in one split only; validation chose the epoch; test was scored once",
        scores={name: scores[name] for name in kept if name in scores},
        notes="Trained on your own data: it knows no other people, cameras and cultures than are in it.",
    )


def _frame_rate(faces: Prepared) -> float | None:
    """Return how many frames a second the median clip has, None where there is no clock."""
    if not faces.is_clips:
        return None
    table = faces.frames()
    steps = table["time"].astype(float).groupby(table["sample"]).diff()
    # A clip's mean, for rounding to whole frames makes steps of two lengths; frames that pad a clip have no step.
    steps = steps[steps > 0].groupby(table["sample"]).mean()
    return round(1 / float(steps.median()), 3) if len(steps) else None
