import numpy as np
import pytest
from matplotlib import colormaps

from learnface.errors import DataError
from learnface.labels import FERPLUS, LEARNING_EMOTIONS
from learnface.reports import confusion_picture

WANG2020_TABLE_6 = [
    [61.1, 16.7, 16.7, 0, 5.6, 0],
    [16.7, 66.7, 0, 0, 0, 16.7],
    [0, 7.1, 92.9, 0, 0, 0],
    [10.0, 0, 0, 90.0, 0, 0],
    [12.5, 6.3, 50, 0, 25.0, 6.3],
    [0, 0, 45.5, 0, 0, 54.5],
]


def cells(figure):
    """Return what is printed in each cell: {(row, column): [text, ...]}."""
    found = {}
    for text in figure.axes[0].texts:
        x, y = text.get_position()
        found.setdefault((int(y // 1), int(x // 1)), []).append(text.get_text())
    return found


def test_rows_are_true_and_in_percent():
    figure = confusion_picture([[1, 3, 0], [0, 2, 0], [0, 0, 1200]], ("a", "b", "c"))
    found = cells(figure)
    assert found[0, 0] == ["25.0", "1"]
    assert found[0, 1] == ["75.0", "3"]
    assert found[1, 0] == ["0"]
    assert found[2, 2] == ["100.0", "1,200"]
    assert [found[row, 3] for row in range(3)] == [["4"], ["2"], ["1,200"]]
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Predicted", "True")
    assert [t.get_text() for t in axes.get_yticklabels()] == ["a", "b", "c"]
    low, high = axes.get_ylim()
    assert low > high  # the first class is at the top


def test_colours_are_row_shares():
    mesh = confusion_picture([[1, 3], [0, 20]], ("a", "b")).axes[0].collections[0]
    np.testing.assert_allclose(mesh.get_array().reshape(2, 2), [[25, 75], [0, 100]])
    assert mesh.norm.vmax == 100


def test_counts_alone():
    figure = confusion_picture([[1, 3], [0, 20]], ("a", "b"), normalise=None)
    assert cells(figure)[0, 1] == ["3"]
    mesh = figure.axes[0].collections[0]
    np.testing.assert_array_equal(mesh.get_array().reshape(2, 2), [[1, 3], [0, 20]])


@pytest.mark.parametrize("scale", [1, 0.01])
def test_a_papers_percent_are_printed_as_it_prints_them(scale):
    """Rows that sum to 100.1 by the paper's rounding are not rescaled."""
    found = cells(confusion_picture(scale * np.array(WANG2020_TABLE_6), LEARNING_EMOTIONS))
    assert found[0, 0] == ["61.1"]
    assert found[4, 2] == ["50.0"]
    assert (0, 6) not in found  # no counts, so no number of samples


def test_weighted_counts_are_normalised():
    assert cells(confusion_picture([[1.5, 0.5], [0, 3]], ("a", "b")))[0, 0] == ["75.0"]
    assert cells(confusion_picture([[1.5, 0.5], [0, 3]], ("a", "b"), normalise=None))[0, 0] == ["1.5"]


def test_absent_class():
    found = cells(confusion_picture([[2, 0], [0, 0]], ("a", "b")))
    assert found[1, 1] == ["no samples"]
    assert found[1, 2] == ["0"]


def test_print_stands_out_from_its_cell():
    figure = confusion_picture(np.diag([9, 5, 1]) + 1, ("a", "b", "c"))
    shares = figure.axes[0].collections[0].get_array().reshape(3, 3)
    assert {"white", "#222222"} <= {text.get_color() for text in figure.axes[0].texts}
    for text in figure.axes[0].texts[:18]:
        x, y = text.get_position()
        cell = colormaps["Blues"](shares[int(y), int(x)] / 100)[:3]
        back = sum(w * c**2.2 for w, c in zip((0.2126, 0.7152, 0.0722), cell, strict=True)) + 0.05
        front = 1.05 if text.get_color() == "white" else 0.066
        assert max(front / back, back / front) > 3.5


@pytest.mark.parametrize("labels", [FERPLUS, ("a very long name of a label", *FERPLUS[1:])])
@pytest.mark.parametrize("title", [None, "FER+ test, majority vote"])
def test_nothing_overlaps_or_leaves_the_page(labels, title):
    figure = confusion_picture(np.full((8, 8), 1234), labels, title=title)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    boxes = [t.get_window_extent() for t in axes.texts] + [
        t.get_window_extent() for t in axes.get_yticklabels()
    ]
    if labels is FERPLUS:  # slanted names have boxes that overlap where the print does not
        boxes += [t.get_window_extent() for t in axes.get_xticklabels()]
    boxes += [axes.xaxis.label.get_window_extent(), axes.yaxis.label.get_window_extent()]
    for number, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[:number])


@pytest.mark.parametrize(
    ("confusion", "labels", "message"),
    [
        ([[1, 0]], ("a",), r"shape \(1, 2\), but 1 labels need \(1, 1\)"),
        ([[1, 0], [0, 1]], ("a", "b", "c"), r"need \(3, 3\)"),
        ([], (), "0 labels"),
        ([[-1]], ("a",), "nothing negative"),
        ([[np.nan]], ("a",), "no NaN"),
    ],
)
def test_wrong_input_is_named(confusion, labels, message):
    with pytest.raises(DataError, match=message):
        confusion_picture(confusion, labels)


def test_wrong_normalise():
    with pytest.raises(DataError, match="'columns'"):
        confusion_picture([[1]], ("a",), normalise="columns")
