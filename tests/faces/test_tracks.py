import pytest

from learnface.errors import DataError
from learnface.faces.face import Face
from learnface.faces.tracks import FaceTracker


def faces(*lefts):
    return [Face((left, 0, 20, 20)) for left in lefts]


def test_moving_faces_keep_their_numbers_whatever_their_order():
    tracker = FaceTracker()
    for step in range(30):
        a, b = 2 * step, 200 - 2 * step
        if step % 2:
            assert tracker.update(faces(a, b)) == [0, 1]
        else:
            assert tracker.update(faces(b, a) if step else faces(a, b)) == ([1, 0] if step else [0, 1])


def test_the_best_overlap_wins():
    tracker = FaceTracker()
    tracker.update(faces(0, 12))
    assert tracker.update(faces(8, 11)) == [0, 1]


def test_a_fast_face_keeps_its_number_without_overlap():
    for reach, expected in [(1.0, [0]), (0.0, [1])]:
        tracker = FaceTracker(reach=reach)
        tracker.update(faces(0))
        assert tracker.update(faces(19)) == expected


def test_the_nearest_of_those_left_over_is_taken_if_it_is_as_large():
    tracker = FaceTracker()
    tracker.update([*faces(0), Face((21, 0, 40, 40))])
    assert tracker.update([Face((0, 18, 20, 20))]) == [0]
    assert tracker.update([Face((-30, 0, 40, 40))]) == [2]


def test_a_gap_is_bridged_and_a_longer_one_is_not():
    tracker = FaceTracker(max_gap=3)
    assert tracker.update(faces(0)) == [0]
    for _ in range(3):
        assert tracker.update([]) == []
    assert tracker.update(faces(2)) == [0]
    for _ in range(4):
        tracker.update([])
    assert tracker.active == []
    assert tracker.update(faces(2)) == [1]


def test_two_detections_never_share_a_number():
    tracker = FaceTracker()
    tracker.update(faces(0))
    assert sorted(tracker.update(faces(0, 1))) == [0, 1]


def test_memory_is_bounded():
    tracker = FaceTracker(max_gap=5)
    for step in range(500):
        tracker.update(faces(100 * step))
    assert len(tracker.active) == 6
    assert tracker.active[-1] == 499


def test_wrong_overlap():
    with pytest.raises(DataError, match="min_overlap is 0"):
        FaceTracker(min_overlap=0)
