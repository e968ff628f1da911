import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from learnface.synthetic.camera import Pose, Scene, project, turned
from learnface.synthetic.head import head_model
from learnface.synthetic.learner import Learner


@pytest.fixture(scope="module")
def learner():
    return Learner(4)


def test_turned_is_a_rotation_about_the_neck_that_leaves_the_shoulders(learner):
    pose = Pose(yaw=20, pitch=-10, roll=5)
    moved, turn = turned(learner.positions, pose)
    rotation = Rotation.from_euler("YXZ", [20, -10, 5], degrees=True)
    np.testing.assert_allclose(turn, rotation.as_matrix(), atol=1e-6)
    marks, pivot = head_model().landmarks[17:], np.array([0, -1.0, -1.0])
    expected = rotation.apply(learner.positions[marks] - pivot) + pivot
    np.testing.assert_allclose(moved.T[marks], expected, atol=1e-5)
    shoulders = head_model().positions[:, 1] < 5.75
    np.testing.assert_allclose(moved.T[shoulders], learner.positions[shoulders], atol=1e-6)


def test_signs_of_the_angles(learner):
    tip = head_model().landmarks[30]
    still = project(turned(learner.positions, Pose())[0], Pose(), Scene(), 100)[0][:, tip]
    for pose, axis, sign in (
        (Pose(yaw=15), 0, 1),
        (Pose(pitch=15), 1, 1),
        (Pose(shift=(0.2, 0)), 0, 1),
        (Pose(shift=(0, 0.2)), 1, -1),
    ):
        xy = project(turned(learner.positions, pose)[0], pose, Scene(), 100)[0][:, tip]
        assert np.sign(xy[axis] - still[axis]) == sign


def test_project_is_a_pinhole_camera(learner):
    positions = learner.positions.T
    xy, distance = project(positions, Pose(), Scene(zoom=1.2), 96)
    focal = 96 / 2.55 * 7 * 1.2
    np.testing.assert_allclose(distance, 7 - positions[2], atol=1e-5)
    np.testing.assert_allclose(xy[0], 48 + focal * positions[0] / (7 - positions[2]), atol=1e-2)
    far = positions[:, [0]] + [[0.0], [0.0], [-3.0]]
    assert abs(project(far, Pose(), Scene(), 96)[0][0, 0] - 48) <= abs(
        project(positions[:, [0]], Pose(), Scene(), 96)[0][0, 0] - 48
    )
