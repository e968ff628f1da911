"""What a comparison of methods on micro-expressions comes to: scores over seeds and people, as Markdown.

Where a table holds several verdicts, all of them are to hold together in 95 of 100 such tables: each of k is given
at a confidence of 1 - 0.05 / k (Bonferroni).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from learnface.metrics import mean_interval, pooled_difference, pooled_scores
from learnface.reports import comparison_table, markdown_table
from learnface.training import CrossValidation

__all__ = ["against_paper", "all_scores", "by_source", "differences", "null_check"]

Runs = Mapping[str, Sequence[CrossValidation]]
"""For each method its runs, one a seed."""
_FIGURES = ("accuracy", "uf1", "uar")
_ERROR = 0.05  # chance of a wrong verdict in a table


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
    """Return accuracy, UF1 and UAR of every method: means over seeds, and intervals over people.

    The last column counts the folds of networks whose search was ended by the largest number of epochs: where there
    are many, the network might be better with more epochs.
    """
    rows, networks = [], any(_searched(results) for results in runs.values())
    for method, results in runs.items():
        row, pooled = {"method": titles[method], "seeds": str(len(results))}, _pooled(results)
        for name in _FIGURES:
            row[name] = _text(mean_interval(_values(results, name)))
            row[f"{name}, 95 % over people"] = _range(pooled[name])
        if networks:
            row["folds stopped by the limit"] = _cut_off(results) if _searched(results) else None
        rows.append(row)
    return markdown_table(pd.DataFrame(rows), index=False)


def by_source(runs: Runs, titles: Mapping[str, str]) -> str:
    """Return UF1 and UAR of every method on each part of a composite, which all parts taught: means over seeds."""
    rows = []
    for method, results in runs.items():
        parts = [result.summary(by="source").iloc[1:] for result in results]
        for source in parts[0].index:
            row = {"method": titles[method], "corpus": source, "clips": int(parts[0]["samples"][source])}
            row |= {
                name: _text(mean_interval([part[name][source] for part in parts])) for name in ("uf1", "uar")
            }
            rows.append(row)
    return markdown_table(pd.DataFrame(rows), index=False)


def differences(runs: Runs, titles: Mapping[str, str], first: str) -> str:
    """Return by how many percent points a method beats the others: over seeds, and over people.

    The intervals over people, from which the verdicts come, hold jointly: see the module. Methods are compared by
    the seeds that both have.
    """
    others = [method for method in runs if method != first and first in runs]
    rows, names = [], ("accuracy", "uf1")
    for method in others:
        one, other = _same_seeds(runs[first], runs[method])
        if not other:
            continue
        row = {f"{titles[first]} less": titles[method]}
        truth, people, predicted = _joined(one)
        between = pooled_difference(
            truth,
            predicted,
            _joined(other)[2],
            other[0].labels,
            groups=people,
            confidence=1 - _ERROR / (len(others) * len(names)),
        )
        for name in names:
            row[name] = _text(mean_interval(_values(one, name) - _values(other, name)), sign=True)
            row[f"{name}, 95 % jointly over people"] = _range(between[name])
            row[f"by {name}"] = _verdict(between[name])
        rows.append(row)
    return markdown_table(pd.DataFrame(rows), index=False) if rows else ""


def null_check(runs: Runs, titles: Mapping[str, str]) -> str:
    """Return the scores with shuffled labels, beside what guessing reaches.

    A verdict needs the interval over several shuffles: one shuffle may by chance go along with the pictures. Of k
    methods each has its verdict at a confidence of 1 - 0.05 / k.
    """
    rows = []
    for method, results in runs.items():
        chance, uar = 1 / len(results[0].labels), _values(results, "uar")
        mean, half = mean_interval(uar, 1 - _ERROR / len(runs))
        row = {"method": titles[method], "accuracy": _text(mean_interval(_values(results, "accuracy")))}
        largest = results[0].predictions["label"].value_counts(normalize=True).max()
        row |= {"largest class": f"{100 * largest:.1f}", "uar": _text(mean_interval(uar))}
        row |= {"uar, 95 % over people": _range(_pooled(results)["uar"]), "chance": f"{100 * chance:.1f}"}
        row["above chance"] = ("YES" if mean - half > chance else "no") if len(results) > 1 else None
        rows.append(row)
    return markdown_table(pd.DataFrame(rows), index=False)


def _verdict(difference: Mapping[str, float]) -> str:
    if difference["low"] > 0:
        return "better"
    return "worse" if difference["high"] < 0 else "no difference shown"


def _searched(results: Sequence[CrossValidation]) -> bool:
    """Return whether the method chose epochs."""
    return all("cut_off" in result.folds for result in results)


def _cut_off(results: Sequence[CrossValidation]) -> str:
    cut_off = pd.concat([result.folds["cut_off"] for result in results])
    return f"{int(cut_off.sum())} of {len(cut_off)}"


def _same_seeds(one: Sequence[CrossValidation], other: Sequence[CrossValidation]) -> tuple[list, list]:
    """Return the runs of two methods with the same seeds, in the same order; unnamed seeds count from 0."""
    first, second = (
        {result.run.get("seed", place): result for place, result in enumerate(results)}
        for results in (one, other)
    )
    seeds = [seed for seed in first if seed in second]
    return [first[seed] for seed in seeds], [second[seed] for seed in seeds]


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
