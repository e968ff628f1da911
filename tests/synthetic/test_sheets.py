import cv2
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.synthetic import Learner, sheet, write_sheet


def test_sheet_has_a_row_a_learner_and_a_column_an_emotion():
    picture = sheet([Learner(0), Learner(1)], ["neutral", "happy", "sad"], size=32, supersample=1)
    assert picture.shape == (18 + 2 * 32, 3 * 32, 3)
    faces = picture[18:].reshape(2, 32, 3, 32, 3).swapaxes(1, 2)
    assert len({face.tobytes() for row in faces for face in row}) == 6


def test_write_sheet(tmp_path):
    write_sheet(tmp_path / "sheet.png", [Learner(0)], emotions=["happy"], size=32)
    read = cv2.imread(str(tmp_path / "sheet.png"))[..., ::-1]
    np.testing.assert_array_equal(read, sheet([Learner(0)], ["happy"], size=32))


def test_unknown_emotion():
    with pytest.raises(DataError, match="joyous"):
        sheet([Learner(0)], ["joyous"])
