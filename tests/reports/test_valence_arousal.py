import numpy as np
import pytest

from learnface.errors import DataError
from learnface.reports import affect_histogram_picture, affect_scatter_picture, save_picture


def test_bars_are_the_counts_of_numpy(rng):
    valence, arousal = np.clip(rng.normal(0.1, 0.4, (2, 500)), -1, 1)
    valence[:7] = np.nan
    picture = affect_histogram_picture(valence, arousal, bins=16)
    for axes, values in zip(picture.axes, (valence[7:], arousal), strict=True):
        heights = [bar.get_height() for bar in axes.patches]
        assert heights == np.histogram(values, np.linspace(-1, 1, 17))[0].tolist()
        assert axes.get_title() == f"n = {len(values)}   mean {values.mean():.2f}   sd {values.std():.2f}"
    assert [axes.get_xlabel() for axes in picture.axes] == ["valence", "arousal"]


def test_the_ends_of_the_range_are_counted():
    picture = affect_histogram_picture([-1, 1, 1], [0, 0, -1], bins=2)
    assert [[bar.get_height() for bar in axes.patches] for axes in picture.axes] == [[1, 2], [1, 2]]


def test_points_and_means_of_each_emotion():
    valence = [0.5, 0.7, -0.5, 0.1, np.nan, 0.3]
    arousal = [0.2, 0.4, -0.6, 0.9, 0.5, 0.3]
    emotions = ["happy", "happy", "bored", None, "happy", ""]
    picture = affect_scatter_picture(valence, arousal, emotions, labels=("happy", "bored", "tired"))
    points = [group.get_offsets().data.tolist() for group in picture.axes[0].collections]
    assert points[0] == [[0.5, 0.2], [0.7, 0.4]] and points[2] == [[-0.5, -0.6]]
    assert points[1] == [pytest.approx([0.6, 0.3])] and points[3] == [pytest.approx([-0.5, -0.6])]
    assert [text.get_text() for text in picture.axes[0].get_legend().get_texts()] == [
        "happy (2)",
        "bored (1)",
    ]
    plane = picture.axes[0]
    assert (plane.get_xlabel(), plane.get_ylabel()) == ("valence", "arousal")
    happy, bored = (tuple(plane.collections[place].get_facecolor()[0][:3]) for place in (1, 3))
    assert happy != bored


def test_they_can_be_saved(tmp_path):
    for number, picture in enumerate(
        (affect_histogram_picture([0.1], [0.2]), affect_scatter_picture([0.1], [0.2], ["bored"]))
    ):
        assert save_picture(picture, tmp_path / f"{number}.png", dpi=40).stat().st_size > 1000


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: affect_histogram_picture([1.5], [0]), "valence holds 1.5; values must be from -1 to 1"),
        (lambda: affect_histogram_picture([0], [np.nan]), "arousal holds no numbers"),
        (lambda: affect_histogram_picture([[0]], [0]), r"valence has shape \(1, 1\)"),
        (lambda: affect_histogram_picture(["x"], [0]), "valence holds what is no number"),
        (lambda: affect_histogram_picture([0], [0], bins=0), "bins is 0"),
        (lambda: affect_scatter_picture([0, 1], [0], ["a"]), "2 of valence, 1 of arousal and 1 emotions"),
        (lambda: affect_scatter_picture([0], [0], [None]), "no label has valence, arousal and an emotion"),
        (lambda: affect_scatter_picture([0], [0], ["a"], labels=("b",)), "no label has"),
    ],
)
def test_what_cannot_be_drawn(draw, message):
    with pytest.raises(DataError, match=message):
        draw()
