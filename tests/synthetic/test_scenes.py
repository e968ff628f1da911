import numpy as np
import pytest

from learnface.errors import DataError
from learnface.synthetic.camera import Pose, Scene
from learnface.synthetic.learner import Learner
from learnface.synthetic.renderer import draw
from learnface.synthetic.scenes import OCCLUSIONS, add_glasses, add_noise, add_occlusion, draw_scene


@pytest.fixture(scope="module")
def learner():
    return Learner(0)


def test_scenes_differ_and_no_variety_is_the_plain_one():
    one, other = draw_scene(np.random.default_rng(1)), draw_scene(np.random.default_rng(2))
    assert one.light != other.light and not np.array_equal(one.background, other.background)
    plain = draw_scene(np.random.default_rng(1), variety=0)
    assert (plain.light, plain.key, plain.zoom) == (Scene().light, Scene().key, 1.0)
    np.testing.assert_array_equal(plain.background, Scene().background)


def test_noise_has_the_strength_asked_for(rng):
    noisy = add_noise(np.full((64, 64, 3), 128, np.uint8), 3.0, rng).astype(float)
    assert noisy.mean() == pytest.approx(128, abs=0.2) and noisy.std() == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize(("kind", "hidden", "shown"), [("mask", 57, 27), ("book", 8, 27), ("hand", 54, 36)])
def test_occlusion_hides_its_part_of_the_face(learner, kind, hidden, shown):
    seen = draw(learner, size=96)
    image = add_occlusion(seen.image.copy(), kind, seen, learner, place=0.6)

    def change(landmark):
        x, y = seen.landmarks[landmark].astype(int)
        patch = np.s_[y - 2 : y + 3, x - 2 : x + 3]
        return np.abs(image[patch].astype(int) - seen.image[patch]).mean()

    assert change(hidden) > 5 and change(shown) == 0


def test_unknown_occlusion(learner):
    seen = draw(learner, size=32)
    with pytest.raises(DataError, match="'scarf'.*book, hand, mask"):
        add_occlusion(seen.image, "scarf", seen, learner, 0.5)
    assert OCCLUSIONS == ("book", "hand", "mask")


def test_glasses_go_around_the_eyes_and_turn_with_the_head(learner):
    for pose in (Pose(), Pose(yaw=25)):
        seen = draw(learner, pose=pose, size=160)
        image = add_glasses(seen.image.copy(), learner, pose, Scene())
        changed = np.argwhere(np.abs(image.astype(int) - seen.image).sum(-1) > 30)[:, ::-1]
        eyes = seen.landmarks[36:48].mean(0)
        assert np.linalg.norm(changed.mean(0) - eyes) < 12
        x, y = seen.pupils[0].astype(int)
        assert (image[y - 2 : y + 3, x - 2 : x + 3] == seen.image[y - 2 : y + 3, x - 2 : x + 3]).all()
