"""Batches without end, of samples in an order that each epoch draws anew."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

__all__ = ["endless_batches"]


def endless_batches(
    order: Callable[[int], np.ndarray],
    batch: Callable[[tf.Tensor, tf.Tensor, tf.Tensor], Any],
    batch_size: int,
    first_epoch: int,
) -> tf.data.Dataset:
    """Return the endless dataset of batches from an epoch on; the last batch of an epoch may be smaller.

    Args:
        order: from the number of an epoch to the int64 places of its samples, in the order in which they come.
        batch: from epoch, step within the epoch, and the places of a batch to the batch.
        batch_size: samples a batch.
        first_epoch: where to begin.
    """

    def epoch(number: tf.Tensor) -> tf.data.Dataset:
        places = tf.numpy_function(lambda n: order(int(n)), [number], tf.int64)
        places.set_shape((None,))
        steps = tf.data.Dataset.from_tensor_slices(places).batch(batch_size).enumerate()
        return steps.map(lambda step, rows: (number, step, rows))

    numbers = tf.data.Dataset.range(first_epoch, np.iinfo(np.int64).max)
    batches = numbers.flat_map(epoch).map(batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    return batches.prefetch(2)
