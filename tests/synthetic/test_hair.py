import numpy as np
import pytest

from learnface.synthetic.hair import COLUMNS, ROWS, curtain, curtain_quads


@pytest.fixture
def skull(rng):
    direction = rng.normal(size=(4000, 3))
    return direction / np.linalg.norm(direction, axis=1, keepdims=True) * [0.85, 1.2, 0.95] + [0, 7.3, 0.4]


EYES = np.array([0, 7.3, 1.25])


def test_no_length_is_no_curtain(skull):
    assert not curtain(skull, EYES, length=0, fullness=0.1).any()


def test_curtain_hangs_as_long_as_asked_and_leaves_the_face_free(skull):
    points = curtain(skull, EYES, length=0.9, fullness=0.1)
    assert points.shape == (ROWS * COLUMNS, 3)
    assert points[:, 1].min() == pytest.approx(7.3 - 0.9)
    at_cheeks = points[np.abs(points[:, 1] - 7.1) < 0.2]
    front = at_cheeks[at_cheeks[:, 2] > 0.7]
    assert len(front) == 0 or np.abs(front[:, 0]).min() > 0.6


def test_curtain_is_outside_of_the_head(skull):
    points = curtain(skull, EYES, length=0.9, fullness=0.1)
    points = points[np.abs(points[:, 1] - 7.3) < 0.3]
    assert (np.linalg.norm((points - [0, 7.3, 0.4]) / [0.85, 1.2, 0.95], axis=1) > 1).all()


def test_both_sides_of_every_quad():
    quads = curtain_quads()
    half = len(quads) // 2
    assert half == (ROWS - 1) * (COLUMNS - 1)
    np.testing.assert_array_equal(quads[:half], quads[half:, ::-1])
