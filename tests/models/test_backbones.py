import dataclasses

import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import backbones, face_classifier, fer_vgg
from learnface.models._caffe_input import caffe_input
from learnface.models.backbones import _plus_minus_one, build_backbone

IMAGES = np.random.default_rng(0).random((2, 32, 32, 3)).astype("float32")


@pytest.mark.parametrize(
    ("scale", "module"),
    [(caffe_input, keras.applications.vgg19), (_plus_minus_one, keras.applications.inception_v3)],
)
def test_scaling_is_that_of_the_weights(scale, module):
    inputs = keras.Input((32, 32, 3))
    found = keras.Model(inputs, scale(inputs)).predict(IMAGES, verbose=0)
    np.testing.assert_allclose(found, module.preprocess_input(255 * IMAGES), atol=1e-3)


def test_an_application_scales_its_own_input():
    backbone = build_backbone("vgg16", (32, 32, 3), pooling="max")
    alone = keras.applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3), pooling="max")
    alone.set_weights(backbone.get_weights())
    expected = alone.predict(keras.applications.vgg16.preprocess_input(255 * IMAGES), verbose=0)
    np.testing.assert_allclose(backbone.predict(IMAGES, verbose=0), expected, rtol=1e-3, atol=1e-4)


def test_grey_images_look_the_same_as_rgb_ones_of_three_equal_channels():
    grey = build_backbone("vgg16", (32, 32, 1))
    colour = build_backbone("vgg16", (32, 32, 3))
    colour.set_weights(grey.get_weights())
    expected = colour.predict(np.repeat(IMAGES[..., :1], 3, -1), verbose=0)
    np.testing.assert_allclose(grey.predict(IMAGES[..., :1], verbose=0), expected, atol=1e-5)


def test_colour_becomes_grey_for_a_network_of_grey_faces():
    backbone = build_backbone("fer_vgg", (48, 48, 3), weights="ferplus")
    grey = build_backbone("fer_vgg", (48, 48, 1), weights="ferplus")
    images = np.random.default_rng(1).random((2, 48, 48, 3)).astype("float32")
    expected = grey.predict(images @ np.float32([[0.299], [0.587], [0.114]]), verbose=0)
    np.testing.assert_allclose(backbone.predict(images, verbose=0), expected, rtol=1e-2, atol=1e-3)


def test_features_of_any_layer(tmp_path):
    conv = build_backbone("vgg16", (32, 32, 3), layer="block2_pool", pooling=None)
    assert conv.output_shape == (None, 8, 8, 128)
    assert build_backbone("vgg16", (32, 32, 1), layer="fc1").output_shape == (None, 4096)
    conv.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(IMAGES, verbose=0), conv.predict(IMAGES, verbose=0), atol=1e-5)


def test_a_model_of_your_own_shares_its_weights():
    model = fer_vgg(input_shape=(48, 48, 1), widths=(4, 4, 4, 4))
    backbone = build_backbone(model, (48, 48, 1), layer="block4_conv2_relu")
    assert backbone.output_shape == (None, 4)
    assert model.trainable_variables[0] is backbone.trainable_variables[0]
    assert build_backbone(model, (48, 48, 3), layer="block4_conv2_relu").output_shape == (None, 4)


@pytest.mark.parametrize(
    ("backbone", "shape", "options", "message"),
    [
        ("alexnet", (64, 64, 3), {}, "no backbone 'alexnet': choose one of fer_cnn"),
        ("vgg19", (64, 64), {}, "vgg19 takes .height, width, channels."),
        ("vgg19", (64, 64, 2), {}, "1 channel .grey. or 3"),
        ("inception_v3", (48, 48, 3), {}, "at least 75 pixels"),
        ("resnet34", (16, 16, 1), {}, "at least 32 pixels"),
        ("resnet34", (32, 32, 1), {"weights": "imagenet"}, "resnet34 has no weights 'imagenet'"),
        ("vgg16", (32, 32, 3), {"weights": "no.weights.h5"}, "no.weights.h5 does not exist"),
        ("vgg16", (32, 32, 3), {"weights": "faces"}, "vgg16 has no weights 'faces'"),
        ("fer_vgg", (32, 32, 1), {"layer": "fc9"}, "fer_vgg has no layer 'fc9': choose one of image, cut"),
        ("fer_vgg", (32, 32, 1), {"pooling": "median"}, "pooling must be"),
        ("fer_vgg", (32, 32, 1), {"layer": "avg_pool", "pooling": None}, "gives a vector"),
    ],
)
def test_wrong_arguments_are_named(backbone, shape, options, message):
    with pytest.raises(DataError, match=message):
        build_backbone(backbone, shape, **options)


def test_a_model_of_your_own_must_fit():
    with pytest.raises(DataError, match=r"takes images of \(48, 48, 1\), not \(64, 64, 1\)"):
        build_backbone(fer_vgg(include_top=False), (64, 64, 1))
    with pytest.raises(DataError, match="must take images"):
        build_backbone(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), (64, 64, 1))


@pytest.mark.parametrize(("ending", "channels"), [("keras", 1), ("weights.h5", 3)])
def test_weights_of_a_saved_classifier(ending, channels, tmp_path):
    saved = face_classifier((24, 24, 1), classes=3, backbone="fer_vgg")
    path = tmp_path / f"model.{ending}"
    saved.save(path) if ending == "keras" else saved.save_weights(path)
    backbone = build_backbone("fer_vgg", (32, 32, channels), weights=path)
    expected = saved.get_layer("fer_vgg").get_weights()
    for found, one in zip(backbone.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(found, one)


@pytest.mark.usefixtures("small_applications")
@pytest.mark.parametrize("name", ["faces.weights.h5", "whole.h5", "body.h5", "whole.hdf5"])
def test_weights_of_an_application_go_by_name(name, tmp_path):
    """Keras' own files, with the top or without it, in Keras 2's layout and in Keras 3's."""
    build = keras.applications.VGG16
    source = build(input_tensor=keras.Input((32, 32, 3)), include_top="whole" in name, weights=None)
    source.save_weights(tmp_path / name) if "faces" in name else source.save(tmp_path / "file.h5")
    if "faces" not in name:
        (tmp_path / "file.h5").rename(tmp_path / name)
    found = build_backbone("vgg16", (32, 32, 3), weights=tmp_path / name)
    assert [layer.name for layer in found.layers if layer.weights] == ["block1_conv1", "block1_conv2"]
    for layer in found.layers:
        for one, other in zip(layer.get_weights(), source_weights(source, layer.name), strict=True):
            np.testing.assert_array_equal(one, other)


def source_weights(source, name):
    return source.get_layer(name).get_weights() if name.startswith("block1_conv") else []


@pytest.mark.usefixtures("small_applications")
def test_dense_layers_that_give_the_features_must_be_in_the_file(tmp_path):
    body = keras.applications.VGG16(input_tensor=keras.Input((32, 32, 3)), include_top=False, weights=None)
    body.save(tmp_path / "body.h5")
    with pytest.raises(
        DataError, match=r"body.h5 does not fit vgg16: the file lacks 2 of its layers \(fc1, "
    ):
        build_backbone("vgg16", (32, 32, 3), weights=tmp_path / "body.h5", layer="fc1")


def small_vgg16(input_tensor, include_top, weights, name="vgg16"):
    """Stand in for `keras.applications.VGG16`: its names, two convolutions of one shape, few units."""
    source = keras.utils.get_source_inputs(input_tensor)[0]
    x = keras.layers.Conv2D(3, 3, padding="same", name="block1_conv1")(input_tensor)
    x = keras.layers.Conv2D(3, 3, padding="same", name="block1_conv2")(x)
    x = keras.layers.MaxPooling2D(16, name="block1_pool")(x)
    if include_top:
        x = keras.layers.Flatten(name="flatten")(x)
        x = keras.layers.Dense(4, name="fc1")(x)
        x = keras.layers.Dense(5, name="predictions")(x)
    return keras.Model(source, x, name=name)


@pytest.fixture
def small_applications(monkeypatch):
    monkeypatch.setattr(keras.applications, "VGG16", small_vgg16)
    entry = dataclasses.replace(backbones.BACKBONES["vgg16"], build=small_vgg16)
    monkeypatch.setattr(backbones, "BACKBONES", {**backbones.BACKBONES, "vgg16": entry})
