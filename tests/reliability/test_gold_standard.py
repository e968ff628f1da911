import numpy as np
import pytest

from learnface.errors import DataError
from learnface.reliability import evaluator_weighted_estimator

RANDOM = np.random.default_rng(0)
TRUE = np.sin(np.arange(300) / 20)
NOISE = np.array([0.3, 0.3, 0.3, 1.0])
TRACES = TRUE + NOISE[:, None] * RANDOM.normal(size=(4, 300))


def test_equals_the_formula():
    weights = np.array([np.corrcoef(trace, TRACES.mean(axis=0))[0, 1] for trace in TRACES])
    gold, found = evaluator_weighted_estimator(TRACES)
    np.testing.assert_allclose(found, weights / weights.sum())
    np.testing.assert_allclose(gold, weights @ TRACES / weights.sum())


def test_is_nearer_the_truth_than_the_mean():
    gold, weights = evaluator_weighted_estimator(TRACES)
    assert (weights[:3] > weights[3]).all()
    assert np.abs(gold - TRUE).mean() < 0.95 * np.abs(TRACES.mean(axis=0) - TRUE).mean()


def test_gaps_are_shared_among_the_others():
    gaps = TRACES.copy()
    gaps[0, :50] = np.nan
    gaps[:, 60] = np.nan
    gold, weights = evaluator_weighted_estimator(gaps)
    np.testing.assert_allclose(gold[:50], weights[1:] @ TRACES[1:, :50] / weights[1:].sum())
    np.testing.assert_allclose(gold[70:], weights @ TRACES[:, 70:])
    assert np.isnan(gold[60])
    assert np.isfinite(np.delete(gold, 60)).all()


def test_centre_takes_out_offsets():
    offset = np.array([[0.5], [-0.3], [0.1], [-0.3]])
    plain, _ = evaluator_weighted_estimator(TRACES, centre=True)
    moved, _ = evaluator_weighted_estimator(TRACES + offset, centre=True)
    np.testing.assert_allclose(moved, plain, atol=1e-12)
    assert plain.mean() == pytest.approx(TRACES.mean())


def test_no_weight_is_below_zero():
    _, weights = evaluator_weighted_estimator([TRUE, TRUE + 0.1, -0.5 * TRUE, np.full(300, 0.2)])
    np.testing.assert_allclose(weights, [0.5, 0.5, 0, 0])


def test_no_weights_at_all():
    with pytest.raises(DataError, match="no annotator correlates"):
        evaluator_weighted_estimator([[0, 1, 0, 1], [1, 0, 1, 0]])
