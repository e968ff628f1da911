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

from learnface.arguments import check_seed
from learnface.clips import Augmentation, Prepared, PrepareSettings, prepare
from learnface.errors import DataError
from learnface.files import sha256
from learnface.models import build_backbone, load, save
from learnface.training import LabelledFaces, RunReport, split_prepared
from learnface.training.labelled_faces import split_index
from learnface.transfer._cards import preparation_of, trained_card
from learnface.transfer._network import CLIP_MODELS, check_kind, holds_clips, network_for, start_of, starting
from learnface.transfer._scoring import score
from learnface.transfer.heads import replace_head
from learnface.transfer.stages import Stage, train_stages

__all__ = ["AUGMENTATION", "FineTuned", "fine_tune"]

AUGMENTATION = Augmentation(flip=True, rotation=10, zoom=0.1, shift=0.05, brightness=0.1, contrast=0.2)


@dataclasses.dataclass(frozen=True)
class FineTuned:
    """What `fine_tune` gives.

    Attributes:
        model: the trained model, with its `card`.
        path: the saved model.
        scores: what `learnface.training.evaluate` says of the test samples, and where they name their people
            `people` and `people_interval`, the 95 % interval over people; empty if there are none.
        reports: the report of each stage.
        samples: the samples by split.
    """

    model: keras.Model
    path: Path
    scores: Mapping[str, Any]
    reports: Sequence[RunReport]
    samples: Mapping[str, LabelledFaces]


def fine_tune(
    index: pd.DataFrame | Prepared,
    out: str | Path,
    *,
    model: str | Path = "vggface_lstm",
    backbone: str = "vggface",
    weights: str | Path | None = None,
    layer: str | None = None,
    labels: Sequence[str] | None = None,
    label_map: Mapping[str, str | Sequence[str]] | None = None,
    settings: PrepareSettings | None = None,
    stages: Sequence[Stage] | None = None,
    augmentation: Augmentation | None = AUGMENTATION,
    monitor: str = "val_accuracy",
    seed: int = 0,
    broken: str = "raise",
    processes: int = 1,
    model_options: Mapping[str, Any] | None = None,
    **options: Any,
) -> FineTuned:
    """Train a model on labelled faces or clips, and save it with all that prediction needs.

    What was stopped goes on when the same call is made again: preparing, computing features, training.

    Args:
        index: an index table with labels (see `learnface.corpora`), or the faces that
            `learnface.clips.prepare` has made of one. Its own split is kept; else people are dealt out to
            training, validation and test.
        out: folder of faces, runs and `model.keras`.
        model: the name of a clip model (`"vggface_lstm"`, `"vggface_rnn"`, `"vggface_fusion"`), or
            `"face_classifier"` for pictures; or a saved model (`.keras`), whose classifier is replaced.
        backbone: see `learnface.models.build_backbone`; not with a saved model.
        weights: the backbone's; not with a saved model.
        layer: the layer of the backbone that gives the features, None its last; not with a saved model.
        labels: the classes in order; None takes those of the index.
        label_map: with a saved model, new classes that begin as old ones (see `replace_head`).
        settings: how to prepare; by default 10 frames of 64 x 64, grey and equalised, as wang2020. With a saved
            model, its own; with faces that are prepared, theirs. `frames=None` makes a model of clips of any length.
        stages: how to train; None trains the head and then everything where the body was trained before,
            and everything from the beginning where it was not.
        augmentation: how training samples are augmented.
        monitor: the figure that chooses the best epoch: `"val_accuracy"`, `"val_uar"`, `"val_f1"`, `"val_loss"`.
        seed: of the split, the weights, the order and the augmentation.
        broken: what to do about files that cannot be read (see `learnface.clips.prepare`).
        processes: how many processes prepare the faces.
        model_options: further arguments of the model, such as `units`.
        **options: see `learnface.transfer.train_stages`, such as `copies`, `balance`, `patience`, `callbacks`.

    Returns:
        The model, where it was saved, and its scores.

    Raises:
        DataError: files are broken, labels or people are missing, the model does not fit, or prepared faces are
            not those that `settings` or the saved model want.
    """
    out = Path(out)
    table = index.samples if isinstance(index, Prepared) else index
    labels = tuple(labels or _labels(table))
    base = load(model) if Path(model).suffix == ".keras" else None
    settings = _settings(index, base, model, settings)
    check_seed(seed)
    # What does not fit is said before hours of preparing.
    split_index(table, labels, seed=seed)
    check_kind(base or str(model), clips=holds_clips(index))
    keras.utils.set_random_seed(seed)
    if base:
        network = replace_head(base, labels, label_map=label_map)
    else:
        body = build_backbone(backbone, settings.shape, weights=weights, layer=layer)
    faces = index
    if not isinstance(index, Prepared):
        faces = prepare(index, out / "faces", settings, broken=broken, processes=processes)
    samples = split_prepared(faces, labels, seed=seed)
    if not base:
        given = {"any_length": settings.frames is None, "options": model_options}
        network, _ = network_for(str(model), samples, len(labels), backbone=body, weights=None, **given)
    stages = tuple(stages or _default_stages(trained=base is not None or weights is not None))
    options = {"patience": 10, "name": network.name, "labels": labels, "monitor": monitor, **options}
    start = {"model": sha256(model), "label_map": label_map} if base else start_of(backbone, weights, layer)
    options = starting(options, start)
    reports = train_stages(network, samples, stages, out, seed=seed, augmentation=augmentation, **options)
    scores = score(network, samples["test"], labels) if "test" in samples else {}
    if scores:
        reports[-1].scores["test"] = scores
    reports[-1].save(out / "report.json")
    own = base.card if base else None
    network.card = trained_card(network, labels, samples, scores, monitor=monitor, base=own)
    save(network, out / "model.keras", network.card)
    return FineTuned(network, out / "model.keras", scores, reports, samples)


def _settings(
    index: pd.DataFrame | Prepared,
    base: keras.Model | None,
    model: str | Path,
    settings: PrepareSettings | None,
) -> PrepareSettings:
    """Return how faces are, or are to be, prepared."""
    wanted = settings or (preparation_of(base.card) if base else None)
    if isinstance(index, Prepared):
        found = index.settings
        different = found.look_differs(wanted) if wanted else []
        if different:
            raise DataError(
                f"the faces in {index.folder} were prepared with another {' and '.join(different)} than the model or "
                "the settings want: prepare them anew, or train without these"
            )
        return found
    wanted = wanted or PrepareSettings(frames=10)
    return wanted if base or model in CLIP_MODELS else dataclasses.replace(wanted, frames=None)


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
