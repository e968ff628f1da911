import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import softmax
from sklearn.metrics import log_loss

from learnface.errors import DataError
from learnface.metrics import (
    apply_temperature,
    expected_calibration_error,
    fit_temperature,
    reliability_table,
)


@pytest.fixture
def sample():
    """Labels drawn from the softmax of some logits, and the softmax of twice those: too sure by 2."""
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (4000, 4))
    y_true = (softmax(logits, axis=1).cumsum(axis=1) < random.random((4000, 1))).sum(axis=1)
    return y_true, softmax(2 * logits, axis=1), logits


def test_error_equals_a_loop_over_bins(sample):
    y_true, probabilities, _ = sample
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == y_true
    expected = 0
    for i in range(15):
        inside = (confidence > i / 15) & (confidence <= (i + 1) / 15)
        if inside.any():
            expected += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert expected_calibration_error(y_true, probabilities) == pytest.approx(expected, abs=1e-12)


def test_table_by_hand():
    table = reliability_table([0, 1, 1], [[0.6, 0.4], [0.7, 0.3], [0, 1]], bins=4)
    assert table["samples"].tolist() == [0, 0, 2, 1]
    assert table["confidence"][2:].tolist() == pytest.approx([0.65, 1.0])
    assert table["accuracy"][2:].tolist() == [0.5, 1.0]
    assert table["gap"][2:].tolist() == pytest.approx([-0.15, 0.0])
    assert table["accuracy"][:2].isna().all()


def test_upper_edge_belongs_to_the_lower_bin():
    assert reliability_table([0], [[0.5, 0.5]], bins=2)["samples"].tolist() == [1, 0]


def test_temperature_undoes_the_overconfidence(sample):
    y_true, probabilities, logits = sample
    temperature = fit_temperature(y_true, probabilities)
    assert temperature == pytest.approx(2, rel=0.05)
    found = minimize(
        lambda t: log_loss(y_true, softmax(2 * logits / t[0], axis=1)), [1.0], method="Nelder-Mead"
    )
    assert temperature == pytest.approx(found.x[0], rel=1e-3)
    cooler = apply_temperature(probabilities, temperature)
    before, after = (expected_calibration_error(y_true, p) for p in (probabilities, cooler))
    assert after < before / 3
    np.testing.assert_array_equal(cooler.argmax(axis=1), probabilities.argmax(axis=1))


def test_apply_temperature_is_the_softmax_of_divided_logits(sample):
    _, probabilities, logits = sample
    np.testing.assert_allclose(
        apply_temperature(probabilities, 3), softmax(2 * logits / 3, axis=1), atol=1e-12
    )


def test_a_perfect_and_a_hopeless_classifier_end_at_the_bounds():
    sure = [[0.6, 0.4]] * 3
    assert fit_temperature([0, 0, 0], sure) == pytest.approx(0.05, rel=1e-4)
    assert fit_temperature([1, 1, 1], sure) == pytest.approx(20, rel=1e-4)


def test_probabilities_of_zero_and_one():
    assert np.isfinite(fit_temperature([0, 1, 0], [[1, 0], [1, 0], [1, 0]]))
    assert expected_calibration_error([0, 1], [[1, 0], [1, 0]]) == 0.5


@pytest.mark.parametrize(
    ("y_true", "probabilities", "message"),
    [
        ([0], [0.5, 0.5], r"shape \(samples, classes\)"),
        ([0, 1], [[0.5, 0.5]], "at least one sample"),
        ([], np.zeros((0, 2)), "at least one sample"),
        ([2], [[0.5, 0.5]], "from 0 to 1"),
        ([0.0], [[0.5, 0.5]], "integer codes"),
        ([0], [[3.0, -2.0]], "1 of 1 rows.*not logits"),
        ([0], [[np.nan, 1.0]], "1 of 1 rows"),
        ([0], [[0.5, 0.2]], "no distribution"),
    ],
)
@pytest.mark.parametrize("function", [expected_calibration_error, fit_temperature])
def test_wrong_input_is_named(function, y_true, probabilities, message):
    with pytest.raises(DataError, match=message):
        function(y_true, probabilities)


def test_wrong_settings_are_named():
    with pytest.raises(DataError, match="bins is 0"):
        reliability_table([0], [[0.5, 0.5]], bins=0)
    with pytest.raises(DataError, match="temperature is 0"):
        apply_temperature([[0.5, 0.5]], 0)
