"""Arrays of faces or clips -> `tf.data.Dataset`, deterministic by seed and resumable at any epoch.

Images are uint8 0-255 in arrays and float32 in [0, 1] in datasets.
"""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from learnface.clips.augmentation import Augmentation, augment
from learnface.errors import DataError

__all__ = ["ArraySource", "evaluation_dataset"]

Targets = np.ndarray | Mapping[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class ArraySource:
    """Training data held in memory: shuffled anew and augmented anew in every epoch.

    What comes in epoch k depends on the seed and k alone, so that a run that was stopped goes on with just
    the batches it would have seen.

    Attributes:
        images: uint8 `(samples, height, width, channels)` or `(samples, frames, height, width, channels)`.
        targets: one array of `(samples, ...)`, or a dict of them by the name of the model's output.
        batch_size: samples a batch; the last batch of an epoch may be smaller, none is dropped.
        seed: of the order and of the augmentation.
        augmentation: how to augment; None does nothing.
        size: `(height, width)` to cut to.
        sample_weight: `(samples,)` weights of the loss, or a dict like `targets`.

    Raises:
        DataError: arrays of different lengths, or images that are not uint8.

    Example:
        >>> source = ArraySource(np.zeros((5, 48, 48, 1), "uint8"), np.eye(5), batch_size=2)
        >>> source.steps_per_epoch
        3
        >>> images, targets = next(iter(source.dataset()))
        >>> images.shape, targets.shape
        (TensorShape([2, 48, 48, 1]), TensorShape([2, 5]))
    """

    images: np.ndarray
    targets: Targets
    batch_size: int = 32
    seed: int = 0
    augmentation: Augmentation | None = None
    size: tuple[int, int] | None = None
    sample_weight: Targets | None = None

    def __post_init__(self):
        _check(self.images, self.targets, self.sample_weight)

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches in an epoch."""
        return math.ceil(len(self.images) / self.batch_size)

    def dataset(self, first_epoch: int = 0) -> tf.data.Dataset:
        """Return the endless dataset of `(images, targets[, sample_weight])` batches from an epoch on."""
        arrays = _arrays(self.images, self.targets, self.sample_weight)
        settings = self.augmentation or Augmentation()

        def batch(epoch: tf.Tensor, rows: tf.Tensor) -> tuple:
            images, *rest = tf.nest.map_structure(lambda array: tf.gather(array, rows), arrays)
            # The first row of a batch differs from batch to batch, and so does its seed.
            seed = tf.stack([self.seed, tf.cast(epoch, tf.int32)])
            seed = tf.random.fold_in(seed, tf.cast(rows[0], tf.int32))
            return augment(tf.cast(images, tf.float32) / 255.0, settings, seed, self.size), *rest

        def epoch(number: tf.Tensor) -> tf.data.Dataset:
            rows = tf.range(len(self.images), dtype=tf.int64)
            seed = tf.stack([tf.constant(self.seed, tf.int64), number])
            order = tf.random.experimental.stateless_shuffle(rows, seed)
            batches = tf.data.Dataset.from_tensor_slices(order).batch(self.batch_size)
            return batches.map(lambda chosen: (number, chosen))

        numbers = tf.data.Dataset.range(first_epoch, np.iinfo(np.int64).max)
        batches = numbers.flat_map(epoch).map(batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        return batches.prefetch(2)


def evaluation_dataset(
    images: np.ndarray,
    targets: Targets | None = None,
    *,
    batch_size: int = 256,
    sample_weight: Targets | None = None,
) -> tf.data.Dataset:
    """Return every sample once, in order, unaugmented: batches of images, or of `(images, targets[, weights])`.

    Args:
        images: uint8 `(samples, height, width, channels)` or `(samples, frames, height, width, channels)`.
        targets: as in `ArraySource`, or None for prediction.
        batch_size: samples a batch; the last may be smaller, none is dropped.
        sample_weight: as in `ArraySource`.

    Raises:
        DataError: arrays of different lengths, or images that are not uint8.
    """
    _check(images, targets, sample_weight)
    arrays = _arrays(images, targets, sample_weight)
    dataset = tf.data.Dataset.from_tensor_slices(arrays if len(arrays) > 1 else arrays[0]).batch(batch_size)

    def scale(images: tf.Tensor, *rest) -> tuple | tf.Tensor:
        images = tf.cast(images, tf.float32) / 255.0
        return (images, *rest) if rest else images

    return dataset.map(scale, num_parallel_calls=tf.data.AUTOTUNE).prefetch(2)


def _arrays(images: np.ndarray, targets: Targets | None, sample_weight: Targets | None) -> tuple:
    with tf.device("CPU"):  # a corpus is larger than a GPU should hold
        present = [part for part in (images, targets, sample_weight) if part is not None]
        return tuple(tf.nest.map_structure(tf.convert_to_tensor, part) for part in present)


def _check(images: np.ndarray, targets: Targets | None, sample_weight: Targets | None) -> None:
    if images.dtype != np.uint8 or images.ndim not in (4, 5):
        raise DataError(
            "images must be uint8 (samples, height, width, channels) or (samples, frames, height, width, "
            f"channels), not {images.dtype} {images.shape}"
        )
    for part in (targets, sample_weight):
        arrays = part.values() if isinstance(part, Mapping) else [part]
        for array in arrays:
            if array is not None and len(array) != len(images):
                raise DataError(f"there are {len(images)} images but {len(array)} targets or weights")
