from dataclasses import replace

import numpy as np
import pytest

from learnface.synthetic.head import STRIP, TEXTURE, head_model, unroll
from learnface.synthetic.learner import Learner
from learnface.synthetic.skin import creases, paint, scalp


@pytest.fixture(scope="module")
def look():
    return replace(Learner(0).look, beard=0.0, freckles=0.0, bald=False)


@pytest.fixture(scope="module")
def texture(look):
    return paint(look, np.random.default_rng(0))


def colour_at(texture, xyz, width=1):
    column, row = unroll(np.array(xyz)).round().astype(int)
    return texture[row - 1 : row + 2, column - width : column + width + 1].mean((0, 1)) / 255


def test_texture_has_its_shape_and_the_same_bytes_again(look, texture):
    assert texture.shape == (TEXTURE + STRIP, TEXTURE, 3) and texture.dtype == np.uint8
    np.testing.assert_array_equal(texture, paint(look, np.random.default_rng(0)))


def test_things_are_painted_in_their_places(look, texture):
    np.testing.assert_allclose(colour_at(texture, [0.35, 6.6, 1.2]), look.skin, atol=0.12)  # the cheek
    np.testing.assert_allclose(
        colour_at(texture, [0.0, 8.45, 0.5], width=80), look.hair, atol=0.08
    )  # the crown
    np.testing.assert_allclose(colour_at(texture, [0.6, 5.6, 0.5]), look.shirt, atol=0.02)  # a shoulder
    brow = colour_at(texture, [0.30, 7.484 + look.brow_height, 1.45])
    assert np.abs(brow - look.brow).sum() < np.abs(brow - look.skin).sum()


def test_hair_covers_the_crown_and_the_nape_but_not_the_face():
    x, y, z = np.array([[0, 8.4, 0.5], [0, 7.2, -0.3], [0.3, 7.3, 1.4], [0, 6.5, 1.4]]).T
    np.testing.assert_allclose(scalp(x, y, z, 0.0), [1, 1, 0, 0], atol=1e-3)
    assert scalp(np.zeros(1), np.array([8.0]), np.ones(1), 0.3) < scalp(
        np.zeros(1), np.array([8.0]), np.ones(1), 0.0
    )


def test_creases_lie_on_their_own_side():
    column = unroll(head_model().positions[head_model().landmarks])[:, 0]
    assert column[45] > TEXTURE / 2  # the subject's left is on the right
    for name, layer in creases().items():
        weight = np.abs(layer).sum(0)
        centre = (weight * np.arange(TEXTURE)).sum() / weight.sum()
        if name.endswith(("Left", "Right")):
            assert (centre > TEXTURE / 2) == name.endswith("Left")
        else:
            assert centre == pytest.approx(TEXTURE / 2, abs=2)
