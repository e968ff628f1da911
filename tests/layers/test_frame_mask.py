import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.layers import FrameMask

FEATURES = np.random.default_rng(0).random((2, 4, 3)).astype("float32")
MASK = np.array([[1, 1, 0, 0], [1, 1, 1, 1]], bool)


@pytest.mark.parametrize("layer", [keras.layers.LSTM(2), keras.layers.GlobalAveragePooling1D()])
def test_masked_frames_do_not_count(layer, tmp_path):
    inputs = [keras.Input((4, 3)), keras.Input((4,), dtype="bool")]
    model = keras.Model(inputs, layer(FrameMask()(inputs)))
    model.save(tmp_path / "model.keras")
    found = keras.models.load_model(tmp_path / "model.keras").predict([FEATURES, MASK], verbose=0)
    short, whole = layer(FEATURES[:1, :2]), layer(FEATURES[1:])
    expected = np.concatenate([keras.ops.convert_to_numpy(x) for x in (short, whole)])
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_it_takes_two_tensors():
    with pytest.raises(DataError, match="takes a list of two"):
        FrameMask()(keras.Input((4, 3)))
