import keras
import numpy as np
import pytest
from keras import layers

from learnface.errors import DataError
from learnface.inference.streaming import FaceStreams, StreamingModel
from learnface.layers import PeepholeLSTM
from learnface.models import cnn_lstm, vgg_conv_lstm

FRAMES = 4


def body(size):
    inputs = keras.Input((size, size, 1))
    x = layers.Conv2D(3, 3, padding="same", activation="relu")(inputs)
    return keras.Model(inputs, layers.MaxPooling2D(2)(layers.BatchNormalization()(x)), name="body")


def lively(model):
    """Weights large enough that what was seen before matters."""
    rng = np.random.default_rng(1)
    for weights in model.trainable_variables:
        weights.assign(rng.normal(0, 0.4, weights.shape))
    return model


def network(kind, frames=None):
    keras.utils.set_random_seed(0)
    if kind.startswith("conv"):
        last = {"every_frame": False, "pool_after": 1} if kind == "conv_last" else {}
        shape = (frames, 8, 8, 1)
        return lively(
            vgg_conv_lstm(
                shape, backbone=body(8), filters=(3, 2), kernel_size=3, **({"pool_after": 0} | last)
            )
        )
    return lively(
        cnn_lstm((frames, 8, 8, 1), backbone=body(8), cell=kind, units=(4, 3), dense_units=3, name=kind)
    )


def clips(count=2, frames=FRAMES, size=8):
    return np.random.default_rng(0).random((count, frames, size, size, 1), np.float32)


def streamed(model, frames):
    stream, states, outputs = StreamingModel(model), None, []
    for number in range(frames.shape[1]):
        output, states = stream.step(frames[:, number], states)
        outputs.append(output)
    return np.stack(outputs, axis=1)


@pytest.mark.parametrize("kind", ["lstm", "gru", "peephole_lstm", "conv"])
def test_frame_by_frame_is_the_whole_clip(kind):
    model, frames = network(kind, FRAMES if kind == "conv" else None), clips()
    whole = model.predict(frames, verbose=0)
    assert np.abs(whole[:, 1:] - whole[:, :1]).max() > 1e-3  # the past matters
    np.testing.assert_allclose(streamed(model, frames), whole, atol=1e-5)


def test_a_model_of_the_whole_clip_gives_the_clip_so_far():
    model, frames = network("conv_last"), clips()
    parts = [model.predict(frames[:, : n + 1], verbose=0) for n in range(FRAMES)]
    np.testing.assert_allclose(streamed(model, frames), np.stack(parts, axis=1), atol=1e-5)


def test_each_face_has_a_state_of_its_own_and_a_lost_one_begins_anew():
    model, frames = network("gru"), clips(3)
    whole = model.predict(frames, verbose=0)
    streams = FaceStreams(model)
    assert streams.update([], frames[:0, 0]).shape == (0, 2)
    np.testing.assert_allclose(streams.update([5, 9], frames[:2, 0]), whole[:2, 0], atol=1e-5)
    # Face 5 is hidden in this frame, face 9 goes on, face 1 is new; their order changes too.
    seen = streams.update([1, 9], np.stack([frames[2, 0], frames[1, 1]]))
    np.testing.assert_allclose(seen, [whole[2, 0], whole[1, 1]], atol=1e-5)
    np.testing.assert_allclose(streams.update([5], frames[:1, 1]), whole[:1, 1], atol=1e-5)
    streams.keep([1, 9])
    assert streams.numbers == [9, 1]
    np.testing.assert_allclose(streams.update([5], frames[:1, 0]), whole[:1, 0], atol=1e-5)
    with pytest.raises(DataError, match="one of its own"):
        streams.update([1, 1], frames[:2, 0])


def test_weights_are_shared_and_the_model_is_left_as_it_was():
    model, frames = network("lstm"), clips()
    before = model.predict(frames, verbose=0)
    stream = StreamingModel(model)
    assert (stream.input_shape, stream.outputs) == ((8, 8, 1), 2)
    np.testing.assert_array_equal(model.predict(frames, verbose=0), before)
    model.get_layer("predictions").bias.assign([0.5, -0.5])
    whole = model.predict(frames[:, :1], verbose=0)[:, 0]
    np.testing.assert_allclose(stream.step(frames[:, 0])[0], whole, atol=1e-5)


def over_time(layer):
    inputs = keras.Input((FRAMES, 6, 6, 1))
    x = layer(inputs)
    x = layers.Reshape((-1, int(np.prod(x.shape[2:]))))(x)
    return keras.Model(inputs, layers.Dense(2)(PeepholeLSTM(2, return_sequences=True)(x)))


@pytest.mark.parametrize(
    "model, message",
    [
        (over_time(layers.Conv3D(2, 3, padding="same", name="c3d")), "'c3d' .Conv3D. looks at several"),
        (over_time(layers.MaxPooling3D(2, name="pool")), "'pool'"),
        (
            over_time(layers.ConvLSTM2D(2, 3, return_sequences=True, go_backwards=True, name="back")),
            "backwards",
        ),
        (body(8), "must take clips"),
    ],
)
def test_what_cannot_stream_is_refused(model, message):
    with pytest.raises(DataError, match=message):
        StreamingModel(model)


@pytest.mark.parametrize("places, frames_known", [(-1, False), (FRAMES, True)])
def test_keras_own_recurrent_layers_stream_too(places, frames_known):
    inputs = keras.Input((FRAMES, 6, 6, 1))
    x = layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True)(inputs)
    x = layers.SimpleRNN(3, return_sequences=True)(layers.Reshape((places, 72), name="flat")(x))
    model, frames = lively(keras.Model(inputs, layers.Dense(2)(x))), clips(size=6)
    if frames_known:
        with pytest.raises(DataError, match="'flat' cannot take a single frame"):
            StreamingModel(model)
    else:
        np.testing.assert_allclose(streamed(model, frames), model.predict(frames, verbose=0), atol=1e-5)
