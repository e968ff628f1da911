import numpy as np
import pytest

from learnface.errors import DataError
from learnface.reports import contact_sheet


def test_pictures_of_all_shapes_keep_their_proportions():
    images = [np.full((20, 40), 10, np.uint8), np.full((40, 20, 1), 20, np.uint8)]
    images.append(np.full((300, 300, 3), (200, 0, 0), np.uint8))
    sheet = contact_sheet(images, columns=2, tile=40)
    assert sheet.shape == (6 + 2 * 46, 6 + 2 * 46, 3) and sheet.dtype == np.uint8
    wide, tall, red = (np.argwhere((sheet == value).all(axis=2)) for value in (10, 20, (200, 0, 0)))
    assert np.ptp(wide, axis=0).tolist() == [19, 39] and wide.min(axis=0).tolist() == [16, 6]
    assert np.ptp(tall, axis=0).tolist() == [39, 19] and tall.min(axis=0).tolist() == [6, 62]
    assert np.ptp(red, axis=0).tolist() == [39, 39] and red.min(axis=0).tolist() == [52, 6]


def test_captions_and_title_are_written_and_do_not_overflow():
    image = np.full((40, 40), 255, np.uint8)
    plain = contact_sheet([image], ["a"], tile=40)
    long = contact_sheet([image], ["folder/of/a/long/name/12345"], tile=40)
    assert plain.shape == long.shape and (plain != long).any()
    assert (long[:, -5:] == 255).all()
    titled = contact_sheet([image], ["a"], tile=40, title="1 of 2")
    assert titled.shape[0] > plain.shape[0] and (titled[:20] < 100).any()


def test_wrong_arguments():
    with pytest.raises(DataError, match="no pictures"):
        contact_sheet([])
    with pytest.raises(DataError, match="1 pictures but 2 captions"):
        contact_sheet([np.zeros((2, 2), np.uint8)], ["a", "b"])
