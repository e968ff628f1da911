"""LBP-TOP: local binary patterns on three orthogonal planes, the baseline of SMIC, CASME II and SAMM.

Zhao G. and Pietikäinen M. (2007), Dynamic texture recognition using local binary patterns with an application to
facial expressions, IEEE TPAMI 29(6). In each plane (XY: appearance, XT and YT: motion) a pixel's neighbours lie
on an ellipse about it; those that are not darker than it give the ones of its code. Histograms of codes are
taken in blocks of the face and joined.

scikit-image has patterns on circles only (`skimage.feature.local_binary_pattern`); the radius in time is mostly
another one than in space, hence the code here, which agrees with scikit-image's where radii are equal.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from learnface.errors import DataError
from learnface.micro._clip import grey_clip

__all__ = ["PLANES", "lbp_codes", "lbp_top", "uniform_patterns"]

PLANES = {"xy": (1, 2), "xt": (0, 2), "yt": (0, 1)}
"""Axes of a clip (frames, height, width) that lie in each plane; the first points down."""
_EQUAL = 1e-4  # grey levels by which a neighbour may be darker: interpolation is not exact


def lbp_top(
    clip: NDArray,
    blocks: tuple[int, int] | tuple[int, int, int] = (5, 5),
    radii: tuple[float, float, float] = (1, 1, 4),
    neighbours: int | tuple[int, int, int] = 8,
    uniform: bool = True,
) -> NDArray[np.float32]:
    """Return the LBP-TOP histograms of a clip.

    Only pixels whose neighbours all lie within the clip have codes; these are parted into blocks.

    Args:
        clip: (frames, height, width[, channels]), `uint8`, or floats in [0, 1]; more than twice the radius
            on each axis.
        blocks: rows and columns of blocks, and if wished parts in time.
        radii: R_X, R_Y and R_T in pixels and frames; the default is that of CASME II's baseline (Yan et al.
            2014), with its 5 x 5 blocks.
        neighbours: P, or P_XY, P_XT and P_YT.
        uniform: whether all codes with more than two changes between 0 and 1 share a bin, which leaves
            P (P - 1) + 3 bins (59 for P = 8) of 2^P.

    Returns:
        (blocks * planes * bins,): block by block (rows, then columns, then time), XY, XT and YT of each; each
        histogram sums to 1.

    Raises:
        DataError: the clip is too small for radii and blocks, or an argument is out of range.

    Example:
        >>> lbp_top(np.zeros((12, 32, 32), np.uint8), blocks=(2, 2)).shape
        (708,)
    """
    clip = grey_clip(clip)
    points = (neighbours,) * 3 if isinstance(neighbours, int) else tuple(neighbours)
    if len(points) != 3 or len(radii) != 3 or len(blocks) not in (2, 3) or min(blocks) < 1:
        raise DataError(
            f"blocks={blocks}, radii={radii}, neighbours={neighbours}: give 2 or 3, 3, and 1 or 3 numbers"
        )
    rows, columns, parts = (*blocks, 1)[:3]
    histograms = []
    for plane, count in zip(PLANES, points, strict=True):
        codes, bins = lbp_codes(clip, plane, radii, count), 2**count
        if codes.shape[0] < parts or codes.shape[1] < rows or codes.shape[2] < columns:
            raise DataError(f"a clip of {clip.shape} is too small for blocks={blocks} and radii={radii}")
        if uniform:
            bin_of = uniform_patterns(count)
            codes, bins = bin_of[codes], bin_of.max() + 1
        histograms.append(_block_histograms(codes, bins, (parts, rows, columns)))
    return np.concatenate(histograms, axis=-1).ravel().astype(np.float32)


def lbp_codes(
    clip: NDArray, plane: str, radii: tuple[float, float, float] = (1, 1, 4), neighbours: int = 8
) -> NDArray[np.intp]:
    """Return the pattern of each pixel in one plane.

    Neighbour p lies at the angle 2 pi p / P, from the direction of x (or of y in YT) against that of the
    plane's other axis, and is bit p of the code. Between pixels grey levels are interpolated bilinearly.

    Args:
        clip: grey, (frames, height, width).
        plane: a key of `PLANES`.
        radii: as `lbp_top`.
        neighbours: P, from 1 to 16.

    Returns:
        Codes from 0 to 2^P - 1, (frames - 2 R_T, height - 2 R_Y, width - 2 R_X) with radii rounded up.

    Example:
        >>> frame = np.array([[5, 4, 3], [4, 3, 1], [2, 0, 3]], np.uint8)
        >>> codes = lbp_codes(np.stack([frame] * 3), "xy", radii=(1, 1, 1), neighbours=4)
        >>> [int(code) for code in codes.ravel()]  # bits: right 1 < 3, above 4, left 4, below 0 < 3
        [6]
    """
    if plane not in PLANES:
        raise DataError(f"plane={plane!r}: choose one of {list(PLANES)}")
    if not 1 <= neighbours <= 16 or min(radii) <= 0:
        raise DataError(f"neighbours={neighbours}, radii={radii}: give 1 to 16 neighbours, and radii above 0")
    by_axis = radii[::-1]  # clips are (t, y, x)
    margins = np.ceil(by_axis).astype(int)
    if (np.array(clip.shape) <= 2 * margins).any():
        raise DataError(
            f"a clip of {clip.shape} (frames, height, width) is too small for the radii (x, y, t) = {radii}: "
            "it must be more than twice as large on each axis"
        )
    clip = np.asarray(clip, np.float64)
    centre = clip[tuple(slice(m, n - m) for m, n in zip(margins, clip.shape, strict=True))]
    codes = np.zeros(centre.shape, np.intp)
    down, across = PLANES[plane]
    for place in range(neighbours):
        angle = 2 * np.pi * place / neighbours
        shift = np.zeros(3)
        shift[down], shift[across] = -np.sin(angle) * by_axis[down], np.cos(angle) * by_axis[across]
        codes |= (_shifted(clip, np.round(shift, 5), margins) >= centre - _EQUAL).astype(np.intp) << place
    return codes


def uniform_patterns(neighbours: int = 8) -> NDArray[np.intp]:
    """Return the bin of each code: one each for those with at most two changes, and the last for all others.

    Example:
        >>> uniform_patterns(8)[[0b00000000, 0b00000001, 0b00111000, 0b01010101, 0b00100100]].tolist()
        [0, 1, 18, 58, 58]
    """
    codes = np.arange(2**neighbours)
    turned = (codes >> 1) | ((codes & 1) << (neighbours - 1))
    uniform = np.array([bin(code).count("1") for code in codes ^ turned]) <= 2
    return np.where(uniform, np.cumsum(uniform) - 1, uniform.sum())


def _shifted(clip: NDArray, shift: Sequence[float], margins: NDArray) -> NDArray:
    """Return the grey levels at a distance from all inner pixels, interpolated on the axes where it is broken."""
    for axis, (distance, margin) in enumerate(zip(shift, margins, strict=True)):
        low = int(np.floor(distance))
        rest, size = distance - low, clip.shape[axis] - 2 * margin
        near = clip.take(np.arange(margin + low, margin + low + size), axis)
        if rest:
            far = clip.take(np.arange(margin + low + 1, margin + low + 1 + size), axis)
            near = (1 - rest) * near + rest * far
        clip = near
    return clip


def _block_histograms(
    codes: NDArray[np.intp], bins: int, blocks: tuple[int, int, int]
) -> NDArray[np.float64]:
    """Return normalised histograms, (rows, columns, time, bins), of blocks in (time, rows, columns)."""
    block_of = [np.arange(size) * count // size for size, count in zip(codes.shape, blocks, strict=True)]
    time, row, column = np.ix_(*block_of)
    flat = ((row * blocks[2] + column) * blocks[0] + time) * bins + codes
    counts = np.bincount(flat.ravel(), minlength=np.prod(blocks) * bins)
    counts = counts.reshape(blocks[1], blocks[2], blocks[0], bins).astype(np.float64)
    return counts / counts.sum(axis=-1, keepdims=True)
