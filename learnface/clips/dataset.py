"""Faces or clips -> `tf.data.Dataset`, deterministic by seed and resumable at any epoch.

`ArraySource` takes arrays, `PreparedSource` a folder of prepared faces of any size. Images are uint8 0-255 in
both and float32 in [0, 1] in datasets.
"""

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from learnface.arguments import check_least
from learnface.clips._epochs import endless_batches
from learnface.clips.augmentation import Augmentation, augment
from learnface.clips.balance import epoch_order
from learnface.clips.prepared import Prepared
from learnface.errors import DataError

__all__ = ["ArraySource", "PreparedSource", "evaluation_dataset"]

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
        draw: take targets as distributions, and draw one class from each anew in every epoch: FER+'s "probability"
            mode (Barsoum et al. 2016, section 3.2).

    Raises:
        DataError: arrays of different lengths, images that are not uint8, targets that are text or cannot be drawn
            from, or a `batch_size` below 1.

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
    draw: bool = False

    def __post_init__(self):
        check_least(1, batch_size=self.batch_size)
        _check(self.images, self.targets, self.sample_weight)
        _check_numbers(self.targets)
        if not len(self.images):
            raise DataError("there are no images to train on: give at least one sample")
        if self.draw and np.ndim(self.targets) != 2:
            raise DataError("to draw classes, give targets as one array of distributions, (samples, classes)")

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
            if self.draw:
                rest[0] = _drawn(rest[0], tf.random.fold_in(seed, 1))
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


@dataclasses.dataclass(frozen=True)
class PreparedSource:
    """Training data on disk: read at random, shuffled anew and augmented anew in every epoch.

    What comes in epoch k depends on the seed and k alone. The whole corpus is shuffled, not a buffer; memory
    holds a few batches, and some 30 bytes a sample.

    Attributes:
        faces: the prepared samples to train on.
        targets: as in `ArraySource`, in the order of `faces.samples`.
        batch_size: samples a batch; the last batch of an epoch may be smaller, none is dropped.
        seed: of the order and of the augmentation.
        augmentation: how to augment; None does nothing. All frames of a clip are augmented alike.
        size: `(height, width)` to cut to.
        sample_weight: as in `ArraySource`; see `learnface.clips.sample_weights`.
        balance: the class of each sample, to show each class equally often (see `epoch_order`).
        frames: of clips of different lengths, how many frames to give; None takes the longest.
        mask: give `(images, mask)` in place of images, where the mask `(batch, frames)` is True for frames
            that are there and False for the black ones that fill up a clip.
        cache: keep all pixels in memory once they are read.
        part: `(number, count)`: the part of each epoch that this worker out of several takes.

    Raises:
        DataError: targets of another length than the faces or that are text, a `batch_size` below 1, or clips of
            different lengths with neither `frames` nor `mask`.
    """

    faces: Prepared
    targets: Targets
    batch_size: int = 32
    seed: int = 0
    augmentation: Augmentation | None = None
    size: tuple[int, int] | None = None
    sample_weight: Targets | None = None
    balance: Sequence | None = None
    frames: int | None = None
    mask: bool = False
    cache: bool = False
    part: tuple[int, int] = (0, 1)

    def __post_init__(self):
        check_least(1, batch_size=self.batch_size)
        if not len(self.faces):
            raise DataError("there are no faces to train on: select at least one sample")
        _check_lengths(len(self.faces), self.targets, self.sample_weight, self.balance)
        _check_numbers(self.targets)
        _check_frames(self.faces, self.frames, self.mask)
        number, count = self.part
        if not 0 <= number < count <= len(self.faces):
            raise DataError(f"part {number} of {count} of {len(self.faces)} samples: count parts from 0")

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches in an epoch."""
        return math.ceil(math.ceil(len(self.faces) / self.part[1]) / self.batch_size)

    def shard(self, index: int, count: int) -> "PreparedSource":
        """Return the source of one worker of `count`, of those that share out each epoch between them.

        Their parts are equally long; where the samples do not divide, some come in two parts.
        """
        return dataclasses.replace(self, part=(index, count))

    def order(self, epoch: int) -> np.ndarray:
        """Return the places of an epoch's samples in `faces.samples`, in the order in which they come."""
        order = epoch_order(len(self.faces), self.seed, epoch, self._classes)
        index, count = self.part
        each = math.ceil(len(order) / count)
        return np.resize(order, each * count)[index::count]  # resize: goes round to the first ones again

    @functools.cached_property
    def _classes(self) -> np.ndarray | None:
        return None if self.balance is None else np.unique(np.asarray(self.balance), return_inverse=True)[1]

    def dataset(self, first_epoch: int = 0) -> tf.data.Dataset:
        """Return the endless dataset of `(images, targets[, sample_weight])` batches from an epoch on."""
        settings = self.augmentation or Augmentation()
        rest = _arrays(self.targets, self.sample_weight)
        read = _reader(self.faces, self.frames, self.cache)

        def batch(epoch: tf.Tensor, step: tf.Tensor, rows: tf.Tensor) -> tuple:
            images, mask = read(rows)
            images = tf.cast(images, tf.float32) / 255.0
            seed = tf.cast(tf.stack([self.seed, epoch]), tf.int32)
            seed = tf.random.fold_in(tf.random.fold_in(seed, tf.cast(step, tf.int32)), self.part[0])
            images = augment(images, settings, seed, self.size)
            others = tf.nest.map_structure(lambda array: tf.gather(array, rows), rest)
            return ((images, mask) if self.mask else images, *others)

        return endless_batches(self.order, batch, self.batch_size, first_epoch)


def evaluation_dataset(
    images: np.ndarray | Prepared,
    targets: Targets | None = None,
    *,
    batch_size: int = 256,
    sample_weight: Targets | None = None,
    frames: int | None = None,
    mask: bool = False,
) -> tf.data.Dataset:
    """Return every sample once, in order, unaugmented: batches of images, or of `(images, targets[, weights])`.

    Args:
        images: uint8 `(samples, height, width, channels)` or `(samples, frames, height, width, channels)`; or
            prepared faces, which are read from disk batch by batch.
        targets: as in `ArraySource`, or None for prediction.
        batch_size: samples a batch; the last may be smaller, none is dropped.
        sample_weight: as in `ArraySource`.
        frames: of prepared clips, as in `PreparedSource`.
        mask: of prepared clips, as in `PreparedSource`.

    Raises:
        DataError: arrays of different lengths, or images that are not uint8.
    """
    if isinstance(images, Prepared):
        _check_lengths(len(images), targets, sample_weight)
        _check_frames(images, frames, mask)
        read, rest = _reader(images, frames), _arrays(targets, sample_weight)

        def load(rows: tf.Tensor) -> tuple:
            pixels, there = read(rows)
            others = tf.nest.map_structure(lambda array: tf.gather(array, rows), rest)
            return ((pixels, there) if mask else pixels, *others)

        dataset = tf.data.Dataset.range(len(images)).batch(batch_size)
        dataset = dataset.map(load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    else:
        _check(images, targets, sample_weight)
        arrays = _arrays(images, targets, sample_weight)
        dataset = tf.data.Dataset.from_tensor_slices(arrays).batch(batch_size)

    def scale(images: tf.Tensor | tuple, *rest) -> tuple | tf.Tensor:
        pixels, *there = images if isinstance(images, tuple) else (images,)
        pixels = tf.cast(pixels, tf.float32) / 255.0
        inputs = (pixels, *there) if there else pixels
        return (inputs, *rest) if rest or there else inputs

    return dataset.map(scale, num_parallel_calls=tf.data.AUTOTUNE).prefetch(2)


def _reader(
    faces: Prepared, frames: int | None, cache: bool = False
) -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    """Return a function from rows to their pixels and to the mask of their frames."""
    counts = faces.frame_counts
    longest = frames or int(counts.max())
    mask = np.arange(longest) < counts[:, None]
    if cache:
        (kept,) = _arrays(faces.read(frames=longest))

    def read(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        if cache:
            pixels = tf.gather(kept, rows)
        else:
            pixels = tf.numpy_function(lambda places: faces.read(places, longest), [rows], tf.uint8)
        pixels.set_shape((None, *((longest,) if faces.is_clips else ()), *faces.shape))
        return pixels, tf.gather(mask, rows)

    return read


def _arrays(*parts: Targets | None) -> tuple:
    with tf.device("CPU"):  # a corpus is larger than a GPU should hold
        present = [part for part in parts if part is not None]
        return tuple(tf.nest.map_structure(tf.convert_to_tensor, part) for part in present)


def _drawn(distributions: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Return a class for each row, one-hot, drawn by its distribution."""
    chosen = tf.random.stateless_categorical(tf.math.log(distributions), 1, seed)[:, 0]
    return tf.one_hot(chosen, distributions.shape[1], dtype=distributions.dtype)


def _check(images: np.ndarray, targets: Targets | None, sample_weight: Targets | None) -> None:
    if images.dtype != np.uint8 or images.ndim not in (4, 5):
        raise DataError(
            "images must be uint8 (samples, height, width, channels) or (samples, frames, height, width, "
            f"channels), not {images.dtype} {images.shape}"
        )
    _check_lengths(len(images), targets, sample_weight)


def _check_lengths(count: int, *parts: Targets | Sequence | None) -> None:
    for part in parts:
        arrays = part.values() if isinstance(part, Mapping) else [part]
        for array in arrays:
            if array is not None and len(array) != count:
                raise DataError(f"there are {count} images but {len(array)} targets or weights")


def _check_numbers(targets: Targets) -> None:
    for array in targets.values() if isinstance(targets, Mapping) else [targets]:
        if np.asarray(array).dtype.kind in "OSU":
            raise DataError(
                "targets are text: give the code of each sample's class, its place among the labels, or one-hot rows"
            )


def _check_frames(faces: Prepared, frames: int | None, mask: bool) -> None:
    if frames is not None and frames < 1:
        raise DataError(f"frames={frames}: give a number above 0")
    if not faces.is_clips and (mask or frames):
        raise DataError("frames and mask are for clips, and these are pictures: leave them out")
    counts = faces.frame_counts
    if faces.is_clips and not mask and len(counts) and counts.min() < (frames or counts.max()):
        raise DataError(
            f"the clips have {counts.min()} to {counts.max()} frames: pass mask=True to fill up the shorter "
            "ones, or prepare them with frames=N"
        )
