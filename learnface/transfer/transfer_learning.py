"""wang2020's whole path in one call: basic emotions first, then learning emotions on frozen features.

Wang Z. et al. (2020), learners' expression recognition by VGGFace-LSTM; sections 2.1 and 4.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from learnface.arguments import check_seed
from learnface.clips import Prepared
from learnface.errors import DataError
from learnface.models import face_classifier, save
from learnface.training import RunReport
from learnface.training.labelled_faces import LabelledFaces
from learnface.transfer._cards import trained_card
from learnface.transfer._network import network_for, start_of, starting
from learnface.transfer._scoring import score
from learnface.transfer.splitting import feature_layer
from learnface.transfer.stages import Stage, train_stages

__all__ = ["Transferred", "pretrain", "transfer_learn"]


@dataclasses.dataclass(frozen=True)
class Transferred:
    """What `transfer_learn` gives.

    Attributes:
        model: the trained model; of prepared faces with its `card`.
        scores: what `learnface.training.evaluate` says of the test samples, and where they name their people
            `people` and `people_interval`, the 95 % interval over people; empty if there are none.
        reports: the report of each stage of its training.
        pretrained: the backbone as it was left by the pretraining, or as it came without one: a copy of its own,
            which later stages have not changed.
        pretraining_reports: the reports of the pretraining; empty without one.
        path: the saved model; None where nothing was saved.
    """

    model: keras.Model
    scores: Mapping[str, Any]
    reports: Sequence[RunReport]
    pretrained: keras.Model
    pretraining_reports: Sequence[RunReport] = ()
    path: Path | None = None


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
    model = _classifier(samples, labels, backbone, backbone_weights, model_options, seed)
    options = starting(options, start_of(backbone, backbone_weights))
    return model, _pretrain(model, samples, labels, run_dir, stages, seed, options)


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
    save_model: bool = True,
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
        save_model: whether to save the model as `model.keras` in `run_dir`, with the card that `learnface predict`
            needs; only what was trained on prepared faces is saved, as pixels do not say how they were cut.
        seed: of weights, order and augmentation.
        **options: see `train_stages`, for both trainings.

    Returns:
        The model, its scores, and all reports.

    Raises:
        DataError: the samples do not fit the model, or `run_dir` holds another run.
    """
    check_seed(seed)
    run_dir, labels, pretraining_reports = Path(run_dir), tuple(labels), []
    own = {**options, "name": "/".join(filter(None, [options.get("name"), "pretrain"]))}
    own |= pretraining_options or {}
    start = start_of(backbone, backbone_weights, layer)
    if pretraining is not None:
        given = own.pop("model_options", None)
        classifier = _classifier(pretraining, pretraining_labels, backbone, backbone_weights, given, seed)
        backbone, backbone_weights = classifier.get_layer(feature_layer(classifier)), None
    keras.utils.set_random_seed(seed)
    # Built before the backbone that it shares is pretrained: what does not fit is said at once.
    network, built = network_for(
        model,
        samples,
        len(labels),
        backbone=backbone,
        weights=backbone_weights,
        layer=layer,
        options=model_options,
    )
    if pretraining is not None:
        pretraining_reports = _pretrain(
            classifier,
            pretraining,
            pretraining_labels,
            run_dir / "pretraining",
            pretraining_stages,
            seed,
            starting(own, start),
        )
    pretrained = built.get_weights()
    options = starting({"name": model, "labels": labels, **options}, start)
    reports = train_stages(network, samples, stages, run_dir / model, seed=seed, **options)
    scores = _score(network, samples, labels, reports, run_dir / model)
    path = None
    if all(isinstance(part.images, Prepared) for part in samples.values()):
        monitor = options.get("monitor", "val_accuracy")
        network.card = trained_card(network, labels, samples, scores, monitor=monitor)
        path = run_dir / "model.keras" if save_model else None
    if path:
        save(network, path, network.card)
    return Transferred(network, scores, reports, _copy(built, pretrained), pretraining_reports, path)


def _classifier(
    samples: Mapping[str, LabelledFaces],
    labels: Sequence[str],
    backbone: str | keras.Model,
    backbone_weights: str | Path | None,
    model_options: Mapping[str, Any] | None,
    seed: int,
) -> keras.Model:
    """Return the classifier of single images that is pretrained."""
    keras.utils.set_random_seed(seed)
    shape = samples["train"].shape
    if len(shape) != 3:
        raise DataError(f"a backbone is pretrained on images, not on clips of {shape}: index single frames")
    given = {"backbone": backbone, "backbone_weights": backbone_weights, **(model_options or {})}
    return face_classifier(shape, classes=len(labels), **given)


def _pretrain(
    model: keras.Model,
    samples: Mapping[str, LabelledFaces],
    labels: Sequence[str],
    run_dir: str | Path,
    stages: Sequence[Stage],
    seed: int,
    options: Mapping[str, Any],
) -> list[RunReport]:
    """Train the classifier of single images, and return the report of each stage."""
    options = {"name": "pretrain", "labels": tuple(labels), **options}
    reports = train_stages(model, samples, stages, run_dir, seed=seed, **options)
    _score(model, samples, labels, reports, run_dir)
    return reports


def _copy(model: keras.Model, weights: Sequence[Any]) -> keras.Model:
    """Return a model of the same layers that shares no weights with it, and has these."""
    copy = keras.models.clone_model(model)
    copy.set_weights(weights)
    return copy


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
    scores = score(model, samples["test"], tuple(labels))
    reports[-1].scores["test"] = scores
    reports[-1].save(Path(run_dir) / f"stage{len(reports)}" / "report.json")
    return scores
