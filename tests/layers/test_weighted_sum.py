import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.layers import WeightedSum

RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.random((200, 5, 3)).astype("float32")
WEIGHTS = RANDOM.random((200, 5)).astype("float32")


def test_the_sum_is_equation_2():
    expected = (FEATURES * WEIGHTS[..., None]).sum(axis=1)
    for layer in (WeightedSum(), WeightedSum(dropout=0.5)):
        np.testing.assert_allclose(layer([FEATURES, WEIGHTS]), expected, rtol=1e-5)


def test_dropout_leaves_whole_branches_out_and_keeps_the_size():
    """With features and weights of 1 the sum counts the branches, scaled back to all five."""
    ones = np.ones((200, 5, 1), "float32")
    layer = WeightedSum(dropout=0.6, seed=0)
    np.testing.assert_allclose(layer([ones, ones[..., 0]], training=True), 5.0, rtol=1e-5)
    # With powers of two each set of branches gives another sum: many sets come, and all of a face go in none.
    powers = np.broadcast_to(2.0 ** np.arange(5), (200, 5)).astype("float32")
    sums = keras.ops.convert_to_numpy(layer([ones, powers], training=True))
    sets = {tuple(s) for s in (np.arange(1, 32)[:, None] >> np.arange(5)) & 1}
    possible = {round(5 / sum(s) * float(np.dot(s, 2.0 ** np.arange(5))), 3) for s in sets}
    found = {round(float(value), 3) for value in sums[:, 0]}
    assert found <= possible and len(found) > 15


def test_comes_back_from_its_config():
    layer = WeightedSum(dropout=0.25, seed=7)
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    inputs = [FEATURES, WEIGHTS]
    np.testing.assert_array_equal(again(inputs, training=True), layer(inputs, training=True))
    assert layer.compute_output_shape([(None, 5, 3), (None, 5)]) == (None, 3)


def test_wrong_dropout_is_named():
    with pytest.raises(DataError, match="dropout is 1"):
        WeightedSum(dropout=1.0)
