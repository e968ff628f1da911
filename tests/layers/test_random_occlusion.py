import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.layers import RandomOcclusion

FACES = np.random.default_rng(0).random((64, 20, 16, 1)).astype("float32")


def numpy_of(tensor):
    return keras.ops.convert_to_numpy(tensor)


def hidden(layer, training):
    return (numpy_of(layer(FACES, training=training)) != FACES)[..., 0]


def test_inference_hides_the_same_rectangle_of_each():
    found = hidden(RandomOcclusion(coverage=(0.5, 0.5)), training=False)
    # Side sqrt(0.5) of an area of 10 x 16 pixels: rows 10 + 1.46 to 8.54, columns 2.34 to 13.66 by their middles.
    expected = np.zeros((20, 16), bool)
    expected[11:19, 2:14] = True
    np.testing.assert_array_equal(found, np.broadcast_to(expected, found.shape))


def test_training_hides_another_part_of_each_and_keeps_to_the_area():
    layer = RandomOcclusion(area=(0.25, 0.5, 0.5, 0.5), coverage=(0.3, 0.9), seed=0)
    first, second = hidden(layer, training=True), hidden(layer, training=True)
    assert not first[:, :10].any() and not first[..., :4].any() and not first[..., 12:].any()
    shares = first[:, 10:, 4:12].mean(axis=(1, 2))
    assert 0.1 < shares.min() < 0.4 < 0.7 < shares.max() <= 0.95
    assert len(np.unique(first.reshape(64, -1), axis=0)) > 50
    assert (first != second).any(axis=(1, 2)).mean() > 0.9
    again = hidden(RandomOcclusion(area=(0.25, 0.5, 0.5, 0.5), coverage=(0.3, 0.9), seed=0), training=True)
    np.testing.assert_array_equal(again, first)


def test_as_augmentation_it_hides_some_and_only_in_training():
    layer = RandomOcclusion(rate=0.5, fixed=False, seed=1)
    touched = hidden(layer, training=True).any(axis=(1, 2))
    assert 0.3 < touched.mean() < 0.7
    assert not hidden(layer, training=False).any()


def test_no_coverage_hides_nothing_and_values_stay_in_range():
    assert not hidden(RandomOcclusion(coverage=(0, 0)), training=True).any()
    values = numpy_of(RandomOcclusion(seed=2)(FACES, training=True))
    assert values.min() >= 0 and values.max() <= 1


def test_comes_back_from_its_config():
    layer = RandomOcclusion((0, 0, 1, 0.5), coverage=(0.4, 0.4), rate=0.9, fixed=True, seed=3)
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    np.testing.assert_array_equal(hidden(again, True), hidden(layer, True))


@pytest.mark.parametrize(
    "arguments", [{"area": (0, 0.6, 1, 0.5)}, {"coverage": (0.9, 0.3)}, {"coverage": (0, 2)}, {"rate": 1.5}]
)
def test_wrong_arguments_are_named(arguments):
    with pytest.raises(DataError, match=next(iter(arguments))):
        RandomOcclusion(**arguments)
