import pickle
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces.detect import DETECTORS, Detector, Face, build_detector, detect_faces


@pytest.fixture(scope="module")
def portrait():
    """The public-domain portrait that matplotlib ships; its face was measured by hand."""
    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


FACE_CENTER = (265, 215)


def check_portrait(faces):
    assert len(faces) == 1
    assert np.hypot(*np.subtract(faces[0].center, FACE_CENTER)) < 40
    assert 150 < max(faces[0].box[2:]) < 260


def test_the_default_finds_the_face(portrait):
    check_portrait(detect_faces(portrait))


def test_grey_pictures_too(portrait):
    check_portrait(detect_faces(cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY)))
    check_portrait(detect_faces(cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY)[..., None]))


def test_boxes_are_in_pixels_of_the_original(portrait):
    small = detect_faces(portrait)[0]
    large = detect_faces(cv2.resize(portrait, None, fx=3, fy=3))[0]
    assert np.allclose(large.box, np.multiply(small.box, 3), atol=40)


def test_min_size(portrait):
    assert detect_faces(portrait, min_size=400) == []
    check_portrait(detect_faces(portrait, min_size=100))


def test_no_face_and_pictures_too_small(rng):
    assert detect_faces(np.full((200, 300, 3), 128, np.uint8)) == []
    assert detect_faces(np.zeros((2, 2, 3), np.uint8)) == []
    assert detect_faces(np.zeros((1, 5000, 3), np.uint8)) == []


class TwoFaces(Detector):
    name, window = "two", 10

    def _build(self):
        return None

    def _find(self, image):
        return [Face((45, 45, 10, 10)), Face((0, 0, 30, 30))]


def test_order():
    image = np.zeros((100, 100, 3), np.uint8)
    assert [face.box[2] for face in TwoFaces().detect(image, min_size=10)] == [30, 10]
    assert [face.box[2] for face in TwoFaces().detect(image, min_size=10, order="central")] == [10, 30]
    with pytest.raises(DataError, match="order"):
        detect_faces(image, order="first")


def test_batch(portrait):
    found = build_detector().detect_batch([portrait, np.zeros_like(portrait)], min_size=100)
    assert [len(faces) for faces in found] == [1, 0]


@pytest.mark.parametrize("image", [np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3)), np.zeros(9, np.uint8)])
def test_wrong_images(image):
    with pytest.raises(DataError, match="uint8"):
        detect_faces(image)


def test_names():
    assert set(DETECTORS) == {"viola_jones", "dlib_hog", "mtcnn", "yunet"}
    with pytest.raises(DataError, match="no detector 'haar'"):
        build_detector("haar")
    detector = build_detector("viola_jones", min_neighbors=3)
    assert build_detector(detector) is detector


def test_a_used_detector_travels_to_another_process(portrait):
    detector = build_detector("viola_jones", min_neighbors=3)
    expected = detector.detect(portrait)
    copy = pickle.loads(pickle.dumps(detector))
    assert copy.min_neighbors == 3
    assert [face.box for face in copy.detect(portrait)] == [face.box for face in expected]
