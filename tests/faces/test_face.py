import math

import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces.face import Face, overlap, sort_faces


def test_overlap_against_counted_pixels(rng):
    for _ in range(20):
        a, b = (tuple(int(v) for v in rng.integers(1, 12, 4)) for _ in range(2))
        masks = np.zeros((2, 30, 30), bool)
        for mask, (x, y, width, height) in zip(masks, (a, b), strict=True):
            mask[y : y + height, x : x + width] = True
        expected = (masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum()
        assert overlap(a, b) == pytest.approx(expected)


def test_overlap_of_empty_boxes_is_zero():
    assert overlap((0, 0, 0, 0), (0, 0, 0, 0)) == 0


def test_scaled():
    face = Face((10, 20, 30, 40), 0.5, np.array([[12.0, 22.0]])).scaled(0.5)
    assert face.box == (5, 10, 15, 20) and face.score == 0.5
    assert face.landmarks.tolist() == [[6, 11]]
    assert math.isnan(Face((0, 0, 1, 1)).scaled(2).score)


def test_order():
    small, large = Face((45, 45, 10, 10)), Face((0, 0, 30, 30))
    assert sort_faces([small, large], "largest", (100, 100)) == [large, small]
    assert sort_faces([large, small], "central", (100, 100)) == [small, large]
    with pytest.raises(DataError, match="order is 'left'"):
        sort_faces([], "left", (100, 100))
