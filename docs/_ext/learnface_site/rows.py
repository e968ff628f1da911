"""What a picture of a model says: a row for each step, in words, with equal neighbours counted."""

import dataclasses
import re
from typing import Any

from learnface_site.graph import Branches, Node, Step, flat, steps

__all__ = ["Box", "Fork", "Row", "model_rows"]


@dataclasses.dataclass
class Box:
    """One layer, a block, or a whole network inside another.

    Attributes:
        text: what it is.
        shape: shape of its output.
        kind: what colours it.
        count: how many of it follow each other.
        inside: rows of the network that it is, if it is one.
    """

    text: str
    shape: str
    kind: str
    count: int = 1
    inside: "list[Row] | None" = None


@dataclasses.dataclass
class Fork:
    """Columns of rows, side by side; an empty one is a shortcut."""

    columns: "list[list[Row]]"


Row = Box | Fork

_KINDS = {
    "Conv": "convolution",
    "DepthwiseConv": "convolution",
    "ConvLSTM": "recurrent",
    "Dense": "dense",
    "LSTM": "recurrent",
    "PeepholeLSTM": "recurrent",
    "GRU": "recurrent",
    "SimpleRNN": "recurrent",
    "InputLayer": "input",
    "Functional": "network",
}
_JOINS = ("Add", "Multiply")
_USUAL = re.compile(r"(.*_)?(fc\d*|c\d|dense\d*|predictions)")  # names that say no more than the picture does


def model_rows(model: Any) -> list[Row]:
    """Return the rows of a functional model's picture."""
    return _rows(steps(model))


def _rows(sequence: list[Step]) -> list[Row]:
    rows: list[Row] = []
    waiting = list(sequence)
    while waiting:
        step = waiting.pop(0)
        if isinstance(step, Node):
            _add(rows, _box(step))
        elif waiting and isinstance(waiting[0], Node) and _is_residual(step, waiting[0]):
            _add(rows, _residual(step, waiting.pop(0)))
        else:
            rows.append(Fork([_rows(part) for part in step.parts]))
    return rows


def _add(rows: list[Row], box: Box) -> None:
    """Add a box, or count it at the one above if that says the same."""
    above = rows[-1] if rows else None
    if isinstance(above, Box) and dataclasses.replace(above, count=1) == box:
        above.count += 1
    else:
        rows.append(box)


def _box(node: Node) -> Box:
    layer = node.layer
    name = type(layer).__name__
    if hasattr(layer, "_run_through_graph"):
        times = f", for each of {node.shape[0]} pictures" if node.shape[0] > 1 else ""
        return Box(f"{layer.name}{times}", _shape(node), "network", inside=model_rows(layer)[1:])
    kind = next((_KINDS[key] for key in (name, name.rstrip("123D")) if key in _KINDS), "other")
    words = _words(layer, name)
    if name == "Concatenate" and len(node.before) == 1:
        words = "the channel three times"
    return Box(words, _shape(node), kind)


def _words(layer: Any, name: str) -> str:
    if name == "InputLayer":
        return f"input: {layer.name}"
    size = _size(getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None))
    stride = _stride(getattr(layer, "strides", None))
    if "ConvLSTM" in name:
        peepholes = ", peepholes" if getattr(layer.cell, "peephole", False) else ""
        kernel, filters = (
            layer.cell.kernel_size,
            getattr(layer.cell, "units", getattr(layer.cell, "filters", "")),
        )
        return f"ConvLSTM {_size(kernel)}, {filters}{peepholes}"
    if name.startswith("Conv"):
        return f"convolution {size}, {layer.filters}{stride}"
    if "GlobalAverage" in name or "GlobalMax" in name:
        return (
            "mean over all places"
            if name[-2:] in ("2D", "3D") and "Average" in name
            else ("mean over the frames" if "Average" in name else "maximum")
        )
    if "Pooling" in name:
        return f"{'max' if 'Max' in name else 'average'}-pooling {size}"
    if hasattr(layer, "units"):
        activation = getattr(getattr(layer, "activation", None), "__name__", "")
        shown = f", {activation}" if name == "Dense" and activation not in ("", "linear", "relu") else ""
        title = "" if _USUAL.fullmatch(layer.name) else f"{layer.name}: "
        return f"{title}dense {layer.units}{shown}" if name == "Dense" else f"{name} {layer.units}"
    if hasattr(layer, "cell"):
        return f"{name} {layer.cell.units}"
    if name == "Flip":
        return "RGB to BGR"
    return f"{name}: {layer.name}" if name not in ("Concatenate", *_JOINS) else name.lower()


def _is_residual(step: Branches, join: Node) -> bool:
    """Tell whether branches are a shortcut (or one projection) around convolutions, added or multiplied."""
    shortest = min(step.parts, key=len)
    return type(join.layer).__name__ in _JOINS and len(step.parts) == 2 and len(shortest) <= 1


def _residual(step: Branches, join: Node) -> Box:
    longest = max(step.parts, key=len)
    convolutions = [
        f"{_size(node.layer.kernel_size)}, {node.layer.filters}"
        for node in longest
        if isinstance(node, Node) and hasattr(node.layer, "filters")
    ]
    inner = [node for part in longest if isinstance(part, Branches) for node in flat([part])]
    excited = ", squeeze and excitation" if inner else ""
    return Box(f"residual block {' · '.join(convolutions)}{excited}", _shape(join), "convolution")


def _size(size: Any) -> str:
    return "×".join(map(str, size)) if isinstance(size, tuple | list) else str(size or "")


def _stride(strides: Any) -> str:
    strides = strides if isinstance(strides, tuple | list) else (strides or 1,)
    return f", stride {strides[0]}" if strides[0] > 1 else ""


def _shape(node: Node) -> str:
    pictures, *rest = node.shape
    shape = "×".join(map(str, rest))
    return f"{pictures} · {shape}" if pictures > 1 else shape
