"""Drawing a learner: pose, light, camera, shading and anti-aliasing, in NumPy and OpenCV."""

import functools
from dataclasses import dataclass

import cv2
import numpy as np

from learnface.errors import DataError
from learnface.synthetic.camera import Pose, Scene, project, turned
from learnface.synthetic.head import head_model
from learnface.synthetic.learner import Learner
from learnface.synthetic.raster import rasterise
from learnface.synthetic.shading import creased_texture, paint_eyes, shade

__all__ = ["Rendering", "SMALLEST", "draw", "render"]

SMALLEST = 24  # pixels below which a face is a smudge


@dataclass(frozen=True, eq=False)
class Rendering:
    """A picture and where the face's landmarks are in it.

    Attributes:
        image: (size, size, 3) uint8 RGB.
        landmarks: (68, 2) float32, x and y in pixels, in the usual order of 68 face landmarks.
        pupils: (2, 2) float32, centres of the right and left eyeball.
    """

    image: np.ndarray
    landmarks: np.ndarray
    pupils: np.ndarray


def render(
    learner: Learner,
    weights: dict[str, float] | None = None,
    *,
    pose: Pose | None = None,
    scene: Scene | None = None,
    size: int = 96,
    supersample: int = 2,
) -> np.ndarray:
    """Return a picture of a learner, (size, size, 3) uint8 RGB; see `draw` for the arguments."""
    return draw(learner, weights, pose=pose, scene=scene, size=size, supersample=supersample).image


def draw(
    learner: Learner,
    weights: dict[str, float] | None = None,
    *,
    pose: Pose | None = None,
    scene: Scene | None = None,
    size: int = 96,
    supersample: int = 2,
) -> Rendering:
    """Draw a learner.

    Args:
        learner: who.
        weights: strength of each expression unit, 0 to about 1.4; unnamed ones are 0.
        pose: where the head looks; straight ahead if not given.
        scene: light, camera and background.
        size: rows and columns of the picture, at least 24.
        supersample: rows and columns drawn for each one of the picture; 1 is faster and jagged.

    Returns:
        The picture and the landmarks' places in it.

    Raises:
        DataError: an unknown expression unit, or a size below 24.

    Example:
        >>> draw(Learner(0), {"jawOpen": 0.5}, size=32).landmarks.shape
        (68, 2)
    """
    weights, pose, scene = weights or {}, pose or Pose(), scene or Scene()
    _check(weights, size, supersample)
    head, fine = head_model(), size * supersample
    positions, turn = turned(learner.posed(weights), pose)
    xy, distance = project(positions, pose, scene, fine)
    light, gloss = shade(head, positions, scene)
    seen = rasterise(xy, distance.take(head.corners) + _held_back(), head.corners, fine)
    u, v = (seen.interpolate(texels) for texels in head.texels)
    light, gloss = (seen.interpolate(values.take(head.corners)) for values in (light, gloss))
    albedo = _sample(creased_texture(learner, weights), u, v)
    paint_eyes(albedo, gloss, seen, (u, v), learner, scene, turn)
    albedo *= albedo  # paint is in display values; light adds up in their squares
    albedo *= cv2.merge([light * np.float32(tint) for tint in scene.tint]).reshape(-1, 3)
    albedo += cv2.merge([gloss] * 3).reshape(-1, 3)
    image = _picture(albedo, seen.pixels, scene, size, supersample)
    landmarks, eyes = xy[:, head.landmarks].T, xy[:, _eyeballs()].mean(2).T
    return Rendering(image, landmarks / supersample, eyes / supersample)


def _check(weights: dict[str, float], size: int, supersample: int) -> None:
    unknown = sorted(set(weights) - set(head_model().expressions))
    if unknown:
        raise DataError(
            f"no expression unit is called {unknown}: choose from {sorted(head_model().expressions)}"
        )
    if size < SMALLEST or supersample < 1:
        raise DataError(
            f"size={size}, supersample={supersample}: a face needs size >= {SMALLEST} and supersample >= 1"
        )


@functools.cache
def _held_back() -> np.ndarray:
    """Return how much farther a triangle is taken to be: closed lips must hide what lies inside the mouth."""
    head = head_model()
    return np.where(head.triangles_of("teeth", "tongue"), 0.08, 0.0).astype(np.float32)


@functools.cache
def _eyeballs() -> np.ndarray:
    """Return vertices of the right and left eyeball, (2, n)."""
    head = head_model()
    eye = head.vertices_of("eye")
    return np.stack([np.flatnonzero(eye & (head.positions[:, 0] * side > 0)) for side in (-1, 1)])


def _sample(texture: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return the texture's colours between texels, (n, 3) float32 in [0, 1]."""
    # OpenCV's pictures have at most 32767 rows or columns: look the points up as a block.
    columns = 256
    padded = -(-len(u) // columns) * columns
    maps = [np.resize(values, padded).reshape(-1, columns) for values in (u, v)]
    colours = cv2.remap(texture, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return colours.reshape(-1, 3)[: len(u)] * np.float32(1 / 255)


def _picture(
    colours: np.ndarray, pixels: np.ndarray, scene: Scene, size: int, supersample: int
) -> np.ndarray:
    """Return the face before the background as it leaves the camera."""
    fine = size * supersample
    image = cv2.resize(scene.background, (fine, fine), interpolation=cv2.INTER_LINEAR).reshape(-1, 3)
    image[pixels] = np.sqrt(np.maximum(colours, 0))
    image = image.reshape(fine, fine, 3)
    if supersample > 1:
        image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
    return (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
