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

from learnface.clips import Augmentation
from learnface.errors import DataError
from learnface.training import RunReport, fit
from learnface.training.labelled_faces import LabelledFaces
from learnface.transfer.features import cache_features
from learnface.transfer.freezing import freeze, frozen_names, unfreeze
from learnface.transfer.learning_rates import discriminative_rates
from learnface.transfer.scheduled_nadam import ScheduledNadam
from learnface.transfer.splitting import feature_layer, split_model

__all__ = ["Stage", "nadam", "train_stages"]


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
        schedule_decay: None takes Keras 3's Nadam, with which our tables were made; 0.004 is the paper's.

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
    copies: int = 1,
    balance: bool = False,
    patience: int | None = None,
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
        copies: of stages that train the head, how many augmented copies of each sample are stored; the
            first is not augmented.
        balance: show each class equally often.
        patience: end a stage after so many epochs without a lower validation loss.
        seed: of order and augmentation.
        name: name of the runs, for their reports.
        settings: further settings to record.
        progress: whether to show progress.

    Returns:
        The report of each stage.

    Raises:
        DataError: `run_dir` holds another run, or an argument is wrong.
    """
    reports = []
    for number, stage in enumerate(stages, start=1):
        folder = Path(run_dir) / f"stage{number}"
        body_frozen = stage.train == "head"
        unfreeze(model)
        if body_frozen:
            freeze(model, until=feature_layer(model))
        elif stage.train != "all":
            freeze(model, except_last=stage.train)
        options = {"batch_size": batch_size, "seed": seed, "balance": balance}
        if body_frozen:
            trained, source, validation = _cached(model, samples, folder, copies, augmentation, **options)
        else:
            masked = len(model.inputs) == 2
            trained, source = (
                model,
                samples["train"].source(augmentation=augmentation, mask=masked, **options),
            )
            validation = samples["validation"].dataset(mask=masked)
        own = {"stage": stage, "batch_size": batch_size, "augmentation": augmentation, "balance": balance}
        own |= {"copies": copies, "frozen": frozen_names(model)}
        report = fit(
            trained,
            source,
            validation,
            epochs=stage.epochs,
            optimizer=discriminative_rates(optimizer(stage.learning_rate), trained, stage.rates),
            loss="sparse_categorical_crossentropy",
            patience=patience,
            run_dir=folder,
            name=name,
            seed=seed,
            settings={**own, **(settings or {})},
            data={part: chosen.describe() for part, chosen in samples.items()},
            progress=progress,
        )
        report.parameters = model.count_params()
        report.save(folder / "report.json")
        reports.append(report)
    return reports


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
) -> tuple[keras.Model, Any, Any]:
    """Return the head, and its training and validation batches of features computed once."""
    body, head = split_model(model)
    train, validation = samples["train"], samples["validation"]
    masked = len(model.inputs) == 2
    options = {"augmentation": augmentation if copies > 1 else None, "copies": copies, "seed": seed}
    features = cache_features(body, train.images, folder / "train_features", **options)
    source = features.source(
        train.codes,
        batch_size=batch_size,
        seed=seed,
        mask=train.mask if masked else None,
        balance=train.codes if balance else None,
    )
    held = cache_features(body, validation.images, folder / "validation_features")
    return head, source, held.dataset(validation.codes, mask=validation.mask if masked else None)
