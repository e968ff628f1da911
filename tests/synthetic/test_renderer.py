import numpy as np
import pytest

from learnface.errors import DataError
from learnface.synthetic import Learner, Pose, Scene, draw, render
from learnface.synthetic.camera import project, turned
from learnface.synthetic.head import head_model


@pytest.fixture(scope="module")
def learner():
    return Learner(0)


def test_picture_has_its_shape_and_the_same_bytes_again(learner):
    image = render(learner, {"jawOpen": 0.4}, size=40)
    assert image.shape == (40, 40, 3) and image.dtype == np.uint8
    np.testing.assert_array_equal(image, render(learner, {"jawOpen": 0.4}, size=40))


def test_landmarks_are_the_projected_mesh_at_any_sampling(learner):
    weights, pose, scene = (
        {"jawOpen": 0.7, "mouthSmileLeft": 0.5},
        Pose(12, -5, 3, (0.1, 0.05)),
        Scene(zoom=1.2),
    )
    positions, _ = turned(learner.posed(weights), pose)
    expected = project(positions, pose, scene, 48)[0][:, head_model().landmarks].T
    for supersample in (1, 2, 3):
        found = draw(learner, weights, pose=pose, scene=scene, size=48, supersample=supersample).landmarks
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_pupils_are_dark_and_whites_are_bright_where_the_truth_says(learner):
    seen = draw(learner, size=224)
    for (x, y), (outer, inner) in zip(seen.pupils, ((36, 39), (45, 42)), strict=True):
        around = seen.image[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].mean(-1)
        corner = (seen.landmarks[outer] + seen.landmarks[inner]) / 4 + np.array([x, y]) / 2
        assert around.min() < 40
        assert np.linalg.norm(corner - [x, y]) < 12


def test_mouth_opens_dark(learner):
    place = draw(learner, {"jawOpen": 0.8}, size=128).landmarks[[62, 66]].mean(0).astype(int)
    open_, closed = (
        render(learner, {"jawOpen": jaw}, size=128)[place[1], place[0]].mean() for jaw in (0.8, 0.0)
    )
    assert open_ < 0.65 * closed


def test_background_shows_beside_the_head(learner):
    wall = np.full((1, 1, 3), (0.2, 0.4, 0.6), np.float32)
    image = render(learner, scene=Scene(background=wall), size=48)
    np.testing.assert_allclose(image[0, 0], [51, 102, 153], atol=1)
    assert np.abs(image[24, 24].astype(int) - [51, 102, 153]).sum() > 60


def test_supersampling_smooths_but_keeps_the_picture(learner):
    jagged, smooth = (render(learner, size=64, supersample=n).astype(float) for n in (1, 4))
    assert 0 < np.abs(jagged - smooth).mean() < 8


@pytest.mark.parametrize(
    ("weights", "options", "message"),
    [
        ({"smile": 1.0}, {}, "smile.*jawOpen"),
        ({}, {"size": 10}, "size=10"),
        ({}, {"supersample": 0}, "supersample=0"),
    ],
)
def test_wrong_arguments(learner, weights, options, message):
    with pytest.raises(DataError, match=message):
        render(learner, weights, **options)
