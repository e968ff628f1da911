import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces.regions import FIVE_REGIONS
from learnface.inference import Explanation
from learnface.reports import grad_cam_picture, save_picture

RANDOM = np.random.default_rng(0)


def explanation(pictures=1, channels=1, **arguments):
    maps = RANDOM.random((pictures, 5, 5)).astype("float32")
    given = RANDOM.random((pictures, 24, 24, channels)).astype("float32")
    return Explanation(
        **{**{"label": "happy", "value": 0.91, "is_probability": True}, **arguments},
        maps=maps,
        pictures=given,
    )


def images(figure):
    """Per axes the arrays drawn, the picture first."""
    drawn = [[np.asarray(image.get_array()) for image in axes.get_images()] for axes in figure.axes]
    return [arrays for arrays in drawn if arrays]


def test_a_face_and_its_map_over_it():
    one = explanation()
    figure = grad_cam_picture([one], title="photo.jpg")
    plain, overlay = images(figure)
    np.testing.assert_array_equal(plain[0], one.pictures[0, ..., 0])
    np.testing.assert_array_equal(overlay[0], one.pictures[0, ..., 0])
    np.testing.assert_allclose(overlay[1], one.maps[0] / one.maps.max())
    assert figure.subfigs[0].get_suptitle() == "happy 91%"
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert labels.count("speaks for it") == 1


def test_regions_share_a_scale_and_show_their_weights():
    weights = np.array([0.5, 0.7, 0.4, 0.6, 0.2])
    one = explanation(5, names=FIVE_REGIONS, weights=weights)
    figure = grad_cam_picture([one])
    overlays = [arrays[1] for arrays in images(figure) if len(arrays) == 2]
    np.testing.assert_allclose(np.stack(overlays), one.maps / one.maps.max())
    bars = next(axes for axes in figure.axes if axes.patches)
    np.testing.assert_allclose([bar.get_width() for bar in bars.patches], weights)
    assert [label.get_text() for label in bars.get_yticklabels()] == [*FIVE_REGIONS]
    assert "0.70" in {text.get_text().strip() for text in bars.texts}


def test_several_faces_are_numbered_and_colour_stays(tmp_path):
    figure = grad_cam_picture([explanation(channels=3), explanation(channels=3, label="sad", value=0.5)])
    assert [row.get_suptitle() for row in figure.subfigs] == ["face 0: happy 91%", "face 1: sad 50%"]
    assert images(figure)[0][0].shape == (24, 24, 3)
    assert save_picture(figure, tmp_path / "a.png", dpi=60).stat().st_size > 5000


def test_of_many_frames_ten_are_drawn_at_even_steps():
    names = [f"{number} s" for number in range(28)]
    figure = grad_cam_picture([explanation(28, names=tuple(names), value=-0.25, is_probability=False)])
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == [f"{number} s" for number in range(0, 28, 3)]
    assert figure.subfigs[0].get_suptitle() == "happy -0.25"
    assert "raises it" in [axes.get_ylabel() for axes in figure.axes]


def test_maps_lie_where_their_area_is():
    """Of a map over pixels 2 to 22 of 24 the outermost places go on to the border; none is moved."""
    one = explanation(area=(2.0, 2.0, 20.0, 20.0))
    overlay = next(axes for axes in grad_cam_picture([one]).axes if len(axes.get_images()) == 2)
    drawn = overlay.get_images()[1]
    left, right, bottom, top = drawn.get_extent()
    share = np.asarray(drawn.get_array())
    assert share.shape == (7, 7)
    np.testing.assert_allclose(share[1:-1, 1:-1], one.maps[0] / one.maps.max())
    np.testing.assert_array_equal(share[0], share[1])
    np.testing.assert_array_equal(share[:, -1], share[:, -2])
    assert left + 1.5 * (right - left) / 7 == pytest.approx(4 - 0.5)  # the first place sees pixels 2 to 6
    assert top + 1.5 * (bottom - top) / 7 == pytest.approx(4 - 0.5)
    assert overlay.get_xlim() == (-0.5, 23.5) and overlay.get_ylim() == (23.5, -0.5)


def test_an_area_may_reach_over_the_border_or_end_on_one_side():
    one = explanation(area=(-2.0, 4.0, 20.0, 30.0))
    overlay = next(axes for axes in grad_cam_picture([one]).axes if len(axes.get_images()) == 2)
    drawn = overlay.get_images()[1]
    assert drawn.get_extent() == [-2.5, 25.5, 33.5, -2.5]  # two columns more at the right, one row more above
    assert np.asarray(drawn.get_array()).shape == (6, 7)
    assert overlay.get_xlim() == (-0.5, 23.5)


def test_an_empty_map_is_said_to_be_empty():
    one = explanation()
    one.maps[:] = 0
    labels = [axes.get_ylabel() for axes in grad_cam_picture([one]).axes]
    assert "nothing speaks for it" in labels


def test_nothing_to_draw():
    with pytest.raises(DataError, match="no face was found"):
        grad_cam_picture([])
