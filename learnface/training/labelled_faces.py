"""Labelled images or clips to train and test on, in memory or prepared on disk."""

import dataclasses
import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
import tensorflow as tf

from learnface.clips import ArraySource, Augmentation, Prepared, PreparedSource, evaluation_dataset
from learnface.corpora.splits import check_disjoint, split_subjects
from learnface.errors import DataError
from learnface.metrics.classification import class_codes
from learnface.training.environment import array_hash

__all__ = ["LabelledFaces", "split_index", "split_prepared"]


@dataclasses.dataclass(frozen=True)
class LabelledFaces:
    """Images or clips with their classes.

    Attributes:
        images: uint8 `(samples, height, width, channels)` or `(samples, frames, height, width, channels)`, or
            prepared faces.
        codes: `(samples,)` integer classes.

    Raises:
        DataError: there are not as many classes as images, or none at all.
    """

    images: np.ndarray | Prepared
    codes: np.ndarray

    def __post_init__(self):
        if len(self.images) != len(self.codes) or not len(self.codes):
            raise DataError(f"there are {len(self.images)} images but {len(self.codes)} classes")

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample; clips of different lengths have None frames."""
        if not isinstance(self.images, Prepared):
            return self.images.shape[1:]
        if not self.images.is_clips:
            return self.images.shape
        counts = self.images.frame_counts
        return (int(counts[0]) if (counts == counts[0]).all() else None, *self.images.shape)

    @property
    def mask(self) -> np.ndarray | None:
        """`(samples, frames)` booleans, True for frames that are there; None for images in memory."""
        if not isinstance(self.images, Prepared) or not self.images.is_clips:
            return None
        counts = self.images.frame_counts
        return np.arange(counts.max()) < counts[:, None]

    def source(
        self,
        batch_size: int = 32,
        *,
        seed: int = 0,
        augmentation: Augmentation | None = None,
        balance: bool = False,
        mask: bool = False,
    ) -> ArraySource | PreparedSource:
        """Return training batches (see `learnface.clips`); with `mask`, those of a masked model."""
        if isinstance(self.images, Prepared):
            classes = self.codes if balance else None
            return PreparedSource(
                self.images, self.codes, batch_size, seed, augmentation, balance=classes, mask=mask
            )
        if balance or mask:
            raise DataError("balance and mask are for prepared faces: prepare them, or leave both out")
        return ArraySource(self.images, self.codes, batch_size, seed, augmentation)

    def dataset(self, batch_size: int = 256, *, mask: bool = False) -> tf.data.Dataset:
        """Return every sample once, in order, as `(images, codes)` batches."""
        options = {"mask": True} if mask else {}
        return evaluation_dataset(self.images, self.codes, batch_size=batch_size, **options)

    def describe(self) -> dict[str, int | str]:
        """Return the number of samples and their hash, for a `RunReport`."""
        return {"samples": len(self), "sha256": images_hash(self.images, self.codes)}


def images_hash(images: np.ndarray | Prepared, *arrays: np.ndarray) -> str:
    """Return the SHA-256 of images in memory or prepared on disk, and of arrays that belong to them."""
    if not isinstance(images, Prepared):
        return array_hash(images, *arrays)
    digest = hashlib.sha256("\n".join([images.sha256(), *images.samples["sample"]]).encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def split_prepared(
    faces: Prepared,
    labels: Sequence[str],
    *,
    validation: float = 0.2,
    test: float = 0.2,
    seed: int = 0,
    disjoint: bool = True,
) -> dict[str, LabelledFaces]:
    """Part prepared faces into training, validation and test; no person is on two sides.

    The corpus's own split is kept. Where it has no validation rows, people are taken out of training for it;
    where it has no split at all, people are dealt out by `learnface.corpora.splits.split_subjects`.

    Args:
        faces: the prepared faces, with the columns `label`, `subject` and, if there is one, `split`.
        labels: the classes, in the order of their codes. LabelledFaces of other classes, or of none, are an error.
        validation: share of the samples for validation, where the corpus does not say.
        test: share of the samples for the test, where the corpus does not say.
        seed: of the split.
        disjoint: refuse a split in which one person is on two sides, where people are known.

    Returns:
        `"train"`, `"validation"` and, if there are any, `"test"` samples.

    Raises:
        DataError: labels are unknown, or there are too few people to split.
    """
    codes = faces.one_hot(labels).argmax(1)
    options = {"validation": validation, "test": test, "seed": seed, "disjoint": disjoint}
    split = split_index(faces.samples, labels, **options).to_numpy()
    rows = {name: np.flatnonzero(split == name) for name in ("train", "validation", "test")}
    return {name: LabelledFaces(faces[found], codes[found]) for name, found in rows.items() if len(found)}


def split_index(
    index: pd.DataFrame,
    labels: Sequence[str],
    *,
    validation: float = 0.2,
    test: float = 0.2,
    seed: int = 0,
    disjoint: bool = True,
) -> pd.Series:
    """Return the split of each row of an index, as `split_prepared` makes it.

    Cutting the faces of a corpus takes hours: what labels and people lack can be told before.

    Args:
        index: the index, with the columns `label` and `subject`, and `split` if it has its own.
        labels: as for `split_prepared`, as all that follow.
        validation: share for validation.
        test: share for the test.
        seed: of the split.
        disjoint: refuse a person on two sides.

    Raises:
        DataError: as for `split_prepared`.
    """
    class_codes(index["label"].astype(object).to_numpy(), labels, "the column 'label'")
    table = _split_table(index, validation, test, seed)
    if disjoint and "subject" in table and table["subject"].notna().any():
        check_disjoint(table)
    missing = {"train", "validation"} - set(table["split"].dropna())
    if missing:
        raise DataError(f"the split has no {' and no '.join(sorted(missing))} samples: give it some")
    return table["split"]


def _split_table(samples: pd.DataFrame, validation: float, test: float, seed: int) -> pd.DataFrame:
    found = set(samples["split"].dropna()) if "split" in samples else set()
    if not found:
        return split_subjects(samples, validation=validation, test=test, seed=seed)
    if "validation" in found or "train" not in found:
        return samples
    train = samples[samples["split"] == "train"]
    held = split_subjects(train, validation=validation, test=0, seed=seed)["split"]
    return samples.assign(split=samples["split"].astype("object").where(samples["split"] != "train", held))
