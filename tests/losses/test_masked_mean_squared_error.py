import keras
import numpy as np
import pytest
import tensorflow as tf

from learnface.losses import MaskedMeanSquaredError

RANDOM = np.random.default_rng(0)
TRUE, PRED = RANDOM.uniform(-1, 1, (2, 40, 2))


def test_is_the_mean_over_annotated_frames():
    true = TRUE.copy()
    true[::4, 1], true[1::4] = -5, np.nan
    keep = np.arange(40) % 4 > 1
    pred = tf.Variable(PRED)
    with tf.GradientTape() as tape:
        cost = MaskedMeanSquaredError()(true, pred)
    assert float(cost) == pytest.approx(np.square(TRUE[keep] - PRED[keep]).mean(), abs=1e-6)
    expected = np.where(keep[:, None], 2 * (PRED - TRUE) / (2 * keep.sum()), 0)
    np.testing.assert_allclose(tape.gradient(cost, pred), expected, atol=1e-7)


def test_weights_act_inside_the_mean():
    weight = RANDOM.random((4, 10))
    found = MaskedMeanSquaredError()(TRUE.reshape(4, 10, 2), PRED.reshape(4, 10, 2), weight)
    expected = np.average(np.square(TRUE - PRED).mean(axis=1), weights=weight.ravel())
    assert float(found) == pytest.approx(expected, abs=1e-6)


def test_a_batch_without_annotations_costs_nothing():
    assert float(MaskedMeanSquaredError()(np.full((3, 2), -5.0), PRED[:3])) == 0


def test_serialises():
    loss = MaskedMeanSquaredError(mask_values=(9.0,))
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert again.get_config() == loss.get_config()
    assert float(again(TRUE, PRED)) == float(loss(TRUE, PRED))
