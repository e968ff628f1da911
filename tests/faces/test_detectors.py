import importlib.util
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces._detectors import DlibHog, Mtcnn, ViolaJones, YuNet, yunet_face

EYES = [(220, 190), (308, 186)]  # of the portrait below, the person's right eye first, measured by hand


@pytest.fixture(scope="module")
def portrait():
    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


def needs(package):
    return pytest.mark.skipif(importlib.util.find_spec(package) is None, reason=f"{package} is not installed")


@pytest.mark.parametrize("equalise", ["local", "global"])
def test_viola_jones_finds_the_face_also_in_the_dark(portrait, equalise):
    dark = (portrait // 8).astype(np.uint8)
    expected = ViolaJones(equalise=equalise).detect(portrait)
    found = ViolaJones(equalise=equalise).detect(dark)
    assert len(expected) == len(found) == 1
    assert np.isnan(expected[0].score)
    assert np.allclose(found[0].box, expected[0].box, atol=15)
    assert ViolaJones(equalise="none").detect(dark) == []


def test_viola_jones_equalises_as_asked(rng):
    grey = rng.integers(40, 80, (64, 64), dtype=np.uint8)
    assert np.array_equal(ViolaJones(equalise="global")._equalised(grey), cv2.equalizeHist(grey))
    assert np.array_equal(ViolaJones(equalise="none")._equalised(grey), grey)
    assert ViolaJones()._equalised(grey).std() > 2 * grey.std()
    with pytest.raises(DataError, match="equalise is 'yes'"):
        ViolaJones(equalise="yes")


def test_viola_jones_unknown_cascade(portrait):
    with pytest.raises(DataError, match="no cascade 'ears'"):
        ViolaJones(cascade="ears").detect(portrait)


@needs("dlib")
def test_dlib_hog(portrait):
    faces = DlibHog().detect(portrait)
    assert len(faces) == 1
    x, y, width, height = faces[0].box
    assert all(x < eye[0] < x + width and y < eye[1] < y + height for eye in EYES)
    assert DlibHog(threshold=5).detect(portrait) == []


@needs("mtcnn")
def test_mtcnn(portrait):
    faces = Mtcnn().detect(portrait, min_size=60)
    assert len(faces) == 1
    assert 0.9 < faces[0].score <= 1
    assert faces[0].landmarks.shape == (5, 2)
    assert np.allclose(faces[0].landmarks[:2], EYES, atol=12)
    assert Mtcnn().detect(np.zeros((80, 80, 3), np.uint8)) == []


def test_yunet_says_where_its_file_is_published(monkeypatch, tmp_path):
    monkeypatch.delenv("LEARNFACE_YUNET", raising=False)
    with pytest.raises(DataError, match="not given: download .*opencv_zoo"):
        YuNet()
    with pytest.raises(DataError, match=r"missing \(no file .*gone\.onnx"):
        YuNet(model=tmp_path / "gone.onnx")


def test_yunet_with_a_file_that_is_no_network(monkeypatch, tmp_path, portrait):
    path = tmp_path / "page.onnx"
    path.write_text("<html>not found</html>")
    monkeypatch.setenv("LEARNFACE_YUNET", str(path))
    with pytest.raises(DataError, match=r"page\.onnx is not an ONNX file"):
        YuNet().detect(portrait)


def test_yunet_rows():
    face = yunet_face(np.arange(15, dtype=np.float32) / 20)
    assert face.box == pytest.approx((0, 0.05, 0.1, 0.15))
    assert face.landmarks[:2].ravel() == pytest.approx([0.2, 0.25, 0.3, 0.35])
    assert face.score == pytest.approx(0.7)
