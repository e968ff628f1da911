import keras
import numpy as np
import pytest
from keras import layers

from learnface.errors import DataError
from learnface.inference.clip_network import ClipNetwork
from learnface.inference.loading import load_model, load_network
from learnface.inference.network import Network
from learnface.models import fer_vgg, five_branch, vggface_lstm


def brightness_model(size=8, channels=1):
    """Tells light from dark: softmax of (4 m, 4 - 4 m) where m is the mean of the left half."""
    inputs = keras.Input((size, size, channels))
    x = layers.Cropping2D(((0, 0), (0, size // 2)))(inputs)
    x = layers.GlobalAveragePooling2D()(x)
    dense = layers.Dense(2, activation="softmax")
    model = keras.Model(inputs, dense(x), name="brightness")
    dense.set_weights([np.tile([[4.0, -4.0]], (channels, 1)) / channels, np.array([0.0, 4.0])])
    return model


def test_saved_models(tmp_path, rng):
    path = tmp_path / "model.keras"
    model = brightness_model()
    model.save(path)
    faces = rng.integers(0, 256, (3, 8, 8, 1), dtype=np.uint8)
    loaded = load_network(path, labels=("light", "dark")).probabilities(faces)
    assert np.allclose(loaded, Network(model, ("light", "dark")).probabilities(faces))
    with pytest.raises(DataError, match=r"gone\.keras does not exist"):
        load_network(tmp_path / "gone.keras")
    (tmp_path / "text.keras").write_text("no model")
    with pytest.raises(DataError, match=r"text\.keras is not a Keras model"):
        load_network(tmp_path / "text.keras", labels=("a", "b"))


def test_models_saved_with_a_card_bring_their_labels(tmp_path):
    models = pytest.importorskip("learnface.models")
    card = models.ModelCard(model="brightness", labels=("light", "dark"), input_shape=(8, 8, 1))
    models.save(brightness_model(), tmp_path / "model.keras", card)
    assert load_network(tmp_path / "model.keras").labels == ("light", "dark")


def test_the_network_of_learnface():
    assert "happy" in load_network(None).labels
    model, half_hidden = load_model(None), fer_vgg(weights="ferplus_occluded")
    assert model.name == "fer_vgg"
    np.testing.assert_array_equal(model.get_weights()[0], half_hidden.get_weights()[0])


@pytest.mark.parametrize("saved", [False, True])
def test_a_model_of_five_pictures_is_none_of_clips(saved, tmp_path):
    backbone = fer_vgg((20, 20, 1), border=0, include_top=False, widths=(4, 4, 4, 4))
    model = five_branch((5, 20, 20, 1), 2, backbone=backbone)
    if saved:
        model.save(tmp_path / "model.keras")
        model = tmp_path / "model.keras"
    network = load_network(model, ("a", "b"), flip=True)
    assert isinstance(network, Network) and network.takes_regions
    assert not load_network(brightness_model(), ("a", "b")).takes_regions


def test_a_model_of_clips_slides():
    backbone = fer_vgg((20, 20, 1), border=0, include_top=False, widths=(4, 4, 4, 4))
    model = vggface_lstm((3, 20, 20, 1), classes=2, units=2, backbone=backbone)
    assert isinstance(load_network(model, ("a", "b")), ClipNetwork)


def test_code_in_a_file_without_a_card_is_not_run(tmp_path):
    inputs = keras.Input((8, 8, 1))
    x = layers.Lambda(lambda image: image[:, 0, 0, :])(inputs)
    keras.Model(inputs, layers.Dense(2, activation="softmax")(x)).save(tmp_path / "code.keras")
    with pytest.raises(DataError, match=r"code\.keras is not a Keras model that can be loaded: .*Lambda"):
        load_model(tmp_path / "code.keras")
