"""VGG-16, and by the same code VGG-19, with `keras.applications`' convolutions in small widths."""

import importlib

import keras
import numpy as np
import pytest
from checks.keras_files import write_layered

from learnface.errors import DataError
from learnface.models import _vgg, outline, vgg16

IMAGES = np.random.default_rng(0).random((2, 224, 224, 3)).astype("float32")
MODULE = importlib.import_module("learnface.models.vgg16")


class Application:
    """In the place of `keras.applications.VGG16`: two convolutions, "published" weights, its arguments."""

    def __init__(self):
        self.calls = []

    def __call__(self, include_top, weights, input_tensor=None):
        self.calls.append((include_top, weights))
        x = inputs = keras.Input((224, 224, 3)) if input_tensor is None else input_tensor
        x = keras.layers.Conv2D(3, 3, padding="same", activation="relu", name="block1_conv1")(x)
        x = keras.layers.MaxPooling2D(32, name="block5_pool")(x)
        if include_top:
            x = keras.layers.Flatten(name="flatten")(x)
            x = keras.layers.Dense(6, activation="relu", name="fc1")(x)
            x = keras.layers.Dense(5, activation="relu", name="fc2")(x)
            x = keras.layers.Dense(1000, activation="softmax", name="predictions")(x)
        source = keras.utils.get_source_inputs(inputs)[0]
        model = keras.Model(source, x)
        if weights == "imagenet":
            rng = np.random.default_rng(5)
            model.set_weights([rng.normal(0, 0.08, weight.shape) for weight in model.get_weights()])
            self.published = model
        return model


@pytest.fixture
def application(monkeypatch):
    application = Application()
    monkeypatch.setattr(keras.applications, "VGG16", application)
    monkeypatch.setattr(_vgg, "DENSE", (6, 5))
    return application


def small(input_shape=(64, 64, 1), classes=5, **arguments):
    return vgg16(input_shape, classes, **{"dense": (6, 5)} | arguments)


def test_the_published_network_has_its_parameters():
    model = outline("vgg16", input_shape=(224, 224, 3), classes=1000)
    assert model.count_params() == 138_357_544
    names = {layer.name for layer in model.layers}
    assert {"block1_conv1", "block5_pool", "flatten", "fc1", "fc2", "predictions"} <= names


def test_imagenet_as_a_whole_gives_the_published_outputs(application):
    model = small((224, 224, 3), 1000, weights="imagenet")
    assert application.calls == [(False, None), (True, "imagenet")]
    scaled = keras.applications.vgg16.preprocess_input(255 * IMAGES)
    expected = np.array(application.published(scaled))
    np.testing.assert_allclose(model(IMAGES), expected, rtol=1e-3, atol=1e-6)
    assert expected.std() > 0.1 * expected.mean()


def test_imagenet_under_a_new_head(application):
    model = small(weights="imagenet")
    assert application.calls == [(False, None), (False, "imagenet")]
    published = application.published.get_layer("block1_conv1").get_weights()
    for found, expected in zip(model.get_layer("block1_conv1").get_weights(), published, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_keras_own_file_by_its_path(application, tmp_path):
    rng = np.random.default_rng(0)
    kernel, bias = rng.normal(size=(3, 3, 3, 3)).astype("float32"), np.float32([1, 2, 3])
    layers = {"block1_conv1": {"block1_conv1_W_1:0": kernel, "block1_conv1_b_1:0": bias}}
    path = write_layered(tmp_path / "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5", layers)
    for model in (small(weights=path), small(weights=path, include_top=False)):
        np.testing.assert_array_equal(model.get_layer("block1_conv1").kernel, kernel)


def test_no_network_is_named(monkeypatch, application):
    def offline(include_top, weights, input_tensor=None):
        if weights == "imagenet":
            raise Exception("URL fetch failure on https://storage: None")
        return application(include_top, weights, input_tensor)

    monkeypatch.setattr(keras.applications, "VGG16", offline)
    with pytest.raises(
        DataError, match="vgg16 cannot get its weights 'imagenet' from Keras: URL fetch failure"
    ):
        small(weights="imagenet")


def test_dropout_stands_after_each_dense_layer(application):
    names = [layer.name for layer in small(dropout=0.5).layers]
    head = ["flatten", "fc1", "fc1_relu", "fc1_dropout", "fc2", "fc2_relu", "fc2_dropout", "predictions"]
    assert names[-8:] == head
    assert small(dropout=0.5).get_layer("fc1_dropout").rate == 0.5
    assert "fc1_dropout" not in [layer.name for layer in small(dropout=0).layers]


def test_wrong_weights_and_arguments(application):
    with pytest.raises(DataError, match="vgg16 has no weights 'vggface'"):
        small(weights="vggface")
    with pytest.raises(DataError, match="none.h5 does not exist"):
        small(weights="none.h5")
    with pytest.raises(DataError, match="fixed height and width"):
        small((None, None, 1))
    with pytest.raises(DataError, match="at least 32 pixels"):
        small((31, 31, 1))
