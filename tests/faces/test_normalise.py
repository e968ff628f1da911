import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces import normalise


@pytest.fixture
def dim_face(rng):
    """A face-sized picture with few and uneven grey values."""
    return np.clip(rng.normal(90, 12, (96, 80)), 40, 140).astype(np.uint8)


def test_grey_weighs_the_colours(rng):
    image = rng.integers(0, 256, (20, 30, 3), np.uint8)
    expected = image @ np.array([0.299, 0.587, 0.114])
    assert np.abs(normalise.grey(image)[..., 0] - expected).max() <= 0.51
    assert normalise.grey(image[..., :1]).tolist() == image[..., :1].tolist()


def test_equalising_follows_the_cumulative_histogram(dim_face):
    result = normalise.equalise_histogram(dim_face)[..., 0]
    counts = np.bincount(dim_face.ravel(), minlength=256).cumsum()
    first = counts[dim_face.min()]
    expected = np.round((counts - first) / (dim_face.size - first) * 255)
    np.testing.assert_array_equal(result, expected[dim_face])
    assert result.min() == 0 and result.max() == 255


def test_clahe_lifts_a_dark_half_up_to_its_limit(dim_face):
    image = dim_face.copy()
    image[:48] //= 3
    deviations = [normalise.clahe(image, limit, (2, 2))[:48].std() for limit in (1.0, 2.0, 8.0)]
    assert 1.5 * image[:48].std() < deviations[0] < deviations[1] < deviations[2]


def test_tiles_are_down_and_across():
    """Two halves of one value each: tiles that split them leave each half flat."""
    image = np.zeros((64, 64), np.uint8)
    image[:, 32:] = 200
    stacked, abreast = (normalise.clahe(image, 40.0, tiles) for tiles in ((2, 1), (1, 2)))
    assert not np.array_equal(stacked, abreast)
    np.testing.assert_array_equal(stacked[0], stacked[-1])
    assert len(np.unique(stacked)) == 2


@pytest.mark.parametrize("how", [normalise.equalise_histogram, normalise.clahe])
def test_floats_and_bytes_agree(how, dim_face):
    as_bytes = how(dim_face)
    as_floats = how(dim_face / 255)
    assert as_floats.dtype == np.float32
    np.testing.assert_allclose(as_floats * 255, as_bytes, atol=1e-3)


def test_colours_keep_their_hue(dim_face):
    colour = np.stack([dim_face, dim_face // 2, dim_face // 4], axis=-1)
    result = normalise.normalise_face(colour, grey=False).astype(int)
    assert result.shape == (64, 64, 3)
    assert (result[..., 0] >= result[..., 1]).all() and (result[..., 1] >= result[..., 2]).all()
    lightness = normalise.grey(result.astype(np.uint8))
    assert lightness.std() > 2 * dim_face.std()


def test_shrinking_averages_areas(rng):
    image = rng.integers(0, 256, (40, 60), np.uint8)
    means = image.reshape(10, 4, 15, 4).mean(axis=(1, 3))
    assert np.abs(normalise.resize(image, (10, 15))[..., 0] - means).max() <= 0.51


def test_enlarging_interpolates():
    row = normalise.resize(np.array([[0, 100]], np.float32) / 100, (1, 4))[0, :, 0]
    np.testing.assert_allclose(row, [0, 0.25, 0.75, 1])


def test_standardise_agrees_with_the_definition(rng):
    image = rng.uniform(0, 255, (9, 11, 3))
    expected = (image - image.mean()) / image.std()
    np.testing.assert_allclose(normalise.standardise(image), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("value", [0, 7, 255])
def test_constant_pictures_stay_finite(value):
    image = np.full((30, 20), value, np.uint8)
    assert not normalise.standardise(image).any()
    assert not normalise.standardise(image / 255).any()
    for equalise in ("histogram", "clahe", None):
        assert len(np.unique(normalise.normalise_face(image, equalise=equalise))) == 1


def test_weak_noise_is_not_blown_up(rng):
    image = 0.5 + rng.normal(0, 1e-4, (50, 50))
    np.testing.assert_allclose(normalise.standardise(image), (image - image.mean()) * 50, atol=1e-6)


def test_the_default_is_the_papers():
    image = np.random.default_rng(1).integers(60, 120, (100, 90, 3), np.uint8)
    by_hand = normalise.equalise_histogram(normalise.resize(normalise.grey(image), (64, 64)))
    np.testing.assert_array_equal(normalise.normalise_face(image), by_hand)


@pytest.mark.parametrize(
    ("image", "arguments", "message"),
    [
        (np.zeros((4, 4), np.uint8), {"equalise": "gamma"}, "choose 'histogram'"),
        (np.zeros((4, 4), np.int64), {}, "int64"),
        (np.zeros((4, 4, 4), np.uint8), {}, r"\(4, 4, 4\)"),
        (np.zeros((0, 4), np.uint8), {}, r"\(0, 4\)"),
        (np.zeros((4, 4), np.uint8), {"size": (0, 4)}, "height and a width"),
    ],
)
def test_errors_say_what_is_wrong(image, arguments, message):
    with pytest.raises(DataError, match=message):
        normalise.normalise_face(image, **arguments)
