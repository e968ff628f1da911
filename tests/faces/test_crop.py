import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces.crop import crop_face


@pytest.fixture
def image(rng):
    return rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)


def test_same_size_is_a_copy_of_the_pixels(image):
    assert np.array_equal(crop_face(image, (10, 5, 16, 16), size=16, channels=3), image[5:21, 10:26])


def test_outside_the_picture_its_border_is_repeated(image):
    padded = np.pad(image, ((100, 100), (100, 100), (0, 0)), mode="edge")
    for x, y in [(-5, -7), (50, 30), (-80, 10), (70, 90)]:
        expected = padded[y + 100 : y + 116, x + 100 : x + 116]
        assert np.array_equal(crop_face(image, (x, y, 16, 16), size=16, channels=3), expected)


def test_shrinking_averages_areas(image):
    blocks = image[0:32, 4:36].reshape(8, 4, 8, 4, 3).mean((1, 3))
    assert np.abs(crop_face(image, (4, 0, 32, 32), size=8, channels=3) - blocks).max() <= 0.5


def test_square_margin_and_shift(image):
    # The longer side is 10, the centre (20, 15): 25 % more on each side is a square of 15 from 12.5, 7.5.
    expected = crop_face(image, (12.5, 7.5 + 2, 15, 15), size=15, channels=3)
    assert np.array_equal(crop_face(image, (16, 10, 8, 10), 15, margin=0.25, channels=3, shift=0.2), expected)


def test_channels(image):
    assert crop_face(image, (0, 0, 20, 20), size=(24, 32)).shape == (24, 32, 1)
    grey = crop_face(image, (0, 0, 16, 16), size=16)[..., 0]
    expected = image[:16, :16] @ [0.299, 0.587, 0.114]  # ITU-R BT.601
    assert np.abs(grey - expected).max() <= 1
    assert crop_face(image[..., 0], (0, 0, 16, 16), size=16, channels=3).shape == (16, 16, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"box": (0, 0, 0, 5)}, "no area"),
        ({"box": (0, 0, 5, 5), "channels": 2}, "channels is 2"),
        ({"box": (0, 0, 5, 5), "margin": -0.5}, "above -0.5"),
    ],
)
def test_errors(image, arguments, message):
    with pytest.raises(DataError, match=message):
        crop_face(image, **arguments)
