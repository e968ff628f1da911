import numpy as np
import pytest

from learnface.cli._prediction import _Means


def test_means_and_seconds_of_each_face_the_longest_seen_first():
    means = _Means()
    for frame in range(10):
        means.see(3 + frame * 0.5)
    means.add([1, 0, 0], np.array([[0.5, -1], [1, 0], [0, 1]]))
    means.add([0, 0], np.array([[True, False], [True, False]]))
    (first, mean, seconds), (second, other, other_seconds) = means.of_faces(frame_time=0.1)
    assert (first, second) == (0, 1)
    assert mean.tolist() == pytest.approx([0.75, 0.25]) and other.tolist() == [0.5, -1]
    assert (seconds, other_seconds) == pytest.approx((2.0, 0.5))
    assert (means.frames, means.last) == (10, 7.5)


def test_one_frame_lasts_as_long_as_a_frame():
    means = _Means()
    means.see(0.0)
    means.add([0], np.array([[1.0]]))
    assert means.of_faces(frame_time=0.04)[0][2] == pytest.approx(0.04)
