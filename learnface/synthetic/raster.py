"""Which triangle a pixel sees: a vectorised scan-line rasteriser with a depth buffer, in NumPy."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Coverage", "rasterise"]

_EDGE = 1e-4  # pixels by which spans are widened, so that rounding leaves no pinholes along shared edges


@dataclass(frozen=True, eq=False)
class Coverage:
    """The pixels that a mesh covers.

    Attributes:
        pixels: (n,) indices into the flattened picture.
        triangles: (n,) the triangle that each sees.
        weights: (n, 2) float32, barycentric weights of the triangle's second and third corner.
    """

    pixels: np.ndarray
    triangles: np.ndarray
    weights: np.ndarray

    def interpolate(self, corners: np.ndarray) -> np.ndarray:
        """Return corner values (triangles, 3, values) interpolated at the pixels, as (values, n)."""
        table = np.concatenate(
            [corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], axis=1
        ).astype(np.float32)
        count = corners.shape[2]
        rows = np.ascontiguousarray(table[self.triangles].T)
        second, third = self.weights.T
        return rows[:count] + rows[count : 2 * count] * second + rows[2 * count :] * third


def rasterise(xy: np.ndarray, depth: np.ndarray, triangles: np.ndarray, size: int, both_sides: bool = False) -> Coverage:
    """Find the nearest front-facing triangle at each pixel centre.

    Args:
        xy: (vertices, 2) float, pixel coordinates with y downwards; the first pixel's centre is at 0.5.
        depth: (triangles, 3) distance of the corners; the smaller is in front.
        triangles: (triangles, 3) indices of vertices, anticlockwise when seen from the front.
        size: rows and columns of the picture.
        both_sides: see triangles from behind, too.

    Returns:
        The covered pixels, what they see, and where inside the triangle.
    """
    (x0, y0), (x1, y1), (x2, y2) = (xy[triangles[:, corner]].T.astype(np.float32) for corner in range(3))
    area = (x1 - x0) * (y2 - y0) - (y1 - y0) * (x2 - x0)
    top = np.maximum(np.ceil(np.minimum(np.minimum(y0, y1), y2) - 0.5), 0)
    bottom = np.minimum(np.floor(np.maximum(np.maximum(y0, y1), y2) - 0.5), size - 1)
    seen = np.abs(area) > 1e-6 if both_sides else area < -1e-6
    shown = np.flatnonzero(seen & (bottom >= top))

    x0, y0, x1, y1, x2, y2, area, top = (a[shown] for a in (x0, y0, x1, y1, x2, y2, area, top))
    # Barycentric weights are affine in x and y: weight = a * x + b * y + c.
    a1, b1 = (y2 - y0) / area, (x0 - x2) / area
    a2, b2 = (y0 - y1) / area, (x1 - x0) / area
    c1, c2 = -a1 * x0 - b1 * y0, -a2 * x0 - b2 * y0

    heights = (bottom[shown] - top).astype(np.int32) + 1
    owner = np.repeat(np.arange(len(shown)), heights)  # one entry a triangle and row
    row = _ramp(heights) + top[owner].astype(np.int32)
    y = row.astype(np.float32) + np.float32(0.5)
    a1, a2, b1, b2, c1, c2 = (values[owner] for values in (a1, a2, b1, b2, c1, c2))
    w1, w2 = b1 * y + c1, b2 * y + c2
    first, last = _span((a1, w1), (a2, w2), (-a1 - a2, 1 - w1 - w2), size=size)
    filled = np.flatnonzero(last >= first)
    first, row, owner, w1, w2, a1, a2 = (a[filled] for a in (first, row, owner, w1, w2, a1, a2))

    widths = last[filled] - first + 1
    span = np.repeat(np.arange(len(filled)), widths)  # one entry a candidate pixel
    column = _ramp(widths) + first[span]
    near = depth[shown].astype(np.float32)[owner]
    slope1, slope2 = near[:, 1] - near[:, 0], near[:, 2] - near[:, 0]
    z = (near[:, 0] + slope1 * w1 + slope2 * w2)[span]
    z += (slope1 * a1 + slope2 * a2)[span] * (column.astype(np.float32) + np.float32(0.5))
    pixel = row[span] * size + column
    nearest = np.full(size * size, np.inf, np.float32)
    np.minimum.at(nearest, pixel, z)
    winner = np.full(size * size, -1, np.int32)
    best = np.flatnonzero(z <= nearest[pixel])
    winner[pixel[best]] = best
    won = winner[winner >= 0]

    span, x = span[won], column[won].astype(np.float32) + np.float32(0.5)
    weights = np.stack([w1[span] + a1[span] * x, w2[span] + a2[span] * x], 1)
    return Coverage(pixel[won], shown[owner[span]], weights)


def _ramp(counts: np.ndarray) -> np.ndarray:
    """Return 0, 1, ... count - 1 for each count, joined."""
    ends = np.cumsum(counts, dtype=np.int32)
    return np.arange(ends[-1] if len(ends) else 0, dtype=np.int32) - np.repeat(ends - counts, counts)


def _span(*edges: tuple[np.ndarray, np.ndarray], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last column whose centre has slope * x + start >= 0 for all edges (slope, start)."""
    left = np.full(len(edges[0][0]), 0.5, np.float32)
    right = np.full(len(edges[0][0]), size - 0.5, np.float32)
    for slope, start in edges:
        rising = slope >= 0
        crossing = -start / np.where(np.abs(slope) < 1e-12, np.float32(1e-12), slope)
        left = np.where(rising, np.maximum(left, crossing), left)
        right = np.where(rising, right, np.minimum(right, crossing))
    first = np.ceil(np.clip(left - 0.5 - _EDGE, 0, size)).astype(np.int32)
    last = np.floor(np.clip(right - 0.5 + _EDGE, -1, size - 1)).astype(np.int32)
    return first, last
