"""Recurrent clip models, one frame at a time: the state is carried on, and no window is run again.

A model that predicts for each frame of a clip, such as `cnn_lstm` or `vgg_conv_lstm`, gives for frame t what it
would give there for the whole clip so far, at the cost of one frame. Each face has a state of its own.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np

from learnface.errors import DataError
from learnface.layers import FoldTime, UnfoldTime
from learnface.layers._peephole_cell import PeepholeRNN

__all__ = ["FaceStreams", "StreamingModel"]

# What looks at each frame by itself, though it is called on an axis of frames.
_FRAMEWISE = (
    FoldTime,
    UnfoldTime,
    keras.layers.Activation,
    keras.layers.BatchNormalization,
    keras.layers.Concatenate,
    keras.layers.Dense,
    keras.layers.Dropout,
    keras.layers.InputLayer,
    keras.layers.LayerNormalization,
    keras.layers.ReLU,
    keras.layers.Rescaling,
    keras.layers.Reshape,
    keras.layers.TimeDistributed,
)
_AFTER_LAST = (
    keras.layers.Flatten,
    keras.layers.MaxPooling2D,
)  # where the last layer keeps no axis of frames


class StreamingModel:
    """A recurrent clip model as a step: the faces of one frame and their states in, outputs and states out.

    Weights are shared with the model, not copied.

    Args:
        model: a functional model from `(batch, frames, height, width, channels)` to outputs for each frame
            (or for the clip: then the outputs are those for the clip so far).

    Attributes:
        input_shape: `(height, width, channels)` of a face.
        outputs: number of outputs.

    Raises:
        DataError: the model takes no clips, or has a layer that looks at several frames at once and is no
            one-way recurrent layer.

    Example:
        >>> from learnface.models import cnn_lstm
        >>> model = cnn_lstm((None, 20, 20, 1), backbone="fer_vgg", units=(8,))
        >>> stream = StreamingModel(model)
        >>> outputs, states = stream.step(np.zeros((3, 20, 20, 1), "float32"))  # three faces
        >>> outputs, states = stream.step(np.zeros((3, 20, 20, 1), "float32"), states)  # their next frame
        >>> outputs.shape
        (3, 2)
    """

    def __init__(self, model: keras.Model):
        shape = tuple(model.inputs[0].shape) if len(getattr(model, "inputs", ())) == 1 else ()
        if len(shape) != 5 or len(model.outputs) != 1 or len(model.outputs[0].shape) not in (2, 3):
            raise DataError(
                f"the model {model.name!r} takes {shape or 'several inputs'}: to stream it must take clips, "
                "(batch, frames, height, width, channels), and give one output for each frame or clip"
            )
        self.input_shape = shape[2:]
        self.outputs = model.outputs[0].shape[-1]
        self._step = _as_step(model)
        self._step.jit_compile = False  # XLA would compile again for every number of faces
        self._empty = [tuple(state.shape[1:]) for state in self._step.inputs[1:]]

    def step(
        self, faces: np.ndarray, states: Sequence[np.ndarray] | None = None
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """Take one frame of several faces.

        Args:
            faces: `(faces, height, width, channels)` float32 in [0, 1].
            states: what the last call gave for these faces, in the same order; None at their first frame.

        Returns:
            Outputs `(faces, outputs)`, and the states, each `(faces, ...)`.
        """
        if states is None:
            states = self.initial_states(len(faces))
        results = self._step.predict_on_batch([np.asarray(faces, np.float32), *states])
        outputs, *states = results if isinstance(results, (list, tuple)) else [results]
        return np.asarray(outputs, np.float32), [np.asarray(state) for state in states]

    def initial_states(self, count: int) -> list[np.ndarray]:
        """Return the states of `count` faces before their first frame."""
        return [np.zeros((count, *shape), np.float32) for shape in self._empty]


class FaceStreams:
    """Streams of several faces through one model, each with its own state, known by its number.

    Args:
        model: the model, or the `StreamingModel` of one.

    Example:
        >>> from learnface.models import cnn_lstm
        >>> streams = FaceStreams(cnn_lstm((None, 20, 20, 1), backbone="fer_vgg", units=(8,)))
        >>> faces = np.zeros((2, 20, 20, 1), "float32")
        >>> streams.update([4, 7], faces).shape  # faces 4 and 7 are in this frame
        (2, 2)
        >>> streams.keep([7])  # face 4 is lost: should it come back, it begins anew
        >>> streams.numbers
        [7]
    """

    def __init__(self, model: keras.Model | StreamingModel):
        self.model = model if isinstance(model, StreamingModel) else StreamingModel(model)
        self._states: dict[int, list[np.ndarray]] = {}

    @property
    def numbers(self) -> list[int]:
        """The faces that have a state."""
        return list(self._states)

    def update(self, numbers: Sequence[int], faces: np.ndarray) -> np.ndarray:
        """Take one frame and return its outputs `(faces, outputs)`; a face that is not in it stays as it was.

        Args:
            numbers: number of each face, none twice.
            faces: `(faces, height, width, channels)` float32 in [0, 1].

        Raises:
            DataError: a number comes twice, or there are not as many as faces.
        """
        if len(set(numbers)) != len(faces) or len(numbers) != len(faces):
            raise DataError(f"{len(faces)} faces have the numbers {list(numbers)}: give each one of its own")
        if not len(faces):
            return np.zeros((0, self.model.outputs), np.float32)
        new = [state[0] for state in self.model.initial_states(1)]
        each = [self._states.get(number, new) for number in numbers]
        outputs, states = self.model.step(faces, [np.stack(parts) for parts in zip(*each, strict=True)])
        for row, number in enumerate(numbers):
            self._states[number] = [state[row] for state in states]
        return outputs

    def keep(self, numbers: Iterable[int]) -> None:
        """Forget all faces but these, so that memory stays bounded."""
        numbers = set(numbers)
        self._states = {number: states for number, states in self._states.items() if number in numbers}


def _as_step(model: keras.Model) -> keras.Model:
    """Return a model from faces and states to outputs and states, which shares the layers of `model`."""
    faces = keras.Input(model.inputs[0].shape[2:], name="faces")
    inputs: list[keras.KerasTensor] = []
    results: list[keras.KerasTensor] = []
    folded: set[int] = set()  # tensors in which frames are images: what happens there is of one frame alone

    def call(layer: keras.layers.Layer, *args: Any, **kwargs: Any) -> Any:
        given = [id(tensor) for tensor in keras.tree.flatten(args) if keras.backend.is_keras_tensor(tensor)]
        if isinstance(layer, keras.layers.RNN):
            return _step_of(layer, args[0], inputs, results)
        inside = bool(given) and folded.issuperset(given)
        if not inside and not _is_framewise(layer, args):
            raise DataError(
                f"the layer {layer.name!r} ({type(layer).__name__}) looks at several frames at once: a model "
                "that streams has recurrent layers for that, one-way"
            )
        try:
            output = layer(*args, **kwargs)
        except ValueError as error:
            raise DataError(f"the layer {layer.name!r} cannot take a single frame: {error}") from error
        if isinstance(layer, FoldTime) or inside:
            folded.update(map(id, keras.tree.flatten(output)))
        return output

    clip = keras.ops.expand_dims(faces, 1)
    # Keras' own way through a functional model, as `keras.models.clone_model` takes it; that function itself
    # knows no further inputs, such as states.
    output = model._run_through_graph([clip], operation_fn=lambda layer: layer, call_fn=call)
    (output,) = keras.tree.flatten(output)
    if len(output.shape) == 3:
        output = keras.ops.squeeze(output, 1)
    return keras.Model([faces, *inputs], [output, *results], name=f"{model.name}_step")


def _step_of(
    layer: keras.layers.RNN,
    frames: keras.KerasTensor,
    inputs: list[keras.KerasTensor],
    results: list[keras.KerasTensor],
) -> keras.KerasTensor:
    """Return one step of a recurrent layer; its states join `inputs` and `results`."""
    if layer.go_backwards:
        raise DataError(f"the layer {layer.name!r} goes backwards: a stream has no end to start from")
    step = _RecurrentStep(layer, name=f"{layer.name}_step")
    shapes = step.state_shapes()
    states = [keras.Input(shape, name=f"{layer.name}_state{n}") for n, shape in enumerate(shapes)]
    output, *new = step([frames, *states])
    inputs += states
    results += new
    return keras.ops.expand_dims(output, 1) if layer.return_sequences else output


class _RecurrentStep(keras.layers.Layer):
    """One step of a recurrent layer, given `[frame, *states]`; the weights stay those of the layer."""

    def __init__(self, layer: keras.layers.RNN, **options):
        super().__init__(dtype=layer.dtype_policy, **options)
        self.recurrent = layer
        self.built = True

    def state_shapes(self) -> list[tuple[int, ...]]:
        """Return the shape of each state, without the batch."""
        states = keras.tree.flatten(self.recurrent.get_initial_state(1))
        return [tuple(state.shape[1:]) for state in states]

    def call(self, tensors):
        """Take the step."""
        frame, *states = tensors
        frame = keras.ops.squeeze(frame, 1)
        if isinstance(self.recurrent, PeepholeRNN):
            output, states = self.recurrent.step(frame, states)
        else:
            output, states = self.recurrent.cell(frame, states, training=False)
        return [output, *states]


def _is_framewise(layer: keras.layers.Layer, args: tuple) -> bool:
    """Tell whether a layer that is called on an axis of frames looks at each by itself."""
    if isinstance(layer, keras.layers.MaxPooling3D | keras.layers.AveragePooling3D):
        return layer.pool_size[0] == layer.strides[0] == 1
    if isinstance(layer, _AFTER_LAST):
        return True
    return isinstance(layer, _FRAMEWISE)
