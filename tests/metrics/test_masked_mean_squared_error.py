import keras
import numpy as np
import pytest

from learnface.losses import MaskedMeanSquaredError as Loss
from learnface.metrics import MaskedMeanSquaredError, affect_scores

RANDOM = np.random.default_rng(0)
TRUE, PRED = RANDOM.uniform(-1, 1, (2, 50, 2))


def test_streams_to_the_error_of_the_set():
    true = TRUE.copy()
    true[::5] = -5
    expected = affect_scores(true, PRED)["per_dimension"]["mse"]
    for dimension, name in ((None, "mean"), (0, "valence"), (1, "arousal")):
        metric = MaskedMeanSquaredError(dimension=dimension)
        assert float(metric.result()) == 0
        for start in range(0, 50, 7):
            metric.update_state(true[start : start + 7], PRED[start : start + 7])
        assert float(metric.result()) == pytest.approx(expected[name], abs=1e-12)


def test_it_is_registered_beside_the_loss_of_its_name():
    metric = MaskedMeanSquaredError(dimension=1)
    again = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert type(again) is MaskedMeanSquaredError and again.get_config() == metric.get_config()
    assert type(keras.losses.deserialize(keras.losses.serialize(Loss()))) is Loss
