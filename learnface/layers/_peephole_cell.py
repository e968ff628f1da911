"""What the LSTMs with peepholes share: the gates of one step, and the run over all steps.

The input part of the gates depends on no state, so it is worked out for all steps at once, before the loop:
one large convolution (or product) instead of many small ones. The loop holds only what must wait for the
step before.
"""

import keras
from keras import ops

from learnface.errors import DataError

__all__ = ["PeepholeCell", "PeepholeRNN"]

WEIGHTS = ("kernel", "recurrent", "bias", "peephole")


class PeepholeCell(keras.layers.Layer):
    """One step of an LSTM. Gates are in Keras' order: input, forget, candidate, output.

    Subclasses say how inputs (`project`) and the last output (`recur`) reach the gates, and add the weights
    by `add_gate_weights` in `build`. `gate_axis` is the axis of the channels.
    """

    gate_axis = -1

    def __init__(
        self,
        units: int,
        *,
        peephole: bool,
        output_peephole: str,
        activation,
        recurrent_activation,
        use_bias: bool,
        unit_forget_bias: bool,
        dtype=None,
        **initializers_and_regularizers,
    ):
        super().__init__(dtype=dtype, name="cell")
        if units < 1:
            raise DataError(f"an LSTM needs 1 or more channels, not {units}")
        if output_peephole not in ("current", "previous"):
            raise DataError(f"output_peephole must be 'current' or 'previous', not {output_peephole!r}")
        self.units = units
        self.peephole = peephole
        self.output_peephole = output_peephole
        self.activation = keras.activations.get(activation)
        self.recurrent_activation = keras.activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.unit_forget_bias = unit_forget_bias
        options = initializers_and_regularizers
        self.initializers = {w: keras.initializers.get(options[f"{w}_initializer"]) for w in WEIGHTS}
        self.regularizers = {w: keras.regularizers.get(options[f"{w}_regularizer"]) for w in WEIGHTS}
        self.state_size = [units, units]

    def project(self, inputs):
        """Return what the inputs (of one step) add to the gates, the bias included."""
        raise NotImplementedError

    def recur(self, hidden):
        """Return what the output of the step before adds to the gates."""
        raise NotImplementedError

    def add_gate_weights(self, kernel: tuple, recurrent: tuple, state: tuple) -> None:
        """Add the weights, given their shapes and that of a state; those of Keras' own LSTMs come first."""
        self.kernel = self._add("kernel", kernel, name="kernel")
        self.recurrent_kernel = self._add("recurrent", recurrent, name="recurrent_kernel")
        self.bias = self._add("bias", (4 * self.units,), name="bias") if self.use_bias else None
        self.state_shape = state
        self.peephole_weights = None
        if self.peephole:
            # Of the input, the forget and the output gate.
            self.peephole_weights = self._add("peephole", (3, *state), name="peephole_weights")

    def call(self, gates, states):
        """Take one step.

        Args:
            gates: what `project` gave for this step.
            states: output and cell state of the step before.

        Returns:
            The output, and the list of the new output and cell state.
        """
        hidden, carry = states
        gates = ops.split(gates + self.recur(hidden), 4, axis=self.gate_axis)
        input_gate, forget_gate, candidate, output_gate = gates
        if self.peephole:
            weights = ops.unstack(ops.cast(self.peephole_weights, self.compute_dtype), 3)
            input_gate = input_gate + weights[0] * carry
            forget_gate = forget_gate + weights[1] * carry
        new = self.recurrent_activation(forget_gate) * carry
        new = new + self.recurrent_activation(input_gate) * self.activation(candidate)
        if self.peephole:
            output_gate = output_gate + weights[2] * (new if self.output_peephole == "current" else carry)
        hidden = self.recurrent_activation(output_gate) * self.activation(new)
        return hidden, [hidden, new]

    def get_initial_state(self, batch_size=None):
        """Return two states of zeros."""
        return [ops.zeros((batch_size, *self.state_shape), dtype=self.compute_dtype) for _ in range(2)]

    def get_config(self):
        """Return the arguments that build the layer of this cell again."""
        initializers = {
            f"{w}_initializer": keras.initializers.serialize(v) for w, v in self.initializers.items()
        }
        regularizers = {
            f"{w}_regularizer": keras.regularizers.serialize(v) for w, v in self.regularizers.items()
        }
        return {
            "peephole": self.peephole,
            "output_peephole": self.output_peephole,
            "activation": keras.activations.serialize(self.activation),
            "recurrent_activation": keras.activations.serialize(self.recurrent_activation),
            "use_bias": self.use_bias,
            "unit_forget_bias": self.unit_forget_bias,
            **initializers,
            **regularizers,
        }

    def _add(self, role: str, shape: tuple, name: str):
        initializer = self._bias_initializer if role == "bias" else self.initializers[role]
        return self.add_weight(shape, initializer=initializer, regularizer=self.regularizers[role], name=name)

    def _bias_initializer(self, shape, dtype=None):
        gates = self.initializers["bias"]((4, self.units), dtype=dtype)
        if self.unit_forget_bias:
            gates = ops.concatenate([gates[:1], ops.ones((1, self.units), dtype=dtype), gates[2:]])
        return ops.reshape(gates, shape)


class PeepholeRNN(keras.layers.RNN):
    """Runs a `PeepholeCell` over all steps, with the input part of the gates worked out beforehand."""

    def call(self, sequences, initial_state=None, mask=None, training=False):
        """Run over `(batch, frames, ...)`; `mask` is True for the frames that count, `(batch, frames)`."""
        gates = self.project(sequences)
        if initial_state is None and not self.stateful:
            # Taken from the gates, and not from the shape of the weights: height and width may be unknown.
            quarter = ops.split(gates[:, 0], 4, axis=self.cell.gate_axis)[0]
            initial_state = [ops.zeros_like(quarter), ops.zeros_like(quarter)]
        return super().call(gates, initial_state=initial_state, mask=mask, training=training)

    def project(self, sequences):
        """Return what the inputs of all steps add to the gates."""
        return self.cell.project(sequences)

    def step(self, frame, states=None):
        """Take one step of a stream: the same numbers as a whole sequence gives, one frame at a time.

        Args:
            frame: the inputs of one step, with no axis of frames: `(batch, ...)`.
            states: what the last call returned; `None` at the start of a stream.

        Returns:
            `(output, states)`: pass the states to the next call.

        Raises:
            DataError: the layer has not been built, or is told to go backwards.
        """
        if not self.built:
            raise DataError(
                "the layer has no weights yet: call it on a sequence, or build() it, before step()"
            )
        if self.go_backwards:
            raise DataError("a stream has no end to start from: step() needs go_backwards=False")
        gates = self.cell.project(ops.convert_to_tensor(frame, dtype=self.compute_dtype))
        if states is None:
            quarter = ops.split(gates, 4, axis=self.cell.gate_axis)[0]
            states = [ops.zeros_like(quarter), ops.zeros_like(quarter)]
        return self.cell(gates, states)

    def get_config(self):
        """Return the arguments that build this layer again."""
        config = super().get_config()
        del config["cell"]
        return {**config, **self.cell.get_config()}

    @classmethod
    def from_config(cls, config):
        """Build the layer from what `get_config` returned."""
        return cls(**config)
