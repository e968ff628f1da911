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
        weights: (2, n) float32, barycentric weights of the triangle's second and third corner.
    """

    pixels: np.ndarray
    triangles: np.ndarray
    weights: np.ndarray

    def interpolate(self, corners: np.ndarray) -> np.ndarray:
        """Return values at the triangles' corners, (3, triangles), interpolated at the pixels, (n,)."""
        first, second, third = corners
        first, second, third = first, second - first, third - first
        result = second.take(self.triangles)
        result *= self.weights[0]
        third = third.take(self.triangles)
        third *= self.weights[1]
        result += third
        result += first.take(self.triangles)
        return result


def rasterise(
    xy: np.ndarray, depth: np.ndarray, triangles: np.ndarray, size: int, both_sides: bool = False
) -> Coverage:
    """Find the nearest front-facing triangle at each pixel centre.

    Args:
        xy: (2, vertices) float32, pixel coordinates with y downwards; the first pixel's centre is at 0.5.
        depth: (3, triangles) float32, distance of the corners; the smaller is in front.
        triangles: (3, triangles) indices of vertices, anticlockwise when seen from the front.
        size: rows and columns of the picture.
        both_sides: see triangles from behind, too.

    Returns:
        The covered pixels, what they see, and where inside the triangle.
    """
    planes, top, heights, shown = _planes(xy, depth, triangles, size, both_sides)
    owner = np.repeat(np.arange(len(shown)), heights)  # one entry a triangle and row
    row = _ramp(heights) + top.take(owner)
    slopes, climbs, starts = planes[:4], planes[4:8], planes[8:]
    base = climbs.take(owner, axis=1)  # of both weights, the third weight and depth, where x is 0
    base *= row.astype(np.float32) + np.float32(0.5)
    base += starts.take(owner, axis=1)
    slope = slopes.take(owner, axis=1)
    first, last = _span(slope[:3], base[:3], size)
    widths = np.maximum(last - first + 1, 0)

    span = np.repeat(np.arange(len(owner)), widths)  # one entry a candidate pixel
    column = _ramp(widths) + first.take(span)
    x = column.astype(np.float32) + np.float32(0.5)
    z = slope[3].take(span) * x + base[3].take(span)
    pixel = (row * size).take(span) + column
    nearest = np.full(size * size, np.inf, np.float32)
    np.minimum.at(nearest, pixel, z)
    best = np.flatnonzero(z <= nearest.take(pixel))
    winner = np.full(size * size, -1)
    winner[pixel.take(best)] = best
    won = winner[winner >= 0]

    span, x = span.take(won), x.take(won)
    weights = slope[:2].take(span, axis=1) * x + base[:2].take(span, axis=1)
    return Coverage(pixel.take(won), shown.take(owner.take(span)), weights)


def _planes(xy, depth, triangles, size: int, both_sides: bool) -> tuple:
    """Return what is affine in x and y over each triangle that shows, and its rows.

    Returns:
        (12, shown) float32: change with x, change with y, and value at the origin, each of the second,
        third and first corner's barycentric weight and of depth; the first row; the number of rows; and
        the triangles' indices.
    """
    (x0, x1, x2), (y0, y1, y2) = (values.take(triangles) for values in xy)
    area = (x1 - x0) * (y2 - y0) - (y1 - y0) * (x2 - x0)
    top = np.maximum(np.ceil(np.minimum(np.minimum(y0, y1), y2) - 0.5), 0)
    bottom = np.minimum(np.floor(np.maximum(np.maximum(y0, y1), y2) - 0.5), size - 1)
    seen = np.abs(area) > 1e-6 if both_sides else area < -1e-6
    shown = np.flatnonzero(seen & (bottom >= top)).astype(np.intp)

    x0, y0, x1, y1, x2, y2, area, top = (a.take(shown) for a in (x0, y0, x1, y1, x2, y2, area, top))
    z0, z1, z2 = depth.take(shown, axis=1)
    planes = np.empty((12, len(shown)), np.float32)
    for axis, (second, third) in enumerate(
        (((y2 - y0) / area, (y0 - y1) / area), ((x0 - x2) / area, (x1 - x0) / area))
    ):
        planes[4 * axis : 4 * axis + 4] = (
            second,
            third,
            -second - third,
            second * (z1 - z0) + third * (z2 - z0),
        )
    planes[:3] += (planes[:3] == 0) * np.float32(1e-12)  # an upright edge: all of a row is inside or outside
    planes[8:] = -planes[:4] * x0 - planes[4:8] * y0
    planes[10] += 1
    planes[11] += z0
    return planes, top.astype(np.intp), (bottom.take(shown) - top).astype(np.intp) + 1, shown


def _ramp(counts: np.ndarray) -> np.ndarray:
    """Return 0, 1, ... count - 1 for each count, joined."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)


def _span(slopes: np.ndarray, starts: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last column at whose centre slope * x + start >= 0 for all three edges."""
    crossings = -starts / slopes
    rising = slopes > 0
    left = np.where(rising, crossings, np.float32(0.5)).max(0)
    right = np.where(rising, np.float32(size), crossings).min(0)
    first = np.ceil(np.clip(left, 0.5, size) - np.float32(0.5 + _EDGE)).astype(np.intp)
    last = np.floor(np.clip(right, -1, size - 0.5) - np.float32(0.5 - _EDGE)).astype(np.intp)
    return first, last
