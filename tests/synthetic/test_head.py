import numpy as np
import pytest

from learnface.files import sha256
from learnface.synthetic.head import ASSET, EYE, TEXTURE, head_model, smooth, unroll

ROOT = ASSET.parents[3]


def test_asset_is_the_one_that_the_tool_builds():
    assert sha256(ASSET) == "de4c82ebf1e3bd529cd48444ad92fc6030087a983070ef8fec307ced772f4a47"
    assert ASSET.stat().st_size < 700_000


def test_notice_names_the_sources_and_their_licence():
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for words in ("MakeHuman", "MPFB2", "Face Units 01 by Mika Suominen", "CC0 1.0 Universal", ASSET.name):
        assert words in notice


def test_topology_is_sound():
    head = head_model()
    vertices, triangles = len(head.positions), len(head.triangles)
    assert head.triangles.min() == 0 and head.triangles.max() == vertices - 1
    assert head.texels.shape == (2, 3, triangles)
    assert len(head.part) == triangles == 2 * len(head.quads)
    assert set(head.part_names) == {"skin", "eye", "teeth", "tongue", "lash", "mouth", "socket", "hair"}
    assert len(head.expressions) == 52
    assert {shift.shape for shift in head.expressions.values()} == {(vertices, 3)}


def test_around_lists_the_quads_of_each_vertex():
    head = head_model()
    for vertex in (0, 1000, 3000):
        listed = {int(quad) for quad in head.around[:, vertex] if quad < len(head.quads)}
        assert listed == set(np.flatnonzero((head.quads == vertex).any(1)).tolist())


def test_head_at_rest_is_symmetric():
    skin = head_model().positions[head_model().vertices_of("skin", "eye")]
    mirrored = skin * [-1, 1, 1]
    gaps = np.abs(skin[:, None] - mirrored[None, ::7]).max(-1).min(0)
    assert gaps.max() < 2e-3


def test_landmarks_are_where_their_names_say():
    points = head_model().positions[head_model().landmarks]
    assert len(np.unique(head_model().landmarks)) == 68
    right, left = points[36:42].mean(0), points[42:48].mean(0)
    np.testing.assert_allclose(right * [-1, 1, 1], left, atol=0.01)
    np.testing.assert_allclose(left[:2], EYE[:2], atol=0.03)
    assert points[8, 1] == points[:, 1].min()  # the chin
    assert points[30, 2] > points[33, 2]  # the tip of the nose is before its base
    assert (np.diff(points[17:27, 0]) > 0).all()  # brows from the subject's right to the left
    assert points[48, 0] == -points[54, 0] == points[48:68, 0].min()


@pytest.mark.parametrize(("upper", "lower"), [(61, 67), (62, 66), (63, 65)])
def test_an_open_jaw_parts_the_lips_at_their_landmarks(upper, lower):
    head = head_model()
    fall = head.expressions["jawOpen"][head.landmarks][:, 1]
    assert fall[lower] < fall[upper] - 0.15


def test_smooth_is_a_step():
    np.testing.assert_allclose(smooth(np.array([-1.0, 0, 0.5, 1, 2]), 0, 1), [0, 0, 0.5, 1, 1])
    np.testing.assert_allclose(smooth(np.array([2.0, 1.5, 1.0]), 2, 1), [0, 0.5, 1])


def test_unroll_puts_the_face_in_the_middle_and_the_left_at_the_right():
    column, row = unroll(np.array([[0, 7.0, 1.5], [0.5, 8.0, 1.0]])).T
    assert column[0] == TEXTURE / 2 and column[1] > column[0]
    assert row[1] < row[0]
