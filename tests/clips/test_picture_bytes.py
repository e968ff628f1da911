import cv2
import numpy as np
import pytest
from PIL import Image

from learnface.clips.picture_bytes import decode, is_cut, on_white, picture_count, read_whole
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


def test_what_stands_behind_or_before_the_pixels_does_not_matter(rng):
    """Motion photos have a video behind the picture, in which any bytes may occur; thumbnails stand before it."""
    image = rng.integers(0, 256, (16, 12, 3), dtype=np.uint8)
    data = cv2.imencode(".jpg", image)[1].tobytes()
    assert not is_cut(data + b"\xff\xda" + b"\0" * 50)
    thumbnail = b"\xff\xe1" + (2 + len(data)).to_bytes(2, "big") + data
    assert not is_cut(data[:2] + thumbnail + data[2:])
    assert is_cut(data[:2] + thumbnail + data[2:-20])


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_transparent_parts_become_white(kind):
    most = np.iinfo(kind).max
    pixels = np.zeros((2, 2, 4), kind)
    pixels[0, :, 3], pixels[1, 0, 3] = most, most // 2
    data = cv2.imencode(".png", pixels)[1].tobytes()
    found = on_white(data, decode(data, cv2.IMREAD_COLOR))
    assert found[0].max() == 0 and found[1, 1].min() == 255 and abs(int(found[1, 0, 0]) - 128) <= 1
    found = on_white(data, np.zeros((2, 2, 3), np.uint8)[:, :1])  # of another size: not of this file
    assert found.max() == 0
    opaque = cv2.imencode(".png", pixels[..., :3])[1].tobytes()
    np.testing.assert_array_equal(on_white(opaque, pixels[..., :3]), pixels[..., :3])
    grey = cv2.imencode(".png", pixels[..., 0])[1].tobytes()
    assert on_white(grey, decode(grey, cv2.IMREAD_ANYCOLOR)).ndim == 2


@pytest.mark.parametrize("suffix", [".gif", ".png", ".tiff", ".webp"])
def test_pictures_of_a_file_are_counted(tmp_path, rng, suffix):
    first, *others = (Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)) for _ in range(3))
    first.save(tmp_path / f"one{suffix}")
    first.save(tmp_path / f"three{suffix}", save_all=True, append_images=others)
    assert picture_count(tmp_path / f"one{suffix}") == 1
    assert picture_count(tmp_path / f"three{suffix}") == 3


def test_what_is_no_picture_counts_as_one(tmp_path):
    (tmp_path / "text.gif").write_text("text")
    assert picture_count(tmp_path / "text.gif") == picture_count(tmp_path / "nothing.gif") == 1
