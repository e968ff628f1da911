import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models._clip_builder import _caffe, _plus_minus_one, backbone_features, clip_input

CLIPS = np.random.default_rng(0).random((2, 3, 32, 32, 3)).astype("float32")


@pytest.mark.parametrize(
    ("scale", "module"),
    [(_caffe, keras.applications.vgg19), (_plus_minus_one, keras.applications.inception_v3)],
)
def test_scaling_is_that_of_the_weights(scale, module):
    inputs = keras.Input((32, 32, 3))
    found = keras.Model(inputs, scale(inputs)).predict(CLIPS[0], verbose=0)
    np.testing.assert_allclose(found, module.preprocess_input(255 * CLIPS[0]), atol=1e-3)


def test_every_frame_goes_through_the_backbone():
    clips = clip_input((None, 32, 32, 3), "vgg16")
    model = keras.Model(clips, backbone_features(clips, "vgg16", weights=None))
    images = keras.applications.vgg16.preprocess_input(255 * CLIPS.reshape(6, 32, 32, 3))
    expected = model.get_layer("vgg16").predict(images, verbose=0)
    assert expected.shape == (6, 1, 1, 512)
    np.testing.assert_allclose(model.predict(CLIPS, verbose=0), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("shape", "backbone", "message"),
    [
        ((10, 224, 224, 3), "alexnet", "no backbone 'alexnet': choose one of vgg16"),
        ((224, 224, 3), "vgg19", r"must be \(frames, height, width, channels\)"),
        ((10, None, None, 3), "vgg19", r"must be \(frames, height, width, channels\)"),
        ((10, 48, 48, 1), "vgg19", "vgg19 takes 3 channels"),
        ((10, 48, 48, 3), "inception_v3", "at least 75 pixels"),
        ((10, 16, 16, 1), "resnet34", "at least 32 pixels"),
    ],
)
def test_wrong_input_is_named(shape, backbone, message):
    with pytest.raises(DataError, match=message):
        clip_input(shape, backbone)


def test_resnet34_has_no_imagenet_weights():
    with pytest.raises(DataError, match="resnet34 has no weights 'imagenet'"):
        backbone_features(clip_input((2, 32, 32, 3), "resnet34"), "resnet34", weights="imagenet")
