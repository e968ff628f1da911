import keras
import numpy as np
import pytest
from scipy.signal import correlate2d

from learnface.errors import DataError
from learnface.reports import feature_maps_picture, layer_maps
from learnface.reports.feature_maps import _mosaic


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    image = keras.Input((8, 9, 1), name="image")
    x = keras.layers.Conv2D(3, 3, activation="relu", name="conv1")(image)
    x = keras.layers.Dropout(0.5, name="dropout")(x)
    x = keras.layers.DepthwiseConv2D(3, name="conv2")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    return keras.Model(image, keras.layers.Dense(2, name="predictions")(x), name="tiny")


IMAGE = np.random.default_rng(0).random((8, 9, 1)).astype("float32")


def test_maps_are_the_convolutions_of_the_image(model):
    maps = layer_maps(model, IMAGE)
    assert list(maps) == ["conv1", "conv2"]
    kernel, bias = model.get_layer("conv1").get_weights()
    for number in range(3):
        expected = correlate2d(IMAGE[..., 0], kernel[..., 0, number], mode="valid") + bias[number]
        np.testing.assert_allclose(maps["conv1"][..., number], np.maximum(expected, 0), atol=1e-5)
    assert maps["conv2"].shape == (4, 5, 3)


def test_forms_of_the_image(model):
    expected = layer_maps(model, (IMAGE * 255).astype(np.uint8) / np.float32(255))["conv2"]
    for image in ((IMAGE * 255).astype(np.uint8), (IMAGE[..., 0] * 255).astype(np.uint8)):
        np.testing.assert_allclose(layer_maps(model, image)["conv2"], expected, atol=1e-6)


def test_chosen_layers_in_the_order_asked_for(model):
    maps = layer_maps(model, IMAGE, layers=["predictions", "conv1"])
    assert list(maps) == ["predictions", "conv1"]
    np.testing.assert_allclose(maps["predictions"], model.predict(IMAGE[None], verbose=0)[0], atol=1e-6)


def test_picture_has_one_block_a_layer(model):
    figure = feature_maps_picture(model, IMAGE, title="Tiny")
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[0] == "input   8 × 9"
    assert titles[1].startswith("conv1   6 × 7, 3 maps")
    sheet = figure.axes[1].images[0].get_array()
    first = layer_maps(model, IMAGE)["conv1"][..., 0]
    np.testing.assert_allclose(sheet[:6, :7], (first - first.min()) / np.ptp(first), atol=1e-6)
    assert sheet.mask[:, 7].all()  # a seam


def test_most_maps_and_rows(model):
    image = keras.Input((4, 4, 3))
    wide = keras.Model(image, keras.layers.Conv2D(40, 1, name="wide")(image))
    figure = feature_maps_picture(wide, np.ones((4, 4, 3), np.float32), most=20)
    assert figure.axes[1].get_title(loc="left") == "wide   4 × 4, 20 of 40 maps, 20 silent"
    assert figure.axes[1].images[0].get_array().shape == (2 * 5 - 1, 16 * 5 - 1)


def test_model_within_a_model(model):
    image = keras.Input((8, 9, 1))
    outer = keras.Model(image, model(image), name="outer")
    with pytest.raises(DataError, match=r"outer has no 2D convolution.*get_layer\('tiny'\)"):
        layer_maps(outer, IMAGE)
    assert list(layer_maps(outer.get_layer("tiny"), IMAGE)) == ["conv1", "conv2"]


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((9, 8, 1), np.uint8), r"\(9, 8, 1\), but tiny takes \(8, 9, 1\)"),
        (np.zeros((8, 9, 3), np.uint8), r"\(8, 9, 3\)"),
        (np.zeros((1, 8, 9, 1), np.uint8), r"\(1, 8, 9, 1\)"),
        (np.full((8, 9), 128.0), "floats from 0 to 1"),
        (np.full((8, 9), np.nan), "floats from 0 to 1"),
    ],
)
def test_wrong_image_is_named(model, image, message):
    with pytest.raises(DataError, match=message):
        layer_maps(model, image)


@pytest.mark.parametrize("layers", [["conv9"], []])
def test_wrong_layers_are_named(model, layers):
    with pytest.raises(DataError, match="tiny has no layers.*'conv1'"):
        layer_maps(model, IMAGE, layers=layers)


def test_layers_without_maps_and_models_without_images(model):
    with pytest.raises(DataError, match=r"\['flatten'\] give no maps"):
        feature_maps_picture(model, IMAGE, layers=["flatten"])
    with pytest.raises(DataError, match="most is 0"):
        feature_maps_picture(model, IMAGE, most=0)
    vector = keras.Input((5,))
    with pytest.raises(DataError, match=r"must have one of \(height, width, channels\)"):
        layer_maps(keras.Model(vector, keras.layers.Dense(1)(vector)), IMAGE)


def test_what_lies_under_the_seams_is_finite(monkeypatch):
    """Matplotlib calculates with masked values; memory that was never set may hold infinities."""
    monkeypatch.setattr(np, "empty", lambda shape, dtype=float, **_: np.full(shape, np.inf, dtype))
    sheet = _mosaic(np.zeros((4, 4, 20), np.float32))
    assert np.isfinite(sheet.data).all()
    assert sheet.mask.any() and not sheet.mask.all()
