"""Train a network for valence and arousal, score it once, and write down what it predicted."""

import dataclasses
from pathlib import Path
from typing import Any

import keras
from rich.console import Console

from learnface.arguments import check_above, check_least
from learnface.errors import DataError
from learnface.files import atomic_path
from learnface.losses import ConcordanceLoss
from learnface.metrics import ConcordanceCorrelation
from learnface.models import ModelCard, save
from learnface.recipes._affect_data import AFFECT, AffectVideos, windows
from learnface.recipes._affect_networks import build_network
from learnface.recipes._affect_predictions import predict_frames, scores
from learnface.training import RunReport, fit

__all__ = ["AffectSettings", "LOSSES", "OPTIMIZERS", "run_network"]

OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": keras.optimizers.SGD,
}
LOSSES = {
    # Not Keras' usual mean: a frame that does not count must not count in the divisor either.
    "mse": lambda: keras.losses.MeanSquaredError(reduction="mean_with_sample_weight"),
    "ccc": ConcordanceLoss,
    "ccc+mse": lambda: ConcordanceLoss(mse=1.0),
}


@dataclasses.dataclass(frozen=True)
class AffectSettings:
    """How a network is trained; see `learnface.recipes.mi2020.run`."""

    frames: int
    batch_size: int
    epochs: int
    patience: int | None
    learning_rate: float
    optimizer: str
    loss: str
    width: float
    kernel_size: int
    backbone_weights: str | None
    layer: str | None
    jit_compile: bool

    def __post_init__(self):
        for name, choices in (("optimizer", OPTIMIZERS), ("loss", LOSSES)):
            if getattr(self, name) not in choices:
                raise DataError(f"{name} is {getattr(self, name)!r}: choose one of {', '.join(choices)}")
        whole = ("frames", "batch_size", "epochs", "patience", "kernel_size")
        check_least(1, **{name: getattr(self, name) for name in whole})
        check_above(0, learning_rate=self.learning_rate, width=self.width)


def run_network(
    name: str, splits: dict[str, AffectVideos], settings: AffectSettings, seed: int, folder: Path
) -> RunReport:
    """Train a network, or go on where it was stopped; the epoch is chosen by the CCC on validation videos.

    A line on standard error names the network before its training.

    Writes `report.json`, `model.keras` with its card, and `predictions.csv` with a row a frame of the test
    videos.
    """
    data = {split: videos.describe() for split, videos in splits.items()}
    recorded = {**dataclasses.asdict(settings), "split": splits["train"].split}
    done = _done(folder, recorded, data, seed)
    if done is not None:
        return done
    Console(stderr=True).print(f"{name} with {settings.optimizer}, seed {seed}", highlight=False)
    keras.utils.set_random_seed(seed)
    shape = (settings.frames, *splits["train"].faces.shape)
    model = build_network(
        name,
        shape,
        weights=settings.backbone_weights,
        layer=settings.layer,
        width=settings.width,
        kernel_size=settings.kernel_size,
    )
    source = {
        split: windows(
            videos,
            settings.frames,
            stride=max(1, settings.frames // 2) if split == "train" else settings.frames,
            once=split != "train",
            batch_size=settings.batch_size,
            seed=seed,
        )
        for split, videos in splits.items()
    }
    report = fit(
        model,
        source["train"],
        source["validation"].in_order(),
        epochs=settings.epochs,
        optimizer=OPTIMIZERS[settings.optimizer](settings.learning_rate),
        loss=LOSSES[settings.loss](),
        metrics=None,
        weighted_metrics=[keras.metrics.MeanSquaredError(name="mse"), ConcordanceCorrelation(name="ccc")],
        monitor="val_ccc",
        patience=settings.patience,
        run_dir=folder,
        name=name,
        seed=seed,
        settings=recorded,
        data=data,
        jit_compile=settings.jit_compile,
    )
    predictions = predict_frames(model, splits["test"], source["test"])
    with atomic_path(folder / "predictions.csv") as temporary:
        predictions.to_csv(temporary, index=False, float_format="%.8g")
    report.scores["test"] = scores(predictions)
    report.scores["test_streamed"] = scores(predictions, "streamed")
    save(model, folder / "model.keras", _card(report, splits["train"], shape))
    report.save(folder / "report.json")
    return report


def _card(report: RunReport, videos: AffectVideos, shape: tuple[int, int, int, int]) -> ModelCard:
    """Return what one must know to use the model, as by `learnface predict --va`."""
    return ModelCard(
        model=report.name,
        labels=AFFECT,
        input_shape=shape,
        colour="grey" if shape[-1] == 1 else "RGB",
        face="as its `preparation` says",
        preparation=videos.preparation(),
        corpus=f"{videos.faces.samples['corpus'].iloc[0]}, {report.data['train']['videos']} videos",
        protocol="epoch chosen by CCC on validation videos; scores on test videos of other people",
        scores={
            f"{score}_{name}": round(values[score], 4)
            for name, values in report.scores["test"]["per_dimension"].items()
            for score in ("ccc", "mse")
        },
    )


def _done(folder: Path, settings: dict[str, Any], data: dict[str, Any], seed: int) -> RunReport | None:
    """Return the report of the same run, if it was trained and scored before."""
    if not all((folder / name).is_file() for name in ("report.json", "predictions.csv", "model.keras")):
        return None
    report = RunReport.load(folder / "report.json")
    same = report.settings.items() >= {**settings, "policy": keras.config.dtype_policy().name}.items()
    scored = {"test", "test_streamed"} <= set(report.scores)
    return report if same and scored and (report.data, report.seed) == (data, seed) else None
