import types

import numpy as np
import pytest
from checks.faces import BrightDetector, draw_face

from learnface.clips import PrepareSettings
from learnface.clips._cutter import FaceCutter
from learnface.errors import DataError
from learnface.faces.crop import crop_face
from learnface.faces.detect import DETECTORS
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


def test_faces_must_be_uint8():
    with pytest.raises(DataError, match="give uint8 images"):
        FaceCropper(network(), BrightDetector()).whole(np.zeros((4, 4)))
