"""What a comparison of methods on micro-expressions comes to: scores over seeds and people, as Markdown."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from learnface.metrics import mean_interval, pooled_difference, pooled_scores
from learnface.reports import comparison_table, markdown_table
from learnface.training import CrossValidation

__all__ = ["against_paper", "all_scores", "differences", "null_check"]

Runs = Mapping[str, Sequence[CrossValidation]]
"""For each method its runs, one a seed."""
_FIGURES = ("accuracy", "uf1", "uar")


def against_paper(runs: Runs, rows: Mapping[str, tuple[str, float]], same_data: bool = True) -> str:
    """Return our pooled accuracies beside a table of the paper.

    Args:
        runs: the runs so far.
        rows: for each row of the table the method and the paper's accuracy.
        same_data: whether both are of the same corpus; otherwise no difference is taken.
    """
    ours = {
        row: mean_interval(_values(runs[method], "accuracy")) if method in runs else None
        for row, (method, _) in rows.items()
    }
    if same_data:
        return comparison_table(ours, {row: value for row, (_, value) in rows.items()}, name="accuracy")
    table = [
        {"accuracy": row, "synthetic (%)": _text(ours[row]) if ours[row] else None, "paper (%)": 100 * value}
        for row, (_, value) in rows.items()
    ]
    return markdown_table(pd.DataFrame(table), decimals=1, index=False)


def all_scores(runs: Runs, titles: Mapping[str, str]) -> str:
    """Return accuracy, UF1 and UAR of every method: means over seeds, and the accuracy's interval over people."""
    rows = []
    for method, results in runs.items():
        row = {"method": titles[method]}
        row |= {name: _text(mean_interval(_values(results, name))) for name in _FIGURES}
        row["accuracy, 95 % over people"] = _range(_pooled(results)["accuracy"])
        rows.append(row)
    return markdown_table(pd.DataFrame(rows), index=False)


def differences(runs: Runs, titles: Mapping[str, str], first: str) -> str:
    """Return by how many percent points a method beats the others: over seeds, and over people."""
    rows = []
    for method, results in runs.items():
        if method == first or first not in runs:
            continue
        row = {f"{titles[first]} less": titles[method]}
        for name in ("accuracy", "uf1"):
            row[name] = _text(mean_interval(_values(runs[first], name) - _values(results, name)), sign=True)
        labels = results[0].labels
        truth, people, one = _joined(runs[first])
        between = pooled_difference(truth, one, _joined(results)[2], labels, groups=people)["accuracy"]
        row["accuracy, 95 % over people"] = _range(between)
        row["says"] = (
            "better" if between["low"] > 0 else "worse" if between["high"] < 0 else "no difference shown"
        )
        rows.append(row)
    return markdown_table(pd.DataFrame(rows), index=False) if rows else ""


def null_check(runs: Runs, titles: Mapping[str, str]) -> str:
    """Return the scores with shuffled labels, beside what guessing reaches.

    A verdict needs the interval over several shuffles: one shuffle may by chance go along with the pictures.
    """
    rows = []
    for method, results in runs.items():
        chance, uar = 1 / len(results[0].labels), mean_interval(_values(results, "uar"))
        verdict = "YES" if uar[0] - uar[1] > chance else "no"
        row = {"method": titles[method], "accuracy": _text(mean_interval(_values(results, "accuracy")))}
        row |= {"uar": _text(uar), "uar, 95 % over people": _range(_pooled(results)["uar"])}
        row |= {"chance": f"{100 * chance:.1f}", "above chance": verdict if len(results) > 1 else None}
        rows.append(row)
    return markdown_table(pd.DataFrame(rows), index=False)


def _values(results: Sequence[CrossValidation], name: str) -> np.ndarray:
    return np.array([result.scores[name]["value"] for result in results])


def _joined(results: Sequence[CrossValidation]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return truth, person and prediction of all seeds' runs together, so that people are drawn with all of them."""
    table = pd.concat([result.predictions for result in results])
    return tuple(table[name].to_numpy(object) for name in ("label", "subject", "predicted"))


def _pooled(results: Sequence[CrossValidation]) -> dict[str, dict[str, float]]:
    truth, people, predicted = _joined(results)
    return pooled_scores(truth, predicted, results[0].labels, groups=people)


def _text(interval: tuple[float, float], sign: bool = False) -> str:
    mean, half = (100 * value for value in interval)
    text = f"{mean:+.1f}" if sign else f"{mean:.1f}"
    return (text if np.isnan(half) else f"{text} ± {half:.1f}").replace("-", "−")


def _range(score: Mapping[str, float]) -> str:
    return f"{100 * score['low']:.1f} to {100 * score['high']:.1f}".replace("-", "−")
