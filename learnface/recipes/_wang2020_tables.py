"""The numbers that wang2020 prints, and our tables beside them."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from learnface.metrics import mean_interval
from learnface.recipes._verdict import ALONE, verdict
from learnface.recipes._wang2020_runs import PATIENCE, Settings
from learnface.reports import comparison_table, markdown_table
from learnface.training.environment import command, machine

__all__ = ["PUBLISHED", "TABLES", "describe"]

BOTH = ("vggface", "vgg19")
CLASSES = ("concentrated", "disgust", "distracted", "happy", "confused", "surprise")


@dataclasses.dataclass(frozen=True)
class PaperTable:
    """One table of the paper.

    Attributes:
        title: what it shows.
        rows: the trainings that it needs.
        backbones: the backbones that the paper has in it.
        metrics: the figures printed; none for a confusion matrix.
    """

    title: str
    rows: tuple[str, ...]
    backbones: tuple[str, ...]
    metrics: tuple[str, ...] = ("accuracy",)


TABLES = {
    "1": PaperTable("basic expressions, single pictures", ("stills",), (*BOTH, "vgg16")),
    "2": PaperTable(
        "learning expressions, single pictures",
        ("static",),
        BOTH,
        ("accuracy", "precision", "recall", "f1"),
    ),
    "3": PaperTable("confusion of VGGFace on single pictures", ("static",), ("vggface",), ()),
    "4": PaperTable("confusion of VGG-19 on single pictures", ("static",), ("vgg19",), ()),
    "5": PaperTable("learning expressions, sequences", ("lstm", "rnn", "fusion", "image"), BOTH),
    "6": PaperTable("confusion of VGGFace-LSTM on sequences", ("lstm",), ("vggface",), ()),
}
PUBLISHED: Mapping[tuple[str, str], Mapping[str, float]] = {
    ("stills", "vgg19"): {"accuracy": 0.9600},
    ("stills", "vggface"): {"accuracy": 0.9757},
    ("stills", "vgg16"): {"accuracy": 0.9524},
    ("static", "vggface"): {"accuracy": 0.5610, "precision": 0.55, "recall": 0.56, "f1": 0.54},
    ("static", "vgg19"): {"accuracy": 0.5244, "precision": 0.58, "recall": 0.52, "f1": 0.52},
    ("lstm", "vggface"): {"accuracy": 0.6593},
    ("rnn", "vggface"): {"accuracy": 0.6374},
    ("fusion", "vggface"): {"accuracy": 0.6154},
    ("image", "vggface"): {"accuracy": 0.5604},
    ("lstm", "vgg19"): {"accuracy": 0.6251},
    ("rnn", "vgg19"): {"accuracy": 0.6044},
    ("fusion", "vgg19"): {"accuracy": 0.5893},
    ("image", "vgg19"): {"accuracy": 0.5220},
}
PUBLISHED_CONFUSION: Mapping[str, Sequence[Sequence[float]]] = {
    "3": (
        (25.5, 9.5, 36.5, 0, 22.2, 6.3),
        (5.4, 67.6, 4.1, 2.7, 5.4, 14.8),
        (10.4, 6.0, 79.1, 0, 0, 4.5),
        (0, 12.3, 1.4, 84.9, 1.4, 0),
        (30.0, 4.3, 37.1, 0, 14.3, 14.3),
        (6.5, 9.7, 14.4, 0, 6.5, 62.9),
    ),
    "4": (
        (19.0, 3.2, 12.7, 0, 60.3, 4.8),
        (1.3, 44.0, 1.3, 4.0, 4.0, 45.3),
        (3.0, 7.5, 37.3, 0, 46.2, 6.0),
        (0, 16.4, 0, 68.5, 1.4, 13.7),
        (10.0, 4.3, 8.5, 0, 74.3, 2.9),
        (4.8, 9.7, 0, 0, 16.1, 69.4),
    ),
    "6": (
        (61.1, 16.7, 16.7, 0, 5.6, 0),
        (16.7, 66.7, 0, 0, 0, 16.7),
        (0, 7.1, 92.9, 0, 0, 0),
        (10.0, 0, 0, 90.0, 0, 0),
        (12.5, 6.3, 50, 0, 25.0, 6.3),
        (0, 0, 45.5, 0, 0, 54.5),
    ),
}
"""Percent of the true class, rows true, in the order of `CLASSES`."""
SILENT = (
    "The paper gives Nadam at 0.0002 (beta 0.9 and 0.999, epsilon 1e-8, schedule decay 0.004, all as here), "
    "dropout 0.5, 5,000 iterations on CK+ and 200 on BNU-LSVED. It does not give the "
    "batch size, the width of the LSTM, which features it reads (here the last map, averaged), how features are "
    "merged (here their mean), which frame stands for a sequence (here the middle one), or a validation set "
    "(here 10 % of the samples choose the epoch). It splits at random by picture, so that frames of one sequence "
    "are in training and test."
)


def describe(tables: Sequence[str], scores: Mapping[str, Sequence[Mapping]], settings: Settings) -> str:
    """Return the tables so far in Markdown: ours beside the paper's, with how they were made."""
    parts = ["# Wang et al. 2020: VGGFace-LSTM for learners' expressions", ""]
    for name in tables:
        table = TABLES[name]
        parts += [f"## Table {name}: {table.title}", ""]
        parts += _figures(table, scores, settings) if table.metrics else _confusions(name, scores, settings)
        parts += [""]
    differs = _differences(settings)
    kept = {k: v for k, v in dataclasses.asdict(settings).items() if k not in ("data", "out", "processes")}
    seeds = sorted({run["seed"] for runs in scores.values() for run in runs})
    minutes = sum(run["minutes"] for runs in scores.values() for run in runs)
    parts += [
        f"`{command()}`; seeds {', '.join(map(str, seeds))}; {minutes:.0f} min of training on "
        f"{machine()['processor']}, {machine()['cores']} cores. ± is the half width of the 95 % interval over "
        "seeds (Student's t).",
        "",
        f"Settings: {', '.join(f'{k} {v}' for k, v in kept.items())}.",
        "",
        SILENT,
        "",
        f"Ours differs in: {'; '.join(differs)}.",
        "",
    ]
    return "\n".join(parts)


def _differences(settings: Settings) -> list[str]:
    """Return what the paper fixes and this run has otherwise."""
    found = ["features are averaged over the last map before the dense layers, where VGG flattens it"]
    if len(settings.dense) != 2:
        found.append(f"dense layers: {len(settings.dense) + 1} in place of 3")
    found.append(
        f"at most {settings.pretraining_epochs} and {settings.epochs} epochs, stopped when the validation loss rises "
        f"for {PATIENCE}, in place of 5,000 and 200 iterations"
    )
    if settings.landmarks != "dlib68":
        aligned = f"aligned by {settings.landmarks}" if settings.landmarks else "not aligned"
        found.append(f"faces are {aligned}, where the paper aligns by dlib's 68 points")
    if settings.learning_rate != 2e-4:
        found.append(f"Nadam at {settings.learning_rate:g}")
    if settings.size != 64 or settings.frames != 10:
        found.append(
            f"{settings.frames} frames of {settings.size} x {settings.size} in place of 10 of 64 x 64"
        )
    if settings.split == "subject":
        found.append("nobody is in two splits (where a corpus names people)")
    return found


def _figures(table: PaperTable, scores: Mapping[str, Sequence[Mapping]], settings: Settings) -> list[str]:
    ours, paper = {}, {}
    for backbone in settings.backbones:
        for row in table.rows:
            runs = scores.get(f"{row}/{backbone}", ())
            for metric in table.metrics:
                name = ", ".join(
                    part for part in (backbone, row if len(table.rows) > 1 else "", metric) if part
                )
                ours[name] = mean_interval([run[metric] for run in runs]) if runs else None
                paper[name] = PUBLISHED.get((row, backbone), {}).get(metric)
    sizes = {
        runs[0]["samples"]
        for row in table.rows
        for b in settings.backbones
        if (runs := scores.get(f"{row}/{b}"))
    }
    counts = f"Test samples a seed: {', '.join(map(str, sorted(sizes)))}."
    return [comparison_table(ours, paper), "", counts, *_order(table, scores, settings)]


def _order(table: PaperTable, scores: Mapping[str, Sequence[Mapping]], settings: Settings) -> list[str]:
    """Say whether the paper's order of Table 5 holds: each row against the next, and the first against the last."""
    lines = []
    for backbone in settings.backbones:
        done = [row for row in table.rows if scores.get(f"{row}/{backbone}")]
        pairs = list(itertools.pairwise(done))
        if len(done) > 2:
            pairs.append((done[0], done[-1]))
        for one, other in pairs:
            ours, others = (_by_seed(scores[f"{row}/{backbone}"]) for row in (one, other))
            common = sorted(set(ours) & set(others))
            said = verdict([ours[seed] for seed in common], [others[seed] for seed in common])
            lines.append(f"- {backbone}, {one} against {other}: {said}")
    return ["", f"Accuracy, paired by seed, {ALONE}:", "", *lines] if lines else []


def _by_seed(runs: Sequence[Mapping]) -> dict[int, float]:
    return {run["seed"]: run["accuracy"] for run in runs}


def _confusions(name: str, scores: Mapping[str, Sequence[Mapping]], settings: Settings) -> list[str]:
    table, parts = TABLES[name], []
    for backbone in settings.backbones:
        runs = scores.get(f"{table.rows[0]}/{backbone}", ())
        published = backbone in table.backbones
        if not runs or (not published and backbone in (*BOTH, "vgg16")):
            continue
        labels = list(runs[0]["labels"])
        counts = np.sum([run["confusion"] for run in runs], axis=0, dtype=float)
        percent = 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
        parts += [f"Ours, {backbone}, percent of the true class:", "", _matrix(percent, labels), ""]
    return [*parts, "The paper's:", "", _matrix(PUBLISHED_CONFUSION[name], CLASSES)]


def _matrix(percent, labels: Sequence[str]) -> str:
    return markdown_table(
        pd.DataFrame(percent, index=labels, columns=list(labels)).rename_axis("true"), decimals=1
    )
