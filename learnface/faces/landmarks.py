"""Facial landmarks: the 68 points of iBUG 300-W, their groups, and maps to and from other sets.

Landmarks are arrays of shape (points, 2) with x and y in pixels of the original image; whole numbers
are pixel centres. How many points there are says which set it is:

      2   eye centres
      5   eye centres, nose tip, mouth corners (MTCNN, RetinaFace, YuNet)
     68   iBUG 300-W (dlib, OpenFace, CK+); learnface's common set
    468   MediaPipe's face mesh; 478 with ten iris points, which are ignored

Every set runs from the image's left to its right, so the first eye is the subject's right one.
"Right" and "left" in names are the subject's. A point that is not known is NaN.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from learnface.errors import DataError

__all__ = [
    "GROUPS",
    "MESH_TO_68",
    "MIRROR",
    "as_landmarks",
    "eye_centres",
    "five_points",
    "inter_ocular_distance",
    "mirror_landmarks",
    "normalised_mean_error",
    "roll",
    "to_68",
]

GROUPS = {
    "jaw": tuple(range(17)),
    "right_brow": tuple(range(17, 22)),
    "left_brow": tuple(range(22, 27)),
    "brows": tuple(range(17, 27)),
    "nose": tuple(range(27, 36)),
    "right_eye": tuple(range(36, 42)),
    "left_eye": tuple(range(42, 48)),
    "eyes": tuple(range(36, 48)),
    "mouth": tuple(range(48, 68)),
}
"""Places of the named groups in the 68 points (Sagonas et al. 2013, "300 Faces in-the-Wild")."""

MIRROR = (
    *range(16, -1, -1),
    *range(26, 16, -1),
    *(27, 28, 29, 30, 35, 34, 33, 32, 31),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(64, 63, 62, 61, 60, 67, 66, 65),
)
"""For each of the 68 points, the one that takes its place in a mirrored picture."""

MESH_TO_68 = (
    *(127, 234, 132, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 361, 454, 356),
    *(70, 63, 105, 66, 107, 336, 296, 334, 293, 300),
    *(168, 197, 5, 4, 75, 97, 2, 326, 305),
    *(33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380),
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87),
)
"""Vertex of MediaPipe's face mesh for each of the 68 points.

Chosen among the vertices of the matching contour by their distance to dlib's points on 1,209 faces
(FER2013 enlarged to 192 pixels, and rendered ones): median 0.035 of the outer eye distance at the eyes,
0.048 over the 51 inner points, and 0.12 along the jaw, which the two sets define differently.
"""

_SETS = (2, 5, 68, 468, 478)


def as_landmarks(points: ArrayLike) -> NDArray[np.float32]:
    """Return landmarks as float32 of shape (points, 2), or say what is wrong with their shape.

    Args:
        points: 2, 5, 68, 468 or 478 points; a third coordinate (depth) is dropped.

    Raises:
        DataError: `points` has another shape.

    Example:
        >>> as_landmarks([[30, 40, 0.1], [70, 40, 0.1]]).tolist()
        [[30.0, 40.0], [70.0, 40.0]]
    """
    array = np.asarray(points, dtype=np.float32)
    if array.ndim != 2 or array.shape[0] not in _SETS or array.shape[1] not in (2, 3):
        raise DataError(
            f"landmarks have the shape {array.shape}, expected (points, 2) with points in {_SETS}"
        )
    return array[:, :2]


def to_68(points: ArrayLike) -> NDArray[np.float32]:
    """Return the 68 iBUG points of any landmark set; those that the set lacks are NaN.

    Of 5 points only the nose tip (30) and the mouth corners (48, 54) are among the 68, because eye
    centres are not; of 2 points none.

    Example:
        >>> known = to_68([[30, 40], [70, 40], [50, 60], [38, 80], [62, 80]])
        >>> np.flatnonzero(~np.isnan(known[:, 0])).tolist()
        [30, 48, 54]
    """
    array = as_landmarks(points)
    if len(array) >= 468:
        return array[list(MESH_TO_68)]
    if len(array) == 68:
        return array
    result = np.full((68, 2), np.nan, dtype=np.float32)
    if len(array) == 5:
        result[[30, 48, 54]] = array[2:]
    return result


def five_points(points: ArrayLike) -> NDArray[np.float32]:
    """Return eye centres, nose tip and mouth corners, shape (5, 2).

    An eye's centre is the mean of its six contour points. Of 2 points the last three are NaN.
    """
    array = as_landmarks(points)
    if len(array) == 5:
        return array
    known = to_68(array)
    eyes = array if len(array) == 2 else eye_centres(known)
    return np.concatenate([eyes, known[[30, 48, 54]]])


def eye_centres(points: ArrayLike) -> NDArray[np.float32]:
    """Return the centres of the subject's right and left eye, shape (2, 2).

    Example:
        >>> eye_centres([[30, 40], [70, 44], [50, 60], [38, 80], [62, 80]]).tolist()
        [[30.0, 40.0], [70.0, 44.0]]
    """
    array = as_landmarks(points)
    if len(array) <= 5:
        return array[:2]
    known = to_68(array)
    return np.stack([known[list(GROUPS[eye])].mean(axis=0) for eye in ("right_eye", "left_eye")])


def inter_ocular_distance(points: ArrayLike) -> float:
    """Return the distance in pixels between the outer eye corners (36 and 45), 300-W's unit of error.

    With 5 or 2 points, which have no corners, it is the distance between the eye centres (about
    0.7 of the former).

    Example:
        >>> inter_ocular_distance([[30, 40], [70, 70]])
        50.0
    """
    array = as_landmarks(points)
    first, second = eye_centres(array) if len(array) <= 5 else to_68(array)[[36, 45]]
    return float(np.linalg.norm(second - first))


def roll(points: ArrayLike) -> float:
    """Return the angle of the eye line in degrees; positive turns clockwise as seen in the picture.

    Example:
        >>> round(roll([[30, 40], [70, 80]]))
        45
    """
    (x0, y0), (x1, y1) = eye_centres(points)
    return float(np.degrees(np.arctan2(y1 - y0, x1 - x0)))


def mirror_landmarks(points: ArrayLike, width: int) -> NDArray[np.float32]:
    """Return the landmarks of a picture after a left-right flip.

    Args:
        points: 2, 5 or 68 points.
        width: width of the picture in pixels.

    Raises:
        DataError: `points` is a mesh; take `to_68` of it first.

    Example:
        >>> mirror_landmarks([[30, 40], [70, 44]], width=96).tolist()
        [[25.0, 44.0], [65.0, 40.0]]
    """
    array = as_landmarks(points)
    order = {2: (1, 0), 5: (1, 0, 2, 4, 3), 68: MIRROR}.get(len(array))
    if order is None:
        raise DataError(f"{len(array)} mesh points cannot be mirrored: take to_68 of them first")
    mirrored = array[list(order)]
    mirrored[:, 0] = width - 1 - mirrored[:, 0]
    return mirrored


def normalised_mean_error(predicted: ArrayLike, true: ArrayLike) -> float:
    """Return the mean distance between two landmark sets over the true inter-ocular distance.

    The error of 300-W (Sagonas et al. 2013); points that are NaN in either set are left out.

    Raises:
        DataError: the two sets differ in size, or have no point in common.

    Example:
        >>> true = [[30, 40], [70, 40], [50, 60], [38, 80], [62, 80]]
        >>> round(normalised_mean_error(np.add(true, [4, 0]), true), 3)
        0.1
    """
    predicted, true = as_landmarks(predicted), as_landmarks(true)
    if len(predicted) != len(true):
        raise DataError(f"{len(predicted)} predicted but {len(true)} true landmarks: convert both with to_68")
    distance = np.linalg.norm(predicted - true, axis=1)
    if np.isnan(distance).all():
        raise DataError("predicted and true landmarks have no known point in common")
    return float(np.nanmean(distance)) / inter_ocular_distance(true)
