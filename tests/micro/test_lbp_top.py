import numpy as np
import pytest
from skimage.feature import local_binary_pattern

from learnface.errors import DataError
from learnface.micro.lbp_top import lbp_codes, lbp_top, uniform_patterns


@pytest.fixture
def clip(rng):
    return rng.integers(0, 256, (9, 14, 12), dtype=np.uint8)


def test_codes_by_hand():
    """A 3 x 3 frame with four neighbours: right 1 < 3, above 4 >= 3, left 4 >= 3, below 0 < 3."""
    frame = np.array([[5, 4, 3], [4, 3, 1], [2, 0, 3]], np.uint8)
    assert lbp_codes(np.stack([frame] * 3), "xy", (1, 1, 1), 4).item() == 0b0110


def test_time_planes_by_hand():
    """The middle pixel is 3; in XT time points down: right 1 no, before 9 yes, left 4 yes, after 2 no.

    In YT the axis across is x's place taken by time: P = 4 has below 0 no, before 9 yes, above 4 yes, after no.
    """
    clip = np.zeros((3, 3, 3), np.uint8)
    clip[1] = [[5, 4, 3], [4, 3, 1], [2, 0, 3]]
    clip[0, 1, 1], clip[2, 1, 1] = 9, 2
    assert lbp_codes(clip, "xt", (1, 1, 1), 4).item() == 0b0110
    assert lbp_codes(clip, "yt", (1, 1, 1), 4).item() == 0b0110
    clip[1, 2, 1] = 7  # below, which YT sees and XT does not
    assert lbp_codes(clip, "xt", (1, 1, 1), 4).item() == 0b0110
    assert lbp_codes(clip, "yt", (1, 1, 1), 4).item() == 0b0111


@pytest.mark.parametrize(("radius", "neighbours"), [(1, 8), (2, 8), (3, 12), (1.5, 5)])
def test_codes_are_scikit_images_where_radii_are_equal(clip, radius, neighbours):
    margin = int(np.ceil(radius))
    inner = slice(margin, -margin)
    planes = {
        "xy": [local_binary_pattern(frame, neighbours, radius) for frame in clip],
        "xt": np.swapaxes([local_binary_pattern(clip[:, k], neighbours, radius) for k in range(14)], 0, 1),
        "yt": np.moveaxis([local_binary_pattern(clip[:, :, k], neighbours, radius) for k in range(12)], 0, 2),
    }
    for plane, expected in planes.items():
        expected = np.array(expected)[inner, inner, inner]
        np.testing.assert_array_equal(lbp_codes(clip, plane, (radius,) * 3, neighbours), expected)


def test_an_ellipse_is_a_circle_on_a_stretched_grid(clip):
    """R_T = 2 on every second frame is R_T = 1 on these frames alone, for neighbours on the axes."""
    wide = lbp_codes(clip, "xt", (1, 1, 2), 4)
    narrow = lbp_codes(clip[::2], "xt", (1, 1, 1), 4)
    np.testing.assert_array_equal(wide[::2], narrow)


def test_flat_clips_have_one_code_whatever_the_rounding():
    for level in (0.1, 0.3, 0.7):
        assert (lbp_codes(np.full((5, 9, 9), 255 * level), "xy", (1.3, 1.3, 1), 8) == 255).all()


def test_uniform_patterns_are_58_and_the_rest():
    bins = uniform_patterns(8)
    changes = [
        sum(a != b for a, b in zip(f"{c:08b}", f"{c:08b}"[1:] + f"{c:08b}"[0], strict=True))
        for c in range(256)
    ]
    uniform = np.array(changes) <= 2
    assert uniform.sum() == 58
    assert sorted(bins[uniform]) == list(range(58)) and set(bins[~uniform]) == {58}


def test_histograms_of_blocks_by_hand(clip):
    feature = lbp_top(clip, blocks=(2, 3), radii=(1, 1, 2), uniform=False, neighbours=(8, 4, 4))
    parts = feature.reshape(2, 3, 256 + 16 + 16)
    codes = lbp_codes(clip, "xt", (1, 1, 2), 4)  # (5, 12, 10): columns 0-3, 4-6, 7-9
    block = codes[:, 6:, 4:7].ravel()
    expected = np.bincount(block, minlength=16) / block.size
    np.testing.assert_allclose(parts[1, 1, 256:272], expected, rtol=1e-6)
    np.testing.assert_allclose(parts[..., :256].sum(-1), 1, rtol=1e-5)


def test_parts_in_time_are_the_clips_own_parts(clip):
    feature = lbp_top(clip, blocks=(1, 1, 2), radii=(1, 1, 1)).reshape(2, 3 * 59)
    codes = uniform_patterns(8)[lbp_codes(clip, "xy", (1, 1, 1), 8)]  # 7 frames: 4 and 3
    np.testing.assert_allclose(
        feature[1, :59], np.bincount(codes[4:].ravel(), minlength=59) / codes[4:].size, rtol=1e-6
    )


def test_light_does_not_matter_and_motion_does(clip):
    darker = (clip // 2 + 20).astype(np.float64) / 255
    doubled = (clip // 2).astype(np.float64) / 255
    np.testing.assert_array_equal(lbp_top(darker, (1, 1), (1, 1, 1)), lbp_top(doubled, (1, 1), (1, 1, 1)))
    still = np.stack([clip[0]] * 9)
    moving, resting = (lbp_top(c, (1, 1), (1, 1, 1)).reshape(3, 59) for c in (clip, still))
    assert np.abs(moving[1] - resting[1]).sum() > 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"radii": (1, 1, 5)}, "too small for the radii"),
        ({"blocks": (20, 1)}, "too small for blocks"),
        ({"blocks": (2, 2, 2, 2)}, "give 2 or 3"),
        ({"neighbours": 0}, "1 to 16 neighbours"),
    ],
)
def test_what_cannot_be_is_refused(clip, change, message):
    with pytest.raises(DataError, match=message):
        lbp_top(clip, **change)
    with pytest.raises(DataError, match="choose one of"):
        lbp_codes(clip, "yx")
