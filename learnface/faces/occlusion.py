"""Occlusion: hide a part of a face behind a rectangle, noise, a pattern, a hand or a mask.

For training that is robust to hidden mouths, and for measuring how much is lost when they are. Each
shape grows until it hides exactly the wanted part of its area, so that kinds compare at one coverage.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from learnface.errors import DataError

__all__ = ["AREAS", "KINDS", "occlude"]

AREAS = {
    "lower": (0.0, 0.5, 1.0, 0.5),
    "upper": (0.0, 0.0, 1.0, 0.5),
    "eyes": (0.08, 0.2, 0.84, 0.3),  # without the brows, which the region `eyes` of five branches has
    "mouth": (0.22, 0.62, 0.56, 0.3),  # somewhat wider than the region `mouth`, as what hides a mouth is
    "face": (0.0, 0.0, 1.0, 1.0),
}
"""Areas of a face crop as (x, y, width, height), in parts of its width and height."""

_Box = tuple[float, float, float, float]


def occlude(
    face: NDArray,
    area: str | _Box = "lower",
    kind: str = "random",
    coverage: float = 0.6,
    seed: int | np.random.Generator = 0,
) -> tuple[NDArray, NDArray[np.bool_]]:
    """Hide a part of a face.

    Args:
        face: RGB or grey face, (height, width), (height, width, 1) or (height, width, 3); `uint8`, or
            floats in [0, 1].
        area: where the occluder may lie: a key of `AREAS`, or (x, y, width, height) in parts of the face.
        kind: `"rectangle"` of one colour, rectangle of `"noise"` or with a `"texture"` (stripes, checks or
            clouds), a skin-coloured `"hand"`, a face `"mask"`, or `"random"`, one of these.
        coverage: the part of the area's pixels that is hidden, from 0 to 1.
        seed: the same seed hides the same pixels, so one seed for all frames of a clip keeps still.

    Returns:
        A copy of the face with the occluder, in its shape and dtype; and which pixels are hidden,
        (height, width).

    Raises:
        DataError: an unknown kind or area, a coverage out of range, or not a picture.

    Example:
        >>> face = np.full((48, 48), 120, np.uint8)
        >>> occluded, hidden = occlude(face, "lower", "noise", coverage=0.5)
        >>> float(hidden[24:].mean()), bool(hidden[:24].any())
        (0.5, False)
    """
    image, box = _checked(face), _area(area)
    if kind != "random" and kind not in KINDS:
        raise DataError(f"kind={kind!r}: choose 'random' or one of {list(KINDS)}")
    if not 0 <= coverage <= 1:
        raise DataError(f"coverage={coverage} is not between 0 and 1")
    random = np.random.default_rng(seed)
    kind = str(random.choice(list(KINDS))) if kind == "random" else kind
    shape, fill, soft = KINDS[kind]
    height, width = image.shape[:2]
    top, bottom, left, right = _pixels(box, height, width)
    rows, columns = bottom - top, right - left
    y, x = (np.mgrid[0:rows, 0:columns] + 0.5) / np.array([rows, columns])[:, None, None]
    depth = shape(x, y, columns / rows, coverage, random)
    hidden, alpha = _cover(depth, coverage, soft)
    inside = depth - depth[hidden].min() if hidden.any() else depth
    colours = fill(image, x, y, inside, random)
    patch = image[top:bottom, left:right]
    result = image.copy()
    result[top:bottom, left:right] = patch + alpha[..., None] * (np.clip(colours, 0, 1) - patch)
    where = np.zeros((height, width), dtype=bool)
    where[top:bottom, left:right] = hidden
    return _as_given(result, face), where


def _cover(depth: NDArray, coverage: float, soft: bool) -> tuple[NDArray[np.bool_], NDArray]:
    """Return the deepest pixels that make up `coverage`, and their opacity with or without soft edges."""
    count = round(coverage * depth.size)
    order = np.argsort(-depth, axis=None, kind="stable")
    hidden = np.zeros(depth.size, dtype=bool)
    hidden[order[:count]] = True
    hidden = hidden.reshape(depth.shape)
    if not soft or count in (0, depth.size):
        return hidden, hidden.astype(np.float32)
    around = cv2.GaussianBlur(hidden.astype(np.float32), (3, 3), 0, borderType=cv2.BORDER_REPLICATE)
    return hidden, np.where(hidden, np.maximum(around, 0.5), np.minimum(around, 0.5))


# Shapes: for places x and y in [0, 1] of an area, how deep each lies inside the occluder. The area's
# aspect (width / height) makes circles round.


def _rectangle(
    x: NDArray, y: NDArray, aspect: float, coverage: float, random: np.random.Generator
) -> NDArray:
    centre = random.uniform(0.3, 0.7, 2)
    stretch = np.exp(random.uniform(-0.5, 0.5))
    return -np.maximum(np.abs(x - centre[0]) * stretch, np.abs(y - centre[1]) / stretch)


def _hand(x: NDArray, y: NDArray, aspect: float, coverage: float, random: np.random.Generator) -> NDArray:
    """A palm with four fingers and a thumb, coming from one side or from below."""
    side = random.choice([-1.0, 1.0])
    angle = side * random.uniform(0.4, 1.2)
    across, along = np.array([np.cos(angle), np.sin(angle)]), np.array([np.sin(angle), -np.cos(angle)])
    parts = [(np.zeros(2), -along * 1.5, 0.24)]  # palm and wrist
    for number, length in enumerate((0.42, 0.5, 0.47, 0.36)):
        spread = (number - 1.5) * 0.13
        root = across * spread + along * 0.1
        tip = root + along * length * random.uniform(0.85, 1.0) + across * spread * random.uniform(0, 0.5)
        parts.append((root, tip, 0.068))
    thumb = -across * side * 0.18
    parts.append((thumb, thumb - across * side * 0.2 + along * 0.25, 0.075))
    centre = np.array([0.5 * aspect - 0.1 * side, 0.65]) + random.uniform(-0.1, 0.1, 2)
    places = np.stack([x * aspect, y], axis=-1) - centre
    few = places[:: max(1, len(x) // 16), :: max(1, x.shape[1] // 16)]

    def depth(places: NDArray, scale: float) -> NDArray:
        return np.max([-_capsule(places / scale, *part) for part in parts], axis=0) * scale

    small, large = 0.05, 20.0
    for _ in range(8):  # a larger hand, not a swollen one
        scale = np.sqrt(small * large)
        small, large = (scale, large) if (depth(few, scale) > 0).mean() < coverage else (small, scale)
    return depth(places, large)


def _mask(x: NDArray, y: NDArray, aspect: float, coverage: float, random: np.random.Generator) -> NDArray:
    """A face mask: wide over the nose, round at the chin."""
    centre = np.array([0.5 + random.uniform(-0.04, 0.04), 0.55])
    across = np.abs(x - centre[0]) * (1.0 + 0.55 * np.clip(y - 0.35, 0, 1))
    down = np.abs(y - centre[1] + 0.12 * np.cos(np.pi * (x - 0.5)) - 0.06)
    return -(((across / 0.9) ** 2.6 + (down / 1.0) ** 2.6) ** (1 / 2.6))


def _capsule(places: NDArray, start: NDArray, end: NDArray, radius: float) -> NDArray:
    """Return the distance from a thick line segment; negative inside."""
    line = end - start
    x, y = places[..., 0] - start[0], places[..., 1] - start[1]
    along = np.clip((x * line[0] + y * line[1]) / (line @ line), 0, 1)
    return np.hypot(x - along * line[0], y - along * line[1]) - radius


# Fills: colours in [0, 1] of shape (rows, columns, 1 or 3) for an area.


def _plain(image: NDArray, x: NDArray, y: NDArray, depth: NDArray, random: np.random.Generator) -> NDArray:
    return np.broadcast_to(_colour(image, random.uniform(0, 1, 3)), (*x.shape, image.shape[2]))


def _noise(image: NDArray, x: NDArray, y: NDArray, depth: NDArray, random: np.random.Generator) -> NDArray:
    return random.uniform(0, 1, (*x.shape, image.shape[2]))


def _texture(image: NDArray, x: NDArray, y: NDArray, depth: NDArray, random: np.random.Generator) -> NDArray:
    first, second = (_colour(image, random.uniform(0, 1, 3)) for _ in range(2))
    frequency, angle = random.uniform(2, 5), random.uniform(0, np.pi)
    u = x * np.cos(angle) + y * np.sin(angle)
    v = y * np.cos(angle) - x * np.sin(angle)
    pattern = random.choice(["stripes", "checks", "clouds"])
    if pattern == "clouds":
        coarse = random.uniform(0, 1, (5, 6)).astype(np.float32)
        weight = cv2.resize(coarse, x.shape[::-1], interpolation=cv2.INTER_CUBIC)
    else:
        weight = (np.sin(2 * np.pi * frequency * u) > 0).astype(np.float32)
        if pattern == "checks":
            weight = (weight + (np.sin(2 * np.pi * frequency * v) > 0)) % 2
    return first + weight[..., None] * (second - first)


def _skin(image: NDArray, x: NDArray, y: NDArray, depth: NDArray, random: np.random.Generator) -> NDArray:
    """The face's own median colour, a little lighter or darker, with rounded shading and a fine grain."""
    height, width = image.shape[:2]
    middle = image[height // 3 : max(2 * height // 3, 1), width // 4 : max(3 * width // 4, 1)]
    colour = np.median(middle.reshape(-1, image.shape[2]), axis=0) * random.uniform(0.75, 1.15)
    shade = 0.65 + 0.4 * np.sqrt(np.clip(depth / 0.1, 0, 1)) - 0.1 * y
    return colour * shade[..., None] + random.normal(0, 0.01, (*x.shape, 1))


def _cloth(image: NDArray, x: NDArray, y: NDArray, depth: NDArray, random: np.random.Generator) -> NDArray:
    """White, surgical blue or black cloth with folds."""
    cloths = ((0.92, 0.93, 0.94), (0.55, 0.74, 0.85), (0.12, 0.12, 0.13))
    colour = _colour(image, np.array(cloths[random.integers(len(cloths))]))
    folds = 1 - 0.12 * (np.sin(2 * np.pi * (3 * y + 0.15 * np.sin(np.pi * x))) > 0.8)
    return colour * (folds - 0.25 * np.abs(x - 0.5))[..., None]


class _Kind(NamedTuple):
    shape: Callable[..., NDArray]
    fill: Callable[..., NDArray]
    soft: bool


KINDS = {
    "rectangle": _Kind(_rectangle, _plain, soft=False),
    "noise": _Kind(_rectangle, _noise, soft=False),
    "texture": _Kind(_rectangle, _texture, soft=False),
    "hand": _Kind(_hand, _skin, soft=True),
    "mask": _Kind(_mask, _cloth, soft=True),
}
"""What may hide a face."""


def _colour(image: NDArray, rgb: NDArray) -> NDArray:
    """Return an RGB colour in the image's channels."""
    return rgb if image.shape[2] == 3 else np.array([rgb @ [0.299, 0.587, 0.114]])


def _area(area: str | _Box) -> _Box:
    if isinstance(area, str):
        if area not in AREAS:
            raise DataError(f"area={area!r}: choose one of {list(AREAS)}, or give (x, y, width, height)")
        return AREAS[area]
    if len(area) != 4 or min(area[2:]) <= 0:
        raise DataError(f"area={area} is not (x, y, width, height) in parts of the face")
    return tuple(area)


def _pixels(box: _Box, height: int, width: int) -> tuple[int, int, int, int]:
    """Return top, bottom, left and right of a box of fractions, at least one pixel within the face."""
    x, y, across, down = box
    if x >= 1 or y >= 1 or x + across <= 0 or y + down <= 0:
        raise DataError(f"area={box} lies outside the face, whose parts go from 0 to 1")
    left, top = (min(max(round(a * b), 0), b - 1) for a, b in ((x, width), (y, height)))
    right = min(max(round((x + across) * width), left + 1), width)
    bottom = min(max(round((y + down) * height), top + 1), height)
    return top, bottom, left, right


def _checked(face: NDArray) -> NDArray[np.float32]:
    array = np.asarray(face)
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3) or 0 in array.shape:
        raise DataError(f"the face has the shape {np.shape(face)}, expected (height, width[, 1 or 3])")
    if array.dtype == np.uint8:
        return array.astype(np.float32) / 255
    if np.issubdtype(array.dtype, np.floating):
        return array.astype(np.float32)
    raise DataError(f"the face is {array.dtype}, expected uint8 (0-255) or floats in [0, 1]")


def _as_given(result: NDArray[np.float32], face: NDArray) -> NDArray:
    face = np.asarray(face)
    if face.dtype == np.uint8:
        result = np.round(result * 255)
    return result.astype(face.dtype).reshape(face.shape)
