import numpy as np
import pytest

from learnface.errors import DataError
from learnface.reliability import cronbach_alpha

RANDOM = np.random.default_rng(0)
TRACES = RANDOM.normal(size=(4, 60)) + RANDOM.normal(size=60)


def test_equals_the_form_with_covariances():
    """Alpha is k * mean covariance / (mean variance + (k - 1) * mean covariance), Cronbach 1951."""
    covariance = np.cov(TRACES)
    variance = np.diag(covariance).mean()
    shared = covariance[~np.eye(4, dtype=bool)].mean()
    assert cronbach_alpha(TRACES) == pytest.approx(4 * shared / (variance + 3 * shared))


def test_by_hand():
    """Variances 0.7, 1.5 and 0.7, that of the sum 6.8."""
    items = [[1, 2, 2, 3, 3], [1, 1, 2, 2, 4], [2, 1, 2, 3, 3]]
    assert cronbach_alpha(items) == pytest.approx(1.5 * (1 - 2.9 / 6.8))


def test_frames_with_a_gap_do_not_count():
    gaps = TRACES.copy()
    gaps[0, 3] = gaps[2, 40] = np.nan
    kept = np.delete(TRACES, [3, 40], axis=1)
    assert cronbach_alpha(gaps) == cronbach_alpha(kept)


def test_contradiction_is_below_zero():
    assert cronbach_alpha([[0, 1, 2, 3], [3, 2, 1, 1]]) < 0


def test_no_change_is_refused():
    with pytest.raises(DataError, match="the same in all frames"):
        cronbach_alpha([[0.1, 0.1, 0.1], [0.3, 0.3, 0.3]])
    with pytest.raises(DataError, match="the same in all frames"):
        cronbach_alpha([[0, 1, 2], [2, 1, 0]])
