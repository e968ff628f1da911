"""Find the faces of a picture: one interface, several detectors by name.

| name | method | landmarks | needs |
|---|---|---|---|
| `viola_jones` | cascade of Haar features | none | nothing more |
| `dlib_hog` | oriented gradients | none | extra `detectors` |
| `mtcnn` | three networks | five | extra `detectors` |
| `yunet` | one small network | five | its ONNX file, in `$LEARNFACE_YUNET` |

Example:
    >>> detector = build_detector("viola_jones")
    >>> detector.detect(np.zeros((100, 100, 3), np.uint8))
    []
"""

import numpy as np

from learnface.errors import DataError
from learnface.faces._detectors import Detector, DlibHog, Mtcnn, ViolaJones, YuNet
from learnface.faces.face import Face

__all__ = ["DEFAULT_DETECTOR", "DETECTORS", "Detector", "Face", "build_detector", "detect_faces"]

DETECTORS = {detector.name: detector for detector in (ViolaJones, DlibHog, Mtcnn, YuNet)}
DEFAULT_DETECTOR = "viola_jones"


def build_detector(name: str | Detector = DEFAULT_DETECTOR, **settings) -> Detector:
    """Return a detector to use for many pictures.

    Args:
        name: a key of `DETECTORS`, or a detector, which is returned as it is.
        settings: the detector's own arguments.

    Raises:
        DataError: there is no detector of that name, or its model file is missing.
    """
    if isinstance(name, Detector):
        return name
    if name not in DETECTORS:
        raise DataError(f"there is no detector {name!r}: choose one of {tuple(DETECTORS)}")
    return DETECTORS[name](**settings)


def detect_faces(
    image: np.ndarray,
    detector: str | Detector = DEFAULT_DETECTOR,
    min_size: float | None = None,
    order: str = "largest",
) -> list[Face]:
    """Return the faces of one picture, the main one first.

    Args:
        image: `(height, width, 3)` RGB or `(height, width)` grey, uint8.
        detector: a key of `DETECTORS`, or a detector built once with `build_detector`, which is faster for
            many pictures.
        min_size: side in pixels of the smallest face to look for; None means 1/20 of the longer side.
        order: `"largest"` or `"central"` first.

    Returns:
        The faces; an empty list where there is none.

    Raises:
        DataError: the image, the detector or the order is not as described.

    Example:
        >>> detect_faces(np.zeros((100, 100), np.uint8))
        []
    """
    return build_detector(detector).detect(image, min_size=min_size, order=order)
