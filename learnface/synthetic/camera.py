"""Where the head looks, what light and camera see it, and where its points are in the picture."""

import functools
from dataclasses import dataclass, field

import numpy as np

from learnface.synthetic.head import head_model, smooth

__all__ = ["Pose", "Scene", "project", "times", "turned"]

_DISTANCE = 7.0  # decimetres from the camera to the eyes: a learner before a screen
_FIELD = 2.55  # decimetres that the picture spans at that distance
_PIVOT = np.float32([0, -1.0, -1.0])  # the head turns on the neck


@dataclass(frozen=True)
class Pose:
    """Where the head looks and is.

    Attributes:
        yaw: degrees, positive to the learner's left (the picture's right).
        pitch: degrees, positive downwards.
        roll: degrees, positive towards the learner's right shoulder.
        shift: decimetres to the right and up, in the picture.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Scene:
    """Light, camera and background.

    Attributes:
        light: direction towards the key light: to the picture's right, up, to the camera.
        key: brightness of the key light, about 0.4 to 1.
        ambient: brightness from all around, about 0.3 to 0.6.
        tint: colour of the light, RGB around 1.
        zoom: enlargement around the face.
        background: (rows, columns, 3) float32 RGB in [0, 1], stretched over the picture.
    """

    light: tuple[float, float, float] = (0.35, 0.45, 0.85)
    key: float = 0.74
    ambient: float = 0.44
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    zoom: float = 1.0
    background: np.ndarray = field(default_factory=lambda: np.full((1, 1, 3), (0.60, 0.62, 0.65), np.float32))


def turned(positions: np.ndarray, pose: Pose, rigid: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Turn the head on its neck; return positions (3, vertices) and the turn (3, 3).

    The shoulders stay where they are, unless `rigid`: then all points turn with the head.
    """
    turn = _rotation(pose)
    around_neck = positions.T - _PIVOT[:, None]
    moved = times(around_neck, turn)
    return positions.T + (1 if rigid else _free()) * (moved - around_neck), turn


def project(positions: np.ndarray, pose: Pose, scene: Scene, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pixel coordinates (2, vertices) and distances (vertices,) in a camera before the face."""
    x, y, z = positions
    distance = np.float32(_DISTANCE) - z
    scale = np.float32(size / _FIELD * _DISTANCE * scene.zoom) / distance
    right, up = np.float32(pose.shift)
    xy = np.stack(
        [
            np.float32(size * 0.5) + scale * (x + right),
            np.float32(size * (0.67 - 0.2 * scene.zoom)) - scale * (y + (up - np.float32(0.02))),
        ]
    )
    return xy, distance


def times(vectors: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return matrix @ vectors (3, n); written out, because BLAS may round differently in another process."""
    x, y, z = vectors
    return np.stack([row[0] * x + row[1] * y + row[2] * z for row in matrix])


def _rotation(pose: Pose) -> np.ndarray:
    yaw, pitch, roll = np.radians([pose.yaw, pose.pitch, pose.roll])
    (cy, cp, cr), (sy, sp, sr) = np.cos([yaw, pitch, roll]), np.sin([yaw, pitch, roll])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return (about_y @ about_x @ about_z).astype(np.float32)


@functools.cache
def _free() -> np.ndarray:
    """Return how much each vertex follows the head's turns: 0 on the shoulders, 1 above the neck."""
    return smooth(head_model().positions[:, 1], 5.75, 6.45).astype(np.float32)
