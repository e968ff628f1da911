import keras
import numpy as np
import pytest
from PIL import Image

from learnface.errors import DataError
from learnface.faces.regions import FIXED_REGIONS, crop_region
from learnface.layers import RegionCrops

FACES = np.random.default_rng(0).random((2, 48, 48, 3)).astype("float32")


def numpy_of(tensor):
    return keras.ops.convert_to_numpy(tensor)


def test_regions_are_those_of_the_faces_package():
    crops = numpy_of(RegionCrops([*FIXED_REGIONS.values()], size=(48, 48))(FACES))
    assert crops.shape == (2, 3, 48, 48, 3)
    for number, region in enumerate(FIXED_REGIONS):
        expected = crop_region(FACES[1], region, size=(48, 48))
        np.testing.assert_allclose(crops[1, number], expected, atol=2e-3)  # OpenCV interpolates in steps


@pytest.mark.parametrize("size", [(7, 5), (48, 20), (60, 90)])
def test_resizing_is_pillows(size):
    """Pillow widens its triangle too where it shrinks."""
    crops = numpy_of(RegionCrops([(0.25, 0.5, 0.5, 0.5)], size=size)(FACES))
    cut = Image.fromarray(FACES[0, 24:, 12:36, 0])
    expected = np.asarray(cut.resize(size[::-1], Image.Resampling.BILINEAR))
    np.testing.assert_allclose(crops[0, 0, ..., 0], expected, atol=1e-5)


def test_a_whole_image_of_its_own_size_is_itself():
    layer = RegionCrops([(0, 0, 1, 1)])
    np.testing.assert_array_equal(numpy_of(layer(FACES))[:, 0], FACES)
    assert layer.compute_output_shape((None, 48, 40, 1)) == (None, 1, 48, 40, 1)


def test_comes_back_from_its_config():
    layer = RegionCrops([(0, 0, 0.5, 0.5)], size=(8, 9), name="parts")
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    np.testing.assert_array_equal(numpy_of(again(FACES)), numpy_of(layer(FACES)))


def test_wrong_arguments_are_named():
    with pytest.raises(DataError, match="give one"):
        RegionCrops([])
    with pytest.raises(DataError, match="size is"):
        RegionCrops([(0, 0, 1, 1)], size=(0, 4))
    with pytest.raises(DataError, match="leaves them"):
        RegionCrops([(0.5, 0, 0.7, 1)])(FACES)
    with pytest.raises(DataError, match="holds none"):
        RegionCrops([(0.5, 0, 0.001, 1)])(FACES)
    with pytest.raises(DataError, match="known size"):
        RegionCrops([(0, 0, 1, 1)])(keras.Input((None, 48, 1)))
