"""Painting a learner's texture: skin, lips, brows, hairline, beard and shirt, in the head's rest coordinates.

The base data has no pictures of skin, so all colours are painted. Places are given in decimetres on the head
at rest, so that paint follows every shape and expression.
"""

import functools
from dataclasses import dataclass

import cv2
import numpy as np

from learnface.synthetic.head import STRIP, SWATCHES, TEXTURE, head_model, smooth
from learnface.synthetic.raster import rasterise

__all__ = ["Look", "creases", "paint"]


@dataclass(frozen=True, eq=False)
class Look:
    """Colours (RGB, 0 to 1) and strengths (0 to 1) of what is painted."""

    skin: np.ndarray
    hair: np.ndarray
    brow: np.ndarray
    lip: np.ndarray
    iris: np.ndarray
    shirt: np.ndarray
    lipstick: float
    blush: float
    beard: float
    freckles: float
    brow_weight: float
    brow_width: float
    brow_height: float
    brow_tilt: float
    hairline: float
    bald: bool
    age_lines: float


@dataclass(frozen=True, eq=False)
class _Canvas:
    """What lies where in the texture: each array is (TEXTURE, TEXTURE), float32."""

    side: np.ndarray  # x, signed
    x: np.ndarray  # its size
    y: np.ndarray
    z: np.ndarray
    lips: np.ndarray
    blush: np.ndarray
    nose: np.ndarray
    lids: np.ndarray
    beard: np.ndarray


@functools.cache
def _canvas() -> _Canvas:
    head = head_model()
    chosen = head.triangles[head.triangles_of("skin")]
    outer = head.texels.T[head.triangles_of("skin")]
    inside = (outer[..., 1] < TEXTURE).all(1)  # ears have a swatch of their own
    chosen, outer = chosen[inside], outer[inside]
    radius = np.hypot(head.positions[:, 0], head.positions[:, 2] - 0.4)
    # Each triangle brings its own corners, because those at the seam lie at two places.
    corners = np.arange(chosen.size).reshape(-1, 3).T
    seen = rasterise(outer.reshape(-1, 2).T, -radius[chosen].T, corners, TEXTURE, both_sides=True)
    flat = np.zeros((4, TEXTURE * TEXTURE), np.float32)
    for place, values in enumerate((*head.positions.T, head.lips)):
        flat[place, seen.pixels] = seen.interpolate(values[chosen].T)
    empty = np.ones(TEXTURE * TEXTURE, np.uint8)
    empty[seen.pixels] = 0
    side, y, z, lips = _fill(flat.reshape(4, TEXTURE, TEXTURE), empty.reshape(TEXTURE, TEXTURE))
    x = np.abs(side)
    beard = smooth(6.80 - y, -0.12, 0.12) * smooth(y, 6.08, 6.2) * smooth(z, 0.5, 0.8)
    beard = np.maximum(beard, np.exp(-((y - 6.80) ** 2) / 0.0035 - (x / 0.30) ** 4) * (z > 1.3))
    return _Canvas(
        side,
        x,
        y,
        z,
        lips,
        np.exp(-((x - 0.42) ** 2 + (y - 6.95) ** 2) / 0.04) * smooth(z, 0.8, 1.0),
        np.exp(-(x**2 + (y - 6.96) ** 2) / 0.012) * smooth(z, 1.4, 1.5),
        np.exp(-((x - 0.31) ** 2) / 0.035 - (y - 7.28) ** 2 / 0.012) * smooth(z, 1.0, 1.2),
        beard * (1 - np.minimum(lips * 1.5, 1)) * (1 - smooth(x * 1.0, 0.78, 0.86)),
    )


def paint(look: Look, rng: np.random.Generator) -> np.ndarray:
    """Return the texture, (TEXTURE + STRIP, TEXTURE, 3) uint8: skin above, swatches of all else below."""
    at = _canvas()
    texture = np.empty((TEXTURE, TEXTURE, 3), np.float32)
    texture[:] = look.skin
    mottle = sum(_noise(rng, cells, strength) for cells, strength in ((20, 0.014), (80, 0.012), (240, 0.014)))
    texture *= (1 + mottle)[..., None]
    rosy = look.skin * np.array([1.04, 0.74, 0.70])
    _blend(texture, at.blush * look.blush, rosy)
    _blend(texture, at.nose * look.blush * 0.5, rosy)
    _blend(texture, at.lids * 0.32, look.skin * np.array([0.74, 0.63, 0.62]))
    if look.freckles > 0:
        spots = smooth(_noise(rng, 170, 1.0), 1.2, 1.8) * (at.blush + at.nose) * look.freckles
        _blend(texture, np.minimum(spots, 0.6), look.skin * np.array([0.72, 0.55, 0.45]))
    _blend(texture, at.lips * look.lipstick, look.lip)
    _blend(texture, at.lips * smooth(-np.abs(at.y - _seam(at.x)), -0.016, 0.0) * 0.45, look.lip * 0.45)
    if look.beard > 0:
        stubble = np.clip(at.beard * (1 + 0.5 * _noise(rng, 400, 1.0)), 0, 1)
        _blend(texture, stubble * look.beard, look.hair)
    if look.age_lines > 0:
        lines = creases()
        for name in ("forehead", "smileLeft", "smileRight", "crowLeft", "crowRight"):
            texture *= (1 - look.age_lines * lines[name])[..., None]
    _blend(texture, _brows(at, look) * look.brow_weight * _grain(rng), look.brow)
    if not look.bald:
        hair = scalp(at.x, at.y, at.z, look.hairline)
        _blend(texture, hair, look.hair)
        texture *= (1 + hair * (_streaks(rng, TEXTURE) - 1))[..., None]
    _blend(texture, smooth(6.0 - 0.40 * smooth(at.z, 0, 0.85) + 0.25 * at.x - at.y, -0.01, 0.01), look.shirt)
    picture = np.concatenate([texture, _swatches(look, rng)])
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def scalp(x: np.ndarray, y: np.ndarray, z: np.ndarray, hairline: float) -> np.ndarray:
    """Return how much of each place on the head (with x >= 0) is covered by hair, 0 to 1.

    Args:
        x: coordinates at rest, decimetres to the side.
        y: upwards.
        z: to the front.
        hairline: decimetres by which the hair starts higher than usual on the forehead.
    """
    front = smooth(y - 7.98 - hairline + 0.55 * np.clip(x - 0.30, 0, None) ** 1.5, -0.06, 0.08)
    border = np.interp(y, [6.9, 7.2, 7.45, 7.7, 8.0], [0.30, 0.36, 0.50, 0.62, 0.85]) - hairline * 0.6
    temple = smooth(border - z, -0.06, 0.08) * smooth(y, 6.85, 7.0) * smooth(x, 0.40, 0.52)
    nape = smooth(-0.02 - z, -0.05, 0.08) * smooth(y, 6.65, 6.85)
    return np.maximum(np.maximum(front, temple), nape).astype(np.float32)


@functools.cache
def creases() -> dict[str, np.ndarray]:
    """Return where expressions wrinkle the skin: name -> (TEXTURE, TEXTURE), above 0 dark, below 0 light."""
    at = _canvas()
    forehead = sum(_line(at.y - (height + 0.03 * np.cos(at.x * 7)), 0.017) for height in (7.62, 7.72, 7.82))
    forehead = forehead * smooth(0.50 - at.x, 0, 0.25) * smooth(at.z, 1.0, 1.2)
    frown = sum(_line(at.side - place, 0.012) for place in (-0.055, 0.055))
    frown = frown * np.exp(-((at.y - 7.47) ** 2) / 0.007) * (at.z > 1.2)
    bridge = sum(_line(at.y - (height - at.x * 0.35), 0.013) for height in (7.30, 7.36)) * smooth(
        0.13 - at.x, 0, 0.06
    )
    layers = {"forehead": forehead, "frown": frown, "bridge": bridge * (at.z > 1.2)}
    # From the wing of the nose to beside the mouth, and from the outer corner of the eye outwards.
    path = np.interp(at.y, [6.50, 6.62, 6.78, 6.90, 6.98], [0.385, 0.385, 0.335, 0.245, 0.165])
    smile = (
        _line((at.x - path) * 0.8, 0.022)
        * smooth(at.y, 6.50, 6.64)
        * smooth(7.0 - at.y, 0, 0.06)
        * (at.z > 0.9)
    )
    crow = sum(_line(at.y - 7.285 - slope * (at.x - 0.47), 0.012) for slope in (-0.5, 0.0, 0.5))
    crow = crow * smooth(at.x, 0.49, 0.54) * smooth(0.68 - at.x, 0, 0.1) * (at.z > 0.7)
    bag = (
        _line(at.y - 7.155 + 0.5 * (at.x - 0.31) ** 2, 0.016)
        * smooth(0.17 - np.abs(at.x - 0.31), 0, 0.08)
        * (at.z > 1)
    )
    for name, layer in (("smile", smile), ("crow", crow + bag)):
        layers[f"{name}Left"], layers[f"{name}Right"] = layer * (at.side > 0), layer * (at.side < 0)
    return {name: layer.astype(np.float32) for name, layer in layers.items()}


def _brows(at: _Canvas, look: Look) -> np.ndarray:
    knots = np.array([0.10, 0.20, 0.33, 0.44, 0.54])
    height = (
        np.array([7.450, 7.468, 7.488, 7.480, 7.425]) + look.brow_height + (knots - 0.32) * look.brow_tilt
    )
    width = np.array([0.024, 0.032, 0.030, 0.022, 0.006]) * look.brow_width
    near = np.clip(at.x, knots[0], knots[-1])
    gap = np.hypot(at.x - near, at.y - np.interp(near, knots, height))
    return smooth(np.interp(near, knots, width) - gap, -0.016, 0.012) * (at.z > 0.9)


def _seam(x: np.ndarray) -> np.ndarray:
    """Return the height at which closed lips meet."""
    corner, middle = (head_model().positions[head_model().landmarks[i]] for i in (48, 62))
    return middle[1] + (corner[1] - middle[1]) * np.clip(x / abs(corner[0]), 0, 1) ** 2


def _swatches(look: Look, rng: np.random.Generator) -> np.ndarray:
    colours = {
        "ear": look.skin * np.array([1.0, 0.93, 0.91]),
        "teeth": np.array([0.90, 0.87, 0.80]),
        "tongue": np.array([0.66, 0.32, 0.32]),
        "lash": look.hair * 0.25 + look.skin * 0.2,
        "mouth": np.array([0.42, 0.14, 0.14]),
        "socket": look.skin * np.array([0.70, 0.50, 0.48]),
        "hair": look.hair,
    }
    strip = np.zeros((STRIP, TEXTURE, 3), np.float32)
    for place, name in enumerate(SWATCHES):
        strip[:, 64 * place : 64 * place + 64] = colours[name]
    teeth = strip[:, 64 * SWATCHES.index("teeth") :][:, :64]
    teeth[:, 4::7] *= 0.90  # the gaps between them
    hair = strip[:, 64 * SWATCHES.index("hair") :][:, :64]
    hair *= _streaks(rng, 64)[:1, :, None]
    return strip


def _blend(texture: np.ndarray, weight: np.ndarray, colour: np.ndarray) -> None:
    """Mix a colour into the texture, in place, where its weight is above 0."""
    rows, columns = (np.flatnonzero(weight.max(axis) > 1e-3) for axis in (1, 0))
    if not len(rows):
        return
    area = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    change = np.asarray(colour, np.float32) - texture[area]
    change *= cv2.merge([weight[area].astype(np.float32)] * 3)
    texture[area] += change


def _noise(rng: np.random.Generator, cells: int, strength: float) -> np.ndarray:
    coarse = rng.standard_normal((cells, cells), np.float32) * np.float32(strength)
    return cv2.resize(coarse, (TEXTURE, TEXTURE), interpolation=cv2.INTER_LINEAR)


def _grain(rng: np.random.Generator) -> np.ndarray:
    return np.clip(1 + 0.25 * _noise(rng, 300, 1.0), 0.4, 1.1)


def _streaks(rng: np.random.Generator, width: int) -> np.ndarray:
    """Return brightness of strands that run downwards, around 1."""
    coarse = rng.standard_normal((12, max(width // 3, 8)), np.float32)
    return np.clip(1 + 0.22 * cv2.resize(coarse, (width, TEXTURE)), 0.5, 1.6)


def _line(distance: np.ndarray, width: float) -> np.ndarray:
    """Return a dark line with a light edge on both sides, as a fold catches the light."""
    near = (distance / width) ** 2
    return np.exp(-near) - 0.35 * np.exp(-((np.abs(distance) / width - 2.0) ** 2))


def _fill(values: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """Give empty texels the values of the nearest filled one."""
    _, label = cv2.distanceTransformWithLabels(empty, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    source = np.zeros(label.max() + 1, np.int64)
    filled = np.flatnonzero(empty.ravel() == 0)
    source[label.ravel()[filled]] = filled
    return values.reshape(len(values), -1)[:, source[label.ravel()]].reshape(values.shape)
