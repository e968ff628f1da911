import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import face_classifier

FACES = np.random.default_rng(0).random((3, 32, 32, 1)).astype("float32")
SMALL = {"input_shape": (32, 32, 1), "classes": 3, "backbone": "vgg16"}

pytestmark = pytest.mark.usefixtures("tiny_vgg16")


def test_gives_probabilities_and_comes_back_from_its_file(tmp_path):
    model = face_classifier(**SMALL, dense=(6, 5))
    found = model.predict(FACES, verbose=0)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-5)
    assert [layer.name for layer in model.layers if layer.weights] == ["vgg16", "fc1", "fc2", "predictions"]
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(FACES, verbose=0), found, atol=1e-6)


def test_without_a_top_it_gives_the_backbones_features():
    model = face_classifier(**SMALL, include_top=False, pooling="max")
    expected = model.get_layer("vgg16").predict(FACES, verbose=0)
    np.testing.assert_allclose(model.predict(FACES, verbose=0), expected, atol=1e-5)


def test_wrong_pooling_is_named():
    with pytest.raises(DataError, match="pooling must be"):
        face_classifier(**SMALL, pooling=None)
