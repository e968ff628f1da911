import keras
import numpy as np
import pytest

from learnface.metrics import ConcordanceCorrelation, concordance

RANDOM = np.random.default_rng(0)
TRUE = RANDOM.uniform(-1, 1, (300, 2))
PRED = 0.5 * TRUE + RANDOM.normal(0.1, 0.3, TRUE.shape)


def streamed(metric, true=TRUE, pred=PRED, size=7):
    for i in range(0, len(true), size):
        metric.update_state(true[i : i + size], pred[i : i + size])
    return float(metric.result())


def test_streams_to_the_ccc_of_the_set():
    expected = concordance(TRUE, PRED)
    assert streamed(ConcordanceCorrelation()) == pytest.approx(expected.mean(), abs=1e-12)
    for column in range(2):
        assert streamed(ConcordanceCorrelation(dimension=column)) == pytest.approx(
            expected[column], abs=1e-12
        )


def test_keras_own_metric_is_not_the_ccc_of_the_set():
    """The reason for a metric of our own: batch averages are wrong, along either axis."""
    expected = concordance(TRUE, PRED).mean()
    for axis in (0, -1):
        assert abs(streamed(keras.metrics.ConcordanceCorrelation(axis=axis), size=3) - expected) > 0.02
    assert streamed(ConcordanceCorrelation(), size=3) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("value", [-5.0, -2.0, np.nan])
def test_masked_frames_do_not_count(value):
    true = TRUE.copy()
    true[::4, 1] = value
    pred = PRED.copy()
    pred[::4] = np.nan
    keep = np.arange(300) % 4 != 0
    expected = concordance(TRUE[keep], PRED[keep]).mean()
    assert streamed(ConcordanceCorrelation(), true, pred) == pytest.approx(expected, abs=1e-12)


def test_other_mask_values():
    true = np.where(np.arange(300)[:, None] % 4 == 0, 9.0, TRUE)
    keep = np.arange(300) % 4 != 0
    expected = concordance(TRUE[keep], PRED[keep]).mean()
    assert streamed(ConcordanceCorrelation(mask_values=[9]), true) == pytest.approx(expected, abs=1e-12)
    assert streamed(ConcordanceCorrelation(mask_values=None), true) != pytest.approx(expected, abs=0.01)


def test_frames_of_clips_and_weights():
    weight = RANDOM.integers(0, 3, 300)
    metric = ConcordanceCorrelation()
    metric.update_state(
        TRUE.reshape(30, 10, 2), PRED.reshape(30, 10, 2), sample_weight=weight.reshape(30, 10)
    )
    expected = concordance(TRUE.repeat(weight, axis=0), PRED.repeat(weight, axis=0)).mean()
    assert float(metric.result()) == pytest.approx(expected, abs=1e-12)


def test_float32_stays_accurate_far_from_zero():
    metric = ConcordanceCorrelation(dtype="float32")
    true, pred = (TRUE + 30).astype("float32"), (PRED + 30).astype("float32")
    assert streamed(metric, true, pred) == pytest.approx(concordance(true, pred).mean(), abs=1e-4)


def test_edges():
    metric = ConcordanceCorrelation(dimensions=1)
    assert float(metric.result()) == 0
    metric.update_state([-5.0, -2.0], [0.0, 0.0])
    assert float(metric.result()) == 0
    metric.update_state([0.25], [0.25])
    assert float(metric.result()) == 1
    metric.update_state([0.25], [0.75])
    assert float(metric.result()) == 0
    metric.reset_state()
    assert float(metric.result()) == 0
    metric.update_state(
        [0.1, 0.2], [np.nan, 0.2]
    )  # a network that diverged has no score, and not a perfect one
    assert np.isnan(float(metric.result()))


def test_wrong_dimension():
    with pytest.raises(ValueError, match="dimension is 2"):
        ConcordanceCorrelation(dimensions=2, dimension=2)


def test_serialises_and_trains():
    metric = ConcordanceCorrelation(dimension=1, name="ccc_arousal", mask_values=[9.0])
    again = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert again.get_config() == metric.get_config()
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="tanh")])
    model.compile("sgd", "mse", metrics=[again])
    found = model.evaluate(TRUE, TRUE, batch_size=32, verbose=0, return_dict=True)["ccc_arousal"]
    expected = concordance(TRUE[:, 1], model.predict(TRUE, verbose=0)[:, 1])
    assert found == pytest.approx(expected, abs=1e-6)
