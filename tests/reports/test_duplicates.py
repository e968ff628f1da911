import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from learnface.errors import DataError
from learnface.reports._picture import INK, ORANGE, save_picture
from learnface.reports.duplicates import duplicates_picture


def pairs(count=1, **columns) -> pd.DataFrame:
    cells = {"first": 0, "second": 1, "split_1": "train", "split_2": "test", "label_1": "happy"}
    cells |= {"label_2": "happy", "across": True, "conflicting": False}
    return pd.DataFrame([cells | columns] * count)


PICTURES = {0: np.zeros((8, 8), np.uint8), 1: np.full((8, 6, 3), 200, np.uint8)}


def test_captions_and_colours():
    figure = duplicates_picture(pairs(), PICTURES, title="copies")
    texts = [
        (text.get_text(), to_hex(text.get_color()).upper()) for axes in figure.axes for text in axes.texts
    ]
    assert texts == [("train", ORANGE), ("happy", INK), ("test", ORANGE), ("happy", INK)]
    assert figure.get_suptitle() == "copies"
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), PICTURES[1])


def test_missing_and_long_names():
    table = pairs(split_1=np.nan, across=False, label_2="a very long name of a class", conflicting=True)
    texts = [text for axes in duplicates_picture(table, PICTURES).axes for text in axes.texts]
    assert [text.get_text() for text in texts] == ["", "happy", "test", "a very long na…"]
    assert to_hex(texts[1].get_color()).upper() == ORANGE


def test_many_pairs_take_several_rows(tmp_path):
    figure = duplicates_picture(pairs(8), PICTURES)
    assert len(figure.axes) == 16
    assert save_picture(figure, tmp_path / "sheet.png", dpi=40).stat().st_size > 0
    rows = {axes.get_subplotspec().rowspan.start for axes in figure.axes}
    assert rows == {0, 1}


def test_no_pairs():
    with pytest.raises(DataError, match="no pairs to draw"):
        duplicates_picture(pairs().iloc[:0], PICTURES)
