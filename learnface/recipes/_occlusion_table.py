"""The tables of the occlusion recipe: which network is better, on faces as they are and on occluded ones."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from learnface.faces.occlusion import KINDS
from learnface.metrics import mean_interval
from learnface.reports import comparison_table, interval_picture, markdown_table
from learnface.training import RunReport

__all__ = ["PUBLISHED", "accuracies", "occluded_part", "sweep_picture", "table", "verdict"]

PUBLISHED = {
    "Deep-Emotion (cited)": 0.6568,
    "EfficientNet (cited)": 0.8360,
    "PLD (cited)": 0.8510,
    "five_branch": 0.8791,
}
"""Table 1: accuracy on FER+."""

SILENT = """\
The paper trains on 28,709, 3,589 and 3,589 faces, at a rate of 0.01 that becomes a tenth "each period", for 30
epochs with ResNet-50; it prints no batch size, momentum, augmentation, seeds or occluded test, and of Figure 3 no
numbers. Its sizes are those before FER+ drops faces without a majority. Here labels are the majority's, 8 classes, of
fer2013new.csv; faces without one are left out. PublicTest chose each run's epoch; PrivateTest was scored once a run.
Occluded test faces are the same faces with 60 % of the lower half hidden, one occluder a face, the same for every
run. Intervals are Student's t at 95 % over seeds; without one there was a single seed."""


def occluded_part(kind: str) -> str:
    """Return the name in `RunReport.scores` of the test faces occluded in a way."""
    return f"test, {kind}"


def accuracies(report: RunReport) -> dict[str, float]:
    """Return a run's accuracies: `clean`, `occluded` (the mean over all kinds), and each kind's own."""
    kinds = {kind: report.scores[occluded_part(kind)]["accuracy"] for kind in KINDS}
    return {
        "clean": report.scores["test"]["accuracy"],
        "occluded": float(np.mean([*kinds.values()])),
        **kinds,
    }


def verdict(first: Sequence[float], second: Sequence[float]) -> str:
    """Say which of two networks is better, by the differences of runs with the same seed.

    Example:
        >>> verdict([0.86, 0.87, 0.86], [0.80, 0.80, 0.81])
        'better by 6.00 ± 2.48 points'
        >>> verdict([0.86, 0.85], [0.85, 0.86])
        'not told apart: +0.00 ± 12.71 points'
        >>> verdict([0.86], [0.85])
        'ahead by 1.00 points in one run, which tells nothing of other seeds'
    """
    mean, half = mean_interval([100 * (a - b) for a, b in zip(first, second, strict=True)])
    if np.isnan(half):
        return (
            f"{'ahead' if mean > 0 else 'behind'} by {abs(mean):.2f} points in one run, "
            "which tells nothing of other seeds"
        )
    if abs(mean) <= half:
        return f"not told apart: {mean:+.2f} ± {half:.2f} points"
    return f"{'better' if mean > 0 else 'worse'} by {abs(mean):.2f} ± {half:.2f} points"


def table(reports: Mapping[str, RunReport], models: Mapping[str, str]) -> str:
    """Return all tables of the runs done so far, in Markdown.

    Args:
        reports: by the folder of the run.
        models: every network with what it is.
    """
    groups = _groups(reports)
    first = next(iter(reports.values()))
    parts = ["# Five branches against occlusion, on FER+", _start(first)]
    named = {name: found for (name, margin), found in groups.items() if margin in (None, 0.03)}
    if "five_branch" in named:
        ours = {"five_branch": mean_interval([accuracies(r)["clean"] for r in named["five_branch"].values()])}
        parts += ["## Table 1: accuracy on FER+", comparison_table(ours, PUBLISHED, name="accuracy")]
    parts += ["## Faces as they are, and with the lower half occluded", _networks(named, models)]
    parts += _verdicts(named)
    sweep = {margin: found for (name, margin), found in groups.items() if name == "five_branch"}
    if len(sweep) > 1:
        parts += ["## Figure 3: the margin", _sweep(sweep)]
    parts += ["## Runs", _runs(reports), SILENT]
    return "\n\n".join(parts) + "\n"


def sweep_picture(reports: Mapping[str, RunReport]) -> Figure | None:
    """Draw the accuracies by margin, on faces as they are and on occluded ones; None for a single margin."""
    groups = _groups(reports)
    sweep = sorted((margin, found) for (name, margin), found in groups.items() if name == "five_branch")
    if len(sweep) < 2:
        return None
    scores = {
        f"{margin:g}, {part}": [accuracies(report)[part] for report in found.values()]
        for part in ("clean", "occluded")
        for margin, found in sweep
    }
    return interval_picture(scores, title="five_branch on FER+, by margin")


def _groups(reports: Mapping[str, RunReport]) -> dict[tuple[str, float | None], dict[int, RunReport]]:
    """Return the reports by network and margin, and in these by seed."""
    groups: dict = {}
    for report in reports.values():
        key = report.settings["model"], report.settings["margin"]
        groups.setdefault(key, {})[report.seed] = report
    return groups


def _start(report: RunReport) -> str:
    settings = report.settings
    counts = ", ".join(f"{part['samples']:,} {name}" for name, part in report.data.items())
    weights = settings["initial_weights"]
    start = f"the weights {weights!r}" if weights else "random weights"
    return (
        f"Backbone {settings['backbone']} from {start}, pictures of {settings['size']} pixels a side, "
        f"{settings['epochs']} epochs, attention {settings['attention']!r}; faces: {counts}."
    )


def _networks(named: Mapping[str, Mapping[int, RunReport]], models: Mapping[str, str]) -> str:
    rows = {}
    for name, found in named.items():
        scores = pd.DataFrame([accuracies(report) for report in found.values()])
        scores.insert(2, "lost", scores["clean"] - scores["occluded"])
        rows[name] = {column: _interval(scores[column]) for column in scores}
    notes = "\n".join(f"- {name}: {models[name]}" for name in named)
    heads = (
        "Accuracy in percent; `occluded` is the mean over the kinds after it, `lost` what occlusion costs."
    )
    return "\n\n".join([heads, markdown_table(pd.DataFrame(rows).T.rename_axis("network")), notes])


def _verdicts(named: Mapping[str, Mapping[int, RunReport]]) -> list[str]:
    """Say plainly which is better: every five-branch network against every plain one, by common seeds."""
    lines = []
    for ours in (name for name in named if name.startswith("five_branch")):
        for other in (name for name in named if name.startswith("plain")):
            seeds = sorted(set(named[ours]) & set(named[other]))
            for part, words in (("clean", "on faces as they are"), ("occluded", "on occluded faces")):
                pair = [[accuracies(named[name][seed])[part] for seed in seeds] for name in (ours, other)]
                if seeds:
                    lines.append(f"- {ours} against {other} {words}: {verdict(*pair)}.")
    weights = [r.scores["branch_weights"] for r in named.get("five_branch", {}).values()]
    if weights:
        means = pd.DataFrame(weights).mean()
        shown = ", ".join(f"{region} {weight:.3f}" for region, weight in means.items())
        lines.append(f"- Mean branch weights of five_branch on the test faces: {shown}.")
    return ["\n".join(lines)] if lines else []


def _sweep(sweep: Mapping[float, Mapping[int, RunReport]]) -> str:
    rows = {}
    for margin, found in sorted(sweep.items()):
        scores = pd.DataFrame([accuracies(report) for report in found.values()])
        validation = pd.Series([report.scores["validation"]["accuracy"] for report in found.values()])
        rows[f"{margin:g}"] = {
            "validation": _interval(validation),
            "clean": _interval(scores["clean"]),
            "occluded": _interval(scores["occluded"]),
            "seeds": ", ".join(map(str, found)),
        }
    spread = "Read differences between margins against how far seeds of one margin differ."
    return "\n\n".join([markdown_table(pd.DataFrame(rows).T.rename_axis("margin")), spread])


def _interval(values: pd.Series) -> str:
    mean, half = mean_interval(100 * values)
    return f"{mean:.2f}" if np.isnan(half) else f"{mean:.2f} ± {half:.2f}"


def _runs(reports: Mapping[str, RunReport]) -> str:
    return "\n".join(
        f"- {folder}: {report.parameters:,} parameters, best epoch {report.best_epoch} of "
        f"{len(report.history['loss'])}, {report.seconds / 60:.0f} min on {report.machine['processor']} "
        f"({report.machine['cores']} cores); `{report.command}`"
        for folder, report in reports.items()
    )
