"""Windows of frames out of prepared videos, each with a target a frame: what sequence models train on.

    source = WindowSource(faces, places, frames, targets, weights, batch_size=8)
    model.fit(source.dataset(), steps_per_epoch=source.steps_per_epoch)

Only the frames of a batch are read, so that memory does not grow with the videos.
"""

import dataclasses
import functools
import math

import numpy as np
import tensorflow as tf

from learnface.clips._epochs import endless_batches
from learnface.clips.augmentation import Augmentation, augment
from learnface.clips.balance import epoch_order
from learnface.clips.prepared import Prepared
from learnface.errors import DataError

__all__ = ["WindowSource"]


@dataclasses.dataclass(frozen=True)
class WindowSource:
    """Windows of prepared videos; what comes in epoch k depends on the seed and k alone.

    Attributes:
        faces: the prepared videos.
        places: `(windows,)` place of each window's video in `faces.samples`.
        frames: `(windows, n)` places of its frames in the video.
        targets: `(windows, n, outputs)` float32.
        weights: `(windows, n)` weight of each frame in loss and metrics; 0 for one that does not count.
        batch_size: windows a batch; the last batch of an epoch may be smaller, none is dropped.
        seed: of the order and of the augmentation.
        augmentation: how to augment; None does nothing. All frames of a window are augmented alike.
        cache: keep the videos in memory once they are read.

    Raises:
        DataError: there are no windows, or arrays of different lengths.
    """

    faces: Prepared
    places: np.ndarray
    frames: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    batch_size: int = 8
    seed: int = 0
    augmentation: Augmentation | None = None
    cache: bool = False

    def __post_init__(self):
        if not len(self.places):
            raise DataError("there are no windows: give videos with at least one frame that counts")
        shapes = self.frames.shape, self.targets.shape[:2], self.weights.shape
        if len(set(shapes)) > 1 or self.frames.shape[:1] != self.places.shape:
            raise DataError(
                f"places {self.places.shape}, frames, targets and weights {shapes} must tell of the same "
                "(windows, frames)"
            )

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches in an epoch."""
        return math.ceil(len(self.places) / self.batch_size)

    def dataset(self, first_epoch: int = 0) -> tf.data.Dataset:
        """Return the endless dataset of `(clips, targets, weights)` batches from an epoch on."""
        settings = self.augmentation or Augmentation()

        def batch(epoch: tf.Tensor, step: tf.Tensor, rows: tf.Tensor) -> tuple:
            clips, *rest = self._load(rows)
            seed = tf.random.fold_in(tf.cast(tf.stack([self.seed, epoch]), tf.int32), tf.cast(step, tf.int32))
            return augment(clips, settings, seed), *rest

        def order(epoch: int) -> np.ndarray:
            return epoch_order(len(self.places), self.seed, epoch)

        return endless_batches(order, batch, self.batch_size, first_epoch)

    def in_order(self) -> tf.data.Dataset:
        """Return every window once, in order, unaugmented, for evaluation and prediction."""
        rows = tf.data.Dataset.range(len(self.places)).batch(self.batch_size)
        return rows.map(self._load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True).prefetch(2)

    def _load(self, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Return clips in [0, 1], targets and weights of some windows."""
        types = (tf.uint8, tf.float32, tf.float32)
        clips, targets, weights = tf.numpy_function(self._read, [rows], types)
        clips.set_shape((None, self.frames.shape[1], *self.faces.shape))
        targets.set_shape((None, *self.targets.shape[1:]))
        weights.set_shape((None, self.frames.shape[1]))
        return tf.cast(clips, tf.float32) / 255.0, targets, weights

    def _read(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        clips = np.stack([self._window(int(self.places[row]), self.frames[row]) for row in rows])
        return clips, self.targets[rows].astype(np.float32), self.weights[rows].astype(np.float32)

    def _window(self, place: int, frames: np.ndarray) -> np.ndarray:
        if not self.cache:
            return self.faces.read_frames(place, frames)
        if place not in self._videos:
            self._videos[place] = self.faces.read([place])[0]
        return self._videos[place][frames]

    @functools.cached_property
    def _videos(self) -> dict[int, np.ndarray]:
        return {}
