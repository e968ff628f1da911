"""The published label files of FER+, as `tests/data/ferplus_labels.md` describes them."""

import functools
from pathlib import Path

import numpy as np

__all__ = ["label_csv", "new_csv"]

_FILE = Path(__file__).parents[1] / "data" / "ferplus_labels.npz"
_ROWS = (28709, 3589, 3589)


@functools.cache
def new_csv() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return votes (35887, 10), split (0, 1, 2) and image number (-1 without name) of `fer2013new.csv`."""
    arrays = np.load(_FILE)
    return arrays["votes"].astype(int), np.repeat([0, 1, 2], _ROWS), arrays["image_number"]


@functools.cache
def label_csv() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return votes (35710, 10), split (0, 1, 2) and image number of the three `label.csv` in turn."""
    votes, split, number = new_csv()
    last = {name: row for row, name in enumerate(number.tolist()) if name >= 0}
    names = np.array(sorted(last))
    rows = np.array([last[name] for name in names.tolist()])
    votes = votes[rows]
    arrays = np.load(_FILE)
    votes[np.searchsorted(names, arrays["changed_number"])] = arrays["changed_votes"]
    return votes, split[rows], names
