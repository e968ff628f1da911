"""From a frame to a face: detect, place, cut, grey, equalise, resize, by the settings of `prepare`."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from learnface.clips._settings import PrepareSettings
from learnface.errors import DataError
from learnface.faces.align import align_face
from learnface.faces.crop import crop_face
from learnface.faces.detect import build_detector
from learnface.faces.landmarkers import landmark_predictor
from learnface.faces.normalise import normalise_face

__all__ = ["CutFace", "FaceCutter", "Placement"]

Box = tuple[float, float, float, float]
_NO_BOX = (math.nan,) * 4


@dataclass(frozen=True, eq=False)
class Placement:
    """Where a face is in a frame: its box `(x, y, width, height)`, and its landmarks where it is aligned."""

    box: Box
    score: float = math.nan
    points: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class CutFace:
    """A prepared face.

    Attributes:
        image: `(height, width, channels)` uint8; None where there is no face and the frame is dropped.
        found: whether a face was found.
        box: `(x, y, width, height)` in pixels of the frame, NaN where there is none.
        transform: `(2, 3)`, from pixels of the frame to pixels of the face, NaN where there is none.
        score: the detector's confidence, NaN where it has none.
    """

    image: np.ndarray | None
    found: bool
    box: Box
    transform: np.ndarray
    score: float


class FaceCutter:
    """Cuts faces by settings; built once in each process.

    Raises:
        DataError: the detector or the landmark predictor cannot be built.
        MissingDependencyError: its package is not installed.
    """

    def __init__(self, settings: PrepareSettings):
        self.settings = settings
        self.detector = None if settings.detector is None else build_detector(settings.detector)
        own = settings.landmarks in (None, "detector")
        self.predictor = None if own else landmark_predictor(settings.landmarks)
        self.template = settings.template or ("five" if own else "outer_eyes_and_nose")

    def place(self, image: np.ndarray) -> Placement | None:
        """Return where the main face of a frame is, or None."""
        found = self._detected(image)
        return None if found is None else self.align(image, found)

    def align(self, image: np.ndarray, found: Placement) -> Placement | None:
        """Return a face with its landmarks, where faces are aligned; None if it has none."""
        if self.settings.landmarks is None:
            return found
        points = found.points
        if self.predictor is not None:
            points = self.predictor(image, found.box if self.detector else None)
        if points is None:
            raise DataError(
                f"the detector {self.detector.name!r} finds no landmarks: choose landmarks='mesh', or "
                "the detector 'mtcnn' or 'yunet'"
            )
        return None if np.isnan(points).all() else Placement(found.box, found.score, points)

    def cut(self, image: np.ndarray, placement: Placement | None) -> CutFace:
        """Return the face of a frame; `placement` is that of this frame or of another one of the clip."""
        if placement is None:
            return self._without_face(image)
        try:
            face, transform = self._cut(image, placement)
        except DataError:  # landmarks that lie on one line place no face
            if placement.points is None:
                raise
            return self._without_face(image)
        return CutFace(self.normalise(face), True, placement.box, transform, placement.score)

    def _detected(self, image: np.ndarray) -> Placement | None:
        height, width = image.shape[:2]
        if self.detector is None:
            return Placement((0.0, 0.0, float(width), float(height)))
        faces = self.detector.detect(image, min_size=self.settings.min_size, order=self.settings.order)
        return Placement(faces[0].box, faces[0].score, faces[0].landmarks) if faces else None

    def _cut(self, image: np.ndarray, placement: Placement) -> tuple[np.ndarray, np.ndarray]:
        size, margin, channels = self.settings.size, self.settings.margin, self.settings.shape[2]
        if self.settings.landmarks is not None:
            margin = 0.1 if margin is None else margin
            return align_face(image, placement.points, size, self.template, margin=margin, channels=channels)
        if self.detector is None:
            return _as_channels(image, channels), _box_to_size(0, 0, *image.shape[1::-1], size)
        margin = self.detector.margin if margin is None else margin
        shift = self.detector.shift
        face = crop_face(image, placement.box, size, margin, channels, shift)
        x, y, width, height = placement.box
        side = max(width, height) * (1 + 2 * margin)
        left = round(x + width / 2 - side / 2)
        top = round(y + height / 2 + shift * max(width, height) - side / 2)
        return face, _box_to_size(left, top, max(1, round(side)), max(1, round(side)), size)

    def _without_face(self, image: np.ndarray) -> CutFace:
        face = None
        if self.settings.missing == "keep_empty":
            face = np.zeros(self.settings.shape, np.uint8)
        elif self.settings.missing == "whole_frame":
            face = self.normalise(_as_channels(image, self.settings.shape[2]))
        return CutFace(face, False, _NO_BOX, np.full((2, 3), math.nan), math.nan)

    def normalise(self, face: np.ndarray) -> np.ndarray:
        """Return a face of the right size, grey and evened out as the settings say."""
        return normalise_face(face, self.settings.size, self.settings.grey, self.settings.equalise)


def _as_channels(image: np.ndarray, channels: int) -> np.ndarray:
    return cv2.cvtColor(image, cv2.COLOR_GRAY2RGB) if image.ndim == 2 and channels == 3 else image


def _box_to_size(left: float, top: float, width: float, height: float, size: tuple[int, int]) -> np.ndarray:
    """Return the transform that resizing a part of a frame amounts to; pixel centres are whole numbers."""
    across, down = size[1] / width, size[0] / height
    return np.array(
        [[across, 0, (0.5 - left) * across - 0.5], [0, down, (0.5 - top) * down - 0.5]], np.float64
    )
