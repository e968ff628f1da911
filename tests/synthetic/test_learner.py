import numpy as np
import pytest

from learnface.errors import DataError
from learnface.synthetic.head import head_model
from learnface.synthetic.learner import Learner


def test_same_seed_same_learner():
    one, other = Learner(5), Learner(5)
    np.testing.assert_array_equal(one.positions, other.positions)
    np.testing.assert_array_equal(one.texture, other.texture)


def test_other_seeds_are_other_people():
    points = np.stack([Learner(seed).positions[head_model().landmarks] for seed in range(8)])
    gaps = np.linalg.norm(points[:, None] - points[None], axis=-1).mean(-1)
    assert gaps[~np.eye(8, dtype=bool)].min() > 0.01  # a millimetre on average over the landmarks
    assert len({Learner(seed).look.skin.tobytes() for seed in range(8)}) == 8


def test_heads_are_centred_between_the_eyes_and_alike_in_size():
    for seed in range(6):
        marks = Learner(seed).positions[head_model().landmarks]
        right, left = marks[36:42].mean(0), marks[42:48].mean(0)
        np.testing.assert_allclose((right + left) / 2, 0, atol=1e-5)
        assert 0.45 < np.linalg.norm(left - right) < 0.8


def test_sex_and_age_can_be_chosen():
    learner = Learner(1, sex="male", age=50)
    assert learner.sex == "male" and learner.age == 50
    assert Learner(1, age=60).creases > Learner(1, age=10).creases


@pytest.mark.parametrize(
    ("options", "message"), [({"sex": "x"}, "female"), ({"age": 3}, "8 to 70"), ({"seed": -1}, "seed")]
)
def test_wrong_arguments(options, message):
    with pytest.raises(DataError, match=message):
        Learner(**({"seed": 0} | options))


def test_posed_adds_scaled_shifts():
    learner = Learner(2)
    expected = learner.positions + 0.5 * learner.scale * head_model().expressions["jawOpen"]
    np.testing.assert_allclose(learner.posed({"jawOpen": 0.5, "jawLeft": 0}), expected, atol=1e-6)
