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
        **options: further arguments of `cross_validate`, but for `run_dir`.

    Returns:
        A row for `accuracy`, `uf1` and `uar`: `mean` and `half_width` of its 95 % interval over the shuffles
        (Student's t), and `chance`, NaN where none is known. A mean above chance by more than the half width tells
        that the method sees what it must not.

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
    rows = {}
    for name in results[0].scores:
        mean, half = mean_interval([result.scores[name]["value"] for result in results])
        chance = 1 / len(results[0].labels) if name == "uar" else np.nan
        rows[name] = {"mean": mean, "half_width": half, "chance": chance}
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
