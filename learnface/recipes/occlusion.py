"""The five-branch network's Table 1 and Figure 3 on FER+, and what the paper does not test: occluded faces.

"Classroom student expression recognition model based on self-attention mechanism and feature fusion" (in
Chinese; see `learnface.models.five_branch`). Beside the five-branch network stand plain networks of the same
backbone, start, data and number of epochs, and of both forms that learn from occluded faces; two of them are
distilled into the plain network, which is the one small enough for `learnface predict`. All are scored
once on the test faces as they are, and on the same faces with the lower half occluded in five ways that are fixed.

The default recipe is sized for a CPU of two cores: the backbone is `fer_vgg` on 48 x 48 pictures, it starts from
the weights that come with learnface (trained on the same training faces), and it trains for 4 epochs: 16 runs of 15
to 40 minutes (five branches) and 12 of 4 to 10 (one branch), which are five to thirteen hours in all. The settings
`initial_weights=ferplus_occluded`, `initial_classifier=true`, `schedule=cosine` and `epochs=6` reach more.
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from learnface.arguments import check_above, check_least, check_seed
from learnface.clips import ArraySource, evaluation_dataset
from learnface.corpora import ferplus
from learnface.errors import DataError
from learnface.files import sha256, write_text
from learnface.labels import FERPLUS
from learnface.models import load, save
from learnface.recipes._cards import classifier_card
from learnface.recipes._data import Split, load_splits
from learnface.recipes._occlusion_networks import MODELS, PAPER_MARGIN, Plan, build, plan_of
from learnface.recipes._occlusion_scores import ScoredFaces, resized
from learnface.recipes._occlusion_table import sweep_picture, table
from learnface.reports import confusion_picture, curves_picture, save_picture
from learnface.training import RunReport, fit, precision, predict_probabilities

__all__ = ["Job", "MARGINS", "TABLES", "run"]

TABLES = ("1", "figure3")
MARGINS = (0.01, 0.03, 0.05, 0.07, 0.1)
"""The margins of Figure 3."""
_FIRST_SEED = 1000  # of Keras, in the run of seed 0: see `_seeded`


@dataclasses.dataclass(frozen=True)
class Job:
    """One training: which network, which margin, which seed."""

    model: str
    margin: float | None
    seed: int

    @classmethod
    def of(cls, model: str, seed: int) -> "Job":
        """Return the run of a network with the paper's margin, if it has one."""
        return cls(model, PAPER_MARGIN if model.startswith("five_branch") else None, seed)

    @property
    def folder(self) -> str:
        """Folder of the run under that of the recipe."""
        part = "" if self.margin is None else f"margin-{self.margin:g}/"
        return f"{self.model}/{part}seed-{self.seed}"


def run(
    data: str | Path,
    out: str | Path,
    *,
    models: Sequence[str] = tuple(MODELS),
    tables: Sequence[str] = TABLES,
    margins: Sequence[float] = MARGINS,
    seed: int = 0,
    seeds: int = 3,
    sweep_seeds: int = 1,
    epochs: int = Plan.epochs,
    backbone: str = Plan.backbone,
    initial_weights: str | None = Plan.initial_weights,
    initial_classifier: bool = Plan.initial_classifier,
    size: int = Plan.size,
    attention: str = Plan.attention,
    shared: bool = Plan.shared,
    region_dropout: float = Plan.region_dropout,
    input_occlusion: float = Plan.input_occlusion,
    votes: bool = Plan.votes,
    batch_size: int = Plan.batch_size,
    learning_rate: float = Plan.learning_rate,
    schedule: str = Plan.schedule,
    faces: int | None = None,
    jit_compile: bool = False,
    dtype_policy: str = "float32",
) -> dict[str, RunReport]:
    """Train, score and compare; whatever was stopped goes on, whatever is done is kept.

    Each run has a folder of its own, such as `out/five_branch/margin-0.03/seed-0`, with its report, its pictures
    and its `model.keras`. `out/table.md` has the tables of all runs with these settings that are done so far, of
    earlier calls too, and is written anew after each.

    Args:
        data: folder with `fer2013.csv` and `fer2013new.csv`.
        out: folder to write to.
        models: which of `MODELS`.
        tables: which of `TABLES`: `"1"` the comparison of networks, `"figure3"` the margins.
        margins: of Figure 3.
        seed: the first seed of weights, order, dropout, occlusion and augmentation.
        seeds: how many seeds for the comparison.
        sweep_seeds: how many for each margin of Figure 3.
        epochs: see `Plan`, as all that follow up to `schedule`. The paper trains for 30; from random
            weights the backbone needs as many.
        backbone: the paper's is `"resnet50"`.
        initial_weights: `"ferplus"` and `"ferplus_occluded"` suit `fer_vgg`, `"imagenet"` the networks of
            `keras.applications`; a file's path does too.
        initial_classifier: whether the classifier, too, starts from the weights of `fer_vgg`.
        size: side of the pictures.
        attention: `"sigmoid"`, `"softmax"` or `"normalised"`.
        shared: whether one backbone serves all five branches; else each has its own.
        region_dropout: chance for each branch of each face to be left out in training.
        input_occlusion: chance for a training face to have its lower half occluded.
        votes: whether to train towards the distribution of votes (FER+'s "crossentropy" mode, which keeps more
            training faces than the majority does), in place of the majority's class.
        batch_size: faces a batch.
        learning_rate: the first one.
        schedule: how it falls: `"steps"`, to a tenth after each third of the epochs, or `"cosine"`.
        faces: use so many faces of each split, to try the recipe; None uses all.
        jit_compile: whether to compile with XLA.
        dtype_policy: precision of the networks, as `learnface.training.precision` takes it.

    Returns:
        The reports of all runs in the tables, by the folder of the run.

    Raises:
        DataError: there is no such model or table, or the corpus cannot be read.
    """
    for name, chosen, known in (("models", models, MODELS), ("tables", tables, TABLES)):
        if set(chosen) - set(known) or not chosen:
            raise DataError(f"{name} are {list(chosen)}: choose from {', '.join(known)}")
    check_seed(seed, max(seeds, sweep_seeds) + _FIRST_SEED)
    check_least(1, seeds=seeds, sweep_seeds=sweep_seeds, faces=faces)
    check_above(0, margins=margins)
    plan = Plan(
        backbone=backbone,
        initial_weights=initial_weights,
        initial_classifier=initial_classifier,
        size=size,
        attention=attention,
        shared=shared,
        region_dropout=region_dropout,
        input_occlusion=input_occlusion,
        votes=votes,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        schedule=schedule,
    )
    margins = (margins,) if isinstance(margins, float | int) else tuple(margins)
    jobs = _jobs(models, tables, margins, range(seed, seed + seeds), range(seed, seed + sweep_seeds))
    if not jobs:
        raise DataError(
            "the margins of figure3 are those of five_branch: give it among the models, or table 1"
        )
    index = ferplus.index(data, mode=_mode(votes))
    splits = load_splits(_first(index, faces), FERPLUS)
    described = {name: split.describe() for name, split in splits.items()}
    described["train"]["labels"] = f"{_mode(votes)} of {index.attrs['votes_from']}"
    scored, out, reports = ScoredFaces(splits, plan.size), Path(out), {}
    with precision(dtype_policy):
        for job in jobs:
            if _finished(out / job.folder, job, plan, described) is None:
                _run_job(job, plan, scored, described, out / job.folder, jit_compile)
            reports = _done(out, plan, described)
            write_text(out / "table.md", table(reports))
    if picture := sweep_picture(reports):
        save_picture(picture, out / "figure3.png")
    return reports


def _jobs(
    models: Sequence[str], tables: Sequence[str], margins: Sequence[float], seeds: range, sweep_seeds: range
) -> list[Job]:
    """Return the runs: those of Table 1 seed by seed, then what Figure 3 needs beyond them."""
    jobs = []
    if "1" in tables:
        order = [name for name in MODELS if name in models]  # a teacher comes before its pupil
        jobs += [Job.of(name, seed) for seed in seeds for name in order]
    if "figure3" in tables and "five_branch" in models:
        jobs += [Job("five_branch", margin, seed) for seed in sweep_seeds for margin in margins]
    return list(dict.fromkeys(jobs))


def _first(index, faces: int | None):
    return index if faces is None else index.groupby("split", sort=False).head(faces).reset_index(drop=True)


def _run_job(
    job: Job, plan: Plan, scored: ScoredFaces, data: Mapping, folder: Path, jit_compile: bool
) -> None:
    """Train and score one network; the report comes last, so that a run with one is whole."""
    train, validation = (scored.splits[name] for name in ("train", "validation"))
    targets, taught_by = _targets(train, plan.votes), {}
    if plan_of(job.model, plan).teacher:
        teacher = _teacher(job, plan, data, folder)
        targets, taught_by = _taught(targets, teacher, train, plan), {"teacher_sha256": sha256(teacher)}
    model = _seeded(job, plan)
    source = ArraySource(
        resized(train.images, plan.size),
        targets,
        plan.batch_size,
        seed=job.seed,
        augmentation=plan.augmentation,
    )
    report = fit(
        model,
        source,
        evaluation_dataset(resized(validation.images, plan.size), _targets(validation, votes=False)),
        epochs=plan.epochs,
        optimizer=_optimizer(plan, source.steps_per_epoch),
        loss="categorical_crossentropy",
        run_dir=folder,
        name=f"occlusion/{job.folder}",
        seed=job.seed,
        settings=_settings(job, plan) | taught_by,
        data=data,
        jit_compile=jit_compile,
    )
    report.scores = scored.score(model, job.margin)
    _pictures(report, folder)
    corpus = f"FER2013 with FER+ votes ({data['train']['labels']})"
    save(model, folder / "model.keras", classifier_card(report, model, FERPLUS, corpus))
    report.save(folder / "report.json")


def _teacher(job: Job, plan: Plan, data: Mapping, folder: Path) -> Path:
    """Return the file of a pupil's teacher, which must be of the same seed, settings and faces."""
    teacher = Job.of(plan_of(job.model, plan).teacher, job.seed)
    root = folder.parents[len(Path(job.folder).parts) - 1]
    if _finished(root / teacher.folder, teacher, plan, data) is None:
        raise DataError(
            f"{job.model} learns from {teacher.model}, but {root / teacher.folder} holds no finished run of these "
            f"settings: give --model {teacher.model} as well"
        )
    return root / teacher.folder / "model.keras"


def _taught(targets: np.ndarray, teacher: Path, train: Split, plan: Plan) -> np.ndarray:
    """Return targets half of which are what a teacher says of the whole faces."""
    return (targets + predict_probabilities(load(teacher), resized(train.images, plan.size), flip=True)) / 2


def _seeded(job: Job, plan: Plan) -> keras.Model:
    """Return the network with the random weights of its seed."""
    # Not the seed itself: learnface's weights grew from seed 0, and the classifier that they grew with, drawn once
    # more for the plain network alone, would fit them before any training.
    keras.utils.set_random_seed(_FIRST_SEED + job.seed)
    return build(job.model, plan, job.margin)


def _settings(job: Job, plan: Plan) -> dict:
    return {"model": job.model, "margin": job.margin, **dataclasses.asdict(plan_of(job.model, plan))}


def _finished(folder: Path, job: Job, plan: Plan, data: Mapping) -> RunReport | None:
    """Return the report of the same run if it was scored: test faces are scored once."""
    path = folder / "report.json"
    if not path.exists():
        return None
    report = RunReport.load(path)
    wanted = {**_settings(job, plan), "policy": keras.config.dtype_policy().name}
    same = json.loads(json.dumps(wanted)).items() <= report.settings.items() and report.data == data
    return report if same and report.scores else None


def _done(out: Path, plan: Plan, data: Mapping) -> dict[str, RunReport]:
    """Return the reports of all finished runs of this plan and data, by folder: network, margin, seed."""
    found = {}
    for path in out.glob("**/report.json"):
        report = RunReport.load(path)
        job = Job(report.settings.get("model"), report.settings.get("margin"), report.seed)
        if path.parent == out / job.folder and _finished(path.parent, job, plan, data):
            found[job] = report
    order = sorted(found, key=lambda job: ([*MODELS].index(job.model), job.margin or 0, job.seed))
    return {job.folder: found[job] for job in order}


def _mode(votes: bool) -> str:
    """Return the rule of `learnface.corpora.ferplus` for training; validation and test have the majority's."""
    return "crossentropy" if votes else "majority"


def _targets(split: Split, votes: bool) -> np.ndarray:
    return ferplus.targets(split.index, mode=_mode(votes))


def _optimizer(plan: Plan, steps: int) -> keras.optimizers.Optimizer:
    """SGD whose rate falls as `SCHEDULES` says, over so many steps an epoch."""
    if plan.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(plan.learning_rate, steps * plan.epochs)
    else:
        ends = [round(steps * plan.epochs * third / 3) for third in (1, 2)]
        rates = [plan.learning_rate * factor for factor in (1.0, 0.1, 0.01)]
        rate = keras.optimizers.schedules.PiecewiseConstantDecay(ends, rates)
    return keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=plan.weight_decay)


def _pictures(report: RunReport, folder: Path) -> None:
    scores = report.scores["test"]
    title = f"{report.name}, test accuracy {scores['accuracy']:.2%}"
    save_picture(confusion_picture(scores["confusion"], FERPLUS, title=title), folder / "confusion.png")
    save_picture(curves_picture(report.history, title=report.name), folder / "curves.png")
