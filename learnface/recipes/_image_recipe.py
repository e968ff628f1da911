"""Recipes on still faces: train each network of a table, score it once, and compare with the paper."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras

from learnface.arguments import check_least, check_seed
from learnface.clips import ArraySource, Augmentation, evaluation_dataset
from learnface.corpora import get_corpus
from learnface.errors import DataError
from learnface.files import write_text
from learnface.models import MODELS, save
from learnface.recipes._cards import classifier_card
from learnface.recipes._data import Split, load_splits
from learnface.reports import (
    comparison_table,
    confusion_picture,
    curves_picture,
    feature_maps_picture,
    save_picture,
)
from learnface.training import RunReport, evaluate, fit, precision

__all__ = ["ImageRecipe", "run_image_recipe"]


@dataclasses.dataclass(frozen=True)
class ImageRecipe:
    """A published comparison of networks on one corpus of stills.

    Attributes:
        name: name of the recipe.
        title: what it reproduces.
        corpus: name of the corpus.
        models: names of the networks, in the table's order.
        published: per network the paper's fractions by split; what the paper does not give is left out.
        cited: figures that the paper cites without rebuilding the network, by name, in the same form.
        epochs: largest number of epochs.
        batch_size: samples a batch.
        optimizer: makes the optimiser from the number of batches in an epoch.
        augmentation: how training images are augmented.
        patience: epochs without a lower validation loss after which training stops.
        silent: what the paper does not say, and what was chosen instead.
    """

    name: str
    title: str
    corpus: str
    models: tuple[str, ...]
    published: Mapping[str, Mapping[str, float]]
    epochs: int
    batch_size: int
    optimizer: Callable[[int], keras.optimizers.Optimizer]
    augmentation: Augmentation
    patience: int
    silent: str
    cited: Mapping[str, Mapping[str, float]] = dataclasses.field(default_factory=dict)


def run_image_recipe(
    recipe: ImageRecipe,
    data: str | Path,
    out: str | Path,
    *,
    models: Sequence[str] | None = None,
    seed: int = 0,
    epochs: int | None = None,
    jit_compile: bool = False,
    dtype_policy: str = "float32",
) -> dict[str, RunReport]:
    """Train and score a recipe's networks; whatever was stopped goes on, whatever is done is kept.

    Writes per network `report.json`, `confusion.png`, `curves.png` and `feature-maps.png` into `out/<network>`,
    and the table of all networks done so far into `out/table.md`.

    Args:
        recipe: the recipe.
        data: folder of the corpus.
        out: folder to write to.
        models: which of the recipe's networks; all by default.
        seed: seed of weights, order, dropout and augmentation.
        epochs: largest number of epochs, if not the recipe's.
        jit_compile: whether to compile with XLA.
        dtype_policy: precision of the networks, as `learnface.training.precision` takes it.

    Returns:
        The reports by network.

    Raises:
        DataError: a network is not the recipe's, or the corpus cannot be read.
    """
    chosen = list(models or recipe.models)
    unknown = sorted(set(chosen) - set(recipe.models))
    if unknown:
        raise DataError(f"{recipe.name} has no {unknown}: choose from {', '.join(recipe.models)}")
    check_seed(seed)
    check_least(1, epochs=epochs)
    corpus = get_corpus(recipe.corpus)
    splits = load_splits(corpus.index(data), corpus.LABELS)
    recipe = dataclasses.replace(recipe, epochs=epochs or recipe.epochs)
    with precision(dtype_policy):
        for name in chosen:
            _run_model(recipe, name, splits, corpus.LABELS, Path(out) / name, seed, jit_compile)
    reports = {
        name: RunReport.load(Path(out) / name / "report.json")
        for name in recipe.models
        if (Path(out) / name / "report.json").exists()
    }
    write_text(Path(out) / "table.md", table(recipe, reports))
    return reports


def _run_model(
    recipe: ImageRecipe,
    name: str,
    splits: Mapping[str, Split],
    labels: Sequence[str],
    folder: Path,
    seed: int,
    jit_compile: bool,
) -> None:
    train, validation, test = (splits[split] for split in ("train", "validation", "test"))
    keras.utils.set_random_seed(seed)
    model = MODELS[name](input_shape=train.images.shape[1:], classes=len(labels))
    source = ArraySource(
        train.images, train.codes, recipe.batch_size, seed=seed, augmentation=recipe.augmentation
    )
    report = fit(
        model,
        source,
        evaluation_dataset(validation.images, validation.codes),
        epochs=recipe.epochs,
        optimizer=recipe.optimizer(source.steps_per_epoch),
        loss="sparse_categorical_crossentropy",
        patience=recipe.patience,
        run_dir=folder,
        name=f"{recipe.name}/{name}",
        seed=seed,
        settings={"batch_size": recipe.batch_size, "augmentation": recipe.augmentation},
        data={split: part.describe() for split, part in splits.items()},
        jit_compile=jit_compile,
    )
    for split in (validation, test):
        part = "test" if split is test else "validation"
        report.scores[part] = evaluate(model, split.images, split.codes, labels)
    _pictures(model, report, labels, test, folder)
    title = get_corpus(recipe.corpus).CARD.title
    save(model, folder / "model.keras", classifier_card(report, model, labels, title))
    report.save(folder / "report.json")


def _pictures(
    model: keras.Model, report: RunReport, labels: Sequence[str], test: Split, folder: Path
) -> None:
    scores = report.scores["test"]
    title = f"{report.name}, test accuracy {scores['accuracy']:.2%}"
    save_picture(confusion_picture(scores["confusion"], labels, title=title), folder / "confusion.png")
    save_picture(curves_picture(report.history, title=report.name), folder / "curves.png")
    face = test.images[0].astype("float32") / 255
    save_picture(feature_maps_picture(model, face), folder / "feature-maps.png")


def table(recipe: ImageRecipe, reports: Mapping[str, RunReport]) -> str:
    """Return our accuracies beside the paper's, in Markdown, with what the paper leaves open."""
    ours, paper = {}, {}
    for name in (*recipe.models, *recipe.cited):
        scores = reports[name].scores if name in reports else {}
        published = {**recipe.published, **recipe.cited}[name]
        for split in ("validation", "test"):
            ours[f"{name}, {split}"] = scores.get(split, {}).get("accuracy")
            paper[f"{name}, {split}"] = published.get(split)
    compared = comparison_table(ours, paper, name="accuracy")
    runs = [
        f"- {name}: {report.parameters:,} parameters, best epoch {report.best_epoch} of "
        f"{len(report.history['loss'])}, seed {report.seed}, {report.seconds / 60:.0f} min on "
        f"{report.machine['processor']} ({report.machine['cores']} cores); `{report.command}`"
        for name, report in reports.items()
    ]
    return "\n".join([f"# {recipe.title}", "", compared, "", *runs, "", recipe.silent, ""])
