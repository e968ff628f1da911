import numpy as np
import pytest
from checks.faces import BrightDetector, draw_face

from learnface.clips import PrepareSettings
from learnface.clips._cutter import FaceCutter
from learnface.errors import DataError
from learnface.faces import align_face, crop_face, normalise_face
from learnface.faces.align import transform_points

BRIGHT = {"detector": BrightDetector(), "size": 16}


def cut(image, **settings):
    cutter = FaceCutter(PrepareSettings(**settings))
    return cutter.cut(image, cutter.place(image))


def test_the_detected_box_is_cut_out(rng):
    image = draw_face() + rng.integers(0, 20, (24, 32), np.uint8)
    face = cut(image, **BRIGHT, equalise=None, margin=0.25)
    assert (face.found, face.box, face.score) == (True, (8, 6, 12, 12), 0.5)
    np.testing.assert_array_equal(face.image, crop_face(image, (8, 6, 12, 12), 16, margin=0.25))
    equal = cut(image, **BRIGHT, margin=0.25)
    np.testing.assert_array_equal(equal.image, normalise_face(face.image, (16, 16)))


@pytest.mark.parametrize("margin", [0.0, 0.25, -0.1])
def test_the_transform_takes_the_frame_to_the_face(margin):
    """A column of light in the frame lies where the transform says."""
    image = np.zeros((60, 80), np.uint8)
    image[20:40, 30:50] = 160  # the box
    image[:, 40] = 255
    face = cut(image[:, :60], **BRIGHT | {"size": 64}, equalise=None, margin=margin)
    weights = np.clip(face.image[32, :, 0].astype(float) - 165, 0, None)  # of the column alone
    found = (weights * np.arange(64)).sum() / weights.sum()
    expected, _ = transform_points((40, 30), face.transform)
    assert abs(found - expected) < 0.6


def test_aligned_by_the_detectors_landmarks(rng):
    image = np.stack([draw_face() + rng.integers(0, 20, (24, 32), np.uint8)] * 3, -1)
    settings = BRIGHT | {"landmarks": "detector", "grey": False, "equalise": None}
    face = cut(image, **settings)
    points = BrightDetector().detect(image)[0].landmarks
    expected, matrix = align_face(image, points, (16, 16), "five", margin=0.1, channels=3)
    np.testing.assert_array_equal(face.image, expected)
    np.testing.assert_allclose(face.transform, matrix)


def test_without_a_detector_the_frame_is_the_face(rng):
    image = rng.integers(0, 256, (20, 30), np.uint8)
    face = cut(image, detector=None, size=(10, 15))
    np.testing.assert_array_equal(face.image, normalise_face(image, (10, 15)))
    assert face.found and face.box == (0, 0, 30, 20)
    corners = transform_points([(-0.5, -0.5), (29.5, 19.5)], face.transform)
    np.testing.assert_allclose(corners, [(-0.5, -0.5), (14.5, 9.5)])
    assert cut(image, detector=None, size=10, grey=False).image.shape == (10, 10, 3)


@pytest.mark.parametrize("missing", ["keep_empty", "drop", "whole_frame"])
@pytest.mark.parametrize("grey", [True, False])
def test_without_a_face(missing, grey):
    image = draw_face(box=None)
    face = cut(image, **BRIGHT, missing=missing, grey=grey)
    assert not face.found and np.isnan(face.box).all() and np.isnan(face.transform).all()
    if missing == "drop":
        assert face.image is None
    else:
        assert face.image.shape == (16, 16, 1 if grey else 3)
        assert face.image.any() == (missing == "whole_frame")


@pytest.mark.parametrize("side", [1, 2])
def test_faces_of_one_or_two_pixels(side):
    face = cut(draw_face(box=(3, 4, side, side)), **BRIGHT)
    assert face.found and face.image.shape == (16, 16, 1)
    assert cut(np.full((side, side), 9, np.uint8), detector=None, size=16).image.shape == (16, 16, 1)


def test_landmarks_that_place_no_face_are_no_face():
    settings = BRIGHT | {"landmarks": "detector"}
    cutter = FaceCutter(PrepareSettings(**settings))
    image = draw_face()
    placement = cutter.place(image)
    placement.points[:] = 5.0
    assert not cutter.cut(image, placement).found


def test_a_detector_without_landmarks_is_refused():
    class Boxes(BrightDetector):
        def _find(self, image):
            return [type(face)(face.box) for face in super()._find(image)]

    with pytest.raises(DataError, match="finds no landmarks"):
        cut(draw_face(), detector=Boxes(), landmarks="detector")
    with pytest.raises(DataError, match="there is no detector 'bright'"):
        FaceCutter(PrepareSettings(detector="bright"))
