import inspect

import keras
import numpy as np
import pytest
from scipy.signal import correlate2d

from learnface.errors import DataError
from learnface.layers import ConvLSTM2D

RANDOM = np.random.default_rng(0)
CLIPS = RANDOM.normal(size=(2, 4, 6, 5, 3)).astype("float32")
MASK = np.array([[1, 1, 0, 1], [0, 1, 1, 0]], dtype=bool)
needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="of TensorFlow's graphs"
)


def built(clips=CLIPS, filters=2, kernel_size=3, **arguments):
    """Return a layer with random weights, the peepholes too."""
    layer = ConvLSTM2D(filters, kernel_size, **arguments)
    layer.build(clips.shape)
    layer.set_weights([RANDOM.normal(0, 0.3, weight.shape) for weight in layer.weights])
    return layer


def run(layer, clips=CLIPS, **arguments):
    outputs = layer(clips, **arguments)
    if isinstance(outputs, (tuple, list)):
        return [keras.ops.convert_to_numpy(output) for output in outputs]
    return keras.ops.convert_to_numpy(outputs)


def convolve(image, kernel, padding="same"):
    """Return the cross-correlation of an image with a kernel, channel by channel."""
    mode = padding
    return np.stack(
        [
            sum(correlate2d(image[..., c], kernel[..., c, o], mode) for c in range(image.shape[-1]))
            for o in range(kernel.shape[-1])
        ],
        axis=-1,
    )


def reference(weights, clip, padding="same", strides=1, mask=None, output_peephole="current"):
    """Return the outputs of all frames of one clip, and the last cell state: Shi et al. 2015 in NumPy."""
    kernel, recurrent, bias, (w_i, w_f, w_o) = (np.asarray(weight, dtype=np.float64) for weight in weights)
    hidden, carry = np.zeros_like(w_i), np.zeros_like(w_i)
    outputs = []
    for number, frame in enumerate(clip):
        z = convolve(frame, kernel, padding)[::strides, ::strides] + bias + convolve(hidden, recurrent)
        z_i, z_f, z_c, z_o = np.split(z, 4, axis=-1)
        new = sigmoid(z_f + w_f * carry) * carry + sigmoid(z_i + w_i * carry) * np.tanh(z_c)
        output = sigmoid(z_o + w_o * (new if output_peephole == "current" else carry)) * np.tanh(new)
        if mask is None or mask[number]:
            hidden, carry = output, new
        outputs.append(hidden)
    return np.stack(outputs), carry


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("output_peephole", ["current", "previous"])
@pytest.mark.parametrize("kernel_size", [3, (1, 3), (5, 5)])
def test_equals_numpy(padding, output_peephole, kernel_size):
    layer = built(
        kernel_size=kernel_size,
        padding=padding,
        output_peephole=output_peephole,
        return_sequences=True,
        return_state=True,
    )
    found, hidden, carry = run(layer)
    for number, clip in enumerate(CLIPS):
        outputs, state = reference(layer.get_weights(), clip, padding, output_peephole=output_peephole)
        np.testing.assert_allclose(found[number], outputs, atol=1e-5)
        np.testing.assert_allclose(hidden[number], outputs[-1], atol=1e-5)
        np.testing.assert_allclose(carry[number], state, atol=1e-5)
    symbolic = layer(keras.Input(CLIPS.shape[1:], batch_size=2))
    assert [tuple(s.shape) for s in symbolic] == [found.shape, hidden.shape, carry.shape]


def test_strides_take_every_second_place():
    # An odd size and an odd kernel: "same" with strides then samples the map without strides.
    clips = CLIPS[:, :, :5]
    layer = built(clips, padding="same", strides=2, return_sequences=True)
    for number, clip in enumerate(clips):
        outputs, _ = reference(layer.get_weights(), clip, strides=2)
        np.testing.assert_allclose(run(layer, clips)[number], outputs, atol=1e-5)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"padding": "same", "return_sequences": True},
        {"padding": "same", "kernel_size": 4, "strides": 2},
        {"dilation_rate": 2, "kernel_size": 2, "return_sequences": True, "go_backwards": True},
        {"use_bias": False, "activation": "relu", "recurrent_activation": "hard_sigmoid"},
        {"unroll": True, "return_sequences": True, "zero_output_for_mask": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("mask", [None, MASK], ids=["all", "mask"])
def test_equals_keras_without_peepholes(arguments, mask):
    arguments = {"filters": 2, "kernel_size": 3, "return_state": True, **arguments}
    theirs, ours = keras.layers.ConvLSTM2D(**arguments), ConvLSTM2D(**arguments, peephole=False)
    expected = run(theirs, mask=mask)
    ours.build(CLIPS.shape)
    ours.set_weights(theirs.get_weights())
    for a, b in zip(run(ours, mask=mask), expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_masked_frames_leave_the_states():
    layer = built(padding="same", return_sequences=True)
    found = run(layer, mask=MASK)
    for number, clip in enumerate(CLIPS):
        outputs, _ = reference(layer.get_weights(), clip, mask=MASK[number])
        np.testing.assert_allclose(found[number], outputs, atol=1e-5)


def test_going_backwards_reads_the_last_frame_first():
    layer = built(padding="same", return_sequences=True, go_backwards=True)
    outputs, _ = reference(layer.get_weights(), CLIPS[0, ::-1])
    np.testing.assert_allclose(run(layer)[0], outputs, atol=1e-5)


@pytest.mark.parametrize("name", ["step", "initial_state", "stateful"])
def test_streams_equal_the_whole_clip(name):
    layer = built(padding="same", return_state=True, stateful=name == "stateful")
    expected = [reference(layer.get_weights(), clip)[0][-1] for clip in CLIPS]
    states = None
    for frame in np.moveaxis(CLIPS, 1, 0):
        if name == "step":
            output, states = layer.step(frame, states)
        elif name == "initial_state":
            output, *states = layer(frame[:, None], initial_state=states)
        else:
            output, *_ = layer(frame[:, None])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(output), expected, atol=1e-5)


def test_channels_first():
    # No convolution of TensorFlow runs so on a CPU; the shapes can be known all the same.
    layer = ConvLSTM2D(2, 3, data_format="channels_first", return_sequences=True)
    layer.build((2, 4, 3, 6, 5))
    assert layer.compute_output_shape((2, 4, 3, 6, 5)) == (2, 4, 2, 4, 3)
    assert [tuple(w.shape) for w in layer.weights] == [(3, 3, 3, 8), (3, 3, 2, 8), (8,), (3, 2, 4, 3)]
    if keras.backend.backend() == "tensorflow":
        return
    last = built(return_sequences=True)
    weights = last.get_weights()
    layer.set_weights([*weights[:3], np.moveaxis(weights[3], -1, 1)])
    found = np.moveaxis(run(layer, np.moveaxis(CLIPS, -1, 2)), 2, -1)
    np.testing.assert_allclose(found, run(last), atol=1e-5)


@needs_tensorflow
@pytest.mark.parametrize("output_peephole", ["current", "previous"])
def test_gradient_equals_finite_differences(output_peephole):
    import tensorflow as tf

    clip = RANDOM.normal(size=(1, 3, 3, 3, 1))
    options = {"padding": "same", "return_sequences": True, "output_peephole": output_peephole}
    layer = built(clip, dtype="float64", **options)
    weights = layer.get_weights()
    with tf.GradientTape() as tape:
        cost = tf.reduce_sum(tf.square(layer(clip)))
    gradients = tape.gradient(cost, [weight.value for weight in layer.weights])

    def cost_of(changed):
        return np.square(reference(changed, clip[0], output_peephole=output_peephole)[0]).sum()

    for number, gradient in enumerate(gradients):
        for _ in range(3):
            direction = RANDOM.normal(size=gradient.shape)
            ends = []
            for sign in (1e-5, -1e-5):
                changed = list(weights)
                changed[number] = weights[number] + sign * direction
                ends.append(cost_of(changed))
            slope = (ends[0] - ends[1]) / 2e-5
            assert np.sum(gradient.numpy() * direction) == pytest.approx(slope, rel=1e-6, abs=1e-8)


@needs_tensorflow
def test_compiles_with_xla_and_unknown_length():
    import tensorflow as tf

    layer = built(padding="same", return_sequences=True)
    expected = run(layer)
    np.testing.assert_allclose(tf.function(layer, jit_compile=True)(CLIPS), expected, atol=1e-5)
    signature = [tf.TensorSpec((None, None, 6, 5, 3))]
    np.testing.assert_allclose(tf.function(layer, input_signature=signature)(CLIPS), expected, atol=1e-5)


def test_unknown_height_and_width_without_peepholes():
    inputs = keras.Input((None, None, None, 3))
    layer = ConvLSTM2D(2, 3, peephole=False)
    model = keras.Model(inputs, layer(inputs))
    assert model.output_shape == (None, None, None, 2)
    np.testing.assert_allclose(model.predict(CLIPS, verbose=0), run(layer), atol=1e-6)


def test_model_trains_saves_and_loads(tmp_path):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((None, 6, 5, 3))
    layer = ConvLSTM2D(2, (3, 5), padding="same", output_peephole="previous", kernel_regularizer="l2")
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(layer(inputs))))
    before = layer.get_weights()
    model.compile("adam", "mse")
    model.fit(CLIPS, np.ones((2, 1)), epochs=2, verbose=0)
    assert all(np.any(a != b) for a, b in zip(before, layer.get_weights(), strict=True))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.layers[1].get_config() == layer.get_config()
    np.testing.assert_allclose(again.predict(CLIPS, verbose=0), model.predict(CLIPS, verbose=0), atol=1e-6)


def test_bidirectional():
    layer = keras.layers.Bidirectional(ConvLSTM2D(2, 3, return_sequences=True))
    assert run(layer).shape == (2, 4, 4, 3, 4)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(policy):
    layer = built(padding="same", dtype=policy)
    assert {keras.backend.standardize_dtype(w.dtype) for w in layer.weights} == {"float32"}
    output = layer(CLIPS)
    assert keras.backend.standardize_dtype(output.dtype) == policy.removeprefix("mixed_")
    stream = None
    for frame in np.moveaxis(CLIPS, 1, 0):
        last, stream = layer.step(frame, stream)
    for number, clip in enumerate(CLIPS):
        outputs, _ = reference(layer.get_weights(), clip)
        for found in (output, last):
            found = keras.ops.convert_to_numpy(keras.ops.cast(found[number], "float32"))
            np.testing.assert_allclose(found, outputs[-1], atol=0.02)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filters": 0}, "1 or more channels, not 0"),
        ({"kernel_size": (3, 3, 3)}, r"kernel_size must be one positive integer or two, not \(3, 3, 3\)"),
        ({"strides": 0}, "strides must be"),
        ({"padding": "causal"}, "padding must be 'valid' or 'same', not 'causal'"),
        ({"data_format": "last"}, "data_format must be"),
        ({"strides": 2, "dilation_rate": 2}, "cannot both be above 1"),
        ({"output_peephole": "next"}, "output_peephole must be"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(DataError, match=message):
        ConvLSTM2D(**{"filters": 2, "kernel_size": 3, **arguments})


def test_unknown_sizes_are_named():
    unknown = keras.Input((4, None, None, 3), batch_size=2)
    with pytest.raises(DataError, match=r"peephole weights.*\(2, 4, None, None, 3\).*peephole=False"):
        ConvLSTM2D(2, 3)(unknown)
    with pytest.raises(DataError, match="keeps its states"):
        ConvLSTM2D(2, 3, peephole=False, stateful=True)(unknown)
    with pytest.raises(DataError, match="number of channels must be known"):
        ConvLSTM2D(2, 3)(keras.Input((4, 6, 5, None)))


@needs_tensorflow
def test_a_mask_needs_known_sizes():
    import tensorflow as tf

    layer = built(peephole=False)
    signature = [tf.TensorSpec((None, 4, None, None, 3)), tf.TensorSpec((None, 4), dtype=tf.bool)]
    with pytest.raises(DataError, match="known height and width to use a mask"):
        tf.function(lambda clips, mask: layer(clips, mask=mask), input_signature=signature, autograph=False)(
            CLIPS, MASK
        )


def test_other_sizes_after_building_are_refused():
    with pytest.raises(ValueError, match="axis 2 of input shape to have value 6"):
        built()(CLIPS[:, :, :5])


def test_the_arguments_of_keras_that_are_absent_are_named():
    mine, keras_own = (
        set(inspect.signature(layer).parameters) for layer in (ConvLSTM2D, keras.layers.ConvLSTM2D)
    )
    absent = keras_own - mine - {"activity_regularizer", "unroll", "kwargs"}  # these are taken by **kwargs
    ConvLSTM2D(2, 3, activity_regularizer="l2", unroll=True)
    text = inspect.getdoc(ConvLSTM2D).partition("Of these, ")[2].partition(" absent.")[0]
    assert {word.strip("`") for word in text.replace(",", " ").split()} - {"and", "are"} == absent
