import inspect

import keras
import numpy as np
import pytest

from learnface.layers import PeepholeLSTM

RANDOM = np.random.default_rng(0)
SEQUENCES = RANDOM.normal(size=(2, 5, 3)).astype("float32")
MASK = np.array([[1, 1, 0, 1, 1], [0, 1, 1, 0, 0]], dtype=bool)


def built(**arguments):
    layer = PeepholeLSTM(4, **arguments)
    layer.build(SEQUENCES.shape)
    layer.set_weights([RANDOM.normal(0, 0.5, weight.shape) for weight in layer.weights])
    return layer


def run(layer, **arguments):
    return [keras.ops.convert_to_numpy(output) for output in layer(SEQUENCES, **arguments)]


def reference(weights, sequence, mask=None, output_peephole="current"):
    """Return all outputs of one sequence and the last cell state: Graves 2013 in NumPy."""
    kernel, recurrent, bias, (w_i, w_f, w_o) = (np.asarray(weight, dtype=np.float64) for weight in weights)
    hidden, carry, outputs = np.zeros(4), np.zeros(4), []
    for number, x in enumerate(sequence):
        z_i, z_f, z_c, z_o = np.split(x @ kernel + hidden @ recurrent + bias, 4)
        new = sigmoid(z_f + w_f * carry) * carry + sigmoid(z_i + w_i * carry) * np.tanh(z_c)
        output = sigmoid(z_o + w_o * (new if output_peephole == "current" else carry)) * np.tanh(new)
        if mask is None or mask[number]:
            hidden, carry = output, new
        outputs.append(hidden)
    return np.stack(outputs), carry


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("output_peephole", ["current", "previous"])
@pytest.mark.parametrize("mask", [None, MASK], ids=["all", "mask"])
def test_equals_numpy(output_peephole, mask):
    layer = built(output_peephole=output_peephole, return_sequences=True, return_state=True)
    found, hidden, carry = run(layer, mask=mask)
    for number, sequence in enumerate(SEQUENCES):
        own = None if mask is None else mask[number]
        outputs, state = reference(layer.get_weights(), sequence, own, output_peephole)
        np.testing.assert_allclose(found[number], outputs, atol=1e-5)
        np.testing.assert_allclose(hidden[number], outputs[-1], atol=1e-5)
        np.testing.assert_allclose(carry[number], state, atol=1e-5)


@pytest.mark.parametrize("arguments", [{}, {"go_backwards": True}, {"use_bias": False}], ids=str)
def test_equals_keras_without_peepholes(arguments):
    theirs = keras.layers.LSTM(4, return_sequences=True, return_state=True, **arguments)
    ours = PeepholeLSTM(4, peephole=False, return_sequences=True, return_state=True, **arguments)
    expected = run(theirs, mask=MASK)
    ours.build(SEQUENCES.shape)
    ours.set_weights(theirs.get_weights())
    for a, b in zip(run(ours, mask=MASK), expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_stream_equals_the_whole_sequence():
    layer = built(return_sequences=True)
    whole, states = keras.ops.convert_to_numpy(layer(SEQUENCES)), None
    for number in range(SEQUENCES.shape[1]):
        output, states = layer.step(SEQUENCES[:, number], states)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(output), whole[:, number], atol=1e-6)


def test_model_saves_and_loads(tmp_path):
    inputs = keras.Input((None, 3))
    model = keras.Model(inputs, PeepholeLSTM(4, peephole_initializer="random_normal")(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    expected = model.predict(SEQUENCES, verbose=0)
    np.testing.assert_allclose(again.predict(SEQUENCES, verbose=0), expected, atol=1e-6)


def test_the_arguments_of_keras_that_are_absent_are_named():
    mine, keras_own = (
        set(inspect.signature(layer).parameters) for layer in (PeepholeLSTM, keras.layers.LSTM)
    )
    absent = keras_own - mine - {"activity_regularizer", "unroll", "kwargs"}  # these are taken by **kwargs
    PeepholeLSTM(2, activity_regularizer="l2", unroll=True)
    text = inspect.getdoc(PeepholeLSTM).partition("Of these, ")[2].partition(" absent.")[0]
    assert {word.strip("`") for word in text.replace(",", " ").split()} - {"and", "are"} == absent
