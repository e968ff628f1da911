import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces.align import MEAN_FACE
from learnface.faces.landmarks import GROUPS, five_points
from learnface.faces.regions import FIVE_REGIONS, crop_region, five_regions, region_box

POINTS = MEAN_FACE * 80 + [10, 20]  # the mean face on a 100 x 120 picture


def test_the_fixed_template_holds_the_mean_faces_regions():
    """On a FER2013 face the mean face spans about 80 % of the picture and sits low."""
    points = MEAN_FACE * 0.78 + [0.11, 0.22]
    for region, groups in (("eyes", ("brows", "eyes")), ("nose", ("nose",)), ("mouth", ("mouth",))):
        x, y, width, height = np.array(region_box((1000, 1000), region)) / 1000
        part = points[[i for group in groups for i in GROUPS[group]]]
        assert (part > [x, y]).all() and (part < [x + width, y + height]).all(), region


@pytest.mark.parametrize(
    ("region", "groups"), [("nose", ["nose"]), ("mouth", ["mouth"]), ("eyes", ["eyes", "brows"])]
)
def test_boxes_hug_the_landmarks(region, groups):
    part = POINTS[[i for group in groups for i in GROUPS[group]]]
    x, y, width, height = region_box((120, 100), region, POINTS, margin=0)
    np.testing.assert_allclose([x, y], part.min(0), atol=0.5)
    np.testing.assert_allclose([x + width, y + height], part.max(0) + 1, atol=0.5)
    wider = region_box((120, 100), region, POINTS, margin=0.1)
    assert wider[2] - width == pytest.approx(0.2 * max(width, height), abs=2)


def test_margins_stop_at_the_picture():
    assert region_box((120, 100), "eyes", POINTS, margin=3.0) == (0, 0, 100, 120)


def test_five_points_give_the_boxes_of_the_mean_face():
    for region in ("eyes", "nose", "mouth"):
        expected = region_box((120, 100), region, POINTS)
        np.testing.assert_allclose(region_box((120, 100), region, five_points(POINTS)), expected, atol=1)


def test_a_crop_holds_its_box(rng):
    face = rng.integers(0, 255, (120, 100, 3), np.uint8)
    x, y, width, height = region_box(face.shape, "nose", POINTS)
    crop = crop_region(face, "nose", POINTS, size=(height, width))
    np.testing.assert_array_equal(crop, face[y : y + height, x : x + width])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("shape", [(120, 100), (120, 100, 1), (120, 100, 3)])
@pytest.mark.parametrize("landmarks", [None, POINTS])
def test_five_pictures_of_one_size(rng, dtype, shape, landmarks):
    face = rng.integers(0, 255, shape, np.uint8)
    face = face if dtype == np.uint8 else (face / 255).astype(dtype)
    pictures = five_regions(face, landmarks, size=(40, 32), seed=5)
    assert tuple(pictures) == FIVE_REGIONS
    for picture in pictures.values():
        assert picture.shape == (40, 32, shape[2] if len(shape) == 3 else 1) and picture.dtype == dtype


def test_only_the_lower_half_is_occluded(rng):
    face = rng.integers(0, 255, (48, 48), np.uint8)
    pictures = five_regions(face, kind="noise", coverage=1.0)
    same = pictures["occluded"] == pictures["whole"]
    assert same[:24].all() and same[24:].mean() < 0.05


def test_with_landmarks_the_half_is_of_the_face(rng):
    face = rng.integers(0, 255, (120, 100), np.uint8)
    pictures = five_regions(face, POINTS, size=(120, 100), kind="noise", coverage=1.0)
    rows, columns = np.nonzero((pictures["occluded"] != pictures["whole"])[..., 0])
    middle = (POINTS[:27, 1].min() + POINTS[:27, 1].max()) / 2
    np.testing.assert_allclose([columns.min(), columns.max()], [10, 90], atol=1)
    np.testing.assert_allclose([rows.min(), rows.max()], [middle, POINTS[:, 1].max()], atol=1)


def test_the_seed_decides(rng):
    face = rng.integers(0, 255, (48, 48), np.uint8)
    first, same, other = (five_regions(face, seed=seed)["occluded"] for seed in (1, 1, 2))
    assert (first == same).all() and (first != other).any()


def test_errors_say_what_to_do():
    face = np.zeros((48, 48), np.uint8)
    with pytest.raises(DataError, match="choose one of"):
        crop_region(face, "ears")
    with pytest.raises(DataError, match="outside the picture of 48 x 48"):
        crop_region(face, "mouth", POINTS + 500)
    with pytest.raises(DataError, match="outside the picture"):
        five_regions(face, POINTS - 500)
