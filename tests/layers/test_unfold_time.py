import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.layers import FoldTime, UnfoldTime

CLIPS = np.random.default_rng(0).random((2, 3, 8, 8, 1)).astype("float32")


def model_of(shape):
    clips = keras.Input(shape)
    maps = keras.layers.Conv2D(2, 3, name="convolution")(FoldTime()(clips))
    return keras.Model(clips, UnfoldTime()([maps, clips]))


@pytest.mark.parametrize("shape", [(3, 8, 8, 1), (None, 8, 8, 1), (None, None, None, 1)], ids=str)
def test_equals_time_distributed(shape):
    model = model_of(shape)
    expected = keras.layers.TimeDistributed(model.get_layer("convolution"))(CLIPS)
    assert model.output_shape[1] == shape[0]
    np.testing.assert_allclose(
        model.predict(CLIPS, verbose=0), keras.ops.convert_to_numpy(expected), atol=1e-6
    )


def test_the_way_back():
    found = UnfoldTime()([FoldTime()(CLIPS), CLIPS])
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(found), CLIPS)


def test_the_mask_of_frames_comes_back():
    sequences = np.ones((2, 3, 4), "float32")
    sequences[0, 2] = sequences[1, 0] = 0
    inputs = keras.Input((3, 4))
    steps = keras.layers.Masking()(inputs)
    dense, last = keras.layers.Dense(2), keras.layers.LSTM(2)
    model = keras.Model(inputs, last(UnfoldTime()([dense(FoldTime()(steps)), steps])))
    expected = last(dense(sequences), mask=np.array([[1, 1, 0], [0, 1, 1]], dtype=bool))
    found = model.predict(sequences, verbose=0)
    np.testing.assert_allclose(found, keras.ops.convert_to_numpy(expected), atol=1e-6)
    assert np.abs(found - keras.ops.convert_to_numpy(last(dense(sequences)))).max() > 1e-4


def test_model_saves_and_loads(tmp_path):
    model = model_of((None, 8, 8, 1))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(CLIPS, verbose=0), model.predict(CLIPS, verbose=0))


def test_one_tensor_is_refused():
    with pytest.raises(DataError, match="list of two"):
        UnfoldTime()(CLIPS)
