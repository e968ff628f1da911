import numpy as np
import pytest

from learnface.errors import DataError
from learnface.reliability._annotations import checked_annotations, complete_frames

NAN = np.nan


@pytest.mark.parametrize(
    ("annotations", "message"),
    [
        ([0.1, 0.2], r"shape \(2,\), not \(annotators, frames\)"),
        ([[0.1, 0.2]], r"shape \(1, 2\).*2 annotators or more"),
        ([[0.1, 0.2], [0.1]], "every annotator with as many frames"),
        ([["a", "b"], ["c", "d"]], "must be numbers"),
        ([[0.1, 0.2], [0.1, np.inf]], "annotator 1 has an infinite value at frame 1"),
        ([[0.1, 0.2], [NAN, NAN]], "annotator 1 gave no value"),
    ],
)
def test_unfit_annotations_are_named(annotations, message):
    with pytest.raises(DataError, match=message):
        checked_annotations(annotations)


def test_complete_frames():
    values = [[0, 1, NAN, 3], [4, NAN, 6, 7]]
    np.testing.assert_array_equal(complete_frames(values, "alpha"), [[0, 3], [4, 7]])
    with pytest.raises(DataError, match="alpha needs 2 frames or more that all 2 annotators.* there are 1"):
        complete_frames([[0, 1, NAN], [4, NAN, 6]], "alpha")
