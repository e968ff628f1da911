"""Light on a face: soft shadows, gloss, folds that deepen with the expression, and eyes."""

import functools

import cv2
import numpy as np

from learnface.synthetic.camera import Scene, times
from learnface.synthetic.head import Head, head_model, smooth
from learnface.synthetic.learner import Learner
from learnface.synthetic.raster import Coverage
from learnface.synthetic.skin import creases

__all__ = ["creased_texture", "normals", "paint_eyes", "shade"]

_CREASES = {  # wrinkle -> what deepens it
    "forehead": {"browInnerUp": 0.28, "browOuterUpLeft": 0.12, "browOuterUpRight": 0.12},
    "frown": {"browDownLeft": 0.2, "browDownRight": 0.2},
    "bridge": {"noseSneerLeft": 0.18, "noseSneerRight": 0.18},
    "smileLeft": {"mouthSmileLeft": 0.22, "noseSneerLeft": 0.2, "mouthUpperUpLeft": 0.1},
    "smileRight": {"mouthSmileRight": 0.22, "noseSneerRight": 0.2, "mouthUpperUpRight": 0.1},
    "crowLeft": {"cheekSquintLeft": 0.25, "eyeSquintLeft": 0.1},
    "crowRight": {"cheekSquintRight": 0.25, "eyeSquintRight": 0.1},
}


def shade(head: Head, positions: np.ndarray, scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Return diffuse light and gloss at every vertex, for positions (3, vertices)."""
    facing, hollow = normals(head, positions)
    light = np.float32(scene.light) / np.linalg.norm(np.float32(scene.light))
    half = light + np.float32([0, 0, 1])
    half /= np.linalg.norm(half)
    lit = np.clip(
        (_dot(facing, light) + np.float32(0.25)) * np.float32(0.8), 0, 1
    )  # skin lights up past 90 degrees
    diffuse = scene.ambient * (0.825 + 0.175 * facing[1]) + scene.key * lit
    gloss = np.clip(_dot(facing, half), 0, 1) ** 12 * (0.035 * scene.key)
    static, shine = _occlusion()
    diffuse = diffuse * static * np.clip(1 - 1.1 * np.maximum(hollow, 0), 0.45, 1)
    upper, lower = positions[1, head.landmarks[[62, 66]]]
    diffuse[_teeth()] *= 0.3 + 0.7 * smooth(upper - lower, 0.02, 0.09)  # little light passes closed lips
    return diffuse, gloss * shine


def _dot(vectors: np.ndarray, one: np.ndarray) -> np.ndarray:
    return vectors[0] * one[0] + vectors[1] * one[1] + vectors[2] * one[2]


@functools.cache
def _occlusion() -> tuple[np.ndarray, np.ndarray]:
    """Return how much light reaches each vertex, and how glossy it is, from where it lies at rest."""
    head = head_model()
    x, y, z = head.positions.T
    under_chin = smooth(6.30 - y, 0, 0.3) * smooth(z, 0.2, 0.6) * smooth(0.8 - np.abs(x), 0, 0.5)
    reach = 1 - 0.45 * under_chin * smooth(y, 5.7, 6.0)
    deep = smooth(1.50 - z, 0.0, 0.32)  # behind the lips
    mouth = head.vertices_of("mouth") & ~head.vertices_of("skin")
    reach = np.where(mouth, 0.45 * (1 - deep) ** 2 + 0.03, reach)
    teeth = head.vertices_of("teeth")
    aside, lower = smooth(np.abs(x), 0.12, 0.28), y < 6.63
    reach = np.where(teeth, (0.86 - 0.75 * deep) * (1 - 0.25 * lower) * (1 - 0.8 * aside), reach)
    reach = np.where(head.vertices_of("tongue"), 0.62 * (1 - deep) + 0.08, reach)
    reach = np.where(head.vertices_of("socket") & ~head.vertices_of("skin"), 0.6, reach)
    shine = np.where(mouth | head.vertices_of("lash", "socket", "hair"), 0.0, 1.0)
    shine = np.where(y < 6.0, 0.2, shine) * np.where(y > 7.95, 0.6, 1) * (1 + head.lips)
    return reach.astype(np.float32), shine.astype(np.float32)


def normals(head: Head, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return unit normals (3, vertices), and how hollow the surface is around each vertex (0 flat)."""
    a, b, c, d = (positions.take(corner, axis=1) for corner in _quad_corners())
    across, along = c - a, d - b
    table = np.zeros((6, len(head.quads) + 1), np.float32)
    for axis in range(3):
        second, third = (axis + 1) % 3, (axis + 2) % 3
        table[axis, :-1] = across[second] * along[third] - across[third] * along[second]
    table[3:, :-1] = (a + b + c + d) * np.float32(0.25)
    total = sum(table.take(quads, axis=1) for quads in head.around)
    facing, centres = total[:3], total[3:]
    size = np.sqrt(_dot(facing, facing)) + np.float32(1e-12)
    facing /= size
    bulge = _dot(centres * _shares() - positions, facing)
    return facing, bulge / (np.sqrt(size) * np.float32(0.35))  # the area's root stands for an edge's length


@functools.cache
def _quad_corners() -> np.ndarray:
    return np.ascontiguousarray(head_model().quads.T, np.intp)


@functools.cache
def _shares() -> np.ndarray:
    head = head_model()
    return (1 / (head.around < len(head.quads)).sum(0)).astype(np.float32)


@functools.cache
def _teeth() -> np.ndarray:
    return np.flatnonzero(head_model().vertices_of("teeth"))


def creased_texture(learner: Learner, weights: dict[str, float]) -> np.ndarray:
    """Return a learner's texture with the wrinkles of an expression."""
    depth = {
        name: sum(s * weights.get(unit, 0) for unit, s in units.items()) for name, units in _CREASES.items()
    }
    depth = {name: min(amount, 0.5) * learner.creases for name, amount in depth.items() if amount > 0}
    if not depth:
        return learner.texture
    rows, columns = _creased_area()
    shade = np.ones((rows.stop - rows.start, columns.stop - columns.start), np.float32)
    for name, amount in depth.items():
        shade -= np.float32(amount) * creases()[name][rows, columns]
    texture = learner.texture.copy()
    texture[rows, columns] = cv2.multiply(texture[rows, columns], cv2.merge([shade] * 3), dtype=cv2.CV_8U)
    return texture


@functools.cache
def _creased_area() -> tuple[slice, slice]:
    used = sum(np.abs(layer) for layer in creases().values()) > 0.01
    rows, columns = np.flatnonzero(used.any(1)), np.flatnonzero(used.any(0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def paint_eyes(
    albedo: np.ndarray,
    gloss: np.ndarray,
    seen: Coverage,
    direction: tuple[np.ndarray, np.ndarray],
    learner: Learner,
    scene: Scene,
    turn: np.ndarray,
) -> None:
    """Paint iris, pupil and glint at each pixel of the eyes, in place.

    Args:
        albedo: (n, 3) colours of the pixels seen.
        gloss: (n,) of the same.
        seen: which pixels see what.
        direction: sideways and upward part of each pixel's direction from the eyeball's centre, at rest.
        learner: whose eyes.
        scene: for the light.
        turn: (3, 3), of the head.
    """
    head = head_model()
    eye = np.flatnonzero(head.part[seen.triangles] == head.part_names.index("eye"))
    x, y = (part[eye] for part in direction)
    z = np.sqrt(np.clip(1 - x * x - y * y, 0, 1))
    angle = np.arctan2(np.hypot(x, y), z)
    around = np.arctan2(y, x)
    white = np.float32([0.88, 0.86, 0.85]) - smooth(angle, 0.5, 1.1)[:, None] * np.float32([0.06, 0.16, 0.16])
    rays = 0.8 + 0.2 * np.sin(around * 23) * np.sin(around * 7 + 1)
    ring = 0.45 + 0.75 * smooth(0.47 - angle, 0, 0.16)
    iris = learner.look.iris.astype(np.float32) * (rays * ring)[:, None]
    edge = smooth(0.46 - angle, -0.03, 0.03)[:, None]
    pupil = smooth(0.19 - angle, -0.02, 0.02)[:, None]
    shade = 1 - 0.45 * smooth(y, 0.1, 0.42)  # of the upper lid
    albedo[eye] = ((white * (1 - edge) + iris * edge) * (1 - pupil) + 0.02 * pupil) * shade[:, None]
    normal = times(np.stack([x, y, z]), turn)
    light = np.float32(scene.light) / np.linalg.norm(np.float32(scene.light))
    half = light + np.float32([0, 0, 1])
    gloss[eye] = np.clip(_dot(normal, half / np.linalg.norm(half)), 0, 1) ** 140 * 0.6 * scene.key
