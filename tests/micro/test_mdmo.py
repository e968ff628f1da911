import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, map_coordinates

from learnface.errors import DataError
from learnface.faces.align import align_face, transform_points
from learnface.faces.landmarks import GROUPS
from learnface.micro.mdmo import (
    REGIONS,
    cropped_landmarks,
    main_directions,
    mdmo,
    mdmo_of_flow,
    region_map,
    template_landmarks,
)
from learnface.synthetic import Learner, synthesise_clip

SIZE = 96


def field(region, vector, pictures=2):
    """Return flow that is zero but in one region."""
    flow = np.zeros((pictures, SIZE, SIZE, 2))
    flow[:, region_map((SIZE, SIZE)) == REGIONS.index(region)] = vector
    return flow


def test_regions_cover_the_face_without_the_eyes_and_mirror_each_other():
    regions, points = region_map((SIZE, SIZE)), template_landmarks((SIZE, SIZE))
    counts = np.bincount(regions[regions >= 0], minlength=36)
    assert counts.min() >= 30, dict(zip(REGIONS, counts, strict=True))
    for eye in ("right_eye", "left_eye"):
        x, y = points[list(GROUPS[eye])].mean(axis=0).round().astype(int)
        assert regions[y, x] == -1
    assert regions[0, 0] == regions[-1, 0] == -1
    mirrored = regions[:, ::-1]
    expected = np.where(mirrored >= 0, (mirrored + 18) % 36, -1)
    assert (regions == expected).mean() > 0.97  # pixels between two anchors may fall to either


def test_on_cropped_faces_the_regions_of_a_crop_are_nearer_than_those_of_an_aligned_face():
    """Drawn faces as in the cropped form of SMIC, whose landmarks are known."""
    right = {"cropped": [], "aligned": []}
    as_in_smic = {"frames": 4, "size": SIZE, "amplitude": 0.2, "zoom": 1.4, "motion": 0.15, "supersample": 1}
    for number in range(4):
        clip = synthesise_clip(Learner(number), "happy", **as_in_smic)
        truth = region_map((SIZE, SIZE), clip.landmarks[0])
        for name, landmarks in (("cropped", cropped_landmarks((SIZE, SIZE))), ("aligned", None)):
            found = region_map((SIZE, SIZE), landmarks)
            right[name].append((found == truth)[truth >= 0].mean())
    assert np.mean(right["cropped"]) > 0.35 > 0.2 > np.mean(right["aligned"])


@pytest.mark.parametrize(
    ("region", "landmark"),
    [("right corner of mouth", 48), ("left corner of mouth", 54), ("left middle brow", 24)],
)
def test_regions_lie_where_their_names_say(region, landmark):
    x, y = template_landmarks((SIZE, SIZE))[landmark].round().astype(int)
    assert REGIONS[region_map((SIZE, SIZE))[y, x]] == region


def test_template_is_where_alignment_puts_the_mean_face(rng):
    points = template_landmarks((200, 200)) @ [[0.9, 0.1], [-0.1, 0.9]] + [20, 5]
    _, matrix = align_face(np.zeros((240, 240), np.uint8), points, (SIZE, 80), "rigid")
    np.testing.assert_allclose(transform_points(points, matrix), template_landmarks((SIZE, 80)), atol=1e-3)


def test_main_direction_by_hand():
    """Of ten vectors five point right and below 22.5 degrees, four are long and point down, one is outside."""
    flow = np.array(
        [[[1, 0.1], [1, -0.1], [2, 0], [3, 0.5], [1, 0], [0, 9], [0, 9], [1, 9], [-1, 9], [50, 50]]]
    )
    regions = np.array([[0, 0, 0, 0, 0, 0, 0, 0, 0, -1]])
    found = main_directions(flow, regions)
    assert found[0] == pytest.approx([8 / 5, 0.1])
    assert found.shape == (36, 2) and not found[1:].any()


def test_main_direction_against_a_histogram(rng):
    flow, regions = rng.normal(size=(40, 40, 2)), rng.integers(-1, 36, (40, 40))
    found = main_directions(flow, regions)
    for region in range(36):
        vectors = flow[regions == region]
        angles = np.degrees(np.arctan2(vectors[:, 1], vectors[:, 0]) + np.pi / 8) % 360
        counts, _ = np.histogram(angles, bins=8, range=(0, 360))
        inside = (angles // 45).astype(int) == counts.argmax()
        np.testing.assert_allclose(found[region], vectors[inside].mean(axis=0))


def test_feature_names_the_moving_region_and_forgets_the_strength():
    feature = mdmo_of_flow(field("left inner brow", (0.0, 0.3)))
    place = REGIONS.index("left inner brow")
    assert feature.shape == (72,) and feature[:36].argmax() == place
    assert feature[place] == pytest.approx(0.5, abs=0.01)
    assert feature[36 + place] == pytest.approx(0.5 * np.pi / 2, abs=0.02)
    np.testing.assert_allclose(mdmo_of_flow(field("left inner brow", (0.0, 0.6))), feature, atol=1e-4)
    weighted = mdmo_of_flow(field("left inner brow", (0.0, 0.3)), weight=0.9)
    np.testing.assert_allclose(weighted[:36], feature[:36] * 0.9 / 0.5, rtol=1e-5)


def test_cartesian_form_has_the_same_motion():
    flow = field("right corner of mouth", (-0.3, -0.4))
    polar, plane = mdmo_of_flow(flow, weight=0.5), mdmo_of_flow(flow, form="cartesian")
    lengths, angles = 2 * polar[:36], 2 * polar[36:]
    np.testing.assert_allclose(plane[:36], lengths * np.cos(angles), atol=1e-5)
    np.testing.assert_allclose(plane[36:], lengths * np.sin(angles), atol=1e-5)


def test_a_still_face_is_all_zeros_and_a_moving_head_is_still():
    assert not mdmo_of_flow(np.zeros((3, SIZE, SIZE, 2))).any()
    assert np.abs(mdmo_of_flow(np.full((3, SIZE, SIZE, 2), 2.5))).max() < 1e-3 * np.pi


def test_landmarks_place_the_regions():
    points = template_landmarks((SIZE, SIZE)) + [10, 0]
    shifted = region_map((SIZE, SIZE), points)
    same = shifted[:, 10:] == region_map((SIZE, SIZE))[:, :-10]
    assert same.mean() > 0.999  # the face's outline may be rounded otherwise
    with pytest.raises(DataError, match="outside the picture"):
        region_map((SIZE, SIZE), points + 500)


def test_feature_of_a_clip(rng):
    """The right half of the mouth rises by a pixel within three frames of a textured picture."""
    texture = gaussian_filter(rng.normal(size=(SIZE, SIZE)), 2)
    texture = 127 + 100 * texture / np.abs(texture).max()
    y, x = np.mgrid[:SIZE, :SIZE].astype(float)
    corner = template_landmarks((SIZE, SIZE))[48]
    bump = np.exp(-((x - corner[0]) ** 2 + (y - corner[1]) ** 2) / (2 * 7**2))
    clip = [map_coordinates(texture, [y + step * bump, x], order=3, mode="nearest") for step in (0, 0.5, 1)]
    feature = mdmo(np.clip(clip, 0, 255).astype(np.uint8), weight=0.5)
    place = REGIONS.index("right corner of mouth")
    assert feature[:36].argmax() == place
    assert feature[36 + place] == pytest.approx(-0.5 * np.pi / 2, abs=0.1)


def test_what_cannot_be_is_refused():
    flow = np.zeros((1, SIZE, SIZE, 2))
    with pytest.raises(DataError, match="form='complex'"):
        mdmo_of_flow(flow, form="complex")
    with pytest.raises(DataError, match="weight=2"):
        mdmo_of_flow(flow, weight=2)
    with pytest.raises(DataError, match="at least 2 frames"):
        mdmo(np.zeros((1, SIZE, SIZE), np.uint8))
