"""Training in stages: first the new head on frozen features, then more and more of the network.

Howard J., Ruder S. (2018), Universal Language Model Fine-tuning for Text Classification, section 3.3 (gradual
unfreezing). Keras takes up a layer that is unfrozen only when the model is compiled again, so that a stage is a
training of its own, and goes on by itself when it was stopped.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from learnface.callbacks import EpochScores
from learnface.clips import Augmentation
from learnface.errors import DataError
from learnface.training import RunReport, fit
from learnface.training.labelled_faces import LabelledFaces
from learnface.transfer.features import cache_features
from learnface.transfer.freezing import freeze, frozen_names, unfreeze
from learnface.transfer.learning_rates import discriminative_rates
from learnface.transfer.scheduled_nadam import ScheduledNadam
from learnface.transfer.splitting import feature_layer, split_model

__all__ = ["Stage", "StageCallbacks", "nadam", "train_stages"]

COPIES = 4  # of each training sample, the first as it is, where features are computed once

StageCallbacks = Callable[[str, EpochScores | None], Sequence[keras.callbacks.Callback]]
"""Makes further callbacks for a stage of its name, such as `"vggface_lstm/stage1"`, and of what scores its epochs."""


@dataclasses.dataclass(frozen=True)
class Stage:
    """One stretch of training.

    Attributes:
        epochs: largest number of epochs.
        learning_rate: of the optimiser.
        train: `"head"` for what stands behind the body (see `feature_layer`), on features that are computed
            once; a number for the last so many layers with weights; `"all"` for everything.
        rates: shares of the learning rate by layer (see `discriminative_rates`).
    """

    epochs: int
    learning_rate: float = 2e-4
    train: str | int = "all"
    rates: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if self.train not in ("head", "all") and not (isinstance(self.train, int) and self.train > 0):
            raise DataError(f"train must be 'head', 'all' or a number of layers, not {self.train!r}")


def nadam(learning_rate: float, schedule_decay: float | None = None) -> keras.optimizers.Optimizer:
    """Return wang2020's optimiser: Nadam, beta_1 0.9, beta_2 0.999, epsilon 1e-8.

    The paper's "schedule decay" of 0.004 was an argument (and the preset) of Keras 2, whose momentum at step t is
    `0.9 * (1 - 0.5 * 0.96 ** (0.004 t))`: 0.45 at first, 0.70 after the paper's 5,000 steps. Keras 3 has no such
    argument: its momentum is `0.9 * (1 - 0.5 * 0.96 ** t)`, a schedule decay of 1, and above 0.89 after 96 steps.

    Args:
        learning_rate: the paper's is 0.0002.
        schedule_decay: None takes Keras 3's Nadam; 0.004 is the paper's.

    Example:
        >>> nadam(2e-4, schedule_decay=0.004).schedule_decay
        0.004
    """
    settings = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
    if schedule_decay is None:
        return keras.optimizers.Nadam(learning_rate, **settings)
    return ScheduledNadam(learning_rate, **settings, schedule_decay=schedule_decay)


def train_stages(
    model: keras.Model,
    samples: Mapping[str, LabelledFaces],
    stages: Sequence[Stage],
    run_dir: str | Path,
    *,
    optimizer: Callable[[float], keras.optimizers.Optimizer] = nadam,
    batch_size: int = 32,
    augmentation: Augmentation | None = None,
    copies: int | None = None,
    features: str | Path | None = None,
    balance: bool = False,
    patience: int | None = None,
    labels: Sequence[str] | None = None,
    monitor: str = "val_accuracy",
    callbacks: StageCallbacks | None = None,
    seed: int = 0,
    name: str = "",
    settings: Mapping[str, Any] | None = None,
    progress: bool = True,
) -> list[RunReport]:
    """Train a classifier stage by stage; each stage begins with the best epoch of the one before.

    Args:
        model: a classifier of images or clips, changed in place.
        samples: its `"train"` and `"validation"` samples.
        stages: the stages, in order.
        run_dir: folder of the runs `stage1`, `stage2`, ... and of cached features. What was stopped goes on
            when the same call is made again.
        optimizer: makes an optimiser of a learning rate.
        batch_size: samples a batch.
        augmentation: how training samples are augmented.
        copies: of stages that train the head, how many copies of each sample are stored: the first is not
            augmented, the others are, so that with one copy the head is trained without augmentation. None
            stores 4 where there is an augmentation, else 1.
        features: folder for the features that such stages store; None keeps them in the stage's own. Heads of one
            body, as of an LSTM and of a plain mean, compute them once if they are given one folder.
        balance: show each class equally often.
        patience: end a stage after so many epochs without a lower validation loss.
        labels: the classes, in the order of the codes. With them precision, recall, F1 and UAR of the validation
            samples are computed after each epoch, and are in the history.
        monitor: the figure that chooses the best epoch: `"val_accuracy"` or `"val_loss"`; with `labels` also
            `"val_uar"`, `"val_f1"`, `"val_precision"` or `"val_recall"`; or one that `callbacks` add to the logs.
        callbacks: makes further callbacks of each stage, out of its name and its `EpochScores` (None without
            `labels`), such as `learnface.reports.tensorboard_callbacks("logs")`.
        seed: of order and augmentation.
        name: name of the runs, for their reports.
        settings: further settings to record.
        progress: whether to show progress.

    Returns:
        The report of each stage.

    Raises:
        DataError: `run_dir` holds another run, or an argument is wrong.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from learnface.models import fer_vgg
        >>> faces, codes = np.zeros((4, 48, 48, 1), "uint8"), np.array([0, 1, 0, 1])
        >>> samples = {"train": LabelledFaces(faces, codes), "validation": LabelledFaces(faces, codes)}
        >>> options = {"labels": ["calm", "glad"], "monitor": "val_uar", "progress": False}
        >>> model, stages = fer_vgg(classes=2), [Stage(epochs=1, train="head")]
        >>> (report,) = train_stages(model, samples, stages, tempfile.mkdtemp(), **options)
        >>> report.history["val_uar"]
        [0.5]
    """
    copies = _copies(copies, augmentation, stages)
    _check_monitor(monitor, labels, callbacks)
    reports = []
    for number, stage in enumerate(stages, start=1):
        folder = Path(run_dir) / f"stage{number}"
        trained, source, validation = _parts(
            model,
            samples,
            stage,
            Path(features or folder),
            augmentation=augmentation,
            copies=copies,
            options={"batch_size": batch_size, "seed": seed, "balance": balance},
            progress=progress,
        )
        used = augmentation if stage.train != "head" or copies > 1 else None
        own = {"stage": stage, "batch_size": batch_size, "augmentation": used, "balance": balance}
        own |= {"copies": copies, "frozen": frozen_names(model)}
        scores = EpochScores(validation, labels) if labels else None
        further = callbacks(f"{name or model.name}/stage{number}", scores) if callbacks else ()
        report = fit(
            trained,
            source,
            validation,
            epochs=stage.epochs,
            optimizer=discriminative_rates(optimizer(stage.learning_rate), trained, stage.rates),
            loss="sparse_categorical_crossentropy",
            monitor=monitor,
            mode="min" if "loss" in monitor else "max",
            patience=patience,
            run_dir=folder,
            name=name,
            seed=seed,
            settings={**own, **(settings or {})},
            data={part: chosen.describe() for part, chosen in samples.items()},
            callbacks=[*([scores] if scores else []), *further],
            progress=progress,
        )
        report.parameters = model.count_params()
        report.save(folder / "report.json")
        reports.append(report)
    return reports


def _copies(copies: int | None, augmentation: Augmentation | None, stages: Sequence[Stage]) -> int:
    """Return how many copies of each sample are stored: as asked, or as the augmentation needs."""
    if copies is not None:
        return copies
    augmented = augmentation not in (None, Augmentation())
    return COPIES if augmented and any(stage.train == "head" for stage in stages) else 1


def _check_monitor(monitor: str, labels: Sequence[str] | None, callbacks: StageCallbacks | None) -> None:
    """Say before any work what else would be said after the first epoch."""
    scored = [f"val_{name}" for name in EpochScores.figures]
    known = ["val_accuracy", "val_loss", *(scored if labels else [])]
    if monitor not in known and callbacks is None:
        hint = ", or give the labels" if monitor in scored else ""
        raise DataError(f"monitor={monitor!r}: choose one of {', '.join(known)}{hint}")


def _parts(
    model: keras.Model,
    samples: Mapping[str, LabelledFaces],
    stage: Stage,
    folder: Path,
    *,
    augmentation: Augmentation | None,
    copies: int,
    options: Mapping[str, Any],
    progress: bool,
) -> tuple[keras.Model, Any, Any]:
    """Freeze what the stage does not train; return what it trains, its batches and those of the validation."""
    unfreeze(model)
    if stage.train == "head":
        freeze(model, until=feature_layer(model))
        return _cached(model, samples, folder, copies, augmentation, progress=progress, **options)
    if stage.train != "all":
        freeze(model, except_last=stage.train)
    masked = len(model.inputs) == 2
    source = samples["train"].source(augmentation=augmentation, mask=masked, **options)
    return model, source, samples["validation"].dataset(mask=masked)


def _cached(
    model: keras.Model,
    samples: Mapping[str, LabelledFaces],
    folder: Path,
    copies: int,
    augmentation: Augmentation | None,
    *,
    batch_size: int,
    seed: int,
    balance: bool,
    progress: bool,
) -> tuple[keras.Model, Any, Any]:
    """Return the head, and its training and validation batches of features computed once."""
    body, head = split_model(model)
    train, validation = samples["train"], samples["validation"]
    masked = len(model.inputs) == 2
    options = {"augmentation": augmentation if copies > 1 else None, "copies": copies, "seed": seed}
    features = cache_features(body, train.images, folder / "train_features", progress=progress, **options)
    source = features.source(
        train.codes,
        batch_size=batch_size,
        seed=seed,
        mask=train.mask if masked else None,
        balance=train.codes if balance else None,
    )
    held = cache_features(body, validation.images, folder / "validation_features", progress=progress)
    return head, source, held.dataset(validation.codes, mask=validation.mask if masked else None)
