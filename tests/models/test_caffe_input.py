import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models._caffe_input import caffe_input


def test_a_known_pixel():
    inputs = keras.Input((1, 1, 3))
    model = keras.Model(inputs, caffe_input(inputs, (10.0, 20.0, 30.0)))
    found = model(np.float32([[[[1.0, 0.5, 0.0]]]]))
    np.testing.assert_allclose(found, [[[[-10.0, 107.5, 225.0]]]], atol=1e-4)


def test_grey_is_repeated():
    inputs = keras.Input((1, 1, 1))
    found = keras.Model(inputs, caffe_input(inputs, (1.0, 2.0, 3.0)))(np.float32([[[[0.2]]]]))
    np.testing.assert_allclose(found, [[[[50.0, 49.0, 48.0]]]], atol=1e-4)


def test_other_channels_are_refused():
    with pytest.raises(DataError, match="1 channel .grey. or 3 .RGB., not 2"):
        caffe_input(keras.Input((4, 4, 2)))
