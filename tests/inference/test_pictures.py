import os
import struct

import cv2
import numpy as np
import pytest
from PIL import Image

from learnface.errors import DataError
from learnface.inference.pictures import read_picture

HEIGHT, WIDTH = 32, 48


@pytest.fixture
def image():
    """Smooth colours, which JPEG keeps well: red grows to the right, green downwards."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return np.stack([columns * 5, rows * 7, np.full_like(rows, 60)], -1).astype(np.uint8)


def close(a, b, tolerance=6):
    return a.shape == b.shape and np.abs(a.astype(int) - b).mean() < tolerance


def test_png_is_exact_and_rgb(tmp_path, image):
    Image.fromarray(image).save(tmp_path / "a.png")
    result = read_picture(tmp_path / "a.png")
    assert result.dtype == np.uint8 and np.array_equal(result, image)


@pytest.mark.parametrize("name", ["ünïcode 图.jpg", "a.webp", "a.tif", "a.bmp", "wrong-extension.png.jpg"])
def test_formats_and_names(tmp_path, image, name):
    kind = "JPEG" if "wrong" in name else None
    Image.fromarray(image).save(tmp_path / name, kind, quality=95)
    assert close(read_picture(tmp_path / name), image)


def test_exif_orientation(tmp_path, image):
    exif = Image.Exif()
    exif[0x0112] = 6  # the stored picture must be turned 90 degrees clockwise
    Image.fromarray(image).save(tmp_path / "phone.jpg", exif=exif, quality=95)
    assert close(read_picture(tmp_path / "phone.jpg"), np.rot90(image, -1))


def test_palette_grey_and_cmyk(tmp_path, image):
    picture = Image.fromarray(image)
    picture.quantize(256).save(tmp_path / "palette.png")
    picture.convert("L").save(tmp_path / "grey.png")
    picture.convert("CMYK").save(tmp_path / "print.jpg", quality=95)
    assert close(read_picture(tmp_path / "palette.png"), image)
    grey = np.asarray(picture.convert("L"))[..., None]
    assert np.array_equal(read_picture(tmp_path / "grey.png"), np.repeat(grey, 3, axis=2))
    assert close(read_picture(tmp_path / "print.jpg"), image, 10)


def test_16_bits(tmp_path, image):
    cv2.imwrite(str(tmp_path / "deep.png"), image[..., ::-1].astype(np.uint16) * 257)
    assert close(read_picture(tmp_path / "deep.png"), image, 1)


def test_transparent_parts_are_white(tmp_path, image):
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[:, :24] = 0
    Image.fromarray(np.dstack([image, alpha])).save(tmp_path / "cut-out.png")
    result = read_picture(tmp_path / "cut-out.png")
    assert (result[:, :24] == 255).all()
    assert np.array_equal(result[:, 24:], image[:, 24:])


def test_two_pixels(tmp_path):
    Image.new("RGB", (2, 1), (9, 8, 7)).save(tmp_path / "tiny.png")
    assert read_picture(tmp_path / "tiny.png").tolist() == [[[9, 8, 7]] * 2]


@pytest.mark.parametrize("name", ["cut.jpg", "cut.png", "thumbnail.jpg"])
def test_a_picture_cut_short_is_an_error(tmp_path, image, name):
    path = tmp_path / name
    Image.fromarray(image).save(path)
    data = path.read_bytes()
    if name == "thumbnail.jpg":  # a whole small JPEG inside the header, as cameras write
        data = data[:2] + b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data + data[2:]
    path.write_bytes(data)
    assert read_picture(path).shape == image.shape
    path.write_bytes(data[:-40])
    with pytest.raises(DataError, match=rf"{name} is cut short"):
        read_picture(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("clip.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0", "is a video: use Recognizer.stream"),
        ("empty.jpg", b"", "is empty"),
        ("text.jpg", b"hello, this is text\n" * 9, "is not a picture"),
    ],
)
def test_wrong_files(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name} {message}"):
        read_picture(tmp_path / name)


def test_missing_folder_and_forbidden(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="does not exist"):
        read_picture(tmp_path / "none.jpg")
    with pytest.raises(DataError, match="not a file"):
        read_picture(tmp_path)
    path = tmp_path / "secret.jpg"
    path.write_bytes(b"x")

    def forbid(self):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(type(path), "read_bytes", forbid)
    with pytest.raises(DataError, match=r"secret\.jpg cannot be read: permission denied"):
        read_picture(path)
