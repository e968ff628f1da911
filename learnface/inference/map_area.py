"""Where in a picture the maps of a layer lie: the strides, paddings and cuts on the way to it, followed.

Each place of a map stands for the middle of the pixels that it sees, its receptive field; what convolutions
without padding and pooling leave off at the right and at the bottom, a map does not cover. See Araujo, Norris
and Sim 2019, Computing receptive fields of convolutional neural networks, https://doi.org/10.23915/distill.00021.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
from keras import layers

__all__ = ["Area", "map_area"]

Area = tuple[float, float, float, float]
"""`(x, y, width, height)` in pixels of a picture, from the left and the upper border of its first one."""


def map_area(
    network: keras.Model, layer: keras.Layer, picture: tuple[int, int], maps: tuple[int, int]
) -> Area:
    """Return the part of the picture over which the maps of a layer are to be laid.

    Layers that have neither kernel nor padding are taken to look at the same place. Where that does not lead to
    the size that the maps have, as with layers that enlarge, the whole picture is returned.

    Args:
        network: the functional or sequential network that is given the picture.
        layer: a layer in it, or in a network nested in it.
        picture: its `(height, width)`.
        maps: `(height, width)` of the layer's maps.

    Returns:
        `(x, y, width, height)` in pixels; may reach over the border of the picture.

    Example:
        >>> from learnface.models import fer_vgg  # which cuts 2 pixels, and drops 4 by pooling 11 to 5
        >>> network = fer_vgg()
        >>> map_area(network, network.get_layer("block4_conv2_relu"), (48, 48), (5, 5))
        (2.0, 2.0, 40.0, 40.0)
    """
    seen: list[_Grid] = []

    def note(operation: Any, grid: _Grid) -> None:
        if operation is layer:
            seen.append(grid)

    _follow(network, _Grid(*(_Axis(count) for count in picture)), note)
    if not seen or (seen[-1].rows.count, seen[-1].columns.count) != tuple(maps):
        return (0.0, 0.0, float(picture[1]), float(picture[0]))
    rows, columns = seen[-1].rows, seen[-1].columns
    return (columns.begin, rows.begin, columns.length, rows.length)


@dataclasses.dataclass(frozen=True)
class _Axis:
    """Places along one side of a map: how many, and in pixels the middle of the first and the step between two."""

    count: int
    first: float = 0.5
    step: float = 1.0

    @property
    def begin(self) -> float:
        return self.first - self.step / 2

    @property
    def length(self) -> float:
        return self.count * self.step

    def cut(self, before: int, after: int) -> "_Axis":
        return _Axis(self.count - before - after, self.first + before * self.step, self.step)

    def windows(self, size: int, stride: int, dilation: int, padding: str) -> "_Axis":
        """Return the places of windows that slide over these ones."""
        reach, before = dilation * (size - 1) + 1, 0
        count = (self.count - reach) // stride + 1
        if padding == "same":
            count = -(-self.count // stride)
            before = max((count - 1) * stride + reach - self.count, 0) // 2
        middle = (reach - 1) / 2 - before
        return _Axis(count, self.first + middle * self.step, self.step * stride)


@dataclasses.dataclass(frozen=True)
class _Grid:
    """The places of a map."""

    rows: _Axis
    columns: _Axis


def _follow(network: keras.Model, given: _Grid, note: Callable[[Any, _Grid], None]) -> Any:
    """Send a grid through a network's graph, and note what each operation makes of it."""

    def call(operation: Any, *args: Any, **kwargs: Any) -> Any:
        grids = [one for one in keras.tree.flatten((args, kwargs)) if isinstance(one, _Grid)]
        grid = max(
            grids, key=lambda one: one.rows.count
        )  # a single value for each channel is spread over a map
        if isinstance(operation, keras.Model):
            return _follow(operation, grid, note)
        grid = _after(operation, grid)
        note(operation, grid)
        return [grid] * len(operation._inbound_nodes[0].outputs)

    graph = getattr(network, "_functional", None) or network  # that of a keras.Sequential
    if not hasattr(graph, "_run_through_graph"):
        return given
    # Keras' own way through a functional model, as in `learnface.inference.StreamingModel`.
    return graph._run_through_graph([given] * len(graph.inputs), operation_fn=lambda one: one, call_fn=call)


def _after(operation: Any, grid: _Grid) -> _Grid:
    """Return the places of what an operation gives, by those of what it is given."""
    axes = grid.rows, grid.columns
    if isinstance(operation, layers.Cropping2D):
        return _Grid(*(axis.cut(*ends) for axis, ends in zip(axes, operation.cropping, strict=True)))
    if isinstance(operation, layers.ZeroPadding2D):
        ends = [(-before, -after) for before, after in operation.padding]
        return _Grid(*(axis.cut(*pair) for axis, pair in zip(axes, ends, strict=True)))
    window = getattr(operation, "kernel_size", None) or getattr(operation, "pool_size", None)
    if window is None or len(window) != 2:
        return grid
    dilation = getattr(operation, "dilation_rate", (1, 1))
    sides = zip(axes, window, operation.strides, dilation, strict=True)
    return _Grid(*(axis.windows(*side, operation.padding) for axis, *side in sides))
