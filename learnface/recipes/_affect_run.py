"""Train a network for valence and arousal, score it once, and write down what it predicted."""

import dataclasses
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from learnface.clips import WindowSource
from learnface.errors import DataError
from learnface.files import atomic_path
from learnface.losses import ConcordanceLoss
from learnface.metrics import ConcordanceCorrelation, affect_scores
from learnface.models import ModelCard, save
from learnface.recipes._affect_data import AFFECT, AffectVideos, windows
from learnface.recipes._affect_networks import build_network
from learnface.training import RunReport, fit

__all__ = ["AffectSettings", "LOSSES", "OPTIMIZERS", "predict_frames", "run_network", "scores"]

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


def run_network(
    name: str, splits: dict[str, AffectVideos], settings: AffectSettings, seed: int, folder: Path
) -> RunReport:
    """Train a network, or go on where it was stopped; the epoch is chosen by the CCC on validation videos.

    Writes `report.json`, `model.keras` with its card, and `predictions.csv` with a row a frame of the test
    videos.
    """
    data = {split: videos.describe() for split, videos in splits.items()}
    done = _done(folder, settings, data, seed)
    if done is not None:
        return done
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
        settings=dataclasses.asdict(settings),
        data=data,
        jit_compile=settings.jit_compile,
        progress=False,
    )
    predictions = predict_frames(model, splits["test"], source["test"])
    with atomic_path(folder / "predictions.csv") as temporary:
        predictions.to_csv(temporary, index=False, float_format="%.5g")
    report.scores["test"] = scores(predictions)
    save(model, folder / "model.keras", _card(report, splits["train"], shape))
    report.save(folder / "report.json")
    return report


def _card(report: RunReport, videos: AffectVideos, shape: tuple[int, int, int, int]) -> ModelCard:
    """Return what one must know to use the model, as by `learnface predict --va`."""
    made = videos.faces.manifest["settings"]
    detector = made["detector"]["class"] if made["detector"] else "none: frames are faces"
    return ModelCard(
        model=report.name,
        labels=AFFECT,
        input_shape=shape,
        colour="grey" if shape[-1] == 1 else "RGB",
        face=f"detector {detector}, margin {made['margin'] or 'its own'}, {made['fps'] or 'all'} frames a second",
        corpus=f"{videos.faces.samples['corpus'].iloc[0]}, {report.data['train']['videos']} videos",
        protocol="epoch chosen by CCC on validation videos; scores on test videos of other people",
        scores={
            f"{score}_{name}": round(values[score], 4)
            for name, values in report.scores["test"]["per_dimension"].items()
            for score in ("ccc", "mse")
        },
    )


def _done(folder: Path, settings: AffectSettings, data: dict[str, Any], seed: int) -> RunReport | None:
    """Return the report of the same run, if it was trained and scored before."""
    if not all((folder / name).is_file() for name in ("report.json", "predictions.csv", "model.keras")):
        return None
    report = RunReport.load(folder / "report.json")
    same = report.settings.items() >= dataclasses.asdict(settings).items()
    return report if same and report.scores and (report.data, report.seed) == (data, seed) else None


def predict_frames(model: keras.Model, videos: AffectVideos, source: WindowSource) -> pd.DataFrame:
    """Return a row for each annotated frame: what was annotated, and what the model predicts.

    Returns:
        Columns `sample`, `position`, `time`, `valence`, `arousal`, `predicted_valence`, `predicted_arousal`.
    """
    predicted = model.predict(source.in_order(), verbose=0)
    counts = source.weights > 0
    table = pd.DataFrame(
        {
            "place": np.broadcast_to(source.places[:, None], counts.shape)[counts],
            "position": source.frames[counts],
            **{f"predicted_{name}": predicted[counts][:, column] for column, name in enumerate(AFFECT)},
        }
    )
    table = table.merge(videos.frames, on=["place", "position"], validate="one_to_one")
    table["sample"] = videos.faces.samples["sample"].to_numpy()[table["place"]]
    columns = ["sample", "position", "time", *AFFECT, *(f"predicted_{name}" for name in AFFECT)]
    return table.sort_values(["place", "position"], ignore_index=True)[columns]


def scores(predictions: pd.DataFrame) -> dict[str, Any]:
    """Return CCC, Pearson's correlation and MSE, per dimension and mean, pooled and averaged over videos."""
    true = predictions[list(AFFECT)].to_numpy()
    predicted = predictions[[f"predicted_{name}" for name in AFFECT]].to_numpy()
    found = affect_scores(true, predicted, AFFECT, groups=predictions["sample"])
    per_video = found.pop("per_group")
    found["per_dimension"] = found["per_dimension"].to_dict(orient="index")
    found["mean_over_videos"] = per_video.drop(columns="frames").mean().to_dict()
    found["per_video"] = per_video.to_dict(orient="index")
    return found
