import keras
import numpy as np
import pytest
import tensorflow as tf

from learnface.losses import ConcordanceLoss
from learnface.metrics import concordance

RANDOM = np.random.default_rng(0)
TRUE = RANDOM.uniform(-1, 1, (40, 2))
PRED = 0.5 * TRUE + RANDOM.normal(0.1, 0.3, TRUE.shape)


def test_is_one_minus_ccc():
    assert float(ConcordanceLoss()(TRUE, PRED)) == pytest.approx(1 - concordance(TRUE, PRED).mean(), abs=1e-6)


def test_weights_and_squared_error():
    cost = 1 - concordance(TRUE, PRED) + 0.5 * np.square(TRUE - PRED).mean(axis=0)
    loss = ConcordanceLoss(weights=(3, 1), mse=0.5)
    assert float(loss(TRUE, PRED)) == pytest.approx((3 * cost[0] + cost[1]) / 4, abs=1e-6)


@pytest.mark.parametrize("value", [-5.0, -2.0, np.nan])
def test_masked_frames_have_no_cost_and_no_gradient(value):
    true = TRUE.copy()
    true[::4, 1] = value
    keep = np.arange(40) % 4 != 0
    loss = ConcordanceLoss(mse=1.0)
    assert float(loss(true, PRED)) == pytest.approx(float(loss(TRUE[keep], PRED[keep])), abs=1e-6)
    gradient = gradient_of(loss, true, PRED)
    assert np.isfinite(gradient).all()
    assert not gradient[~keep].any()
    assert gradient[keep].all()


@pytest.mark.parametrize("mse", [0.0, 0.7])
def test_gradient_equals_finite_differences(mse):
    loss = ConcordanceLoss(weights=(0.7, 0.3), mse=mse, dtype="float64")
    true = TRUE.copy()
    true[3] = -5
    weight = RANDOM.random(40)
    numeric = np.zeros_like(PRED)
    for place in np.ndindex(PRED.shape):
        step = np.zeros_like(PRED)
        step[place] = 1e-5
        numeric[place] = (
            float(loss(true, PRED + step, sample_weight=weight))
            - float(loss(true, PRED - step, sample_weight=weight))
        ) / 2e-5
    np.testing.assert_allclose(gradient_of(loss, true, PRED, weight), numeric, atol=1e-8)


def test_sample_weight_repeats_frames():
    weight = RANDOM.integers(0, 3, 40)
    found = ConcordanceLoss()(TRUE.reshape(4, 10, 2), PRED.reshape(4, 10, 2), weight.reshape(4, 10))
    expected = 1 - concordance(TRUE.repeat(weight, axis=0), PRED.repeat(weight, axis=0)).mean()
    assert float(found) == pytest.approx(expected, abs=1e-6)


def test_edges_are_finite():
    loss = ConcordanceLoss()
    constant = np.full((5, 2), 0.3)
    for true, pred, cost in [
        (TRUE[:5], constant, 1.0),  # a constant prediction
        (constant, constant, 1.0),  # no variance at all
        (TRUE[:1], PRED[:1], 1.0),  # one frame
        (np.full((5, 2), -5.0), PRED[:5], 0.0),  # all masked
    ]:
        assert float(loss(true, pred)) == pytest.approx(cost, abs=1e-5)
        assert np.isfinite(gradient_of(loss, true, pred)).all()


def test_half_precision_predictions_are_summed_in_float32():
    true, pred = tf.cast(TRUE, tf.float32), tf.cast(PRED, tf.float16)
    found = ConcordanceLoss()(true, pred)
    assert found.dtype == tf.float32
    assert float(found) == pytest.approx(1 - concordance(TRUE, PRED).mean(), abs=1e-3)


def test_training_in_mixed_precision_raises_the_ccc():
    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense(2, activation="tanh", dtype="mixed_float16")
    model = keras.Sequential([keras.Input((2,)), dense])
    model.compile(keras.optimizers.Adam(0.3), ConcordanceLoss(mse=0.1))
    history = model.fit(PRED, TRUE, batch_size=40, epochs=20, verbose=0).history["loss"]
    found = 1 - concordance(TRUE, model.predict(PRED, verbose=0).astype(float)).mean()
    assert found < 0.5 < history[0]


def test_serialises():
    loss = ConcordanceLoss(weights=(0.7, 0.3), mse=0.5, mask_values=(9.0,))
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert again.get_config() == loss.get_config()
    assert float(again(TRUE, PRED)) == float(loss(TRUE, PRED))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"weights": (0, 0)}, "nor all 0"), ({"weights": (-1, 2)}, "negative"), ({"mse": -1}, "mse is -1")],
)
def test_wrong_settings_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConcordanceLoss(**arguments)


def test_wrong_number_of_weights():
    with pytest.raises(ValueError, match=r"3 weights.*\(40, 2\)"):
        ConcordanceLoss(weights=(1, 1, 1))(TRUE, PRED)


def gradient_of(loss, true, pred, weight=None):
    pred = tf.Variable(pred)
    with tf.GradientTape() as tape:
        cost = loss(true, pred, weight)
    return tape.gradient(cost, pred).numpy()
