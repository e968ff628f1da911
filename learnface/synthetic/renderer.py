"""Drawing a learner: pose, light, camera, shading and anti-aliasing, in NumPy and OpenCV."""

import functools
from dataclasses import dataclass, field

import cv2
import numpy as np

from learnface.errors import DataError
from learnface.synthetic.head import Head, head_model, smooth
from learnface.synthetic.learner import Learner
from learnface.synthetic.raster import Coverage, rasterise
from learnface.synthetic.skin import creases

__all__ = ["Pose", "Rendering", "Scene", "draw", "render"]

SMALLEST = 24  # pixels below which a face is a smudge
_DISTANCE = 7.0  # decimetres from the camera to the eyes: a learner before a screen
_FIELD = 2.55  # decimetres that the picture spans at that distance
_PIVOT = np.float32([0, -1.0, -1.0])  # the head turns on the neck
_CREASES = {  # wrinkle -> what deepens it
    "forehead": {"browInnerUp": 0.28, "browOuterUpLeft": 0.12, "browOuterUpRight": 0.12},
    "frown": {"browDownLeft": 0.2, "browDownRight": 0.2},
    "bridge": {"noseSneerLeft": 0.18, "noseSneerRight": 0.18},
    "smileLeft": {"mouthSmileLeft": 0.22, "noseSneerLeft": 0.2, "mouthUpperUpLeft": 0.1},
    "smileRight": {"mouthSmileRight": 0.22, "noseSneerRight": 0.2, "mouthUpperUpRight": 0.1},
    "crowLeft": {"cheekSquintLeft": 0.25, "eyeSquintLeft": 0.1},
    "crowRight": {"cheekSquintRight": 0.25, "eyeSquintRight": 0.1},
}


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


@dataclass(frozen=True)
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
    light, gloss = _light(head, positions, scene)
    seen = rasterise(xy, distance.take(head.corners) + _held_back(), head.corners, fine)
    u, v = (seen.interpolate(texels) for texels in head.texels)
    light, gloss = (seen.interpolate(values.take(head.corners)) for values in (light, gloss))
    albedo = _sample(_creased(learner, weights), u, v)
    _eyes(albedo, gloss, head, seen, (u, v), learner, scene, turn)
    albedo *= albedo  # paint is in display values; light adds up in their squares
    albedo *= cv2.merge([light * np.float32(tint) for tint in scene.tint]).reshape(-1, 3)
    albedo += cv2.merge([gloss] * 3).reshape(-1, 3)
    image = _picture(albedo, seen.pixels, scene, size, supersample)
    landmarks, eyes = xy[:, head.landmarks].T, xy[:, _eyeballs()].mean(2).T
    return Rendering(image, landmarks / supersample, eyes / supersample)


def turned(positions: np.ndarray, pose: Pose, rigid: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Turn the head on its neck; return positions (3, vertices) and the turn (3, 3).

    The shoulders stay where they are, unless `rigid`: then all points turn with the head.
    """
    turn = _rotation(pose)
    around_neck = positions.T - _PIVOT[:, None]
    moved = _times(around_neck, turn)
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


def _times(vectors: np.ndarray, matrix: np.ndarray) -> np.ndarray:
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


@functools.cache
def _held_back() -> np.ndarray:
    """Return how much farther a triangle is taken to be: closed lips must hide what lies inside the mouth."""
    head = head_model()
    return np.where(head.triangles_of("teeth", "tongue"), 0.08, 0.0).astype(np.float32)


@functools.cache
def _teeth() -> np.ndarray:
    return np.flatnonzero(head_model().vertices_of("teeth"))


@functools.cache
def _eyeballs() -> np.ndarray:
    """Return vertices of the right and left eyeball, (2, n)."""
    head = head_model()
    eye = head.vertices_of("eye")
    return np.stack([np.flatnonzero(eye & (head.positions[:, 0] * side > 0)) for side in (-1, 1)])


def _light(head: Head, positions: np.ndarray, scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Return diffuse light and gloss at every vertex."""
    normals, hollow = _normals(head, positions)
    light = np.float32(scene.light) / np.linalg.norm(np.float32(scene.light))
    half = light + np.float32([0, 0, 1])
    half /= np.linalg.norm(half)
    facing = np.clip((_dot(normals, light) + np.float32(0.25)) * np.float32(0.8), 0, 1)
    above = 0.5 + 0.5 * normals[1]
    diffuse = scene.ambient * (0.65 + 0.35 * above) + scene.key * facing
    gloss = np.clip(_dot(normals, half), 0, 1) ** 12 * (0.035 * scene.key)
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
    reach = 1 - 0.45 * smooth(6.30 - y, 0, 0.3) * smooth(z, 0.2, 0.6) * smooth(
        0.8 - np.abs(x), 0, 0.5
    ) * smooth(y, 5.7, 6.0)
    deep = smooth(1.50 - z, 0.0, 0.32)  # behind the lips
    mouth = head.vertices_of("mouth") & ~head.vertices_of("skin")
    reach = np.where(mouth, 0.45 * (1 - deep) ** 2 + 0.03, reach)
    teeth = head.vertices_of("teeth")
    reach = np.where(
        teeth,
        (0.86 - 0.75 * deep) * np.where(y < 6.63, 0.75, 1) * (1 - 0.8 * smooth(np.abs(x), 0.12, 0.28)),
        reach,
    )
    reach = np.where(head.vertices_of("tongue"), 0.62 * (1 - deep) + 0.08, reach)
    reach = np.where(head.vertices_of("socket") & ~head.vertices_of("skin"), 0.6, reach)
    shine = np.where(mouth | head.vertices_of("lash", "socket", "hair"), 0.0, 1.0)
    shine = np.where(y < 6.0, 0.2, shine) * np.where(y > 7.95, 0.6, 1) * (1 + head.lips)
    return reach.astype(np.float32), shine.astype(np.float32)


def _normals(head: Head, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return unit normals (3, vertices), and how hollow the surface is around each vertex (0 flat)."""
    a, b, c, d = (positions.take(corner, axis=1) for corner in _quad_corners())
    across, along = c - a, d - b
    table = np.zeros((6, len(head.quads) + 1), np.float32)
    for axis in range(3):
        second, third = (axis + 1) % 3, (axis + 2) % 3
        table[axis, :-1] = across[second] * along[third] - across[third] * along[second]
    table[3:, :-1] = (a + b + c + d) * np.float32(0.25)
    total = sum(table.take(quads, axis=1) for quads in head.around)
    normals, centres = total[:3], total[3:]
    size = np.sqrt(_dot(normals, normals)) + np.float32(1e-12)
    normals /= size
    bulge = _dot(centres * _shares() - positions, normals)
    return normals, bulge / (np.sqrt(size) * np.float32(0.35))  # the area's root stands for an edge's length


@functools.cache
def _quad_corners() -> np.ndarray:
    return np.ascontiguousarray(head_model().quads.T, np.intp)


@functools.cache
def _shares() -> np.ndarray:
    head = head_model()
    return (1 / (head.around < len(head.quads)).sum(0)).astype(np.float32)


def _sample(texture: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return the texture's colours between texels, (n, 3) float32 in [0, 1]."""
    # OpenCV's pictures have at most 32767 rows or columns: look the points up as a block.
    columns = 256
    padded = -(-len(u) // columns) * columns
    maps = [np.resize(values, padded).reshape(-1, columns) for values in (u, v)]
    colours = cv2.remap(texture, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return colours.reshape(-1, 3)[: len(u)] * np.float32(1 / 255)


def _creased(learner: Learner, weights: dict[str, float]) -> np.ndarray:
    """Return a learner's texture with the wrinkles of an expression."""
    depth = {
        name: sum(s * weights.get(unit, 0) for unit, s in units.items()) for name, units in _CREASES.items()
    }
    depth = {name: min(amount, 0.5) * learner.creases for name, amount in depth.items() if amount > 0.005}
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


def _eyes(albedo, gloss, head, seen: Coverage, uv, learner: Learner, scene: Scene, turn: np.ndarray) -> None:
    """Paint iris, pupil and glint at each pixel of the eyes, in place."""
    eye = np.flatnonzero(head.part[seen.triangles] == head.part_names.index("eye"))
    x, y = uv[0][eye], uv[1][eye]
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
    normal = _times(np.stack([x, y, z]), turn)
    light = np.float32(scene.light) / np.linalg.norm(np.float32(scene.light))
    half = light + np.float32([0, 0, 1])
    gloss[eye] = np.clip(_dot(normal, half / np.linalg.norm(half)), 0, 1) ** 140 * 0.6 * scene.key
