"""The face detectors behind `learnface.faces.detect`, one class each.

A detector is cheap to build, is pickled as its settings alone, and loads what it needs on first use, so that
it travels to worker processes. `window` is the side of the smallest face that it was trained to see;
`margin` and `shift` turn its boxes into the squares of FER2013, on which most expression networks are
trained: they are the medians found by detecting FER2013's own faces in larger pictures.
"""

import math
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from learnface.errors import DataError, optional_import
from learnface.faces.face import Face, sort_faces

__all__ = ["Detector", "DlibHog", "Mtcnn", "ViolaJones", "YuNet"]

SMALLEST_SHARE = 1 / 20  # of the longer side: it bounds the time that a large photograph takes
YUNET_VARIABLE = "LEARNFACE_YUNET"
YUNET_PAGE = "https://github.com/opencv/opencv_zoo/tree/main/models/face_detection_yunet"


class Detector(ABC):
    """A face detector: built once, used for many pictures.

    Attributes:
        name: its name for `build_detector`.
        window: side in pixels of the smallest face it can see.
        margin: see `learnface.faces.crop.crop_face`; makes its crops look like those of FER2013.
        shift: see `learnface.faces.crop.crop_face`.
    """

    name: str
    window: int
    margin: float = 0.0
    shift: float = 0.0

    def __init__(self):
        self._local = threading.local()  # native detectors are not safe to share between threads

    def __getstate__(self) -> dict:
        return {key: value for key, value in self.__dict__.items() if key != "_local"}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state, _local=threading.local())

    def detect(self, image: np.ndarray, min_size: float | None = None, order: str = "largest") -> list[Face]:
        """Return the faces of one picture, sorted.

        Args:
            image: `(height, width, 3)` RGB or `(height, width)` grey, uint8.
            min_size: side in pixels of the smallest face to look for; None means 1/20 of the picture's
                longer side, so that large photographs take no longer than small ones.
            order: `"largest"` or `"central"` first.

        Raises:
            DataError: the picture has another shape or type.
        """
        image = _checked(image)
        height, width = image.shape[:2]
        sort_faces([], order, (width, height))  # a wrong order is an error in a picture without faces too
        if min_size is None:
            min_size = SMALLEST_SHARE * max(width, height)
        elif not 0 <= min_size < math.inf:
            raise DataError(f"min_size is {min_size}: give a number of pixels, or None")
        elif min_size > min(width, height):
            return []
        scale = min(self.window / max(min_size, 1), self.largest_scale)
        if min(width, height) * scale < self.window:
            scale = 1.0
        if min(width, height) * scale < self.window / 2:
            return []
        faces = self._find(_resized(image, scale))
        faces = [face.scaled(1 / scale) for face in faces if min(face.box[2:]) > 0]
        return sort_faces(faces, order, (width, height))

    def detect_batch(self, images: Sequence[np.ndarray], **options) -> list[list[Face]]:
        """Return the faces of each picture; `options` are those of `detect`."""
        return [self.detect(image, **options) for image in images]

    largest_scale = 1.0

    @property
    def _native(self):
        """The detector proper, built once in each thread."""
        if not hasattr(self._local, "native"):
            self._local.native = self._build()
        return self._local.native

    @abstractmethod
    def _build(self):
        """Load the detector proper."""

    @abstractmethod
    def _find(self, image: np.ndarray) -> list[Face]:
        """Return the faces of a picture that is already checked and scaled."""


class ViolaJones(Detector):
    """OpenCV's cascade of Haar features on the equalised grey picture; upright frontal faces.

    Source: Viola and Jones, "Rapid object detection using a boosted cascade of simple features", CVPR 2001.
    The cascade is one of those that OpenCV ships; it gives no confidence. Local equalisation (contrast
    limited, in 8 x 8 tiles) finds dark and covered faces that global equalisation loses.

    Args:
        cascade: name of the cascade file without `haarcascade_` and `.xml`.
        scale_factor: ratio of successive window sizes.
        min_neighbors: how many overlapping windows make a face.
        equalise: `"local"`, `"global"` or `"none"`.
    """

    name = "viola_jones"
    window = 24
    margin = 0.02

    def __init__(
        self,
        cascade: str = "frontalface_alt2",
        scale_factor: float = 1.1,
        min_neighbors: int = 3,
        equalise: str = "local",
    ):
        super().__init__()
        if equalise not in ("local", "global", "none"):
            raise DataError(f"equalise is {equalise!r}: choose 'local', 'global' or 'none'")
        self.cascade, self.equalise = cascade, equalise
        self.scale_factor, self.min_neighbors = scale_factor, min_neighbors

    def _build(self) -> cv2.CascadeClassifier:
        path = Path(cv2.data.haarcascades) / f"haarcascade_{self.cascade}.xml"
        if not path.exists():
            raise DataError(f"OpenCV has no cascade {self.cascade!r}: see the files in {path.parent}")
        return cv2.CascadeClassifier(str(path))

    def _find(self, image: np.ndarray) -> list[Face]:
        grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        boxes = self._native.detectMultiScale(
            self._equalised(grey), self.scale_factor, self.min_neighbors, minSize=(self.window, self.window)
        )
        return [Face(tuple(map(float, box))) for box in boxes]

    def _equalised(self, grey: np.ndarray) -> np.ndarray:
        if self.equalise == "local":
            return cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(grey)
        return cv2.equalizeHist(grey) if self.equalise == "global" else grey


class DlibHog(Detector):
    """dlib's histograms of oriented gradients with a linear classifier; needs the extra `detectors`.

    Source: Dalal and Triggs, "Histograms of oriented gradients for human detection", CVPR 2005; King,
    "Max-margin object detection", arXiv:1502.00046. Its score is a distance from a plane, without an upper
    bound, so that `Face.score` is NaN.

    Args:
        threshold: distance from which a window counts as a face; below 0 finds more and errs more.
    """

    name = "dlib_hog"
    window = 80
    margin, shift = 0.085, -0.07
    largest_scale = 2.0

    def __init__(self, threshold: float = 0.0):
        super().__init__()
        self.threshold = threshold

    def _build(self):
        return optional_import("dlib", extra="detectors").get_frontal_face_detector()

    def _find(self, image: np.ndarray) -> list[Face]:
        boxes, _, _ = self._native.run(np.ascontiguousarray(image), 0, self.threshold)
        return [Face((b.left(), b.top(), b.width(), b.height())) for b in boxes]


class Mtcnn(Detector):
    """Three cascaded convolutional networks with five landmarks; needs the extra `detectors`.

    Source: Zhang et al., "Joint face detection and alignment using multitask cascaded convolutional
    networks", IEEE Signal Processing Letters 23(10), 2016. Weights come in the package `mtcnn`.
    """

    name = "mtcnn"
    window = 20
    margin = -0.02

    def _build(self):
        return optional_import("mtcnn", extra="detectors").MTCNN()

    def _find(self, image: np.ndarray) -> list[Face]:
        if image.ndim == 2:
            image = cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
        found = self._native.detect_faces(image, min_face_size=self.window)
        names = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")  # as seen in the picture
        return [
            Face(
                tuple(map(float, face["box"])),
                float(face["confidence"]),
                np.array([face["keypoints"][name] for name in names], float),
            )
            for face in found
        ]


class YuNet(Detector):
    """A small network run by OpenCV, with five landmarks; fast and robust, but its file is not included.

    Source: Wu et al., "YuNet: a tiny millisecond-level face detector", Machine Intelligence Research, 2023.

    Args:
        model: path of `face_detection_yunet_*.onnx`, or None to take it from `$LEARNFACE_YUNET`.
        threshold: lowest confidence of a face.
    """

    name = "yunet"
    window = 16

    def __init__(self, model: str | Path | None = None, threshold: float = 0.7):
        super().__init__()
        self.model, self.threshold = model or os.environ.get(YUNET_VARIABLE), threshold
        if not self.model or not Path(self.model).is_file():
            missing = f"missing (no file {str(self.model)!r})" if self.model else "not given"
            raise DataError(
                f"the model file of the detector 'yunet' is {missing}: download face_detection_yunet_*.onnx "
                f"from {YUNET_PAGE} and name it in ${YUNET_VARIABLE} or in build_detector('yunet', model=...)"
            )

    def _build(self) -> "cv2.FaceDetectorYN":
        try:
            return cv2.FaceDetectorYN.create(str(self.model), "", (320, 320), self.threshold)
        except cv2.error as error:
            raise DataError(
                f"{self.model} is not an ONNX file that OpenCV reads: download it again from {YUNET_PAGE}"
            ) from error

    def _find(self, image: np.ndarray) -> list[Face]:
        code = cv2.COLOR_GRAY2BGR if image.ndim == 2 else cv2.COLOR_RGB2BGR
        self._native.setInputSize((image.shape[1], image.shape[0]))
        _, rows = self._native.detect(cv2.cvtColor(image, code))
        return [yunet_face(row) for row in rows] if rows is not None else []


def yunet_face(row: np.ndarray) -> Face:
    """Return the face of one row of YuNet's output: box, five landmarks, score."""
    row = np.asarray(row, float)
    return Face(tuple(row[:4].tolist()), float(np.clip(row[14], 0, 1)), row[4:14].reshape(5, 2))


def _checked(image: np.ndarray) -> np.ndarray:
    """Return an image as `(height, width, 3)` or `(height, width)` uint8, or say what it should be."""
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[..., 0]
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3):
        raise DataError(
            f"an image of shape {image.shape} and type {image.dtype}: give (height, width, 3) RGB "
            "or (height, width) grey, uint8 from 0 to 255"
        )
    return image


def _resized(image: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1 or not image.size:
        return image
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
