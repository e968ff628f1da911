"""How much arithmetic a model does: floating-point operations of one forward pass, counted from its graph."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import layers

from learnface.errors import DataError
from learnface.layers import ConvLSTM2D, PeepholeLSTM

__all__ = ["flops"]

# They have weights, but no products that anybody counts: normalisation folds into the convolution before it.
_UNCOUNTED = (
    layers.BatchNormalization,
    layers.Embedding,
    layers.GroupNormalization,
    layers.LayerNormalization,
    layers.Normalization,
    layers.PReLU,
)
# They have no weights, and multiply matrices all the same.
_PRODUCTS = ("AdditiveAttention", "Attention", "Dot", "DotProductAttention", "Einsum", "Matmul", "Tensordot")


def flops(model: keras.Model, input_shape: Sequence[int] | None = None) -> int:
    """Count the floating-point operations of one forward pass over one image or clip.

    A multiplication and the addition that follows it are two operations. Counted are the products of weights:
    convolutions, dense layers, and the input, recurrent and peephole weights of recurrent layers at every step.
    Not counted are biases, activations, normalisation, pooling and what else works element by element, which is
    far less. Papers that print "multiply-adds" or "MACs" give half of this figure.

    Args:
        model: a functional model; one of `learnface.models.outline` will do, as no weight is read.
        input_shape: shape of one sample, without the batch, for a model with one input that leaves its height,
            its width or its number of frames open.

    Returns:
        The number of operations.

    Raises:
        DataError: a size is open and not given; the shape does not suit the model; the model is no functional
            one; or a layer has weights that this function cannot count.

    Example:
        >>> from learnface.models import outline
        >>> flops(outline("vgg16", input_shape=(224, 224, 3), classes=1000))  # 15.47 billion multiply-adds
        30940528640
    """
    if not hasattr(model, "_run_through_graph") or not getattr(model, "inputs", None):
        raise DataError(f"{model.name} is no functional model: its layers cannot be followed")
    shapes = [tuple(tensor.shape[1:]) for tensor in model.inputs]
    if input_shape is not None:
        shapes = [_fitting(tuple(input_shape), shapes, model.name)]
    if any(None in shape for shape in shapes):
        raise DataError(f"{model.name} takes {shapes[0]}: say the shape of one sample with input_shape")
    inputs = [
        keras.KerasTensor((1, *shape), tensor.dtype)
        for shape, tensor in zip(shapes, model.inputs, strict=True)
    ]
    counts: list[int] = []
    with keras.StatelessScope(initialize_variables=False):  # an outline has no weights to look at
        _follow(model, inputs, counts)
    return 2 * sum(counts)


def _fitting(given: tuple[int, ...], shapes: list[tuple], name: str) -> tuple[int, ...]:
    """Return the given shape, once it is known to suit the model."""
    fits = len(shapes) == 1 and len(given) == len(shapes[0])
    if not fits or any(a not in (None, b) for a, b in zip(shapes[0], given, strict=True)):
        raise DataError(
            f"input_shape {given} does not suit {name}, which takes {' and '.join(map(str, shapes))}"
        )
    return given


def _follow(model: keras.Model, inputs: list[keras.KerasTensor], counts: list[int]) -> Any:
    """Send tensors of known shape through the graph, and add what each layer multiplies to `counts`."""

    def call(operation: keras.Operation, *args: Any, **kwargs: Any) -> Any:
        if hasattr(operation, "_run_through_graph"):
            return _follow(operation, _tensors(args, kwargs), counts)
        output = operation.compute_output_spec(*args, **kwargs)
        counts.append(_products(operation, _tensors(args, kwargs), _tensors(output)))
        return output

    # Keras' own way through a functional model, as in `learnface.inference.StreamingModel`.
    return model._run_through_graph(inputs, operation_fn=lambda operation: operation, call_fn=call)


def _tensors(*values: Any) -> list[keras.KerasTensor]:
    return [tensor for tensor in keras.tree.flatten(values) if isinstance(tensor, keras.KerasTensor)]


def _products(operation: Any, inputs: list, outputs: list) -> int:
    """Return the multiplications of one layer, given the shapes that it sees, the batch included."""
    for kinds, count in _COUNTS.items():
        if isinstance(operation, kinds):
            return count(operation, tuple(inputs[0].shape), tuple(outputs[0].shape))
    weights = getattr(operation, "weights", ())
    if (weights and not isinstance(operation, _UNCOUNTED)) or type(operation).__name__ in _PRODUCTS:
        raise DataError(
            f"the layer {operation.name!r} ({type(operation).__name__}) is none that can be counted"
        )
    return 0


def _of_dense(layer: Any, given: tuple, output: tuple) -> int:
    return math.prod(output) * given[-1]


def _of_convolution(layer: Any, given: tuple, output: tuple) -> int:
    """Each output value is a sum over the kernel and the channels of its group."""
    return math.prod(output) * math.prod(layer.kernel.shape[:-1])


def _of_depthwise(layer: Any, given: tuple, output: tuple) -> int:
    return math.prod(output) * math.prod(layer.kernel_size)


def _of_separable(layer: Any, given: tuple, output: tuple) -> int:
    channels = math.prod(layer.depthwise_kernel.shape[-2:])  # between the two convolutions
    places = math.prod(output) // layer.filters
    return places * channels * (math.prod(layer.kernel_size) + layer.filters)


def _of_transposed(layer: Any, given: tuple, output: tuple) -> int:
    """Each input value is sent to a kernel of every filter."""
    return math.prod(given) * math.prod(layer.kernel_size) * layer.filters


def _of_recurrent(layer: Any, given: tuple, output: tuple) -> int:
    cell = layer.cell
    weights = [cell.kernel, cell.recurrent_kernel, getattr(cell, "peephole_weights", None)]
    return given[0] * given[1] * sum(math.prod(one.shape) for one in weights if one is not None)


def _of_conv_lstm(layer: Any, given: tuple, output: tuple) -> int:
    """Kernels move over all places of the state; each place has peepholes of its own."""
    cell = layer.cell
    channels_first = _data_format(cell) == "channels_first"
    places = math.prod(output[-2:] if channels_first else output[-3:-1])
    step = places * (math.prod(cell.kernel.shape) + math.prod(cell.recurrent_kernel.shape))
    peepholes = getattr(cell, "peephole_weights", None)
    return given[0] * given[1] * (step + (0 if peepholes is None else math.prod(peepholes.shape)))


def _data_format(cell: Any) -> str:
    return cell.convolution["data_format"] if hasattr(cell, "convolution") else cell.data_format


def _of_bidirectional(layer: Any, given: tuple, output: tuple) -> int:
    return sum(
        _products(one, [keras.KerasTensor(given)], [keras.KerasTensor(output)])
        for one in (layer.forward_layer, layer.backward_layer)
    )


def _of_time_distributed(layer: Any, given: tuple, output: tuple) -> int:
    """A layer at each of the frames is that layer on a batch of them."""
    folded = [keras.KerasTensor((shape[0] * shape[1], *shape[2:])) for shape in (given, output)]
    if not hasattr(layer.layer, "_run_through_graph"):
        return _products(layer.layer, folded[:1], folded[1:])
    counts: list[int] = []
    _follow(layer.layer, folded[:1], counts)
    return sum(counts)


_COUNTS: dict[Any, Callable[[Any, tuple, tuple], int]] = {
    layers.Dense: _of_dense,
    # A depthwise convolution and a transposed one are kinds of their own in Keras.
    (layers.DepthwiseConv1D, layers.DepthwiseConv2D): _of_depthwise,
    (layers.SeparableConv1D, layers.SeparableConv2D): _of_separable,
    (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose): _of_transposed,
    (layers.Conv1D, layers.Conv2D, layers.Conv3D): _of_convolution,
    (ConvLSTM2D, layers.ConvLSTM2D): _of_conv_lstm,
    (layers.GRU, layers.LSTM, PeepholeLSTM, layers.SimpleRNN): _of_recurrent,
    layers.Bidirectional: _of_bidirectional,
    layers.TimeDistributed: _of_time_distributed,
}
