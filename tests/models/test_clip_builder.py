import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models._clip_builder import backbone_features, clip_input

CLIPS = np.random.default_rng(0).random((2, 3, 32, 32, 3)).astype("float32")


def test_every_frame_goes_through_the_backbone():
    clips = clip_input((None, 32, 32, 3))
    model = keras.Model(clips, backbone_features(clips, "vgg16", weights=None))
    found = model.predict(CLIPS, verbose=0)
    expected = model.get_layer("vgg16").predict(CLIPS.reshape(6, 32, 32, 3), verbose=0)
    assert expected.shape == (6, 1, 1, 512)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("shape", [(224, 224, 3), (10, None, None, 3)])
def test_wrong_input_is_named(shape):
    with pytest.raises(DataError, match=r"must be \(frames, height, width, channels\)"):
        clip_input(shape)
