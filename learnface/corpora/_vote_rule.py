"""The rule by which the ten votes of FER+ become a label or a distribution, or drop the picture.

Barsoum et al. 2016, https://arxiv.org/abs/1608.01041, section 3, as the authors' own `src/ferplus.py` has it,
but on all pictures at once.
"""

import numpy as np

from learnface.errors import DataError

__all__ = ["MODES", "apply_rule"]

MODES = ("majority", "probability", "crossentropy", "multi_target")
_CLASSES = 8  # then come "unknown" and "not a face"
_VOTES = 10


def apply_rule(votes: np.ndarray, mode: str = "majority") -> tuple[np.ndarray, np.ndarray]:
    """Turn votes into distributions over the eight classes, and choose the pictures to keep, as FER+ does.

    First, a class with a single vote loses it. With S the votes that remain, over all ten columns:

    - `"majority"` keeps the class with more than half of S;
    - `"probability"` and `"crossentropy"` take classes from the most votes down, all equals at once, until
      they hold three quarters of S, or are three, or "unknown" or "not a face" comes up (which is not taken);
      they must hold more than half of S, and be three at most;
    - `"multi_target"` takes every class with at least 0.3 S, which must hold more than half of S together.

    Pictures for which this fails, or where "unknown" or "not a face" leads, are dropped.

    Args:
        votes: int array of shape `(samples, 10)`: the eight classes, then unknown and not a face.
        mode: one of `MODES`.

    Returns:
        targets: float32 of shape `(samples, 8)`; rows sum to 1 where kept, and are 0 where not.
        keep: bool of shape `(samples,)`.

    Example:
        >>> targets, keep = apply_rule([[4, 0, 0, 1, 3, 2, 0, 0, 0, 0], [6, 0, 1, 1, 0, 0, 0, 0, 2, 0]])
        >>> keep, targets[1].tolist()
        (array([False,  True]), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    """
    if mode not in MODES:
        raise DataError(f"mode is {mode!r}; use one of {', '.join(MODES)}")
    votes = np.asarray(votes)
    if votes.ndim != 2 or votes.shape[1] != _VOTES:
        raise DataError(f"votes has the shape {votes.shape}; give one row of {_VOTES} counts a picture")
    votes = np.where(votes > 1, votes, 0).astype(np.int64)
    rule = {"majority": _majority, "multi_target": _multi_target}.get(mode, _probability)
    taken, keep = rule(votes, votes.sum(1))
    taken = np.where(keep[:, None], taken[:, :_CLASSES], 0)
    return (taken / np.maximum(taken.sum(1, keepdims=True), 1)).astype(np.float32), keep


def _majority(votes: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    taken = np.where(2 * votes > total[:, None], votes, 0)
    return taken, taken[:, :_CLASSES].any(1)


def _probability(votes: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    taken = np.zeros_like(votes[:, :_CLASSES])
    rest = votes.copy()
    active = total > 0
    for _ in range(3):  # each round takes at least one class of the three
        tied = (rest == rest.max(1, keepdims=True)) & active[:, None]
        taken += np.where(tied[:, :_CLASSES], votes[:, :_CLASSES], 0)
        rest[tied] = 0
        doubtful = tied[:, _CLASSES:].any(1)
        active &= ~doubtful & (4 * taken.sum(1) < 3 * total) & ((taken > 0).sum(1) < 3)
    return taken, (2 * taken.sum(1) > total) & ((taken > 0).sum(1) <= 3)


def _multi_target(votes: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    taken = np.where(10 * votes >= 3 * total[:, None], votes, 0)
    return taken, (2 * taken.sum(1) > total) & (taken.argmax(1) < _CLASSES)
