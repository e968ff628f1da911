"""Key frames: those at which the picture changes most, by PeakUtils' method as mi2020 uses it.

The mean difference of neighbouring frames is a signal over time. A slowly varying baseline is taken off,
and its peaks above a threshold, some frames apart, are the key frames. Frames may come from any iterator,
and only two of them are held at a time.

PeakUtils (Negri and Vestri) is written anew on SciPy here, in a few lines, rather than depended upon; both
find the same peaks.
"""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from learnface.errors import DataError

__all__ = ["baseline", "frame_differences", "key_frames", "peaks"]


def key_frames(
    frames: Iterable[NDArray],
    threshold: float = 0.3,
    min_distance: int = 1,
    degree: int = 2,
    blur: float = 1.0,
) -> NDArray[np.intp]:
    """Return the places of the key frames, the first frame being 0.

    Args:
        frames: RGB or grey frames of one size, in a list or from an iterator.
        threshold: how high a peak must be, from 0 (the lowest difference) to 1 (the highest).
        min_distance: two key frames are further apart than this, if it is more than 1; the higher wins.
        degree: of the polynomial that is the baseline.
        blur: standard deviation in pixels of the smoothing that takes camera noise away; 0 for none.

    Returns:
        Frame places in order; none if the picture never changes, or if there are fewer than 4 frames.

    Example:
        >>> frames = [np.full((8, 8), 100 * (i >= 5) + 50 * (i >= 12), np.uint8) for i in range(20)]
        >>> key_frames(frames).tolist()
        [5, 12]
    """
    signal = frame_differences(frames, blur)[1:]
    if len(signal) < 3:
        return np.zeros(0, dtype=np.intp)
    return peaks(signal - baseline(signal, degree), threshold, min_distance) + 1


def frame_differences(frames: Iterable[NDArray], blur: float = 1.0) -> NDArray[np.float64]:
    """Return how much each frame differs from the one before: mean absolute grey difference, 0 to 255.

    Args:
        frames: RGB or grey frames of one size, `uint8` or floats in [0, 1].
        blur: standard deviation in pixels of a Gaussian that is applied first; 0 for none.

    Returns:
        One number a frame; that of the first frame is 0.

    Raises:
        DataError: frames of another size or kind than the first.
    """
    differences, before = [], None
    for number, frame in enumerate(frames):
        grey = _grey(frame, number)
        if blur:
            grey = cv2.GaussianBlur(grey, (0, 0), blur)
        if before is not None and grey.shape != before.shape:
            raise DataError(f"frame {number} is {grey.shape}, but the frames before it are {before.shape}")
        differences.append(0.0 if before is None else float(np.abs(grey - before).mean()))
        before = grey
    return np.array(differences)


def peaks(signal: ArrayLike, threshold: float = 0.3, min_distance: int = 1) -> NDArray[np.intp]:
    """Return the places of a signal's peaks, as `peakutils.indexes`.

    Args:
        signal: numbers over time.
        threshold: only peaks above this part of the way from the lowest to the highest value count.
        min_distance: of peaks that are at most so far apart the highest stays; 1 keeps all.

    Returns:
        Places in order. The ends are no peaks; of a flat top it is the middle.

    Example:
        >>> peaks([0, 1, 0, 0, 5, 0, 4, 0]).tolist(), peaks([0, 1, 0, 0, 5, 0, 4, 0], 0.1, 2).tolist()
        ([4, 6], [1, 4])
    """
    if not 0 <= threshold <= 1:
        raise DataError(f"threshold={threshold} is not between 0 and 1")
    if min_distance < 1:
        raise DataError(f"min_distance={min_distance} must be at least 1")
    values = np.asarray(signal, dtype=np.float64)
    if values.size < 3:
        return np.zeros(0, dtype=np.intp)
    least = values.min() + threshold * np.ptp(values)
    # SciPy counts peaks closer than `distance` as one, PeakUtils those at most so far apart.
    from scipy.signal import find_peaks  # a second of every start that does not need it

    found, _ = find_peaks(values, height=least, distance=min_distance + 1 if min_distance > 1 else None)
    return found[values[found] > least]


def baseline(signal: ArrayLike, degree: int = 2, iterations: int = 100) -> NDArray[np.float64]:
    """Return the slowly varying floor under a signal's peaks.

    A polynomial is fitted, what lies above it is cut off, and again until it settles
    (as `peakutils.baseline`).

    Example:
        >>> baseline([1, 1, 9, 1, 1, 1, 1], degree=0).round(2).tolist()
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    values = np.asarray(signal, dtype=np.float64)
    places = np.linspace(-1, 1, values.size)
    basis = np.polynomial.legendre.legvander(places, min(degree, values.size - 1))
    fit = np.linalg.pinv(basis)
    floor, lowered = values, values
    for _ in range(iterations):
        before, floor = floor, basis @ (fit @ lowered)
        lowered = np.minimum(lowered, floor)
        if np.linalg.norm(floor - before) <= 1e-3 * np.linalg.norm(before):
            break
    return floor


def _grey(frame: NDArray, number: int) -> NDArray[np.float32]:
    array = np.asarray(frame)
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3)):
        raise DataError(f"frame {number} has the shape {array.shape}, expected (height, width[, 1 or 3])")
    scale = 255.0 if np.issubdtype(array.dtype, np.floating) else 1.0
    values = np.ascontiguousarray(array, dtype=np.float32) * np.float32(scale)
    return (
        cv2.cvtColor(values, cv2.COLOR_RGB2GRAY)
        if values.shape[2:] == (3,)
        else values.reshape(array.shape[:2])
    )
