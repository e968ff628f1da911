import numpy as np
import pytest

from learnface.errors import DataError
from learnface.inference.smoothing import ExponentialSmoothing


def test_each_face_has_its_own_past(rng):
    values = rng.dirichlet(np.ones(3), size=(6, 2))  # (frames, faces, classes)
    smoothing = ExponentialSmoothing(0.7)
    past = values[0]
    for step, now in enumerate(values):
        past = now if step == 0 else 0.7 * past + 0.3 * now
        order = [1, 0] if step % 2 else [0, 1]
        assert smoothing.update(order, now[order]) == pytest.approx(past[order])


def test_zero_changes_nothing(rng):
    values = rng.random((4, 3))
    assert np.array_equal(ExponentialSmoothing(0).update([0, 0, 1, 0], values), values)


def test_forgotten_faces_begin_anew():
    smoothing = ExponentialSmoothing(0.9)
    smoothing.update([0, 1], np.eye(2))
    smoothing.keep([1])
    assert smoothing.update([0, 1], np.eye(2)[::-1]) == pytest.approx(np.array([[0, 1], [0.1, 0.9]]))


@pytest.mark.parametrize("weight", [-0.1, 1, 2])
def test_wrong_weight(weight):
    with pytest.raises(DataError, match="below 1"):
        ExponentialSmoothing(weight)
