"""The head model: a mesh, its expressions, and the shapes that make one head differ from another.

The asset is built by `tools/build_head_model.py` from CC0 data of MakeHuman/MPFB2 and "Face Units 01" by
Mika Suominen; see `NOTICE`. Lengths are decimetres; +x is the learner's left, +y up, +z to the front.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from learnface.synthetic.hair import COLUMNS, ROWS, curtain, curtain_quads

__all__ = ["ASSET", "Head", "SWATCHES", "TEXTURE", "head_model", "smooth"]

ASSET = Path(__file__).parent / "assets" / "head.npz"
TEXTURE = 512  # rows and columns of skin; below it lies a strip of swatches for what is not skin
STRIP = 32
SWATCHES = ("ear", "teeth", "tongue", "lash", "mouth", "socket", "hair")  # 64 columns each
LOWEST, HIGHEST = 5.4, 8.9  # decimetres that the rows of the texture span
AXIS = 0.40  # z of the upright axis around which the skin is unrolled
EYE = np.array([0.30775, 7.28415, 1.24535], np.float32)  # centre of the left eyeball at rest
EYE_RADIUS = 0.141


@dataclass(frozen=True, eq=False)
class Head:
    """The head at rest and what changes it.

    Attributes:
        positions: (vertices, 3) float32, the head at rest.
        triangles: (triangles, 3) int32, indices into `positions`.
        part: (triangles,) what a triangle belongs to, as indices into `part_names`.
        corners: (3, triangles), the same the other way round, for speed.
        texels: (2, 3, triangles) float32, column and row in the texture; on the eyes, instead, the
            sideways and upward part of the direction from the eyeball's centre.
        quads: (quads, 4), whose diagonals give the normals.
        around: (most, vertices) quads around each vertex, padded with `len(quads)`.
        lips: (vertices,) 0 to 1, how much of a vertex is lip.
        landmarks: (68,) vertices of the usual face landmarks in the usual order.
        expressions: name -> (vertices, 3) shift at full strength, 52 of them.
        macros: name -> shift of an ancestry, sex and age.
        details: name ending in `-` or `+` -> shift of one feature.
    """

    positions: np.ndarray
    triangles: np.ndarray
    corners: np.ndarray
    part: np.ndarray
    part_names: tuple[str, ...]
    texels: np.ndarray
    quads: np.ndarray
    around: np.ndarray
    lips: np.ndarray
    landmarks: np.ndarray
    expressions: dict[str, np.ndarray]
    macros: dict[str, np.ndarray]
    details: dict[str, np.ndarray]

    def triangles_of(self, *parts: str) -> np.ndarray:
        """Return whether each triangle belongs to one of `parts`."""
        return np.isin(self.part, [self.part_names.index(part) for part in parts])

    def vertices_of(self, *parts: str) -> np.ndarray:
        """Return whether each vertex belongs to one of `parts`."""
        found = np.zeros(len(self.positions), bool)
        found[self.triangles[self.triangles_of(*parts)]] = True
        return found


@functools.cache
def head_model() -> Head:
    """Return the head model, read once in a process."""
    with np.load(ASSET, allow_pickle=False) as data:
        arrays = {name: data[name] for name in data.files}
    body = arrays["positions"].astype(np.float32) / 10000 + np.float32([0, 7, 0])
    positions = np.concatenate([body, curtain(body, EYE, length=1.2, fullness=0.08)])
    hair = curtain_quads() + len(body)
    quads = np.concatenate([arrays["quads"].astype(np.int32), hair])
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    names = (*arrays["part_names"].tolist(), "hair")
    part = np.tile(np.concatenate([arrays["part"], np.full(len(hair), names.index("hair"), np.uint8)]), 2)
    extra = len(positions) - len(body)
    texels = _texels(positions, triangles, part, names, np.pad(arrays["ears"] > 100, (0, extra)))
    return Head(
        positions,
        triangles,
        np.ascontiguousarray(triangles.T, np.intp),
        part,
        names,
        np.ascontiguousarray(texels.T),
        quads,
        _around(np.concatenate([quads[: -len(hair)], hair[: len(hair) // 2]]), len(quads), len(positions)),
        np.pad(arrays["lips"].astype(np.float32) / 255, (0, extra)),
        arrays["landmarks"].astype(np.int32),
        _shifts(arrays, "expression", extra),
        _shifts(arrays, "macro", extra),
        _shifts(arrays, "detail", extra),
    )


def smooth(values: np.ndarray, start: float, stop: float) -> np.ndarray:
    """Return 0 below `start`, 1 above `stop`, and a smooth step between."""
    step = np.clip((values - start) / (stop - start), 0, 1)
    return step * step * (3 - 2 * step)


def unroll(xyz: np.ndarray) -> np.ndarray:
    """Return texture columns and rows of points at rest, unrolled around an upright axis.

    The front of the face gets four times the columns of the back of the head.
    """
    angle = np.arctan2(xyz[..., 0], xyz[..., 2] - AXIS)
    column = (0.5 + (angle + 0.6 * np.sin(angle)) / (2 * np.pi)) * TEXTURE
    row = (HIGHEST - xyz[..., 1]) / (HIGHEST - LOWEST) * (TEXTURE - 1)
    return np.stack([column, row], -1).astype(np.float32)


def _shifts(arrays: dict, kind: str, extra: int) -> dict[str, np.ndarray]:
    """Return the shifts of a kind by name; the hair's `extra` vertices keep still."""
    shifts = np.pad(arrays[f"{kind}s"].astype(np.float32) / 1000, ((0, 0), (0, extra), (0, 0)))
    return dict(zip(arrays[f"{kind}_names"].tolist(), shifts, strict=True))


def _around(quads: np.ndarray, padding: int, vertices: int) -> np.ndarray:
    """Return for each vertex the quads that touch it, filled up with the index `padding`."""
    corners = quads.ravel()
    order = np.argsort(corners, kind="stable")
    counts = np.bincount(corners, minlength=vertices)
    table = np.full((vertices, counts.max()), padding, np.int32)
    place = np.arange(len(corners)) - np.repeat(np.cumsum(counts) - counts, counts)
    table[corners[order], place] = order // 4
    return np.ascontiguousarray(table.T, np.intp)


def _texels(positions, triangles, part: np.ndarray, names: tuple[str, ...], ears: np.ndarray) -> np.ndarray:
    """Return texture coordinates of the triangles' corners, (triangles, 3, 2)."""
    corners, ear = positions[triangles], ears[triangles].all(1)
    texels = unroll(corners)
    columns = texels[..., 0]
    torn = np.ptp(columns, axis=1) > TEXTURE / 2  # triangles across the seam at the back of the head
    columns[torn] += np.where(columns[torn] < TEXTURE / 2, TEXTURE, 0)
    for swatch, chosen in [("ear", ear), *((n, part == names.index(n)) for n in SWATCHES[1:])]:
        texels[chosen] = swatch_texels(swatch, corners[chosen])
    strand = np.tile(np.abs(np.arange(COLUMNS) % 8 - 4) / 4 * 0.6 - 0.3, ROWS)
    across = np.zeros_like(positions)
    across[-len(strand) :, 0] = strand
    hair = part == names.index("hair")
    texels[hair] = swatch_texels("hair", across[triangles[hair]])
    eye = part == names.index("eye")
    side = np.sign(corners[eye][..., :1])
    texels[eye] = ((corners[eye] - EYE * np.concatenate([side, side * side, side * side], -1)) / EYE_RADIUS)[
        ..., :2
    ]
    return texels


def swatch_texels(name: str, xyz: np.ndarray) -> np.ndarray:
    """Return texture coordinates inside a swatch; its columns span x from -0.32 to 0.32 dm."""
    left = 64 * SWATCHES.index(name)
    column = left + 32 + np.clip(xyz[..., 0] / 0.32, -1, 1) * 28
    return np.stack([column, np.full_like(column, TEXTURE + STRIP / 2)], -1)
