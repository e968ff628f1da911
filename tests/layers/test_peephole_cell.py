import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.layers import ConvLSTM2D, PeepholeLSTM

LAYERS = [
    (ConvLSTM2D, {"filters": 2, "kernel_size": 3}, (1, 4, 5, 5, 3)),
    (PeepholeLSTM, {"units": 2}, (1, 4, 3)),
]
pytestmark = pytest.mark.parametrize(("kind", "arguments", "shape"), LAYERS, ids=["conv", "dense"])


def test_first_weights(kind, arguments, shape):
    layer = kind(**arguments, bias_initializer="random_normal")
    layer.build(shape)
    _, _, bias, peepholes = layer.get_weights()
    gates = bias.reshape(4, 2)
    assert (gates[1] == 1).all()
    assert (gates[[0, 2, 3]] != 0).all()
    assert not peepholes.any()
    plain = kind(**arguments, unit_forget_bias=False)
    plain.build(shape)
    assert not plain.get_weights()[2].any()


def test_peepholes_of_zeros_change_nothing(kind, arguments, shape):
    sequences = np.random.default_rng(0).normal(size=shape)
    seeing, plain = kind(**arguments), kind(**arguments, peephole=False)
    first = keras.ops.convert_to_numpy(seeing(sequences))
    plain.build(shape)
    plain.set_weights(seeing.get_weights()[:3])
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(plain(sequences)), first)


def test_config_builds_the_same_layer(kind, arguments, shape):
    layer = kind(
        **arguments,
        peephole_initializer=keras.initializers.Constant(0.5),
        peephole_regularizer=keras.regularizers.L2(0.1),
        activation="relu",
        return_sequences=True,
        stateful=True,
        name="memory",
    )
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert type(again) is kind
    assert again.get_config() == layer.get_config()
    again.build(shape)
    peepholes = again.get_weights()[3]
    assert (peepholes == 0.5).all()
    (loss,) = (float(keras.ops.convert_to_numpy(loss)) for loss in again.losses)
    assert loss == pytest.approx(0.1 * 0.25 * peepholes.size)


def test_state_is_reset(kind, arguments, shape):
    sequences = np.random.default_rng(0).normal(size=shape)
    layer = kind(**arguments, stateful=True)
    first = keras.ops.convert_to_numpy(layer(sequences))
    second = keras.ops.convert_to_numpy(layer(sequences))
    assert np.abs(first - second).max() > 1e-3
    layer.reset_state()
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(sequences)), first)


def test_step_says_what_it_needs(kind, arguments, shape):
    frame = np.zeros((1, *shape[2:]))
    with pytest.raises(DataError, match="call it on a sequence"):
        kind(**arguments).step(frame)
    backwards = kind(**arguments, go_backwards=True)
    backwards.build(shape)
    with pytest.raises(DataError, match="go_backwards=False"):
        backwards.step(frame)
