import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.layers import BranchMargin

WEIGHTS = np.random.default_rng(0).random((6, 5)).astype("float32")


@pytest.mark.parametrize("margin", [0.0, 0.03, 0.5])
def test_the_loss_is_equation_3(margin):
    layer = BranchMargin(margin, larger=1, smaller=4)
    np.testing.assert_array_equal(layer(WEIGHTS), WEIGHTS)
    expected = np.maximum(0, margin - (WEIGHTS[:, 1] - WEIGHTS[:, 4])).mean()
    assert float(layer.losses[0]) == pytest.approx(float(expected))


def test_training_parts_the_weights():
    inputs = keras.Input((3,))
    outputs = BranchMargin(0.2, 0, 1)(
        keras.layers.Dense(2, activation="sigmoid", kernel_initializer="zeros")(inputs)
    )
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.SGD(1.0), run_eagerly=True)
    ones = np.ones((4, 3), "float32")
    losses = model.fit(ones, epochs=5, verbose=0).history["loss"]
    assert losses[0] == pytest.approx(0.2) and losses[-1] == pytest.approx(0)
    first, second = model.predict(ones, verbose=0)[0]
    assert first - second >= 0.2


def test_comes_back_from_its_config():
    layer = keras.layers.deserialize(keras.layers.serialize(BranchMargin(0.1, 2, 0)))
    assert (layer.margin, layer.larger, layer.smaller) == (0.1, 2, 0)


def test_wrong_branches_are_named():
    with pytest.raises(DataError, match="give two branches"):
        BranchMargin(0.1, 1, 1)
    with pytest.raises(DataError, match="5 branches, none numbered 5"):
        BranchMargin(0.1, 5, 1)(WEIGHTS)
