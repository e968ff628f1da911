"""The five-branch network's Table 1 and Figure 3 on FER+, and what the paper does not test: occluded faces.

"Classroom student expression recognition model based on self-attention mechanism and feature fusion" (in
Chinese; see `learnface.models.five_branch`). Beside the five-branch network stand plain networks of the same
backbone, start, data and number of epochs. All are scored once on the test faces as they are, and on the same
faces with the lower half occluded in five ways that are fixed.

The default recipe is sized for a CPU of two cores: the backbone is `fer_vgg` on 48 x 48 pictures, it starts from
the weights that come with learnface (trained on the same training faces), and it trains for 4 epochs: some 13 runs
of 30 minutes (five branches) or 8 (plain), five to six hours in all. `five_branch_best` is run where it is named.
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from learnface.clips import ArraySource, Augmentation, evaluation_dataset
from learnface.corpora import ferplus
from learnface.errors import DataError
from learnface.faces.normalise import resize
from learnface.faces.occlusion import AREAS, KINDS, occlude
from learnface.faces.regions import FIVE_REGIONS
from learnface.files import write_text
from learnface.labels import FERPLUS
from learnface.layers import RandomOcclusion
from learnface.models import branch_weights, five_branch
from learnface.models.backbones import build_backbone
from learnface.recipes._data import Split, load_splits
from learnface.recipes._occlusion_table import occluded_part, sweep_picture, table
from learnface.reports import confusion_picture, curves_picture, save_picture
from learnface.training import RunReport, evaluate, fit, precision

__all__ = ["Job", "MARGINS", "MODELS", "OCCLUSION_SEED", "Plan", "TABLES", "build", "occluded_sets", "run"]

MODELS = {
    "plain": "the backbone alone, with a classifier",
    "plain_occluded": "the same, with the lower half of every second training face randomly occluded",
    "five_branch": "the five-branch network as the paper has it",
    "five_branch_best": "normalised attention, and a fifth of the regions left out in training",
}
"""The networks; all but the last run by default."""
TABLES = ("1", "figure3")
MARGINS = (0.01, 0.03, 0.05, 0.07, 0.1)
"""The margins of Figure 3."""
OCCLUSION_SEED = 2013
"""Of the occluded test faces: the same for every run."""
COVERAGE = 0.6
"""Part of the lower half that is hidden in them."""
PAPER_MARGIN = 0.03


@dataclasses.dataclass(frozen=True)
class Plan:
    """The settings that all runs share; they are recorded with each.

    Attributes:
        backbone: a name of `learnface.models.backbones.BACKBONES`.
        initial_weights: of the backbone, or None for random ones.
        size: side of the network's pictures in pixels.
        attention: of `five_branch`.
        region_dropout: of `five_branch`.
        votes: whether to train towards the distribution of votes, in place of the majority's class.
        epochs: of each run; validation chooses the best of them.
        batch_size: faces a batch.
        learning_rate: the first one; a tenth of it follows after each third of the epochs.
        weight_decay: of SGD.
        dropout: in front of the classifier.
        augmentation: of the training faces.
    """

    backbone: str = "fer_vgg"
    initial_weights: str | None = "ferplus"
    size: int = 48
    attention: str = "sigmoid"
    region_dropout: float = 0.0
    votes: bool = True
    epochs: int = 4
    batch_size: int = 64
    learning_rate: float = 0.01
    weight_decay: float = 5e-4
    dropout: float = 0.4
    augmentation: Augmentation = Augmentation(
        flip=True, rotation=15, zoom=0.12, shift=0.06, brightness=0.06, contrast=0.2, erase=0.5
    )


@dataclasses.dataclass(frozen=True)
class Job:
    """One training: which network, which margin, which seed."""

    model: str
    margin: float | None
    seed: int

    @property
    def folder(self) -> str:
        """Folder of the run under that of the recipe."""
        part = "" if self.margin is None else f"margin-{self.margin:g}/"
        return f"{self.model}/{part}seed-{self.seed}"


def run(
    data: str | Path,
    out: str | Path,
    *,
    models: Sequence[str] = ("plain", "plain_occluded", "five_branch"),
    tables: Sequence[str] = TABLES,
    margins: Sequence[float] = MARGINS,
    seed: int = 0,
    seeds: int = 3,
    sweep_seeds: int = 1,
    epochs: int = Plan.epochs,
    backbone: str = Plan.backbone,
    initial_weights: str | None = Plan.initial_weights,
    size: int = Plan.size,
    attention: str = Plan.attention,
    region_dropout: float = Plan.region_dropout,
    votes: bool = Plan.votes,
    batch_size: int = Plan.batch_size,
    learning_rate: float = Plan.learning_rate,
    faces: int | None = None,
    jit_compile: bool = False,
    dtype_policy: str = "float32",
) -> dict[str, RunReport]:
    """Train, score and compare; whatever was stopped goes on, whatever is done is kept.

    Each run has a folder of its own, such as `out/five_branch/margin-0.03/seed-0`, with its report and pictures.
    `out/table.md` has the tables of all runs done so far, and is written anew after each.

    Args:
        data: folder with `fer2013.csv` and `fer2013new.csv`.
        out: folder to write to.
        models: which of `MODELS`.
        tables: which of `TABLES`: `"1"` the comparison of networks, `"figure3"` the margins.
        margins: of Figure 3.
        seed: the first seed of weights, order, dropout, occlusion and augmentation.
        seeds: how many seeds for the comparison.
        sweep_seeds: how many for each margin of Figure 3.
        epochs: see `Plan`, as all that follow up to `learning_rate`. The paper trains for 30; from random
            weights the backbone needs as many.
        backbone: the paper's is `"resnet50"`.
        initial_weights: `"ferplus"` suits `fer_vgg`, `"imagenet"` the networks of `keras.applications`.
        size: side of the pictures.
        attention: `"sigmoid"`, `"softmax"` or `"normalised"`.
        region_dropout: chance for each branch of each face to be left out in training.
        votes: whether to train towards the distribution of votes.
        batch_size: faces a batch.
        learning_rate: the first one.
        faces: use so many faces of each split, to try the recipe; None uses all.
        jit_compile: whether to compile with XLA.
        dtype_policy: precision of the networks, as `learnface.training.precision` takes it.

    Returns:
        The reports by the folder of the run.

    Raises:
        DataError: there is no such model or table, or the corpus cannot be read.
    """
    for name, chosen, known in (("models", models, MODELS), ("tables", tables, TABLES)):
        if set(chosen) - set(known) or not chosen:
            raise DataError(f"{name} are {list(chosen)}: choose from {', '.join(known)}")
    plan = Plan(
        backbone=backbone,
        initial_weights=initial_weights,
        size=size,
        attention=attention,
        region_dropout=region_dropout,
        votes=votes,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
    )
    margins = (margins,) if isinstance(margins, float | int) else tuple(margins)
    jobs = _jobs(models, tables, margins, range(seed, seed + seeds), range(seed, seed + sweep_seeds))
    splits = load_splits(_first(ferplus.index(data), faces), FERPLUS)
    occluded = occluded_sets(splits["test"].images)
    out, reports = Path(out), {}
    with precision(dtype_policy):
        for job in jobs:
            reports[job.folder] = _run_job(job, plan, splits, occluded, out / job.folder, jit_compile)
            write_text(out / "table.md", table(reports, MODELS))
    if "figure3" in tables and (picture := sweep_picture(reports)):
        save_picture(picture, out / "figure3.png")
    return reports


def build(model: str, plan: Plan, margin: float | None = PAPER_MARGIN) -> keras.Model:
    """Return a network of `MODELS`, for grey faces."""
    shape, classes = (plan.size, plan.size, 1), len(FERPLUS)
    if model.startswith("five_branch"):
        best = {"attention": "normalised", "region_dropout": 0.2} if model == "five_branch_best" else {}
        options = {"attention": plan.attention, "region_dropout": plan.region_dropout, **best}
        return five_branch(
            shape,
            classes,
            backbone=plan.backbone,
            backbone_weights=plan.initial_weights,
            margin=margin,
            dropout=plan.dropout,
            **options,
        )
    network = build_backbone(plan.backbone, shape, weights=plan.initial_weights)
    inputs = x = keras.Input(shape, name="image")
    if model == "plain_occluded":
        x = RandomOcclusion(AREAS["lower"], rate=0.5, fixed=False, name="occlusion")(x)
    x = keras.layers.Dropout(plan.dropout, name="dropout")(network(x))
    x = keras.layers.Dense(classes, activation="softmax", dtype="float32", name="predictions")(x)
    return keras.Model(inputs, x, name=model)


def occluded_sets(faces: np.ndarray) -> dict[str, np.ndarray]:
    """Return copies of faces, uint8, the lower half of each hidden by each kind of occluder.

    The occluder of a face depends on `OCCLUSION_SEED`, the kind, and the place of the face alone.
    """
    sets = {}
    for number, kind in enumerate(KINDS):
        draws = (np.random.default_rng((OCCLUSION_SEED, number, place)) for place in range(len(faces)))
        hidden = [
            occlude(face, "lower", kind, COVERAGE, draw)[0] for face, draw in zip(faces, draws, strict=True)
        ]
        sets[kind] = np.array(hidden)
    return sets


def _jobs(
    models: Sequence[str], tables: Sequence[str], margins: Sequence[float], seeds: range, sweep_seeds: range
) -> list[Job]:
    """Return the runs: those of Table 1 seed by seed, then what Figure 3 needs beyond them."""
    jobs = []
    if "1" in tables:
        for seed in seeds:
            for name in models:
                jobs.append(Job(name, PAPER_MARGIN if name.startswith("five_branch") else None, seed))
    if "figure3" in tables and "five_branch" in models:
        jobs += [Job("five_branch", margin, seed) for seed in sweep_seeds for margin in margins]
    return list(dict.fromkeys(jobs))


def _first(index, faces: int | None):
    return index if faces is None else index.groupby("split", sort=False).head(faces).reset_index(drop=True)


def _run_job(
    job: Job,
    plan: Plan,
    splits: Mapping[str, Split],
    occluded: Mapping[str, np.ndarray],
    folder: Path,
    jit_compile: bool,
) -> RunReport:
    """Train and score one network, or return the report of the run that has done so."""
    settings = _settings(job, plan)
    data = {name: split.describe() for name, split in splits.items()}
    done = _finished(folder / "report.json", settings, data)
    if done:
        return done
    train, validation, test = (splits[name] for name in ("train", "validation", "test"))
    model = _seeded(job, plan)
    source = ArraySource(
        _resized(train.images, plan.size),
        _targets(train, plan.votes),
        plan.batch_size,
        seed=job.seed,
        augmentation=plan.augmentation,
    )
    report = fit(
        model,
        source,
        evaluation_dataset(_resized(validation.images, plan.size), _targets(validation, votes=False)),
        epochs=plan.epochs,
        optimizer=_optimizer(plan, source.steps_per_epoch),
        loss="categorical_crossentropy",
        run_dir=folder,
        name=f"occlusion/{job.folder}",
        seed=job.seed,
        settings=settings,
        data=data,
        jit_compile=jit_compile,
    )
    for part, split in (("validation", validation), ("test", test)):
        report.scores[part] = evaluate(model, _resized(split.images, plan.size), split.codes, FERPLUS)
    for kind, faces in occluded.items():
        scores = evaluate(model, _resized(faces, plan.size), test.codes, FERPLUS)
        report.scores[occluded_part(kind)] = scores
    if job.model.startswith("five_branch"):
        weighting = branch_weights(model, _resized(test.images, plan.size)).mean(axis=0)
        report.scores["branch_weights"] = dict(zip(FIVE_REGIONS, weighting.tolist(), strict=True))
    report.save(folder / "report.json")
    _pictures(report, folder)
    return report


def _seeded(job: Job, plan: Plan) -> keras.Model:
    """Return the network with the random weights of its seed."""
    # Not the seed itself: learnface's weights grew from seed 0, and the classifier that they grew with, drawn once
    # more for the plain network alone, would fit them before any training.
    keras.utils.set_random_seed(1000 + job.seed)
    return build(job.model, plan, job.margin)


def _settings(job: Job, plan: Plan) -> dict:
    return {"model": job.model, "margin": job.margin, **dataclasses.asdict(plan)}


def _finished(path: Path, settings: Mapping, data: Mapping) -> RunReport | None:
    """Return the report of the same run if it was scored: test faces are scored once."""
    if not path.exists():
        return None
    report = RunReport.load(path)
    same = json.loads(json.dumps(settings)).items() <= report.settings.items() and report.data == data
    return report if same and report.scores else None


def _targets(split: Split, votes: bool) -> np.ndarray:
    if votes:
        return ferplus.targets(split.index)
    return np.eye(len(FERPLUS), dtype="float32")[split.codes]


def _optimizer(plan: Plan, steps: int) -> keras.optimizers.Optimizer:
    """SGD whose rate falls to a tenth after each third of the epochs: after every ten of the paper's thirty."""
    ends = [round(steps * plan.epochs * third / 3) for third in (1, 2)]
    rates = [plan.learning_rate * factor for factor in (1.0, 0.1, 0.01)]
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay(ends, rates)
    return keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True, weight_decay=plan.weight_decay)


def _resized(images: np.ndarray, size: int) -> np.ndarray:
    """Return faces at the network's size."""
    if images.shape[1:3] == (size, size):
        return images
    return np.array([resize(image, (size, size)) for image in images])


def _pictures(report: RunReport, folder: Path) -> None:
    scores = report.scores["test"]
    title = f"{report.name}, test accuracy {scores['accuracy']:.2%}"
    save_picture(confusion_picture(scores["confusion"], FERPLUS, title=title), folder / "confusion.png")
    save_picture(curves_picture(report.history, title=report.name), folder / "curves.png")
