"""The weights that come with learnface: `fer_vgg` trained on FER+ and FER2013 labels at once.

One body learns both labellings of the same faces: the vote distributions of FER+ (8 classes, Barsoum et al.
2016, arXiv 1608.01041) and FER2013's own labels (7 classes). Each head then ships as a network of its own.
Every choice (epoch, temperature) is made on the PublicTest rows; the PrivateTest rows choose nothing.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from learnface.arguments import check_least, check_seed, check_share
from learnface.clips import ArraySource, Augmentation, evaluation_dataset
from learnface.corpora import fer2013, ferplus
from learnface.errors import DataError
from learnface.faces.occlusion import AREAS
from learnface.files import write_text
from learnface.labels import FER2013, FERPLUS
from learnface.layers import RandomOcclusion
from learnface.metrics import fit_temperature
from learnface.models import fer_vgg
from learnface.models._weights import save_weights
from learnface.recipes._data import Split, load_splits
from learnface.recipes._fer_vgg_report import card, table
from learnface.recipes._occlusion_scores import ScoredFaces
from learnface.reports import confusion_picture, save_picture
from learnface.training import RunReport, evaluate, fit, precision, predict_probabilities

__all__ = ["HEADS", "RULES", "SETTINGS", "joint_model", "run"]

HEADS = {"ferplus": FERPLUS, "fer2013": FER2013}
RULES = {
    "ferplus": "majority labels of fer2013new.csv, 8 classes",
    "fer2013": "FER2013 labels, 7 classes",
}
"""What the faces of each head are scored by."""
SETTINGS = {
    "epochs": 30,
    "batch_size": 128,
    "peak_learning_rate": 0.1,
    "warmup_epochs": 1,
    "weight_decay": 5e-4,
    "loss_weights": {"ferplus": 1.0, "fer2013": 0.4},
    # Pixels left off at each side: in training the cut moves about, afterwards it is the middle one.
    "border": 2,
    "augmentation": Augmentation(
        flip=True, rotation=15, zoom=0.12, shift=0.06, brightness=0.06, contrast=0.2, erase=0.5
    ),
}


def run(
    data: str | Path,
    out: str | Path,
    *,
    models: Sequence[str] | None = None,
    seed: int = 0,
    epochs: int | None = None,
    jit_compile: bool = False,
    dtype_policy: str = "float32",
    input_occlusion: float = 0.0,
) -> dict[str, RunReport]:
    """Train the joint network, part it into its two heads, and write weights, cards and reports.

    Args:
        data: folder with `fer2013.csv` and `fer2013new.csv`.
        out: folder to write to; a run that was stopped there goes on.
        models: which heads to write, of `HEADS`; both by default. Both are always trained.
        seed: seed of weights, order and augmentation.
        epochs: number of epochs, if not the recipe's.
        jit_compile: whether to compile with XLA.
        dtype_policy: precision of the training, as `learnface.training.precision` takes it.
        input_occlusion: chance for a training face to have its lower half occluded.

    Returns:
        The report of each head by its name.

    Raises:
        DataError: there is no such head, a setting is out of its range, or the corpus cannot be read.
    """
    out, heads = Path(out), list(models or HEADS)
    if set(heads) - set(HEADS):
        raise DataError(
            f"fer_vgg has no heads {sorted(set(heads) - set(HEADS))}: choose from {', '.join(HEADS)}"
        )
    check_seed(seed)
    check_least(1, epochs=epochs)
    check_share(input_occlusion=input_occlusion)
    settings = SETTINGS | ({"epochs": epochs} if epochs else {})
    settings |= {"input_occlusion": input_occlusion} if input_occlusion else {}
    splits = load_splits(fer2013.index(data), FER2013)
    votes = ferplus.index(data, mode="crossentropy").set_index("row")
    keras.utils.set_random_seed(seed)
    with precision(dtype_policy):
        model = joint_model(_cut(splits["train"]), input_occlusion)
        report = _train(model, splits, votes, settings, seed, out / "joint", jit_compile)
    reports = {}
    for head in heads:
        scored = {name: _scored_rows(splits[name], votes, head) for name in ("validation", "test")}
        faces = ScoredFaces(splits | scored, len(splits["train"].images[0]), HEADS[head])
        network = _part(model, head, scored["validation"], out / f"{_name(head, settings)}.npz")
        reports[head] = _score(network, head, faces, report, out)
    write_text(out / "table.md", table(_written(out, reports[heads[0]])))
    return reports


def _written(out: Path, report: RunReport) -> list[RunReport]:
    """Return the reports of all heads that come from the same training as this one, of earlier calls too."""
    paths = [out / f"{_name(head, report.settings)}.report.json" for head in HEADS]
    found = [RunReport.load(path) for path in paths if path.exists()]
    same = ("settings", "seed", "data", "history")
    return [other for other in found if all(getattr(other, one) == getattr(report, one) for one in same)]


def _name(head: str, settings: Mapping) -> str:
    """Return the name of a head's files."""
    return f"fer_vgg-{head}_occluded" if settings.get("input_occlusion") else f"fer_vgg-{head}"


def joint_model(size: tuple[int, int] = (44, 44), input_occlusion: float = 0.0) -> keras.Model:
    """Return `fer_vgg` with two classifiers, named after their labels, on one body.

    Args:
        size: height and width of its pictures.
        input_occlusion: chance for a training picture to have its lower half occluded.
    """
    inputs = x = keras.Input((*size, 1), name="image")
    if input_occlusion:
        x = RandomOcclusion(AREAS["lower"], rate=input_occlusion, fixed=False, name="input_occlusion")(x)
    x = fer_vgg(input_shape=(*size, 1), border=0, include_top=False)(x)
    x = keras.layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = keras.layers.Dropout(0.4, name="dropout")(x)
    outputs = {
        head: keras.layers.Dense(len(labels), activation="softmax", dtype="float32", name=head)(x)
        for head, labels in HEADS.items()
    }
    return keras.Model(inputs, outputs, name="fer_vgg_joint")


def _cut(train: Split) -> tuple[int, int]:
    """Return the height and width of the cut of each face that a step learns from."""
    return tuple(side - 2 * SETTINGS["border"] for side in train.images.shape[1:3])


def _train(
    model: keras.Model,
    splits: dict[str, Split],
    votes: pd.DataFrame,
    settings: dict,
    seed: int,
    folder: Path,
    jit_compile: bool,
) -> RunReport:
    train, validation, border = splits["train"], splits["validation"], settings["border"]
    height, width = _cut(train)
    targets, weights = _targets(train, votes)
    source = ArraySource(
        train.images,
        targets,
        batch_size=settings["batch_size"],
        seed=seed,
        augmentation=settings["augmentation"],
        size=(height, width),
        sample_weight=weights,
    )
    steps = source.steps_per_epoch
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings["peak_learning_rate"] / 20,
        warmup_target=settings["peak_learning_rate"],
        warmup_steps=steps * settings["warmup_epochs"],
        decay_steps=max(1, steps * (settings["epochs"] - settings["warmup_epochs"])),
    )
    val_targets, val_weights = _targets(validation, votes)
    return fit(
        model,
        source,
        evaluation_dataset(
            validation.images[:, border : border + height, border : border + width],
            val_targets,
            sample_weight=val_weights,
        ),
        epochs=settings["epochs"],
        optimizer=keras.optimizers.SGD(
            schedule, momentum=0.9, nesterov=True, weight_decay=settings["weight_decay"]
        ),
        loss=dict.fromkeys(HEADS, "categorical_crossentropy"),
        loss_weights=settings["loss_weights"],
        metrics=None,
        weighted_metrics={head: ["accuracy"] for head in HEADS},
        monitor="val_ferplus_accuracy",
        run_dir=folder,
        name="fer_vgg",
        seed=seed,
        settings=settings,
        data={name: split.describe() for name, split in splits.items()},
        jit_compile=jit_compile,
    )


def _targets(split: Split, votes: pd.DataFrame) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the targets of both heads and weights that are 0 where FER+ found no expression."""
    kept = split.index["row"].isin(votes.index).to_numpy()
    distributions = np.zeros((len(kept), len(FERPLUS)), "float32")
    rows = votes.loc[split.index["row"][kept]]
    distributions[kept] = ferplus.targets(rows, mode="crossentropy")
    targets = {"ferplus": distributions, "fer2013": np.eye(len(FER2013), dtype="float32")[split.codes]}
    return targets, {"ferplus": kept.astype("float32"), "fer2013": np.ones(len(kept), "float32")}


def _scored_rows(split: Split, votes: pd.DataFrame, head: str) -> Split:
    """Return the rows that a head is scored on: for FER+ those with a majority label."""
    if head == "fer2013":
        return split
    kept = split.index["row"].isin(votes.index).to_numpy()
    index = votes.loc[split.index["row"][kept]].reset_index()
    codes = np.array([FERPLUS.index(label) for label in index["label"]])
    return Split(index, split.images[kept], codes)


def _part(model: keras.Model, head: str, validation: Split, path: Path) -> keras.Model:
    """Make a head a network of its own, calibrate it on the validation rows, and save its weights."""
    others = tuple(f"{name}/" for name in HEADS if name != head)

    def rename(name: str) -> str | None:
        return None if name.startswith(others) else name.replace(f"{head}/", "predictions/")

    save_weights(model, path, rename=rename)
    network = fer_vgg(classes=len(HEADS[head]), weights=path)
    temperature = fit_temperature(validation.codes, predict_probabilities(network, validation.images))
    # A softmax of logits / T is the softmax of weights / T: the temperature needs no layer of its own.
    classifier = network.get_layer("predictions")
    classifier.set_weights([w / temperature for w in classifier.get_weights()])
    save_weights(network, path)
    return fer_vgg(classes=len(HEADS[head]), weights=path)  # scored as it ships, in half precision


def _score(network: keras.Model, head: str, faces: ScoredFaces, joint: RunReport, out: Path) -> RunReport:
    """Score a network on faces as they are, also with mirroring, and on occluded ones; write all that ships."""
    scores, labels = faces.score(network), HEADS[head]
    for split in ("validation", "test"):
        scores[f"{split} flipped"] = evaluate(network, *faces.parts[split], labels, flip=True)
    name = _name(head, joint.settings)
    report = RunReport(**{**vars(joint), "name": name, "scores": scores})
    report.parameters = network.count_params()
    report.save(out / f"{name}.report.json")
    title = f"{name}, test accuracy {scores['test']['accuracy']:.2%}"
    picture = confusion_picture(scores["test"]["confusion"], labels, title=title)
    save_picture(picture, out / f"{name}-confusion.png")
    write_text(out / f"{name}.json", card(report, labels, RULES[head], out / f"{name}.npz").to_json())
    return report
