import dataclasses
import types

import numpy as np
import pytest
from checks.faces import BrightDetector, draw_face

from learnface.clips import PrepareSettings
from learnface.clips._cutter import FaceCutter
from learnface.errors import DataError
from learnface.faces.align import align_face
from learnface.faces.crop import crop_face
from learnface.faces.detect import DETECTORS
from learnface.faces.regions import five_regions
from learnface.inference.cropping import FaceCropper
from learnface.models import ModelCard

FRAME = draw_face((64, 64), (16, 12, 24, 24))


def network(**preparation):
    card = ModelCard(model="m", labels=("a",), input_shape=(16, 16, 1), preparation=preparation)
    return types.SimpleNamespace(size=(16, 16), channels=1, card=card)


def test_without_a_preparation_the_detectors_box_is_cut():
    cropper = FaceCropper(network(), BrightDetector())
    face = cropper.detector.detect(FRAME)[0]
    expected = crop_face(FRAME, face.box, (16, 16), cropper.detector.margin, 1, cropper.detector.shift)
    np.testing.assert_array_equal(cropper.crop(FRAME, face), expected)


def test_with_one_faces_are_cut_as_in_training(monkeypatch):
    monkeypatch.setitem(DETECTORS, "bright", BrightDetector)
    settings = PrepareSettings(detector="bright", size=16, equalise="histogram", margin=0.3)
    kept = {"detector": "bright", "size": [16, 16], "equalise": "histogram", "margin": 0.3, "frame_rate": 5}
    cropper = FaceCropper(network(**kept))
    assert isinstance(cropper.detector, BrightDetector)
    cutter = FaceCutter(settings)
    expected = cutter.cut(FRAME, cutter.place(FRAME)).image
    np.testing.assert_array_equal(cropper.crop(FRAME, cropper.detector.detect(FRAME)[0]), expected)


def test_a_face_that_is_cut_already_is_evened_out_as_in_training():
    dim = (FRAME // 4)[:32, :32]
    plain = FaceCropper(network(), BrightDetector()).whole(dim)
    even = FaceCropper(network(size=[16, 16], equalise="histogram"), BrightDetector()).whole(dim)
    assert even.max() > plain.max()
    assert even.shape == plain.shape == (16, 16, 1)


def test_a_card_that_does_not_fit_its_model():
    with pytest.raises(
        DataError, match=r"prepares faces of \(20, 20, 1\), but the model takes \(16, 16, 1\)"
    ):
        FaceCropper(network(size=[20, 20]))


def five(face, landmarks=None):
    return np.stack([*five_regions(face, landmarks, (48, 48)).values()])


@pytest.fixture
def noisy(rng):
    """A frame whose bright square shows what is cut from where, and a network of regions of 48 x 48."""
    frame = FRAME.copy()
    frame[12:36, 16:40] = rng.integers(130, 255, (24, 24))
    return frame, types.SimpleNamespace(size=(48, 48), channels=1, card=None, takes_regions=True)


def test_regions_are_cut_by_the_landmarks_that_the_detector_finds(noisy):
    frame, regions = noisy
    cropper = FaceCropper(regions, detector := BrightDetector())
    detector.margin = detector.shift = 0.0
    face = detector.detect(frame)[0]
    crop = crop_face(frame, face.box, (48, 48))
    points = 2 * (face.landmarks - (16, 12) + 0.5) - 0.5  # the square of 24 pixels becomes 48
    found = cropper.crop(frame, face)
    np.testing.assert_array_equal(found, five(crop, points))
    assert (found[1] != five(crop)[1]).any()
    without = dataclasses.replace(face, landmarks=None)
    np.testing.assert_array_equal(cropper.crop(frame, without), five(crop))


def test_regions_follow_the_template_where_landmarks_leave_the_crop(noisy):
    frame, regions = noisy
    cropper = FaceCropper(regions, detector := BrightDetector())
    detector.margin = detector.shift = 0.0
    face = detector.detect(frame)[0]
    astray = dataclasses.replace(face, landmarks=face.landmarks + 500)
    np.testing.assert_array_equal(cropper.crop(frame, astray), five(crop_face(frame, face.box, (48, 48))))


def test_regions_of_aligned_faces(noisy):
    frame, regions = noisy
    kept = {"detector": "viola_jones", "size": [48, 48], "landmarks": "detector", "equalise": None}
    regions.card = ModelCard(model="m", labels=("a",), input_shape=(5, 48, 48, 1), preparation=kept)
    cropper = FaceCropper(regions, BrightDetector())
    face = cropper.detector.detect(frame)[0]
    crop, transform = align_face(frame, face.landmarks, (48, 48), "five", margin=0.1, channels=1)
    points = face.landmarks @ transform[:, :2].T + transform[:, 2]
    np.testing.assert_array_equal(cropper.crop(frame, face), five(crop, points))


def test_regions_of_a_face_that_is_cut_already(noisy):
    frame, regions = noisy
    square = frame[12:36, 16:40]
    found = FaceCropper(regions, BrightDetector()).whole(square)
    np.testing.assert_array_equal(found, five(crop_face(square, (0, 0, 24, 24), (48, 48))))


def test_faces_must_be_uint8():
    with pytest.raises(DataError, match="give uint8 images"):
        FaceCropper(network(), BrightDetector()).whole(np.zeros((4, 4)))


def test_a_face_without_landmarks_is_cut_by_its_box(monkeypatch):
    """As of a covered face, which a black picture must not stand for."""
    monkeypatch.setattr(
        "learnface.clips._cutter.landmark_predictor",
        lambda _: lambda *_: np.full((68, 2), np.nan, np.float32),
    )
    aligned = FaceCropper(network(size=[16, 16], landmarks="mesh", equalise=None), BrightDetector())
    face = aligned.detector.detect(FRAME)[0]
    boxed = FaceCropper(network(size=[16, 16], equalise=None), BrightDetector())
    np.testing.assert_array_equal(aligned.crop(FRAME, face), boxed.crop(FRAME, face))
    assert aligned.crop(FRAME, face).max() > 100


def test_a_face_of_four_channels_is_refused():
    with pytest.raises(DataError, match=r"a face of shape \(20, 20, 4\)"):
        FaceCropper(network(), BrightDetector()).whole(np.zeros((20, 20, 4), np.uint8))
