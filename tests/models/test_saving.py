import zipfile

import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import ModelCard, fer_vgg, load, save

CARD = ModelCard("fer_vgg", ("happy", "sad"), (48, 48, 1))


@pytest.fixture
def model():
    return fer_vgg(classes=2, widths=(4, 8))


def test_labels_travel_inside(model, tmp_path):
    save(model, tmp_path / "m.keras", CARD)
    again = load(tmp_path / "m.keras")
    assert again.card == CARD
    images = np.ones((1, 48, 48, 1), "float32")
    np.testing.assert_allclose(again(images), model(images), atol=1e-6)
    assert keras.models.load_model(tmp_path / "m.keras").output_shape == (None, 2)


def test_wrong_label_count_is_refused(model, tmp_path):
    with pytest.raises(DataError, match="2 outputs but the card 3 labels"):
        save(model, tmp_path / "m.keras", ModelCard("x", ("a", "b", "c"), (48, 48, 1)))
    assert list(tmp_path.iterdir()) == []


def test_wrong_files_are_refused(model, tmp_path):
    with pytest.raises(DataError, match="must end in .keras"):
        save(model, tmp_path / "m.h5", CARD)
    with pytest.raises(DataError, match="does not exist"):
        load(tmp_path / "m.keras")
    (tmp_path / "text.keras").write_text("no zip")
    with pytest.raises(DataError, match="cannot be loaded"):
        load(tmp_path / "text.keras")
    model.save(tmp_path / "plain.keras")
    with pytest.raises(DataError, match="no learnface card"):
        load(tmp_path / "plain.keras")


def test_code_in_a_file_is_not_run(tmp_path):
    """Keras' safe mode refuses a Lambda layer, the usual way to smuggle code into a model file."""
    inputs = keras.Input((2,))
    evil = keras.Model(inputs, keras.layers.Lambda(lambda x: x * 2)(inputs))
    evil.save(tmp_path / "evil.keras")
    with zipfile.ZipFile(tmp_path / "evil.keras", "a") as archive:
        archive.writestr("learnface.json", CARD.to_json())
    with pytest.raises(DataError, match="cannot be loaded"):
        load(tmp_path / "evil.keras")
