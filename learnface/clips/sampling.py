"""Which frames of a clip a model sees: index arrays, so that no pixels are copied to choose them.

Every function but `interpolate_clip` takes the number of frames that there are and returns the places of
those to take, first frame 0; `frames[every_nth(len(frames), 4)]` then reads them.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from learnface.errors import DataError

__all__ = [
    "centre_trim_pad",
    "every_nth",
    "interpolate_clip",
    "interpolation_weights",
    "sliding_windows",
    "uniform",
]


def every_nth(count: int, n: int, start: int = 0) -> NDArray[np.intp]:
    """Return every n-th frame, as wang2020 takes 10 frames out of 40.

    Example:
        >>> every_nth(40, 4).tolist()
        [0, 4, 8, 12, 16, 20, 24, 28, 32, 36]
    """
    _check(count, n)
    if not 0 <= start < count:
        raise DataError(f"start={start} is not among the clip's {count} frames")
    return np.arange(start, count, n)


def centre_trim_pad(count: int, n: int = 20) -> NDArray[np.intp]:
    """Return n frames about the middle: a longer clip loses its ends, a shorter one repeats them.

    Of X frames (X - n) / 2 go at each end, as in the micro-expression paper, which takes n = 20. Where
    that is not whole, the odd frame goes, or is repeated, at the end.

    Example:
        >>> centre_trim_pad(9, 4).tolist(), centre_trim_pad(3, 6).tolist()
        ([2, 3, 4, 5], [0, 0, 1, 2, 2, 2])
    """
    _check(count, n)
    start = (count - n) // 2 if count >= n else -((n - count) // 2)
    return np.clip(np.arange(start, start + n), 0, count - 1)


def uniform(count: int, n: int) -> NDArray[np.intp]:
    """Return n frames at even steps from the first to the last; a clip shorter than n repeats some.

    One frame is the middle one.

    Example:
        >>> uniform(10, 4).tolist(), uniform(2, 4).tolist(), uniform(9, 1).tolist()
        ([0, 3, 6, 9], [0, 0, 1, 1], [4])
    """
    _check(count, n)
    return np.floor(_positions(count, n) + 0.5).astype(np.intp)


def sliding_windows(
    count: int, n: int, stride: int = 1, last: Literal["shift", "drop"] = "shift"
) -> NDArray[np.intp]:
    """Return overlapping windows of n frames, (windows, n).

    Args:
        count: number of frames that there are.
        n: frames of a window.
        stride: frames from one window's start to the next one's.
        last: what happens to frames at the end that no whole window reaches: one more window ends with
            the last frame (`"shift"`, so that every frame is seen), or they are left out (`"drop"`).

    Returns:
        Frame places. A clip shorter than n gives one window by `centre_trim_pad` for `"shift"`, and none
        for `"drop"`.

    Example:
        >>> sliding_windows(8, 4, stride=3).tolist()
        [[0, 1, 2, 3], [3, 4, 5, 6], [4, 5, 6, 7]]
    """
    _check(count, n)
    if stride < 1:
        raise DataError(f"stride={stride} must be at least 1")
    if last not in ("shift", "drop"):
        raise DataError(f"last={last!r}: choose 'shift' or 'drop'")
    if count < n and last == "shift":
        return centre_trim_pad(count, n)[None]
    starts = np.arange(0, count - n + 1, stride)
    if last == "shift" and starts[-1] != count - n:
        starts = np.append(starts, count - n)
    return starts[:, None] + np.arange(n)


def interpolate_clip(frames: NDArray, n: int, method: Literal["linear", "manifold"] = "manifold") -> NDArray:
    """Return a clip of n frames by temporal interpolation (TIM), from the first frame to the last.

    `"manifold"` is the model of Zhou, Zhao and Pietikainen 2011 that micro-expression work calls TIM: the
    frames are nodes of a path graph, whose Laplacian eigenvectors give a curve through all of them.
    `"linear"` mixes the two neighbouring frames.

    Args:
        frames: (frames, ...), pictures or features.
        n: frames of the result; fewer than there are shortens the clip.
        method: which of the two.

    Returns:
        (n, ...); `uint8` stays `uint8`, rounded and clipped, all else is float32.

    Example:
        >>> interpolate_clip(np.array([[0.0], [1.0]]), 5, "linear").ravel().tolist()
        [0.0, 0.25, 0.5, 0.75, 1.0]
        >>> interpolate_clip(np.array([[0], [100]], np.uint8), 5).ravel().tolist()
        [0, 23, 50, 77, 100]
    """
    frames = np.asarray(frames)
    weights = interpolation_weights(len(frames), n, method).astype(np.float32)
    flat = frames.reshape(len(frames), -1).astype(np.float32)
    result = (weights @ flat).reshape(n, *frames.shape[1:])
    return np.clip(np.round(result), 0, 255).astype(np.uint8) if frames.dtype == np.uint8 else result


def interpolation_weights(
    count: int, n: int, method: Literal["linear", "manifold"] = "manifold"
) -> NDArray[np.float64]:
    """Return how much of each frame goes into each interpolated one, (n, count); rows sum to 1.

    For the manifold no decomposition of the pixels is needed. The path graph's eigenvectors are
    y_k(i) = cos(pi k (i + 1/2) / count), and the curve of Zhou et al. (equation 6) runs through the same
    cosines between frames. The map from curve to pixels, which they find by a singular value
    decomposition, is exact on the frames; so the model is the cosine series through the frames.

    Raises:
        DataError: fewer than one frame, or an unknown method.
    """
    _check(count, n)
    positions = _positions(count, n)
    if method == "linear":
        return np.maximum(0, 1 - np.abs(positions[:, None] - np.arange(count)))
    if method != "manifold":
        raise DataError(f"method={method!r}: choose 'linear' or 'manifold'")
    order = np.arange(1, count)
    on_frames = np.cos(np.pi * np.outer(order, np.arange(count) + 0.5) / count)
    between = np.cos(np.pi * np.outer(positions + 0.5, order) / count)
    return (1 + 2 * between @ on_frames) / count


def _positions(count: int, n: int) -> NDArray[np.float64]:
    return np.linspace(0, count - 1, n) if n > 1 else np.array([(count - 1) / 2])


def _check(count: int, n: int) -> None:
    if count < 1:
        raise DataError("the clip has no frames")
    if n < 1:
        raise DataError(f"n={n} must be at least 1")
