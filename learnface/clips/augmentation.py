"""Random augmentation of images and clips: one draw a clip, so that all its frames move together."""

import dataclasses
import math

import tensorflow as tf

from learnface.errors import DataError

__all__ = ["Augmentation", "augment"]


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """How strongly to augment; the defaults change nothing.

    Attributes:
        flip: mirror left and right in half of the draws.
        rotation: largest in-plane rotation, in degrees.
        zoom: largest relative change of scale, such as 0.1 for 0.9 to 1.1.
        shift: largest shift, as a fraction of the side.
        brightness: largest change of brightness, in the units of the image ([0, 1]).
        contrast: largest relative change of contrast.
        erase: chance of covering one random rectangle with a random grey (random erasing, Zhong et al. 2020).
        erase_area: smallest and largest side of that rectangle, as fractions of the image's side.
    """

    flip: bool = False
    rotation: float = 0.0
    zoom: float = 0.0
    shift: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    erase: float = 0.0
    erase_area: tuple[float, float] = (0.12, 0.35)

    def __post_init__(self):
        if not 0 <= self.zoom < 1 or not 0 <= self.erase <= 1 or min(dataclasses.astuple(self)[1:7]) < 0:
            raise DataError(
                f"augmentation out of range: {self}; zoom is in [0, 1), erase in [0, 1], none is negative"
            )


def augment(
    images: tf.Tensor, settings: Augmentation, seed: tf.Tensor, size: tuple[int, int] | None = None
) -> tf.Tensor:
    """Augment a batch of images or clips; the same seed gives the same result.

    Args:
        images: float32 in [0, 1], `(batch, height, width, channels)` or
            `(batch, frames, height, width, channels)`.
        settings: how strongly.
        seed: two integers.
        size: `(height, width)` of the result; a smaller one cuts around the (shifted) centre.

    Returns:
        float32 in [0, 1], of the same rank.

    Example:
        >>> faces = tf.random.stateless_uniform((4, 48, 48, 1), seed=(0, 0))
        >>> augment(faces, Augmentation(flip=True, rotation=10), seed=(1, 2)).shape
        TensorShape([4, 48, 48, 1])
    """
    images = tf.convert_to_tensor(images)
    if settings == Augmentation() and size is None:
        return images  # resampling where nothing moves costs more than reading the images
    if images.shape.rank == 5:  # frames become channels: whatever happens, happens to all frames alike
        batch, frames, height, width, channels = tf.unstack(tf.shape(images))
        flat = tf.reshape(tf.transpose(images, (0, 2, 3, 1, 4)), (batch, height, width, frames * channels))
        flat = augment(flat, settings, seed, size)
        height, width = tf.unstack(tf.shape(flat)[1:3])
        clips = tf.transpose(tf.reshape(flat, (batch, height, width, frames, channels)), (0, 3, 1, 2, 4))
        clips.set_shape((images.shape[0], images.shape[1], *(size or images.shape[2:4]), images.shape[4]))
        return clips
    seeds = tf.random.split(tf.cast(seed, tf.int32), num=3)
    images = _move(images, settings, seeds[0], size)
    images = _light(images, settings, seeds[1])
    if settings.erase:
        images = _erase(images, settings, seeds[2])
    return tf.clip_by_value(images, 0.0, 1.0)


def _uniform(seed: tf.Tensor, number: int, batch: tf.Tensor, low: float, high: float) -> tf.Tensor:
    """Return one draw a sample; `number` tells apart the draws that share a seed."""
    return tf.random.stateless_uniform((batch,), tf.random.fold_in(seed, number), low, high)


def _move(
    images: tf.Tensor, settings: Augmentation, seed: tf.Tensor, size: tuple[int, int] | None
) -> tf.Tensor:
    """Flip, rotate, scale and shift about the centre in one resampling."""
    batch = tf.shape(images)[0]
    height, width = (tf.cast(side, tf.float32) for side in tf.unstack(tf.shape(images)[1:3]))
    out_size = tf.shape(images)[1:3] if size is None else tf.constant(size)
    out_height, out_width = (tf.cast(side, tf.float32) for side in tf.unstack(out_size))
    angle = _uniform(seed, 0, batch, -settings.rotation, settings.rotation) * (math.pi / 180)
    scale = 1.0 / (1.0 + _uniform(seed, 1, batch, -settings.zoom, settings.zoom))
    dx = _uniform(seed, 2, batch, -settings.shift, settings.shift) * width
    dy = _uniform(seed, 3, batch, -settings.shift, settings.shift) * height
    mirror = tf.ones((batch,))
    if settings.flip:
        mirror = tf.where(_uniform(seed, 4, batch, 0.0, 1.0) < 0.5, -1.0, 1.0)
    # The transform takes a place in the result to the place in the input that is shown there.
    cos, sin = tf.cos(angle) * scale, tf.sin(angle) * scale
    a, b, c, d = cos * mirror, -sin, sin * mirror, cos
    out_x, out_y = (out_width - 1) / 2, (out_height - 1) / 2
    x = (width - 1) / 2 + dx - a * out_x - b * out_y
    y = (height - 1) / 2 + dy - c * out_x - d * out_y
    zero = tf.zeros((batch,))
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([a, b, x, c, d, y, zero, zero], axis=1),
        output_shape=out_size,
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="NEAREST",
    )
    moved.set_shape((images.shape[0], *(size or images.shape[1:3]), images.shape[3]))
    return moved


def _light(images: tf.Tensor, settings: Augmentation, seed: tf.Tensor) -> tf.Tensor:
    """Change contrast about the image's mean, then brightness."""
    batch = tf.shape(images)[0]
    gain = 1.0 + _uniform(seed, 0, batch, -settings.contrast, settings.contrast)
    offset = _uniform(seed, 1, batch, -settings.brightness, settings.brightness)
    mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    return (images - mean) * gain[:, None, None, None] + mean + offset[:, None, None, None]


def _erase(images: tf.Tensor, settings: Augmentation, seed: tf.Tensor) -> tf.Tensor:
    """Cover one random rectangle with one grey, in a share of the samples."""
    batch, height, width = tf.unstack(tf.shape(images)[:3])
    low, high = settings.erase_area
    inside = []
    for number, side in enumerate((height, width)):
        length = _uniform(seed, 2 * number, batch, low, high)
        start = _uniform(seed, 2 * number + 1, batch, 0.0, 1.0) * (1.0 - length)
        place = (tf.range(tf.cast(side, tf.float32)) + 0.5) / tf.cast(side, tf.float32)
        inside.append((place >= start[:, None]) & (place < (start + length)[:, None]))
    chosen = _uniform(seed, 4, batch, 0.0, 1.0) < settings.erase
    mask = inside[0][:, :, None] & inside[1][:, None, :] & chosen[:, None, None]
    grey = _uniform(seed, 5, batch, 0.0, 1.0)
    return tf.where(mask[..., None], grey[:, None, None, None], images)
