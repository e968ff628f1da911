"""What each convolution of a network sees in one face: sun2020's Figure 2, for any image model."""

import math
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from learnface.errors import DataError
from learnface.reports._picture import INK, SMALL, new_figure

__all__ = ["feature_maps_picture", "layer_maps"]

_CONVOLUTIONS = (
    keras.layers.Conv2D,
    keras.layers.Conv2DTranspose,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv2D,
)
_COLUMNS = 16


def layer_maps(
    model: keras.Model, image: np.ndarray, layers: Sequence[str] | None = None
) -> dict[str, np.ndarray]:
    """Return the output of convolution layers for one image, all from a single forward pass.

    Args:
        model: a functional model with one image input `(height, width, channels)`.
        image: `(height, width, channels)`, or `(height, width)` for a grey model; `uint8` 0-255 or floats in
            [0, 1], already of the model's size.
        layers: names of the layers; by default every 2D convolution, in the order of the model.

    Returns:
        For each layer name its maps, float32 of shape `(map_height, map_width, maps)`.

    Raises:
        DataError: the image does not fit the model, or the model has no such layer.

    Example:
        >>> image = keras.Input((8, 8, 1))
        >>> first = keras.layers.Conv2D(4, 3, name="conv1")(image)
        >>> model = keras.Model(image, keras.layers.Conv2D(2, 3, name="conv2")(first))
        >>> maps = layer_maps(model, np.zeros((8, 8), np.uint8))
        >>> {name: array.shape for name, array in maps.items()}
        {'conv1': (6, 6, 4), 'conv2': (4, 4, 2)}
    """
    batch = _batch(model, image)
    chosen = _chosen_layers(model, layers)
    outputs = keras.Model(model.inputs, [layer.output for layer in chosen])(batch, training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    maps = [ops.convert_to_numpy(output)[0].astype(np.float32) for output in outputs]
    return {layer.name: array for layer, array in zip(chosen, maps, strict=True)}


def feature_maps_picture(
    model: keras.Model,
    image: np.ndarray,
    layers: Sequence[str] | None = None,
    most: int = 32,
    title: str | None = None,
) -> Figure:
    """Draw the maps of convolution layers for one image, one block a layer, beside the image.

    Each map is scaled by itself from its lowest value (dark) to its highest (bright). A map that is the same
    everywhere is grey, and counted as silent.

    Args:
        model: a functional model with one image input `(height, width, channels)`.
        image: as for `feature_maps`.
        layers: names of the layers; by default every 2D convolution.
        most: how many maps of a layer to draw, the first ones.
        title: title of the picture.

    Returns:
        A Matplotlib figure.

    Raises:
        DataError: as `feature_maps`; or a layer's output is no maps.

    References:
        sun2020, Figure 2.

    Example:
        >>> image = keras.Input((8, 8, 1))
        >>> model = keras.Model(image, keras.layers.Conv2D(40, 3, name="conv1")(image))
        >>> picture = feature_maps_picture(model, np.zeros((8, 8), np.uint8))
        >>> picture.axes[1].get_title(loc="left")
        'conv1   6 × 6, 32 of 40 maps, 32 silent'
    """
    if most < 1:
        raise DataError(f"most is {most}, but at least one map of a layer must be drawn")
    maps = layer_maps(model, image, layers)
    flat = [name for name, array in maps.items() if array.ndim != 3]
    if flat:
        raise DataError(f"layers {flat} give no maps of (height, width, maps): choose convolution layers")
    rows = [math.ceil(min(array.shape[-1], most) / _COLUMNS) for array in maps.values()]
    heights = [0.36 * count + 0.25 for count in rows]
    figure = new_figure(7.4, max(sum(heights) + (0.4 if title else 0.1), 1.6), title)
    grid = figure.add_gridspec(len(maps), 2, width_ratios=(1.35, 6), height_ratios=heights)
    _draw_image(figure.add_subplot(grid[:, 0]), np.asarray(image))
    for row, (name, array) in enumerate(maps.items()):
        _draw_layer(figure.add_subplot(grid[row, 1]), name, array, most)
    return figure


def _draw_image(axes: Axes, image: np.ndarray) -> None:
    grey = image.ndim == 2 or image.shape[-1] == 1
    top = 255 if image.dtype == np.uint8 else 1
    axes.imshow(image.squeeze() if grey else image, cmap="gray" if grey else None, vmin=0, vmax=top)
    axes.set_title(
        f"input   {image.shape[0]} × {image.shape[1]}", loc="left", fontsize=SMALL, color=INK, pad=3
    )
    axes.set_anchor("NW")
    axes.axis("off")


def _draw_layer(axes: Axes, name: str, maps: np.ndarray, most: int) -> None:
    height, width, count = maps.shape
    shown = maps[..., :most]
    silent = int((np.ptp(shown, axis=(0, 1)) == 0).sum())
    number = f"{count} maps" if count <= most else f"{most} of {count} maps"
    about = f"{height} × {width}, {number}" + (f", {silent} silent" if silent else "")
    colours = colormaps["viridis"].with_extremes(under="#E9E9E9", bad="white")
    axes.imshow(_mosaic(shown), cmap=colours, vmin=0, vmax=1, interpolation="nearest", aspect="equal")
    axes.set_title(f"{name}   {about}", loc="left", fontsize=SMALL, color=INK, pad=3)
    axes.set_anchor("NW")
    axes.axis("off")


def _mosaic(maps: np.ndarray) -> np.ma.MaskedArray:
    """Lay the maps, each scaled to [0, 1], out in rows of `_COLUMNS`, with blank seams between."""
    height, width, count = maps.shape
    seam = max(1, round(0.06 * height))
    rows = math.ceil(count / _COLUMNS)
    shape = rows * (height + seam) - seam, _COLUMNS * (width + seam) - seam
    # Zeros under the mask: Matplotlib calculates with them too, and unset memory may hold infinities.
    sheet = np.ma.masked_array(np.zeros(shape), mask=True)
    for place in range(count):
        top, left = (place // _COLUMNS) * (height + seam), (place % _COLUMNS) * (width + seam)
        sheet[top : top + height, left : left + width] = _scaled(maps[..., place])
    return sheet


def _scaled(array: np.ndarray) -> np.ndarray:
    """Scale a map to [0, 1]; one that is the same everywhere falls under the scale, which draws it grey."""
    low, spread = array.min(), np.ptp(array)
    return (array - low) / spread if spread > 0 else np.full_like(array, -1)


def _batch(model: keras.Model, image: np.ndarray):
    """Return the image as a batch of one in [0, 1], checked against the model's input."""
    shapes = [tuple(tensor.shape[1:]) for tensor in model.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 3:
        raise DataError(f"{model.name} has inputs {shapes}, but must have one of (height, width, channels)")
    image = np.asarray(image)
    image = image[..., None] if image.ndim == 2 else image
    if image.ndim != 3 or any(
        want not in (None, has) for want, has in zip(shapes[0], image.shape, strict=True)
    ):
        raise DataError(f"the image has shape {image.shape}, but {model.name} takes {shapes[0]}: resize it")
    if image.dtype == np.uint8:
        image = image / np.float32(255)
    if not np.isfinite(image).all() or image.min() < 0 or image.max() > 1:
        raise DataError("the image must hold uint8 from 0 to 255, or floats from 0 to 1")
    return ops.convert_to_tensor(image[None], dtype="float32")


def _chosen_layers(model: keras.Model, names: Sequence[str] | None) -> list[keras.layers.Layer]:
    if names is None:
        chosen = [layer for layer in model.layers if isinstance(layer, _CONVOLUTIONS)]
        inner = [layer.name for layer in model.layers if isinstance(layer, keras.Model)]
        if not chosen:
            hint = f": try model.get_layer({inner[0]!r})" if inner else ""
            raise DataError(f"{model.name} has no 2D convolution of its own{hint}")
        return chosen
    own = {layer.name: layer for layer in model.layers}
    unknown = [name for name in names if name not in own]
    if unknown or not names:
        raise DataError(f"{model.name} has no layers {unknown}: it has {list(own)}")
    return [own[name] for name in names]
