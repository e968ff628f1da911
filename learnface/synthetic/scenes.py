"""What is around a face: rooms, light, camera noise, glasses, and things held before it."""

from dataclasses import replace

import cv2
import numpy as np

from learnface.errors import DataError
from learnface.synthetic.camera import Pose, Scene, project, turned
from learnface.synthetic.head import head_model
from learnface.synthetic.learner import Learner
from learnface.synthetic.renderer import Rendering

__all__ = ["OCCLUSIONS", "add_glasses", "add_noise", "add_occlusion", "draw_scene"]

OCCLUSIONS = ("book", "hand", "mask")
_FRACTION = 4  # bits of a pixel that OpenCV's drawing takes as a fraction


def draw_scene(rng: np.random.Generator, variety: float = 1.0) -> Scene:
    """Return a room and its light.

    Args:
        rng: source of the choice.
        variety: 0 is the same even light and plain wall each time, 1 a usual spread.
    """
    side, above = rng.normal(0, 0.5), rng.uniform(0.1, 0.7)
    warm = rng.normal(0, 0.04)
    key, ambient, zoom = rng.uniform((0.45, 0.34, 0.93), (0.85, 0.52, 1.08))
    plain, room = Scene(), _room(rng)
    drawn = {
        "light": np.array([np.clip(side, -1, 1), above, 0.85]),
        "key": key,
        "ambient": ambient,
        "tint": np.array([1 + warm, 1, 1 - warm]),
        "zoom": zoom,
    }
    mixed = {
        name: np.array(getattr(plain, name)) * (1 - variety) + variety * value
        for name, value in drawn.items()
    }
    values = {name: tuple(value.tolist()) if value.ndim else float(value) for name, value in mixed.items()}
    return replace(plain, **values, background=room if variety else plain.background)


def _room(rng: np.random.Generator) -> np.ndarray:
    """Return a blurred wall with a few things on it, (48, 48, 3) float32."""
    wall = rng.uniform(0.35, 0.85) * (1 + rng.normal(0, 0.06, 3))
    room = np.empty((48, 48, 3), np.float32)
    room[:] = wall * np.linspace(1.05, 0.85, 48)[:, None, None]
    for _ in range(rng.integers(0, 6)):
        x, y, width, height = (
            rng.integers(-8, 48),
            rng.integers(-8, 48),
            rng.integers(4, 24),
            rng.integers(4, 30),
        )
        colour = wall * rng.uniform(0.5, 1.3) + rng.normal(0, 0.06, 3)
        cv2.rectangle(room, (int(x), int(y)), (int(x + width), int(y + height)), colour.tolist(), -1)
    return np.clip(cv2.GaussianBlur(room, (0, 0), float(rng.uniform(0.8, 3))), 0, 1)


def add_noise(image: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """Return the picture with a sensor's noise; `strength` is its standard deviation in grey levels."""
    noise = rng.standard_normal(image.shape, np.float32) * np.float32(strength)
    return (np.clip(image + noise, 0, 255) + np.float32(0.5)).astype(np.uint8)


def add_glasses(image: np.ndarray, learner: Learner, pose: Pose, scene: Scene) -> np.ndarray:
    """Draw the rims of a learner's glasses on a picture, in place, and return it."""
    size = len(image)
    rng = np.random.default_rng([learner.seed, 3])
    width, height, roundness = rng.uniform(0.23, 0.27), rng.uniform(0.16, 0.21), rng.uniform(2, 4)
    colour = (rng.uniform(10, 90) * np.array([1, 0.9, 0.8])).tolist()
    thickness = max(1, round(size * rng.uniform(0.006, 0.014)))
    angle = np.linspace(0, 2 * np.pi, 41)
    lens = np.stack(
        [width * _power(np.cos(angle), 2 / roundness), height * _power(np.sin(angle), 2 / roundness)]
    )
    gap, front = _lens_places(learner)
    rims = [np.stack([side * gap + lens[0], lens[1] - 0.03, np.full(41, front)]) for side in (-1, 1)]
    inner, outer = gap - width, gap + width
    lines = [*rims, np.array([[-inner, 0, inner], [0.02, 0.045, 0.02], [front, front + 0.03, front]])]
    for side in (-1, 1):
        if side * pose.yaw < 18:  # else the head hides the earpiece
            lines.append(
                np.array([[side * outer, side * (outer + 0.22)], [0.04, 0.03], [front - 0.02, front - 0.75]])
            )
    for line in lines:
        xy = _projected(line.T.astype(np.float32), pose, scene, size)
        cv2.polylines(image, [_fixed(xy)], False, colour, thickness, cv2.LINE_AA, _FRACTION)
    return image


def add_occlusion(
    image: np.ndarray, kind: str, rendering: Rendering, learner: Learner, place: float
) -> np.ndarray:
    """Hide part of a face, in place, and return the picture.

    Args:
        image: where to draw.
        kind: `"mask"` from nose to chin, `"hand"` over part of the mouth and cheek, or `"book"` from below.
        rendering: the face, for its landmarks.
        learner: whose face and hand it is.
        place: 0 to 1, which of the possible places and sizes.

    Raises:
        DataError: an unknown kind.
    """
    if kind not in OCCLUSIONS:
        raise DataError(f"no occlusion is called {kind!r}: choose from {', '.join(OCCLUSIONS)}")
    points, span = rendering.landmarks, float(np.linalg.norm(rendering.pupils[1] - rendering.pupils[0]))
    if kind == "mask":
        _mask(image, points, place)
    elif kind == "hand":
        _hand(image, points, span, learner, place)
    else:
        top = points[33, 1] * (1 - place) + points[57, 1] * place
        tilt = span * (place - 0.5) * 0.4
        edge = np.array(
            [[-1, top + tilt], [len(image), top - tilt], [len(image), len(image)], [-1, len(image)]]
        )
        cover = np.array([60 + 140 * place, 70, 160 - 100 * place])
        cv2.fillPoly(image, [_fixed(edge)], cover.tolist(), cv2.LINE_AA, _FRACTION)
        cv2.line(
            image,
            tuple(map(int, edge[0])),
            tuple(map(int, edge[1])),
            (235, 232, 220),
            max(1, len(image) // 48),
        )
    return image


def _mask(image: np.ndarray, points: np.ndarray, place: float) -> None:
    colour = np.array([[150, 190, 215], [235, 235, 235], [45, 45, 50]][int(place * 2.99)], float)
    outline = points[[2, 3, 5, 6, 8, 10, 11, 13, 14, 29]]
    outline[4] += 0.06 * (points[8] - points[27])  # around the chin
    cv2.fillPoly(image, [_fixed(outline)], colour.tolist(), cv2.LINE_AA, _FRACTION)
    upper, lower = points[[3, 33, 13]], points[[5, 8, 11]]
    for share in (0.3, 0.5, 0.7):
        _stroke(image, upper + share * (lower - upper), colour * 0.85, len(image) / 96)  # pleats
    for band in ([1, 2], [15, 14]):
        _stroke(image, points[band], colour * 0.9, 1)


def _stroke(image: np.ndarray, points: np.ndarray, colour: np.ndarray, thickness: float) -> None:
    width = max(1, round(thickness))
    cv2.polylines(image, [_fixed(points)], False, colour.tolist(), width, cv2.LINE_AA, _FRACTION)


def _hand(image: np.ndarray, points: np.ndarray, span: float, learner: Learner, place: float) -> None:
    """Draw a fist with four fingers, leaning on a corner of the mouth."""
    skin = learner.look.skin**1.1 * 235
    side = 1 if place > 0.5 else -1
    knuckles = points[54 if side > 0 else 48] + np.array([side * 0.18, 0.12 + 0.3 * abs(place - 0.5)]) * span
    palm = knuckles + np.array([side * 0.35, 0.75]) * span
    wrist = palm + np.array([side * 0.5, 1.6]) * span
    cv2.line(
        image,
        _whole(palm),
        _whole(wrist),
        (skin * 0.92).tolist(),
        max(2, round(span * 0.7)),
        cv2.LINE_AA,
        _FRACTION,
    )
    axes = _whole(np.array([0.52, 0.62]) * span)
    cv2.ellipse(image, _whole(palm), axes, 20 * side, 0, 360, skin.tolist(), -1, cv2.LINE_AA, _FRACTION)
    for finger in range(4):
        tip = knuckles + np.array([side * (0.22 * finger - 0.25), -0.10 + 0.05 * finger]) * span
        root = palm + np.array([side * (0.20 * finger - 0.3), -0.35]) * span
        for shade, thickness in ((0.78, 0.27), (1.0, 0.22)):  # a dark outline parts the fingers
            width = max(2, round(span * thickness))
            cv2.line(image, _whole(root), _whole(tip), (skin * shade).tolist(), width, cv2.LINE_AA, _FRACTION)


def _lens_places(learner: Learner) -> tuple[float, float]:
    """Return how far the lenses' centres are to the side and in front, in decimetres."""
    marks = learner.positions[head_model().landmarks]
    return float(marks[42:48, 0].mean()) * 1.02, float(marks[27, 2]) + 0.05


def _projected(points: np.ndarray, pose: Pose, scene: Scene, size: int) -> np.ndarray:
    moved, _ = turned(points, pose, rigid=True)
    return project(moved, pose, scene, size)[0].T


def _power(values: np.ndarray, exponent: float) -> np.ndarray:
    return np.sign(values) * np.abs(values) ** exponent


def _fixed(points: np.ndarray) -> np.ndarray:
    """Return points in OpenCV's fixed-point pixels, whose first pixel's centre is at 0."""
    return np.round((np.asarray(points) - 0.5) * 2**_FRACTION).astype(np.int32)


def _whole(point: np.ndarray) -> tuple[int, int]:
    return tuple(int(v) for v in np.round(np.asarray(point) * 2**_FRACTION))
