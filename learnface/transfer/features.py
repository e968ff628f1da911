"""Features of a frozen body, computed once: heads then train on them in seconds an epoch.

A frozen body gives the same features in every epoch, but for augmentation; so each sample is stored in a chosen
number of augmented copies, and an epoch draws one of them for each sample.
"""

import dataclasses
import hashlib
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from learnface.clips import Augmentation, Prepared, augment
from learnface.clips._epochs import endless_batches
from learnface.clips.balance import epoch_order
from learnface.errors import DataError
from learnface.training.environment import array_hash
from learnface.training.labelled_faces import images_hash
from learnface.transfer._growing_array import GrowingArray
from learnface.transfer.freezing import inner_layers

__all__ = ["CachedFeatures", "cache_features"]


@dataclasses.dataclass(frozen=True)
class CachedFeatures:
    """Features on disk, read at random.

    Attributes:
        features: `(copies, samples, ...)`, a read-only memory map; copy 0 is not augmented.
    """

    features: np.ndarray

    def __len__(self) -> int:
        return self.features.shape[1]

    def source(
        self,
        targets: np.ndarray,
        *,
        batch_size: int = 32,
        seed: int = 0,
        mask: np.ndarray | None = None,
        sample_weight: np.ndarray | None = None,
        balance: Sequence | None = None,
    ) -> "FeatureSource":
        """Return training batches for `learnface.training.fit`.

        Args:
            targets: `(samples, ...)`.
            batch_size: samples a batch; the last batch of an epoch may be smaller, none is dropped.
            seed: of the order and of the choice of copies.
            mask: `(samples, frames)` booleans, for the head of a masked model.
            sample_weight: `(samples,)` weights of the loss.
            balance: the class of each sample, to show each class equally often.

        Raises:
            DataError: there are not as many targets as samples.
        """
        for given in (targets, mask, sample_weight, balance):
            self._check(given)
        return FeatureSource(self.features, targets, batch_size, seed, mask, sample_weight, balance)

    def dataset(
        self, targets: np.ndarray | None = None, *, batch_size: int = 256, mask: np.ndarray | None = None
    ) -> tf.data.Dataset:
        """Return every sample once, in order, not augmented: batches of features, or `(features, targets)`."""
        for given in (targets, mask):
            self._check(given)
        rows = tf.data.Dataset.range(len(self)).batch(batch_size)
        read = _reader(self.features, mask)
        rest = () if targets is None else (tf.convert_to_tensor(targets),)

        def load(rows: tf.Tensor) -> tuple | tf.Tensor:
            inputs = read(tf.zeros_like(rows), rows)
            return (inputs, *(tf.gather(array, rows) for array in rest)) if rest else inputs

        return rows.map(load).prefetch(2)

    def _check(self, given: Sequence | None) -> None:
        if given is not None and len(given) != len(self):
            raise DataError(f"there are features of {len(self)} samples, but {len(given)} targets or weights")


@dataclasses.dataclass(frozen=True)
class FeatureSource:
    """Batches of cached features: shuffled anew, and copies drawn anew, in every epoch; see `CachedFeatures`."""

    features: np.ndarray
    targets: np.ndarray
    batch_size: int
    seed: int
    mask: np.ndarray | None = None
    sample_weight: np.ndarray | None = None
    balance: Sequence | None = None

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches in an epoch."""
        return math.ceil(self.features.shape[1] / self.batch_size)

    def dataset(self, first_epoch: int = 0) -> tf.data.Dataset:
        """Return the endless dataset of `(features, targets[, sample_weight])` batches from an epoch on."""
        copies, samples = self.features.shape[:2]
        read = _reader(self.features, self.mask)
        rest = [tf.convert_to_tensor(part) for part in (self.targets, self.sample_weight) if part is not None]

        def order(epoch: int) -> np.ndarray:
            rows = epoch_order(samples, self.seed, epoch, self.balance)
            drawn = np.random.default_rng([self.seed, epoch, 1]).integers(copies, size=samples)
            return drawn * samples + rows

        def batch(_epoch: tf.Tensor, _step: tf.Tensor, places: tf.Tensor) -> tuple:
            rows = places % samples
            return read(places // samples, rows), *(tf.gather(array, rows) for array in rest)

        return endless_batches(order, batch, self.batch_size, first_epoch)


def cache_features(
    body: keras.Model,
    images: np.ndarray | Prepared,
    folder: str | Path,
    *,
    copies: int = 1,
    augmentation: Augmentation | None = None,
    frames: int | None = None,
    seed: int = 0,
    batch_size: int = 32,
    progress: bool = True,
) -> CachedFeatures:
    """Compute what a frozen body sees in all samples, and store it.

    A run that was stopped or killed goes on where it was when the same call is made again. The body works in
    inference mode: without dropout, and with the moving statistics of its batch normalisation.

    Args:
        body: from images or clips in [0, 1] to features, such as the first part of
            `learnface.transfer.split_model`.
        images: uint8 `(samples, height, width, channels)` or `(samples, frames, height, width, channels)`, or
            prepared faces.
        folder: folder of `features.npy` and `features.json`.
        copies: how many copies of each sample; the first is not augmented, the others are.
        augmentation: how strongly; needed for more than one copy.
        frames: of prepared clips, how many frames to give (see `learnface.clips.Prepared.read`).
        seed: of the augmentation.
        batch_size: samples a step.
        progress: show progress, with the time left, on a terminal.

    Returns:
        The features, as a memory map.

    Raises:
        DataError: `folder` holds features of another body, other samples or other settings, is damaged, or
            cannot be written.

    Example:
        >>> from learnface.models import fer_vgg
        >>> import tempfile
        >>> body, faces = fer_vgg(include_top=False, pooling="avg"), np.zeros((3, 48, 48, 1), "uint8")
        >>> cache_features(body, faces, tempfile.mkdtemp()).features.shape
        (1, 3, 256)
    """
    augmentation = augmentation or Augmentation()
    if copies < 1 or (copies > 1 and augmentation == Augmentation()):
        raise DataError(f"copies={copies}: give 1 or more, and for more than one an augmentation")
    if not len(images):
        raise DataError("there are no images to compute features of: give at least one")
    folder, read = Path(folder), _pixels(images, frames)
    shape = (copies, len(images), *read(np.arange(1)).shape[1:])
    features = GrowingArray(folder, (copies, len(images), *_output_shape(body, shape[2:])))
    settings = dataclasses.asdict(augmentation) | {"seed": seed, "copies": copies, "frames": frames}
    features.claim({"body": _body_hash(body), "data": images_hash(images), "settings": settings})
    if features.is_complete:
        return CachedFeatures(features.open())
    body = keras.Model(body.inputs, body.outputs, name=body.name)  # so as not to compile the caller's
    body.jit_compile = False
    with _bar(progress, copies * len(images)) as bar, features:
        for copy, rows in features.missing(batch_size):
            pixels = tf.cast(read(rows), tf.float32) / 255.0
            if copy:
                key = tf.random.fold_in(tf.stack([seed, copy]), int(rows[0]))
                pixels = augment(pixels, augmentation, key)
            features.append(body.predict_on_batch(pixels))
            bar.update(bar.task_ids[0], completed=copy * len(images) + int(rows[-1]) + 1)
    return CachedFeatures(features.open())


def _reader(
    features: np.ndarray, mask: np.ndarray | None
) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor | tuple]:
    """Return a function from copies and rows to features, or to `(features, mask)`."""

    def read(copies: tf.Tensor, rows: tf.Tensor) -> tf.Tensor | tuple:
        taken = tf.numpy_function(lambda c, r: features[c, r], [copies, rows], tf.float32)
        taken.set_shape((None, *features.shape[2:]))
        return taken if mask is None else (taken, tf.gather(mask, rows))

    return read


def _pixels(images: np.ndarray | Prepared, frames: int | None) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from rows to uint8 pixels."""
    if isinstance(images, Prepared):
        longest = frames or (int(images.frame_counts.max()) if images.is_clips else None)
        return lambda rows: images.read(rows, longest)
    if images.dtype != np.uint8:
        raise DataError(f"images must be uint8, not {images.dtype}")
    return lambda rows: images[rows]


def _output_shape(body: keras.Model, shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(int(side) for side in body.compute_output_shape((1, *shape))[1:])


def _body_hash(body: keras.Model) -> str:
    digest = hashlib.sha256(array_hash(*(keras.ops.convert_to_numpy(w) for w in body.weights)).encode())
    for layer in inner_layers(body):  # names count the layers of this process, and say nothing of the body
        config = {key: value for key, value in layer.get_config().items() if key not in ("name", "trainable")}
        digest.update(f"{type(layer).__name__}{config}".encode())
    return digest.hexdigest()


def _bar(shown: bool, total: int) -> Progress:
    console = Console(stderr=True)
    columns = (
        TextColumn("features"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal))
    bar.add_task("features", total=total)
    return bar
