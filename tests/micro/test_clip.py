import cv2
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.micro._clip import checked_flow, grey_clip


def test_clips_of_every_form_are_the_same_grey(rng):
    colours = rng.integers(0, 256, (2, 20, 16, 3), dtype=np.uint8)
    expected = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in colours])
    np.testing.assert_array_equal(grey_clip(colours), expected)
    np.testing.assert_array_equal(grey_clip(expected[..., None]), expected)
    np.testing.assert_allclose(grey_clip(expected / 255), expected)
    np.testing.assert_allclose(grey_clip((colours / 255).astype(np.float32)), expected, atol=0.6)


@pytest.mark.parametrize("clip", [np.zeros((20, 16)), np.zeros((0, 4, 4)), np.zeros((2, 4, 4), int)])
def test_other_things_are_no_clips(clip):
    with pytest.raises(DataError, match="the clip (has the shape|is int64)"):
        grey_clip(clip)


def test_flow_is_two_channels_of_numbers():
    assert checked_flow(np.zeros((1, 4, 4, 3), np.float32)).shape == (1, 4, 4, 2)
    with pytest.raises(DataError, match="flow has the shape"):
        checked_flow(np.zeros((4, 4, 2)))
    with pytest.raises(DataError, match="NaN"):
        checked_flow(np.full((1, 4, 4, 2), np.nan))
