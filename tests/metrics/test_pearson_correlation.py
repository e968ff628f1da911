import keras
import numpy as np
import pytest

from learnface.metrics import PearsonCorrelation

RANDOM = np.random.default_rng(0)
TRUE, PRED = RANDOM.uniform(-1, 1, (2, 50, 2))


def test_streams_to_the_correlation_of_the_set():
    true = TRUE.copy()
    true[::5, 0] = np.nan
    keep = np.arange(50) % 5 > 0
    metric = PearsonCorrelation()
    for start in range(0, 50, 7):
        metric.update_state(true[start : start + 7], PRED[start : start + 7])
    expected = [np.corrcoef(TRUE[keep, column], PRED[keep, column])[0, 1] for column in range(2)]
    assert float(metric.result()) == pytest.approx(np.mean(expected), abs=1e-12)


def test_a_constant_correlates_with_nothing():
    metric = PearsonCorrelation(dimensions=1)
    assert float(metric.result()) == 0
    metric.update_state(TRUE[:, :1], np.full((50, 1), 0.3))
    assert float(metric.result()) == 0
    for dtype in ("float64", "float32"):
        metric = PearsonCorrelation(dimensions=1, dtype=dtype)
        metric.update_state([[0.1]] * 3, [[0.7]] * 3)  # whose mean is rounded
        assert float(metric.result()) == 0


def test_serialises():
    metric = PearsonCorrelation(dimension=1)
    again = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert type(again) is PearsonCorrelation and again.get_config() == metric.get_config()
