import cv2
import numpy as np
import pytest

from learnface.clips.picture_bytes import decode, is_cut


@pytest.fixture(params=[".jpg", ".png", ".bmp"])
def encoded(request, rng):
    image = rng.integers(0, 256, (16, 12, 3), dtype=np.uint8)
    return request.param, cv2.imencode(request.param, image)[1].tobytes()


def test_whole_files_are_not_cut_and_decode(encoded):
    _, data = encoded
    assert not is_cut(data)
    assert decode(data, cv2.IMREAD_COLOR).shape == (16, 12, 3)


def test_a_file_without_its_end_is_cut_where_the_format_has_an_end_mark(encoded):
    suffix, data = encoded
    assert is_cut(data[: len(data) // 2]) == (suffix != ".bmp")


@pytest.mark.parametrize("data", [b"text", b""])
def test_no_picture(data):
    assert decode(data, cv2.IMREAD_COLOR) is None
