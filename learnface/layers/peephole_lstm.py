"""An LSTM whose gates see the cell state (peepholes), which Keras' own do not."""

import keras
from keras import ops

from learnface.layers._peephole_cell import PeepholeCell, PeepholeRNN

__all__ = ["PeepholeLSTM"]


@keras.saving.register_keras_serializable(package="learnface")
class PeepholeLSTM(PeepholeRNN):
    """LSTM with peepholes: mi2020's equations 1 to 5, those of Graves 2013.

        i = sigmoid(W_xi x + W_hi h + w_ci * c + b_i)          input gate
        f = sigmoid(W_xf x + W_hf h + w_cf * c + b_f)          forget gate
        c' = f * c + i * tanh(W_xc x + W_hc h + b_c)           cell state
        o = sigmoid(W_xo x + W_ho h + w_co * c' + b_o)         output gate
        h' = o * tanh(c')                                      output

    The arguments are those of `keras.layers.LSTM`, and with `peephole=False` so are the numbers: `set_weights`
    takes that layer's weights. Of these, `kernel_constraint`, `recurrent_constraint`, `bias_constraint`, `dropout`,
    `recurrent_dropout`, `seed` and `use_cudnn` are absent.

    Args:
        units: number of outputs.
        peephole: whether the gates see the cell state.
        output_peephole: `"current"`: the output gate sees c', as in Graves 2013; `"previous"`: it sees c, as
            equation 4 of mi2020 is printed.
        activation: activation of the candidate and of the output.
        recurrent_activation: activation of the gates.
        use_bias: whether the gates have a bias.
        unit_forget_bias: whether the bias of the forget gate begins at 1.
        kernel_initializer: initialiser of the weights of the inputs.
        recurrent_initializer: initialiser of the weights of the last output.
        bias_initializer: initialiser of the biases.
        peephole_initializer: initialiser of the peepholes; zeros start as a plain LSTM.
        kernel_regularizer: penalty on the weights of the inputs.
        recurrent_regularizer: penalty on the weights of the last output.
        bias_regularizer: penalty on the biases.
        peephole_regularizer: penalty on the peepholes.
        return_sequences: return the outputs of all steps, and not the last alone.
        return_state: return `(output, h, c)`.
        go_backwards: begin with the last step; outputs of all steps are then in that order.
        stateful: begin each batch where the one before ended.
        **kwargs: `name`, `dtype`, `unroll`, `zero_output_for_mask` and the like, as in `keras.layers.RNN`.

    Call arguments:
        sequences: `(batch, frames, features)`.
        initial_state: list of h and c to begin with, each `(batch, units)`; zeros if not given.
        mask: True for the frames that count, `(batch, frames)`; the others leave the states as they are.

    Returns:
        `(batch, units)`, or `(batch, frames, units)` with `return_sequences`.

    Raises:
        DataError: an argument is wrong.

    References:
        Gers and Schmidhuber 2000, Recurrent nets that time and count; Graves 2013, arXiv 1308.0850.

    Example:
        >>> tuple(PeepholeLSTM(8)(keras.ops.zeros((2, 5, 3))).shape)
        (2, 8)
    """

    def __init__(
        self,
        units: int,
        *,
        peephole: bool = True,
        output_peephole: str = "current",
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias: bool = True,
        unit_forget_bias: bool = True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        peephole_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        peephole_regularizer=None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs,
    ):
        cell = _PeepholeLSTMCell(
            units,
            peephole=peephole,
            output_peephole=output_peephole,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            unit_forget_bias=unit_forget_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            peephole_initializer=peephole_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            peephole_regularizer=peephole_regularizer,
            dtype=kwargs.get("dtype"),
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            **kwargs,
        )
        self.input_spec = keras.layers.InputSpec(ndim=3)


class _PeepholeLSTMCell(PeepholeCell):
    def build(self, input_shape):
        units = self.units
        self.add_gate_weights((input_shape[-1], 4 * units), (units, 4 * units), (units,))

    def project(self, inputs):
        gates = ops.matmul(inputs, ops.cast(self.kernel, self.compute_dtype))
        return gates if self.bias is None else gates + ops.cast(self.bias, self.compute_dtype)

    def recur(self, hidden):
        return ops.matmul(hidden, self.recurrent_kernel)

    def get_config(self):
        return {"units": self.units, **super().get_config()}
