import itertools

import numpy as np
import pytest

from learnface.errors import DataError
from learnface.metrics import interval_f1
from learnface.metrics.interval_f1 import interval_iou


def test_iou_counts_frames():
    """Frames 10 to 19 and 15 to 24 share 5 of 15 frames."""
    first, second = (10, 19), (15, 24)
    frames = [set(range(a, b + 1)) for a, b in (first, second)]
    expected = len(frames[0] & frames[1]) / len(frames[0] | frames[1])
    assert interval_iou([first], [second]).item() == pytest.approx(expected) == 1 / 3
    assert interval_iou([(1.0, 2.0)], [(1.5, 2.5)], unit=0).item() == pytest.approx(1 / 3)


def test_counts_of_all_videos_are_summed_before_f1():
    true = [[(0, 9), (30, 39)], [], [(5, 14)]]
    spotted = [[(0, 9)], [(50, 59), (70, 79)], [(5, 14)]]
    scores = interval_f1(true, spotted)
    assert (scores["tp"], scores["fp"], scores["fn"]) == (2, 2, 1)
    assert (scores["precision"], scores["recall"]) == (2 / 4, 2 / 3)
    assert scores["f1"] == pytest.approx(2 * 2 / (2 * 2 + 2 + 1))


def test_half_is_enough_and_less_is_not():
    assert interval_f1([[(0, 9)]], [[(0, 19)]])["tp"] == 1  # 10 of 20 frames
    assert interval_f1([[(0, 9)]], [[(0, 20)]])["tp"] == 0


def test_an_interval_counts_once():
    scores = interval_f1([[(0, 9)]], [[(0, 9), (1, 9), (0, 8)]])
    assert (scores["tp"], scores["fp"], scores["fn"]) == (1, 2, 0)


@pytest.mark.parametrize("seed", range(4))
def test_pairs_are_as_many_as_can_be(seed):
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, 12, (2, 5))
    true, spotted = (np.stack([s, s + rng.integers(2, 8, 5)], 1) for s in starts)
    near = interval_iou(true, spotted) >= 0.5
    most = max(sum(near[k, order[k]] for k in range(5)) for order in itertools.permutations(range(5)))
    assert interval_f1([true], [spotted])["tp"] == most


def test_nothing_true_and_nothing_spotted_is_no_error():
    assert interval_f1([[]], [[]])["f1"] == 0
    assert interval_f1([[(0, 3)]], [[]])["fn"] == 1


def test_what_is_no_interval_is_refused():
    with pytest.raises(DataError, match=r"\(9.0, 3.0\) ends before it begins"):
        interval_f1([[(9, 3)]], [[]])
    with pytest.raises(DataError, match="1 videos with true intervals, but 2"):
        interval_f1([[]], [[], []])
    with pytest.raises(DataError, match="expected \\(intervals, 2\\)"):
        interval_f1([[(1, 2, 3)]], [[]])
