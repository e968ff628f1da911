import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces import landmarks
from learnface.faces.align import MEAN_FACE
from learnface.faces.landmarks import GROUPS, MESH_TO_68, MIRROR

FIVE = [[30, 40], [70, 40], [50, 60], [38, 80], [62, 80]]


def test_the_five_parts_cover_all_68_points_once():
    parts = [GROUPS[name] for name in ("jaw", "brows", "nose", "eyes", "mouth")]
    assert sorted(np.concatenate(parts)) == list(range(68))
    assert GROUPS["right_eye"] + GROUPS["left_eye"] == GROUPS["eyes"]
    assert GROUPS["right_brow"] + GROUPS["left_brow"] == GROUPS["brows"]


def test_mirror_is_its_own_inverse_and_swaps_sides():
    assert [MIRROR[MIRROR[i]] for i in range(68)] == list(range(68))
    assert {MIRROR[i] for i in GROUPS["right_eye"]} == set(GROUPS["left_eye"])
    assert {i for i in range(68) if MIRROR[i] == i} == {8, 27, 28, 29, 30, 33, 51, 57, 62, 66}


def test_mirrored_points_lie_on_the_mirrored_picture():
    picture = np.zeros((100, 90), np.uint8)
    points = np.round(MEAN_FACE * [80, 90]).astype(np.float32) + [3, 5]
    for number, (x, y) in enumerate(points.astype(int)):
        picture[y, x] = number + 1
    flipped = picture[:, ::-1]
    mirrored = landmarks.mirror_landmarks(points, width=90).astype(int)
    for number, (x, y) in enumerate(mirrored):
        assert (
            flipped[y, x]
            == picture[points[MIRROR[number], 1].astype(int), points[MIRROR[number], 0].astype(int)]
        )
    assert (mirrored[36:42, 0] < mirrored[42:48, 0]).all()
    assert landmarks.mirror_landmarks(mirrored, width=90).tolist() == points.tolist()


def test_the_mesh_table_takes_each_vertex_once(rng):
    assert len(MESH_TO_68) == len(set(MESH_TO_68)) == 68
    mesh = rng.uniform(0, 200, (478, 3)).astype(np.float32)
    for size in (468, 478):
        points = landmarks.to_68(mesh[:size])
        assert points[36].tolist() == mesh[33, :2].tolist()
        assert points[8].tolist() == mesh[152, :2].tolist()


def test_five_points_of_each_set(rng):
    points = rng.uniform(0, 100, (68, 2)).astype(np.float32)
    five = landmarks.five_points(points)
    np.testing.assert_allclose(five[0], points[36:42].mean(0), rtol=1e-6)
    np.testing.assert_allclose(five[1], points[42:48].mean(0), rtol=1e-6)
    assert five[2:].tolist() == points[[30, 48, 54]].tolist()
    assert landmarks.five_points(FIVE).tolist() == FIVE
    only_eyes = landmarks.five_points(FIVE[:2])
    assert only_eyes[:2].tolist() == FIVE[:2] and np.isnan(only_eyes[2:]).all()


def test_inter_ocular_distance_is_between_the_outer_corners():
    points = np.zeros((68, 2))
    points[36], points[45] = (10, 10), (40, 50)
    assert landmarks.inter_ocular_distance(points) == 50


def test_normalised_mean_error_leaves_out_unknown_points():
    predicted = np.array(FIVE, float) + [0, 8]
    predicted[4] = np.nan
    assert landmarks.normalised_mean_error(predicted, FIVE) == pytest.approx(0.2)


@pytest.mark.parametrize("angle", [-170, -30, 0, 12.5, 90])
def test_roll_is_the_angle_of_the_eye_line(angle):
    end = 50 + 20 * np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    assert landmarks.roll([[50, 50], end]) == pytest.approx(angle, abs=1e-4)


@pytest.mark.parametrize("shape", [(7, 2), (68,), (68, 4), (1, 68, 2)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(DataError, match="expected \\(points, 2\\)"):
        landmarks.as_landmarks(np.zeros(shape))


def test_sets_that_do_not_fit_are_refused():
    with pytest.raises(DataError, match="5 predicted but 68 true"):
        landmarks.normalised_mean_error(FIVE, np.zeros((68, 2)))
    with pytest.raises(DataError, match="no known point"):
        landmarks.normalised_mean_error(np.full((5, 2), np.nan), FIVE)
    with pytest.raises(DataError, match="to_68"):
        landmarks.mirror_landmarks(np.zeros((468, 3)), width=10)
