"""What a detector reports: a `Face`, its box and the overlap of two boxes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from learnface.errors import DataError

__all__ = ["Face", "overlap", "sort_faces"]

ORDERS = ("largest", "central")


@dataclass(frozen=True, eq=False)
class Face:
    """A face in a picture.

    Attributes:
        box: `(x, y, width, height)` in pixels of the original image, floats; may reach over its border.
        score: the detector's own confidence in [0, 1], NaN where it has none.
        landmarks: `(points, 2)` array of `(x, y)` pixels, or None. With five points: right eye, left eye,
            nose tip, right and left corner of the mouth, where right and left are the person's own.

    Example:
        >>> Face((10.0, 20.0, 30.0, 40.0)).center
        (25.0, 40.0)
    """

    box: tuple[float, float, float, float]
    score: float = math.nan
    landmarks: np.ndarray | None = None

    @property
    def center(self) -> tuple[float, float]:
        """The middle of the box, `(x, y)`."""
        x, y, width, height = self.box
        return x + width / 2, y + height / 2

    @property
    def area(self) -> float:
        """The area of the box in square pixels."""
        return self.box[2] * self.box[3]

    def scaled(self, factor: float) -> "Face":
        """Return this face in a picture whose sides are `factor` times as long."""
        landmarks = None if self.landmarks is None else self.landmarks * factor
        return Face(tuple(float(side) * factor for side in self.box), self.score, landmarks)


def overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the intersection over union of two boxes `(x, y, width, height)`, in [0, 1].

    Example:
        >>> overlap((0, 0, 2, 2), (1, 0, 2, 2))
        0.3333333333333333
    """
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    union = a[2] * a[3] + b[2] * b[3] - shared
    return shared / union if union > 0 else 0.0


def sort_faces(faces: Sequence[Face], order: str, size: tuple[int, int]) -> list[Face]:
    """Return the faces sorted, the main one first.

    Args:
        faces: the faces of one picture.
        order: `"largest"` (by area) or `"central"` (by distance of the centre from the picture's middle).
        size: `(width, height)` of the picture.

    Raises:
        DataError: `order` is neither.
    """
    if order == "largest":
        return sorted(faces, key=lambda face: -face.area)
    if order == "central":
        middle = size[0] / 2, size[1] / 2
        return sorted(faces, key=lambda face: math.dist(face.center, middle))
    raise DataError(f"order is {order!r}: choose one of {ORDERS}")
