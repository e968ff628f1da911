import numpy as np
import pytest

from learnface.synthetic.camera import Scene
from learnface.synthetic.head import head_model
from learnface.synthetic.learner import Learner
from learnface.synthetic.shading import creased_texture, normals, shade


@pytest.fixture(scope="module")
def learner():
    return Learner(4)


def test_normals_agree_with_those_of_the_triangles(learner):
    head, points = head_model(), learner.positions.astype(float)
    a, b, c = (points[corner] for corner in head.triangles.T)
    expected = np.zeros_like(points)
    face = np.cross(b - a, c - a)
    for corner in head.triangles.T:
        np.add.at(expected, corner, face)
    found, _ = normals(head, learner.positions.T)
    skin = np.flatnonzero(head.vertices_of("skin") & (np.linalg.norm(expected, axis=1) > 1e-4))
    expected = expected[skin] / np.linalg.norm(expected[skin], axis=1, keepdims=True)
    cosine = (found.T[skin] * expected).sum(1)
    assert np.quantile(cosine, 0.02) > 0.9


def test_hollow_tells_dents_from_bumps(learner):
    head, vertex = head_model(), head_model().landmarks[30]
    facing, hollow = normals(head, learner.positions.T)
    assert hollow[vertex] < 0  # the tip of the nose
    for depth in (0.1, 0.2):
        dented = learner.positions.copy()
        dented[vertex] -= depth * facing[:, vertex]
        assert normals(head, dented.T)[1][vertex] > hollow[vertex] + depth


def test_light_from_the_right_lights_the_right(learner):
    head = head_model()
    diffuse, gloss = shade(head, learner.positions.T, Scene(light=(1, 0, 0.3)))
    assert diffuse[head.landmarks[14]] > 1.2 * diffuse[head.landmarks[2]]
    assert (gloss >= 0).all()


def test_expressions_wrinkle_older_skin_more():
    young, old = Learner(3, age=10), Learner(3, age=65)
    assert creased_texture(young, {}) is young.texture
    changes = []
    for learner in (young, old):
        wrinkled = creased_texture(learner, {"browInnerUp": 1.0}).astype(int)
        changes.append(np.abs(wrinkled - learner.texture).sum())
    assert 0 < changes[0] < changes[1]
