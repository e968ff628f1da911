"""A convolutional LSTM with peepholes, which Keras' own lacks, and faster than it."""

import keras
from keras import ops

from learnface.errors import DataError
from learnface.layers._peephole_cell import PeepholeCell, PeepholeRNN
from learnface.layers.fold_time import fold_time
from learnface.layers.unfold_time import unfold_time

__all__ = ["ConvLSTM2D"]


@keras.saving.register_keras_serializable(package="learnface")
class ConvLSTM2D(PeepholeRNN):
    """Convolutional LSTM with peepholes: mi2020's equations 6 to 10, those of Shi et al. 2015.

        i = sigmoid(W_xi * X + W_hi * H + W_ci o C + b_i)          input gate
        f = sigmoid(W_xf * X + W_hf * H + W_cf o C + b_f)          forget gate
        C' = f o C + i o tanh(W_xc * X + W_hc * H + b_c)           cell state
        o = sigmoid(W_xo * X + W_ho * H + W_co o C' + b_o)         output gate
        H' = o o tanh(C')                                          output

    `*` convolves and `o` multiplies place by place: a peephole has one weight for each place and channel, so
    the layer needs a known height and width. The arguments are those of `keras.layers.ConvLSTM2D`, and with
    `peephole=False` so are the numbers: `set_weights` takes that layer's weights. Of these, `kernel_constraint`,
    `recurrent_constraint`, `bias_constraint`, `dropout`, `recurrent_dropout` and `seed` are absent.

    Args:
        filters: number of channels of the output.
        kernel_size: height and width of the kernels, one integer or two.
        strides: step of the convolution of the input, one integer or two.
        padding: `"valid"` or `"same"`, of the convolution of the input; that of the last output keeps its size.
        data_format: `"channels_last"` or `"channels_first"`; `None` takes Keras' setting.
        dilation_rate: spacing of the kernel on the input, one integer or two.
        peephole: whether the gates see the cell state.
        output_peephole: `"current"`: the output gate sees C', as in Shi et al. 2015; `"previous"`: it sees C, as
            equation 9 of mi2020 is printed.
        activation: activation of the candidate and of the output.
        recurrent_activation: activation of the gates.
        use_bias: whether the gates have a bias.
        unit_forget_bias: whether the bias of the forget gate begins at 1.
        kernel_initializer: initialiser of the kernel of the inputs.
        recurrent_initializer: initialiser of the kernel of the last output.
        bias_initializer: initialiser of the biases.
        peephole_initializer: initialiser of the peepholes; zeros start as a plain ConvLSTM.
        kernel_regularizer: penalty on the kernel of the inputs.
        recurrent_regularizer: penalty on the kernel of the last output.
        bias_regularizer: penalty on the biases.
        peephole_regularizer: penalty on the peepholes.
        return_sequences: return the outputs of all frames, and not the last alone.
        return_state: return `(output, H, C)`.
        go_backwards: begin with the last frame; outputs of all frames are then in that order.
        stateful: begin each batch where the one before ended.
        **kwargs: `name`, `dtype`, `unroll`, `zero_output_for_mask` and the like, as in `keras.layers.RNN`.

    Call arguments:
        sequences: `(batch, frames, height, width, channels)`, or channels before height.
        initial_state: list of H and C to begin with, each `(batch, height, width, filters)`; zeros if not given.
        mask: True for the frames that count, `(batch, frames)`; the others leave the states as they are.

    Returns:
        `(batch, height, width, filters)`, or `(batch, frames, height, width, filters)` with
        `return_sequences`; with `padding="valid"` or strides the maps are smaller.

    Raises:
        DataError: an argument is wrong; or height and width are unknown, and peepholes, a mask or
            `stateful` need them.

    References:
        Shi et al. 2015, Convolutional LSTM network, arXiv 1506.04214; mi2020, equations 6 to 10.

    Example:
        >>> layer = ConvLSTM2D(8, kernel_size=3, padding="same", return_sequences=True)
        >>> tuple(layer(keras.ops.zeros((2, 5, 7, 7, 3))).shape)
        (2, 5, 7, 7, 8)
        >>> output, states = layer.step(keras.ops.zeros((1, 7, 7, 3)))  # one frame of a stream
        >>> output, states = layer.step(keras.ops.zeros((1, 7, 7, 3)), states)  # the next
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | tuple[int, int] = 1,
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
        cell = _ConvLSTM2DCell(
            filters,
            kernel_size=_pair(kernel_size, "kernel_size"),
            strides=_pair(strides, "strides"),
            padding=padding,
            data_format=data_format or keras.config.image_data_format(),
            dilation_rate=_pair(dilation_rate, "dilation_rate"),
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
        self.input_spec = keras.layers.InputSpec(ndim=5)

    def build(self, sequences_shape, initial_state_shape=None):
        """Add the weights for sequences of this shape."""
        if (self.cell.peephole or self.stateful) and None in self.cell.places(sequences_shape):
            raise DataError(
                f"{self.name!r} needs a known height and width, as "
                + ("each place has its own peephole weights" if self.cell.peephole else "it keeps its states")
                + f", but its input has shape {tuple(sequences_shape)}: give them in the input's shape"
                + (", or set peephole=False" if self.cell.peephole else "")
            )
        super().build(sequences_shape)
        fixed = range(2, 5) if self.cell.peephole else [self.cell.gate_axis % 5]
        self.input_spec = keras.layers.InputSpec(ndim=5, axes={axis: sequences_shape[axis] for axis in fixed})

    def call(self, sequences, initial_state=None, mask=None, training=False):
        """Run over all frames."""
        if mask is not None and None in self.cell.places(sequences.shape):
            raise DataError(f"{self.name!r} needs a known height and width to use a mask of frames")
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def project(self, sequences):
        """Return the convolutions of all frames, done at once."""
        return unfold_time(self.cell.project(fold_time(sequences)), sequences)

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        """Return the shape of the output, and of the states with `return_state`."""
        batch, frames, *frame = sequences_shape
        state = (batch, *self.cell.compute_state_shape(frame))
        output = (batch, frames, *state[1:]) if self.return_sequences else state
        return (output, state, state) if self.return_state else output


class _ConvLSTM2DCell(PeepholeCell):
    def __init__(self, filters, *, kernel_size, strides, padding, data_format, dilation_rate, **options):
        super().__init__(filters, **options)
        if padding not in ("valid", "same"):
            raise DataError(f"padding must be 'valid' or 'same', not {padding!r}")
        if data_format not in ("channels_last", "channels_first"):
            raise DataError(f"data_format must be 'channels_last' or 'channels_first', not {data_format!r}")
        if max(strides) > 1 and max(dilation_rate) > 1:
            raise DataError(f"strides {strides} and dilation_rate {dilation_rate} cannot both be above 1")
        self.kernel_size = kernel_size
        self.convolution = {
            "strides": strides,
            "padding": padding,
            "data_format": data_format,
            "dilation_rate": dilation_rate,
        }
        self.gate_axis = -1 if data_format == "channels_last" else -3

    def places(self, shape):
        """Return height and width in a shape of frames."""
        return tuple(shape[-3:-1] if self.gate_axis == -1 else shape[-2:])

    def build(self, frame_shape):
        channels = frame_shape[self.gate_axis]
        if channels is None:
            raise DataError(f"the number of channels must be known, but frames have shape {frame_shape}")
        kernel, recurrent = ((*self.kernel_size, c, 4 * self.units) for c in (channels, self.units))
        self.add_gate_weights(kernel, recurrent, self.compute_state_shape(frame_shape[1:]))

    def project(self, inputs):
        # One convolution a gate: on CPUs, oneDNN lays one kernel for all four out in blocks that fall out of
        # the cache where inputs have many channels, and takes three times as long.
        kernels = ops.split(ops.cast(self.kernel, self.compute_dtype), 4, axis=-1)
        gates = [ops.conv(inputs, kernel, **self.convolution) for kernel in kernels]
        gates = ops.concatenate(gates, axis=self.gate_axis)
        if self.bias is None:
            return gates
        bias = ops.cast(self.bias, self.compute_dtype)
        return gates + (bias if self.gate_axis == -1 else ops.reshape(bias, (-1, 1, 1)))

    def recur(self, hidden):
        data_format = self.convolution["data_format"]
        return ops.conv(hidden, self.recurrent_kernel, padding="same", data_format=data_format)

    def compute_state_shape(self, frame_shape):
        """Return `(height, width, filters)` of the maps, or channels first; unknown sizes are None."""
        kernel = keras.KerasTensor((*self.kernel_size, frame_shape[self.gate_axis], self.units))
        return ops.conv(keras.KerasTensor((1, *frame_shape)), kernel, **self.convolution).shape[1:]

    def get_config(self):
        options = {"filters": self.units, "kernel_size": self.kernel_size, **self.convolution}
        return {**options, **super().get_config()}


def _pair(value, name: str) -> tuple[int, int]:
    pair = (value, value) if isinstance(value, int) else tuple(value)
    if len(pair) != 2 or any(not isinstance(side, int) or side < 1 for side in pair):
        raise DataError(f"{name} must be one positive integer or two, not {value!r}")
    return pair
