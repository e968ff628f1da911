"""A part of each image hidden at random while training, and always in the same way afterwards."""

import keras
from keras import ops

from learnface.errors import DataError

__all__ = ["RandomOcclusion"]

_MIDDLE = 0.5  # grey of the fixed occluder
_ROUND, _SQUARE = 2.0, 8.0  # exponents of a superellipse: an ellipse, and a rectangle with round corners


@keras.saving.register_keras_serializable(package="learnface")
class RandomOcclusion(keras.layers.Layer):
    """Lays an occluder over an area of each image, by default its lower half.

    In training every image has its own: an ellipse or a rectangle with round corners, of random place, size
    and proportions, of one random colour, in half of the draws with noise on it. In inference it is the same
    for all images, so that predictions repeat: a grey rectangle amid the area, of the mean coverage.
    Occluders that look like hands and masks are in `learnface.faces.occlusion`; they need no graph.

    Args:
        area: `(x, y, width, height)` in parts of the image, within which the occluder lies.
        coverage: least and largest part of the area that the rectangle round the occluder takes. A rectangle of
            such proportions that it would leave the area is cut at its sides, and takes less: of (1, 1), 0.89 of
            the area in the mean.
        rate: chance for an image to be occluded in training.
        fixed: whether inference occludes too; else it leaves images as they are, as augmentation does.
        seed: of the draws; None takes Keras' own.

    Raises:
        DataError: the area leaves the image, or the coverage or the rate is out of order.

    Example:
        >>> import numpy as np
        >>> faces = np.full((1, 4, 4, 1), 0.25, "float32")
        >>> RandomOcclusion(coverage=(1, 1))(faces)[0, :, 1, 0].numpy().tolist()
        [0.25, 0.25, 0.5, 0.5]
    """

    def __init__(
        self,
        area: tuple[float, float, float, float] = (0.0, 0.5, 1.0, 0.5),
        coverage: tuple[float, float] = (0.3, 0.9),
        rate: float = 1.0,
        fixed: bool = True,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.area, self.coverage, self.seed = tuple(area), tuple(coverage), seed
        self.rate, self.fixed = rate, fixed
        x, y, width, height = self.area
        if min(x, y) < 0 or min(width, height) <= 0 or x + width > 1 or y + height > 1:
            raise DataError(f"area is {area}: give (x, y, width, height) in parts of the image")
        if not 0 <= self.coverage[0] <= self.coverage[1] <= 1 or not 0 <= rate <= 1:
            raise DataError(f"coverage {coverage} must be (least, largest) and rate {rate} one, from 0 to 1")
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, images, training=False):
        """Hide a part of each image."""
        if not training and not self.fixed:
            return images
        coverage, stretch, left, top = self._draws(ops.shape(images)[0]) if training else self._middle()
        across = ops.clip(ops.sqrt(coverage * stretch) / 2, 1e-6, 0.5)
        down = ops.clip(ops.sqrt(coverage / stretch) / 2, 1e-6, 0.5)
        x = across + left * (1 - 2 * across)
        y = down + top * (1 - 2 * down)
        columns = ops.abs(self._places(images.shape[2], 0)[None, None, :, None] - x) / across
        rows = ops.abs(self._places(images.shape[1], 1)[None, :, None, None] - y) / down
        inside = self._superellipse(columns, rows) if training else ops.maximum(columns, rows) < 1
        if training and self.rate < 1:
            inside = ops.logical_and(inside, self._uniform((ops.shape(images)[0], 1, 1, 1)) < self.rate)
        colour = self._colour(images) if training else _MIDDLE
        return images + ops.cast(inside, images.dtype) * (colour - images)

    def _places(self, count: int, axis: int):
        """Return where the middles of pixels lie along a side of the area, from 0 to 1 within it."""
        return ((ops.arange(count, dtype="float32") + 0.5) / count - self.area[axis]) / self.area[axis + 2]

    def _middle(self):
        half = ops.full((1, 1, 1, 1), 0.5)
        return half * sum(self.coverage), 2 * half, half, half

    def _draws(self, batch):
        coverage, stretch, left, top = (self._uniform((batch, 1, 1, 1)) for _ in range(4))
        least, most = self.coverage
        return least + coverage * (most - least), ops.exp(stretch - 0.5), left, top

    def _superellipse(self, columns, rows):
        exponent = ops.where(self._uniform((ops.shape(columns)[0], 1, 1, 1)) < 0.5, _ROUND, _SQUARE)
        return columns**exponent + rows**exponent < 1

    def _colour(self, images):
        batch, channels = ops.shape(images)[0], images.shape[-1]
        noisy, strength = (self._uniform((batch, 1, 1, 1)) for _ in range(2))
        strength = ops.where(noisy < 0.5, strength, 0.0)
        noise = self._uniform(ops.shape(images)) - 0.5
        colour = ops.clip(self._uniform((batch, 1, 1, channels)) + strength * noise, 0.0, 1.0)
        return ops.cast(colour, images.dtype)

    def _uniform(self, shape):
        return keras.random.uniform(shape, seed=self.generator, dtype="float32")

    def compute_output_shape(self, shape):
        """Return the shape of the images."""
        return shape

    def get_config(self):
        """Return the arguments."""
        names = ("area", "coverage", "rate", "fixed", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
