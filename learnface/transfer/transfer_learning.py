"""wang2020's whole path in one call: basic emotions first, then learning emotions on frozen features.

Wang Z. et al. (2020), learners' expression recognition by VGGFace-LSTM; sections 2.1 and 4.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from learnface.errors import DataError
from learnface.models import face_classifier
from learnface.training import RunReport, evaluate
from learnface.training.labelled_faces import LabelledFaces
from learnface.transfer._network import network_for
from learnface.transfer.splitting import feature_layer
from learnface.transfer.stages import Stage, train_stages

__all__ = ["Transferred", "pretrain", "transfer_learn"]


@dataclasses.dataclass(frozen=True)
class Transferred:
    """What `transfer_learn` gives.

    Attributes:
        model: the trained model.
        scores: what `learnface.training.evaluate` says of the test samples; empty if there are none.
        reports: the report of each stage of its training.
        pretrained: the backbone as it was left by the pretraining.
        pretraining_reports: the reports of the pretraining; empty without one.
    """

    model: keras.Model
    scores: Mapping[str, Any]
    reports: Sequence[RunReport]
    pretrained: keras.Model
    pretraining_reports: Sequence[RunReport] = ()


def pretrain(
    samples: Mapping[str, LabelledFaces],
    labels: Sequence[str],
    run_dir: str | Path,
    *,
    backbone: str | keras.Model = "vggface",
    backbone_weights: str | Path | None = None,
    stages: Sequence[Stage] = (Stage(epochs=30),),
    model_options: Mapping[str, Any] | None = None,
    seed: int = 0,
    **options: Any,
) -> tuple[keras.Model, list[RunReport]]:
    """Train a backbone to tell the expressions of single images, such as those of CK+.

    Args:
        samples: `"train"` and `"validation"` images, and `"test"` images to score, if there are any.
        labels: their classes, in the order of the codes.
        run_dir: folder of the run; what was stopped goes on.
        backbone: see `learnface.models.face_classifier`.
        backbone_weights: see `learnface.models.face_classifier`.
        stages: how to train; by default 30 epochs of everything.
        model_options: further arguments of `learnface.models.face_classifier`, such as `dense`.
        seed: of weights, order and augmentation.
        **options: see `train_stages`.

    Returns:
        The classifier, and the report of each stage; the last one has the test's scores.

    Raises:
        DataError: the images, the backbone or `run_dir` do not fit.
    """
    keras.utils.set_random_seed(seed)
    shape = samples["train"].shape
    if len(shape) != 3:
        raise DataError(f"a backbone is pretrained on images, not on clips of {shape}: index single frames")
    given = {"backbone": backbone, "backbone_weights": backbone_weights, **(model_options or {})}
    model = face_classifier(shape, classes=len(labels), **given)
    reports = train_stages(model, samples, stages, run_dir, seed=seed, **{"name": "pretrain", **options})
    _score(model, samples, labels, reports, run_dir)
    return model, reports


def transfer_learn(
    samples: Mapping[str, LabelledFaces],
    labels: Sequence[str],
    run_dir: str | Path,
    *,
    model: str = "vggface_lstm",
    backbone: str | keras.Model = "vggface",
    backbone_weights: str | Path | None = None,
    layer: str | None = None,
    pretraining: Mapping[str, LabelledFaces] | None = None,
    pretraining_labels: Sequence[str] = (),
    pretraining_stages: Sequence[Stage] = (Stage(epochs=30),),
    pretraining_options: Mapping[str, Any] | None = None,
    stages: Sequence[Stage] = (Stage(epochs=100, train="head"),),
    model_options: Mapping[str, Any] | None = None,
    seed: int = 0,
    **options: Any,
) -> Transferred:
    """Pretrain a backbone on one corpus, freeze it, and train a model on another corpus on top of it.

    Args:
        samples: `"train"` and `"validation"` clips or images of the corpus one is after, and `"test"` ones to
            score. Clips of different lengths are masked.
        labels: their classes, in the order of the codes.
        run_dir: folder of all runs; what was stopped goes on when the same call is made again.
        model: `"vggface_lstm"`, `"vggface_rnn"` or `"vggface_fusion"` for clips, `"face_classifier"` for images.
        backbone: see `learnface.models.backbones.build_backbone`.
        backbone_weights: see there; where the pretraining starts.
        layer: the layer of the backbone that gives the features; None: its last.
        pretraining: `"train"` and `"validation"` images (and `"test"` ones) of the first corpus; None goes
            straight to the second.
        pretraining_labels: their classes.
        pretraining_stages: how to pretrain.
        pretraining_options: options of `pretrain` that differ from `options`.
        stages: how to train on top; by default the head alone, as the paper does.
        model_options: further arguments of the model, such as `units`.
        seed: of weights, order and augmentation.
        **options: see `train_stages`, for both trainings.

    Returns:
        The model, its scores, and all reports.

    Raises:
        DataError: the samples do not fit the model, or `run_dir` holds another run.
    """
    run_dir, pretraining_reports = Path(run_dir), []
    if pretraining is not None:
        classifier, pretraining_reports = pretrain(
            pretraining,
            pretraining_labels,
            run_dir / "pretraining",
            backbone=backbone,
            backbone_weights=backbone_weights,
            stages=pretraining_stages,
            seed=seed,
            **{**options, **(pretraining_options or {})},
        )
        backbone, backbone_weights = classifier.get_layer(feature_layer(classifier)), None
    keras.utils.set_random_seed(seed)
    network, built = network_for(
        model,
        samples,
        len(labels),
        backbone=backbone,
        weights=backbone_weights,
        layer=layer,
        options=model_options,
    )
    reports = train_stages(network, samples, stages, run_dir / model, seed=seed, **{"name": model, **options})
    scores = _score(network, samples, labels, reports, run_dir / model)
    return Transferred(network, scores, reports, built, pretraining_reports)


def _score(
    model: keras.Model,
    samples: Mapping[str, LabelledFaces],
    labels: Sequence[str],
    reports: Sequence[RunReport],
    run_dir: str | Path,
) -> dict[str, Any]:
    """Return the scores of the test samples, and write them into the last stage's report."""
    if "test" not in samples:
        return {}
    scores = evaluate(model, samples["test"].images, samples["test"].codes, labels)
    reports[-1].scores["test"] = scores
    reports[-1].save(Path(run_dir) / f"stage{len(reports)}" / "report.json")
    return scores
