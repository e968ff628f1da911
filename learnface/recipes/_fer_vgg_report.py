"""The table and the cards of the weights that come with learnface."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from learnface.files import sha256
from learnface.models import ModelCard
from learnface.recipes._data import NEW_FACES
from learnface.recipes._occlusion_scores import COVERAGE, accuracies, choice
from learnface.reports import markdown_table
from learnface.training import RunReport

__all__ = ["OTHERS", "card", "table"]

OTHERS = {
    "VGG13 on FER+ (Barsoum et al. 2016)": 85.0,
    "fer 25.10.3 on FER2013 (measured on the same faces)": 65.45,
}
"""Accuracies that others reach on the same two tasks, in percent."""
_FIGURES = (
    "samples",
    "accuracy",
    "accuracy_interval",
    "precision",
    "recall",
    "f1",
    "uar",
    "calibration_error",
)


def table(reports: Sequence[RunReport]) -> str:
    """Return the scores of both heads in Markdown, beside what others reach on the same task.

    Args:
        reports: of heads that one training gave.
    """
    rows = {
        report.name: {
            "accuracy": 100 * report.scores["test"]["accuracy"],
            "with mirrored": 100 * report.scores["test flipped"]["accuracy"],
            "new faces": 100 * report.scores[NEW_FACES]["accuracy"],
            "occluded": 100 * accuracies(report.scores)["occluded"],
            "macro F1": 100 * report.scores["test"]["f1"],
            "UAR": 100 * report.scores["test"]["uar"],
            "calibration error": 100 * report.scores["test"]["calibration_error"],
            "faces": str(report.scores["test"]["samples"]),
        }
        for report in reports
    }
    rows |= {name: {"accuracy": accuracy} for name, accuracy in OTHERS.items()}
    per_class = [f"## {report.name}, per class\n\n{_per_class(report)}" for report in reports]
    first = reports[0]
    run = (
        f"Seed {first.seed}, best epoch {first.best_epoch} of {len(first.history['loss'])}, "
        f"{first.seconds / 60:.0f} min on {first.machine['processor']} ({first.machine['cores']} cores); "
        f"`{first.command}`. Percent; PrivateTest rows, which chose nothing. `new faces` are those of them whose "
        "pixels are not also those of a training face: FER2013 repeats some; `occluded` is the mean over five ways of "
        f"hiding {COVERAGE:.0%} of the lower half."
    )
    tables = [markdown_table(pd.DataFrame(rows).T), run, "## PublicTest, which chooses", _choice(reports)]
    return "\n\n".join(["# fer_vgg", *tables, *per_class]) + "\n"


def _choice(reports: Sequence[RunReport]) -> str:
    return markdown_table(100 * pd.DataFrame({report.name: choice(report.scores) for report in reports}).T)


def _per_class(report: RunReport) -> str:
    classes = pd.DataFrame.from_dict(report.scores["test"]["per_class"], orient="index")
    shares = ["precision", "recall", "f1"]
    return markdown_table(classes.assign(**{name: 100 * classes[name] for name in shares}))


def card(report: RunReport, labels: Sequence[str], rule: str, weights: Path) -> ModelCard:
    """Return what one must know to use a head's weights.

    Args:
        report: of the scored head.
        labels: its classes.
        rule: what its faces were scored by, in words.
        weights: the file of the weights.
    """
    test = report.scores["test"]
    return ModelCard(
        model="fer_vgg",
        labels=tuple(labels),
        input_shape=(48, 48, 1),
        colour="grey",
        face="upright square cut from above the eyebrows to the chin, as in FER2013",
        corpus="FER2013 faces with FER+ votes and FER2013 labels, Training rows",
        protocol=f"{_learnt_from(report)}epoch and temperature chosen on PublicTest; scores on PrivateTest, {rule}",
        scores={key: test[key] for key in _FIGURES}
        | {
            "accuracy_flipped": report.scores["test flipped"]["accuracy"],
            "accuracy_occluded": accuracies(report.scores)["occluded"],
            "per_class": test["per_class"],
        },
        licence="Apache-2.0; trained on FER2013 (Kaggle challenge data) and FER+ labels (MIT)",
        sha256=sha256(weights),
        notes="Posed and web pictures, mostly of adults in Western media. It names expressions, not feelings, "
        "and was not measured on classroom recordings.",
    )


def _learnt_from(report: RunReport) -> str:
    rate = report.settings.get("input_occlusion")
    return f"the lower half of {rate:.0%} of the training faces occluded; " if rate else ""
