"""Classes of unequal size: weights for the loss, and orders that show each class equally often."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from learnface.errors import DataError

__all__ = ["class_weights", "epoch_order", "sample_weights"]


def class_weights(labels: Iterable[Any]) -> dict[Any, float]:
    """Return how much a sample of each class must count for all classes to count the same.

    The weights are `samples / (classes x samples of the class)` (King and Zeng 2001), whose mean over the
    samples is 1; scikit-learn calls them `"balanced"`.

    Args:
        labels: the label of each training sample: names, or codes as `class_weight` of Keras takes them.

    Raises:
        DataError: there are no labels, or one is missing.

    Example:
        >>> class_weights(["happy", "happy", "happy", "sad"])
        {'happy': 0.6666666666666666, 'sad': 2.0}
    """
    labels = pd.Series(list(labels))
    if labels.empty or labels.isna().any():
        raise DataError("class_weights needs the label of each sample: leave out samples without one")
    counts = labels.value_counts().sort_index()
    return {label: len(labels) / (len(counts) * int(count)) for label, count in counts.items()}


def sample_weights(labels: Sequence[Any]) -> NDArray[np.float32]:
    """Return the class weight of each sample, as a data source's `sample_weight`.

    Example:
        >>> sample_weights(["a", "a", "a", "b"]).round(2).tolist()
        [0.67..., 0.67..., 0.67..., 2.0]
    """
    weights = class_weights(labels)
    return np.array([weights[label] for label in labels], np.float32)


def epoch_order(count: int, seed: int, epoch: int, classes: ArrayLike | None = None) -> NDArray[np.int64]:
    """Return the order of the samples in one epoch, which depends on the arguments alone.

    Args:
        count: number of samples.
        seed: of the run.
        epoch: number of the epoch, from 0.
        classes: the class of each sample, to show each class equally often: large classes lose samples,
            others in each epoch, and small ones repeat them, all equally often but for one time.

    Returns:
        `count` places of samples.

    Example:
        >>> sorted(epoch_order(4, seed=0, epoch=0).tolist())
        [0, 1, 2, 3]
        >>> order = epoch_order(6, seed=0, epoch=0, classes=["a", "a", "a", "a", "a", "b"])
        >>> sorted((order == 5).astype(int).tolist())
        [0, 0, 0, 1, 1, 1]
    """
    random = np.random.default_rng([seed, epoch])
    if classes is None:
        return random.permutation(count)
    names, codes = np.unique(np.asarray(classes), return_inverse=True)
    # What remains after equal shares goes to classes that change from epoch to epoch.
    shares = count // len(names) + (random.permutation(len(names)) < count % len(names))
    chosen = []
    for code, share in enumerate(shares):
        members = np.flatnonzero(codes == code)
        rounds = -(-share // len(members))
        chosen += [np.concatenate([random.permutation(members) for _ in range(rounds)] or [members])[:share]]
    return random.permutation(np.concatenate(chosen))
