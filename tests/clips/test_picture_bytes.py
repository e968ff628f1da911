import cv2
import numpy as np
import pytest

from learnface.clips.picture_bytes import decode, is_cut, read_whole
from learnface.errors import DataError


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


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.mkdir(), "is not a file"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(b"\x89PNG...IHDR..."), "is cut short"),
    ],
)
def test_files_that_are_not_whole(tmp_path, make, message):
    make(tmp_path / "face.png")
    with pytest.raises(DataError, match=f"face.png {message}"):
        read_whole(tmp_path / "face.png")
