"""The graph of a Keras model, and how it falls into a sequence of steps and parallel branches.

A drawing needs less than the graph: activations, normalisation and dropout belong to the layer before them, and a
part that begins and ends at one point each is one step, whatever branches lie between.
"""

import dataclasses
import itertools
from collections.abc import Iterable
from typing import Any

import keras

__all__ = ["Branches", "Node", "Step", "flat", "steps"]

# They say nothing about the shape of a network: what they do is said at the layer before.
_QUIET = {
    "BatchNormalization",
    "Cast",
    "Dropout",
    "Flatten",
    "FoldTime",
    "FrameMask",
    "InputLayer",
    "LayerNormalization",
    "ReLU",
    "Rescaling",
    "Reshape",
    "UnfoldTime",
    "ZeroPadding2D",
}


@dataclasses.dataclass(eq=False)
class Node:
    """A layer that is drawn.

    Attributes:
        layer: the Keras layer or operation.
        shape: shape of its output for one sample, with the frames that are folded into the batch in front.
        before: the nodes whose outputs it takes.
    """

    layer: Any
    shape: tuple[int, ...]
    before: "list[Node]"


@dataclasses.dataclass
class Branches:
    """Parts that run side by side from one point to one other; an empty one is a shortcut."""

    parts: "list[list[Step]]"


Step = Node | Branches


def steps(model: keras.Model) -> list[Step]:
    """Return a functional model as steps, one after the other; several inputs begin as branches."""
    nodes, last = _nodes(model)
    return _sequence([*nodes], last)


def _nodes(model: keras.Model) -> tuple[list[Node], Node]:
    """Return the drawn nodes in the order of computation, and the last."""
    made: dict[int, Node] = {}  # by tensor
    keep: list[Any] = []  # tensors live as long as their ids are used
    nodes: list[Node] = []
    inputs = [keras.KerasTensor((1, *_known(tensor.shape[1:])), tensor.dtype) for tensor in model.inputs]
    for tensor, layer in zip(inputs, model.inputs, strict=True):
        node = Node(layer._keras_history.operation, tuple(tensor.shape), [])
        made[id(tensor)] = node
        nodes.append(node)

    def call(operation: Any, *args: Any, **kwargs: Any) -> Any:
        given = [t for t in keras.tree.flatten((args, kwargs)) if isinstance(t, keras.KerasTensor)]
        output = operation.compute_output_spec(*args, **kwargs)
        # `UnfoldTime` takes the clips only to count their frames.
        given = given[:1] if type(operation).__name__ == "UnfoldTime" else given
        before = list(dict.fromkeys(made[id(tensor)] for tensor in given))
        first = keras.tree.flatten(output)[0]
        if len(before) == 1 and _is_quiet(operation):
            node = before[0]
        else:
            node = Node(operation, tuple(first.shape), before)
            nodes.append(node)
        for tensor in keras.tree.flatten(output):
            made[id(tensor)] = node
            keep.append(tensor)
        return output

    with keras.StatelessScope(initialize_variables=False):
        outputs = model._run_through_graph(inputs, operation_fn=lambda operation: operation, call_fn=call)
    return nodes, made[id(keras.tree.flatten(outputs)[0])]


def _known(shape: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(10 if size is None else size for size in shape)


def _is_quiet(operation: Any) -> bool:
    return type(operation).__name__ in _QUIET or isinstance(operation, keras.layers.Activation)


def _sequence(nodes: list[Node], last: Node) -> list[Step]:
    """Return nodes, in the order of computation, as steps that end in `last`."""
    needed = _ancestors(last) & set(nodes)
    nodes = [node for node in nodes if node in needed]
    entries = [node for node in nodes if not needed.intersection(node.before)]
    cuts = _cuts(nodes, several_entries=len(entries) > 1)
    result: list[Step] = []
    start = -1
    for cut in cuts:
        between = nodes[start + 1 : cut]
        before = nodes[start] if start >= 0 else None
        if between:
            result.append(_branches(between, before, nodes[cut]))
        result.append(nodes[cut])
        start = cut
    return result


def _ancestors(node: Node) -> set[Node]:
    found, waiting = set(), [node]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += one.before
    return found


def _cuts(nodes: list[Node], several_entries: bool) -> list[int]:
    """Return the places through which every path goes; the last node is always one."""
    place = {node: number for number, node in enumerate(nodes)}
    reach = [0] * (len(nodes) + 1)  # how many edges jump over a place
    for number, node in enumerate(nodes):
        # What comes from outside hangs on the point in front of this part.
        sources = [place.get(one, -1) for one in node.before] or ([-1] if several_entries else [])
        for source in sources:
            for between in range(source + 1, number):
                reach[between] += 1
    return [number for number in range(len(nodes)) if reach[number] == 0]


def _branches(nodes: list[Node], before: Node | None, after: Node) -> Branches:
    """Return the parts between two cuts: what hangs together without them is one branch."""
    groups = _connected(nodes)
    parts = []
    for group in groups:
        ends = [node for node in group if node in after.before]
        if len(ends) == 1:
            parts.append(_sequence(group, ends[0]))
        else:
            parts.append(list(group))  # not a series of parts: all nodes, one after the other
    if before is not None and before in after.before:
        parts.append([])
    return Branches(parts)


def _connected(nodes: list[Node]) -> list[list[Node]]:
    """Return the nodes in groups that edges among them hold together."""
    inside, group = set(nodes), {node: {node} for node in nodes}
    for node in nodes:
        for one in inside.intersection(node.before):
            joined = group[node] | group[one]
            for member in joined:
                group[member] = joined
    unique = {id(members): members for members in group.values()}
    ordered = [[node for node in nodes if node in members] for members in unique.values()]
    return sorted(ordered, key=lambda members: nodes.index(members[0]))


def flat(sequence: Iterable[Step]) -> Iterable[Node]:
    """Return all nodes of steps, branch by branch."""
    for step in sequence:
        if isinstance(step, Node):
            yield step
        else:
            yield from itertools.chain.from_iterable(map(flat, step.parts))
