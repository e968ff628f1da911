import inspect

import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import MODELS, cnn_gru, cnn_lstm

CLIPS = np.random.default_rng(0).random((2, 3, 32, 32, 3)).astype("float32")
SMALL = {"input_shape": (None, 32, 32, 3), "backbone": "vgg16", "units": (4, 3), "dense_units": 5}

pytestmark = pytest.mark.usefixtures("tiny_vgg16")


def test_learns_and_comes_back_from_its_config():
    assert MODELS["cnn_lstm"] is cnn_lstm
    keras.utils.set_random_seed(0)
    model = cnn_lstm(**SMALL)
    model.compile(keras.optimizers.Adam(0.05), "mse")
    losses = model.fit(CLIPS, np.full((2, 3, 2), 0.5), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    again = keras.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(again.predict(CLIPS, verbose=0), model.predict(CLIPS, verbose=0), atol=1e-6)


def test_frames_see_the_past_alone():
    model = cnn_lstm(**SMALL)
    changed = CLIPS.copy()
    changed[:, 2] = 0
    found, other = model.predict(CLIPS, verbose=0), model.predict(changed, verbose=0)
    np.testing.assert_allclose(found[:, :2], other[:, :2], atol=1e-6)
    assert np.abs(found[:, 2] - other[:, 2]).max() > 0


@pytest.mark.parametrize("cell", ["gru", "peephole_lstm"])
def test_cells_and_heads(cell):
    model = cnn_lstm(**SMALL, cell=cell, every_frame=False, include_top=False, pooling="max")
    assert model.output_shape == (None, 3)
    assert [layer.name for layer in model.layers][-2:] == [f"{cell}1", f"{cell}2"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cell": "rnn"}, "cell must be one of"),
        ({"pooling": None}, "pooling must be"),
        ({"units": (), "every_frame": False}, "units is empty"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(DataError, match=message):
        cnn_lstm(**{**SMALL, **arguments})


def test_cnn_gru_is_the_same_with_grus():
    assert MODELS["cnn_gru"] is cnn_gru
    model = cnn_gru(**SMALL, every_frame=False)
    assert model.name == "cnn_gru" and model.output_shape == (None, 2)
    other = cnn_lstm(**SMALL, cell="gru", every_frame=False)
    assert [layer.name for layer in model.layers] == [layer.name for layer in other.layers]
    names = ("input_shape", "units", "dense_units", "pooling", "classifier_activation", "include_top")
    options, mine = (inspect.signature(builder).parameters for builder in (cnn_lstm, cnn_gru))
    assert list(mine) == [name for name in options if name != "cell"]
    assert [mine[name].default for name in names] == [options[name].default for name in names]
