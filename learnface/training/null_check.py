"""The null check: with labels shuffled there is nothing to learn, and whoever learns something has a leak."""

from typing import Any

import numpy as np
import pandas as pd

from learnface.errors import DataError
from learnface.metrics import mean_interval
from learnface.training.cross_validate import cross_validate
from learnface.training.samples import Inputs

__all__ = ["null_check", "shuffle_labels"]


def null_check(
    method: Any,
    index: pd.DataFrame,
    inputs: Inputs | None = None,
    *,
    repeats: int = 5,
    seed: int = 0,
    confidence: float = 0.95,
    **options,
) -> pd.DataFrame:
    """Cross-validate a method on shuffled labels, and compare it with chance.

    Unweighted average recall is at one over the number of classes, whatever the sizes of classes. Leaving people
    out pulls it a little below: what is frequent in a fold is rarer in the rest, from which the method learns.

    Args:
        method: as `learnface.training.cross_validate`.
        index: as `cross_validate`.
        inputs: as `cross_validate`.
        repeats: how many shuffles, each with a seed of its own.
        seed: of the first.
        confidence: coverage of the intervals. For a verdict on each of k methods give 1 - 0.05 / k (Bonferroni), or
            one of twenty honest methods is found out by chance.
        **options: further arguments of `cross_validate`, but for `run_dir`.

    Returns:
        A row for `accuracy`, `uf1` and `uar`: `mean` and `half_width` of its interval over the shuffles (Student's
        t), and `chance`: one over the number of classes for `uar`, the share of the largest class for `accuracy`,
        which is the best that guessing reaches, and NaN for `uf1`. A mean above chance by more than the half width
        tells that the method sees what it must not.

    Raises:
        DataError: as `cross_validate`, or fewer than two repeats.
    """
    if repeats < 2:
        raise DataError(f"repeats is {repeats}: an interval needs 2 or more")
    if "run_dir" in options:
        raise DataError("null_check keeps nothing: leave out run_dir")
    results = [
        cross_validate(method, shuffle_labels(index, one), inputs, seed=one, **options)
        for one in range(seed, seed + repeats)
    ]
    largest = index["label"].value_counts(normalize=True).max()
    chance = {"uar": 1 / len(results[0].labels), "accuracy": float(largest)}
    rows = {}
    for name in results[0].scores:
        mean, half = mean_interval([result.scores[name]["value"] for result in results], confidence)
        rows[name] = {"mean": mean, "half_width": half, "chance": chance.get(name, np.nan)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("score")


def shuffle_labels(index: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Return an index whose labels are dealt out at random over all samples, whoever is on them.

    Example:
        >>> index = pd.DataFrame({"subject": list("aabb"), "label": ["happy", "happy", "sad", "sad"]})
        >>> shuffle_labels(index, seed=3)["label"].tolist()
        ['happy', 'sad', 'happy', 'sad']
    """
    shuffled = index.copy()
    shuffled["label"] = index["label"].array[np.random.default_rng([seed, 8]).permutation(len(index))]
    return shuffled
