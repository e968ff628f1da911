"""What recipes on still faces share: images and classes by split, with what identifies them."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd

from learnface.corpora import load_images
from learnface.training.environment import array_hash

__all__ = ["NEW_FACES", "Split", "are_new", "load_splits"]

NEW_FACES = "test, not in training"
"""Name in `RunReport.scores` of the test faces that `are_new`."""


@dataclasses.dataclass(frozen=True)
class Split:
    """The samples of one split.

    Attributes:
        index: rows of the corpus's index.
        images: uint8 `(samples, height, width, channels)`.
        codes: `(samples,)` integer classes.
    """

    index: pd.DataFrame
    images: np.ndarray
    codes: np.ndarray

    def describe(self) -> dict[str, int | str]:
        """Return the number of samples and the hash of images and classes, for a `RunReport`."""
        return {"samples": len(self.images), "sha256": array_hash(self.images, self.codes)}


def are_new(images: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Tell which images are not, pixel for pixel, among others: FER2013 repeats faces of training in its test rows.

    Example:
        >>> faces = np.arange(12, dtype="uint8").reshape(3, 2, 2, 1)
        >>> are_new(faces, faces[1:2]).tolist()
        [True, False, True]
    """
    seen = {image.tobytes() for image in known}
    return np.array([image.tobytes() not in seen for image in images], bool)


def load_splits(
    index: pd.DataFrame, labels: Sequence[str], size: tuple[int, int] | None = None
) -> dict[str, Split]:
    """Load the images of an index once and part them into train, validation and test.

    Args:
        index: index of a corpus of stills.
        labels: class names in the order of their codes. A missing label has code -1.
        size: `(height, width)` to resize to; None keeps the corpus's own.
    """
    images = load_images(index, size=size)
    codes = pd.Categorical(index["label"], categories=list(labels)).codes.astype(np.int64)
    splits = {}
    for name in ("train", "validation", "test"):
        rows = np.flatnonzero(index["split"] == name)
        splits[name] = Split(index.iloc[rows].reset_index(drop=True), images[rows], codes[rows])
    return splits
