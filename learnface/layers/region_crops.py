"""Fixed regions of an image, cut out and brought to one size inside the graph."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from learnface.errors import DataError

__all__ = ["RegionCrops"]


@keras.saving.register_keras_serializable(package="learnface")
class RegionCrops(keras.layers.Layer):
    """Cuts boxes out of images and resizes them: `(batch, height, width, channels)` to one axis more.

    Cutting and resizing are linear, so both are two products with matrices that depend on the boxes alone:
    bilinear where a region grows, with the triangle widened where it shrinks, so that no pixel is passed over.

    Args:
        boxes: `(x, y, width, height)` of each region in parts of the image, rounded to whole pixels.
        size: `(height, width)` of each region in the result; None takes the image's own.

    Returns:
        `(batch, regions, height, width, channels)`.

    Raises:
        DataError: a box lies outside the image or holds no pixel, or the image's size is not known.

    Example:
        >>> faces = keras.Input((48, 48, 1))
        >>> RegionCrops([(0, 0, 1, 1), (0.25, 0.6, 0.5, 0.3)], size=(32, 32))(faces).shape
        (None, 2, 32, 32, 1)
    """

    def __init__(
        self,
        boxes: Sequence[tuple[float, float, float, float]],
        size: tuple[int, int] | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.boxes = [tuple(map(float, box)) for box in boxes]
        self.size = tuple(size) if size is not None else None
        if not self.boxes or any(len(box) != 4 for box in self.boxes):
            raise DataError(f"boxes are {boxes}: give one (x, y, width, height) or more")
        if self.size is not None and (len(self.size) != 2 or min(self.size) < 1):
            raise DataError(f"size is {size}: give (height, width) in pixels")

    def build(self, shape):
        """Make the matrices."""
        if len(shape) != 4 or None in shape[1:3]:
            raise DataError(
                f"RegionCrops takes (batch, height, width, channels) of a known size, not {shape}"
            )
        sides = self.size or shape[1:3]
        self.rows = np.stack([_matrix(y, down, shape[1], sides[0]) for _, y, _, down in self.boxes])
        self.columns = np.stack([_matrix(x, across, shape[2], sides[1]) for x, _, across, _ in self.boxes])

    def call(self, images):
        """Cut the regions."""
        rows = ops.convert_to_tensor(self.rows, images.dtype)
        columns = ops.convert_to_tensor(self.columns, images.dtype)
        lines = ops.einsum("rih,bhwc->briwc", rows, images)
        return ops.einsum("rjw,briwc->brijc", columns, lines)

    def compute_output_shape(self, shape):
        """Return the shape of the regions."""
        return (shape[0], len(self.boxes), *(self.size or shape[1:3]), shape[3])

    def get_config(self):
        """Return the arguments."""
        return {**super().get_config(), "boxes": self.boxes, "size": self.size}


def _matrix(start: float, length: float, source: int, size: int) -> np.ndarray:
    """Return `(size, source)`: how much of each pixel of a side goes into each pixel of the result."""
    low, high = (round(float(place) * source) for place in (start, start + length))
    if not 0 <= low < high <= source:
        raise DataError(
            f"a box from {start} to {start + length} of {source} pixels holds none, or leaves them"
        )
    scale = (high - low) / size
    centres = (np.arange(size) + 0.5) * scale
    apart = np.abs(np.arange(high - low) + 0.5 - centres[:, None]) / max(scale, 1.0)
    weights = np.maximum(1.0 - apart, 0.0)
    matrix = np.zeros((size, source), np.float32)
    matrix[:, low:high] = weights / weights.sum(axis=1, keepdims=True)
    return matrix
