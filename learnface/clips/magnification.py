"""Eulerian motion magnification: make small movements of a clip larger (Wu et al. 2012).

Each frame is taken apart into bands of detail (a Laplacian pyramid). In each band, what changes over time
at the wanted frequencies is multiplied and added back. To first order that moves edges further by the
same factor, without any tracking.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from learnface.errors import DataError

__all__ = ["check_band", "magnify_motion"]


def magnify_motion(
    frames: NDArray,
    fps: float,
    band: tuple[float, float] = (0.4, 5.0),
    factor: float = 8.0,
    shortest_wavelength: float = 16.0,
    levels: int = 4,
) -> NDArray:
    """Return a clip whose movements within a frequency band are up to (1 + factor) times as large.

    Measured on waves 24 to 40 pixels long that move by 0.1 pixel: 0.77 to 0.84 of that. Finer detail
    moves less, by `shortest_wavelength`.

    Args:
        frames: (frames, height, width) or (frames, height, width, channels), `uint8` or floats in [0, 1].
        fps: frames per second.
        band: lowest and highest frequency of the movements in Hz, both included. The rest of a clip's
            frequencies, and all that stands still, stay as they are. The filter is the ideal one of the
            paper, which knows only whole multiples of fps / frames: a clip that is shorter than the lowest
            frequency's period, as micro-expressions are, is filtered as if its first and its last frame stood
            still for the rest of it. Else few or none of the frequencies would be in the band.
        factor: how much of the movement is added; a micro-expression takes about 5 to 20.
        shortest_wavelength: detail finer than this, in pixels, is magnified less (equation 14): the
            longest movement that comes out well is 1/8 of it after magnification.
        levels: bands of detail, each half as fine as the one before; the coarse rest, mostly light, is
            left alone.

    Returns:
        The clip in its own shape and dtype, clipped to its range.

    Raises:
        DataError: a band that the frame rate cannot hold, or not a clip.

    Example:
        >>> clip = np.full((16, 32, 32), 90, np.uint8)
        >>> bool((magnify_motion(clip, fps=30) == clip).all())
        True
    """
    pixels = _checked(frames)
    check_band(band, fps)
    low, high = band
    if factor < 0 or levels < 1 or shortest_wavelength <= 0:
        raise DataError("factor must be at least 0, levels at least 1, and shortest_wavelength above 0")
    count, missing = len(pixels), max(0, math.ceil(fps / low) - len(pixels))
    before, after = missing // 2, missing - missing // 2
    frequencies = np.fft.rfftfreq(count + missing, 1 / fps)
    wanted = (frequencies >= low) & (frequencies <= high)
    added = None
    bands = _pyramid(pixels, levels)
    for level, detail in reversed(list(enumerate(bands))):
        wavelength = 4 * 2**level  # a level's longest: it holds those from half of it
        strength = np.clip((1 + factor) * wavelength / shortest_wavelength - 1, 0, factor)
        held = np.pad(detail, [(before, after)] + [(0, 0)] * (detail.ndim - 1), mode="edge")
        spectrum = np.fft.rfft(held, axis=0)
        spectrum[~wanted] = 0
        change = strength * np.fft.irfft(spectrum, n=len(held), axis=0)[before : before + count]
        added = change if added is None else change + _enlarged(added, detail.shape)
    result = np.clip(pixels + added, 0, 1).reshape(np.shape(frames))
    if np.asarray(frames).dtype == np.uint8:
        return np.round(result * 255).astype(np.uint8)
    return result.astype(np.asarray(frames).dtype)


def check_band(band: tuple[float, float], fps: float) -> None:
    """Make sure that a frame rate can hold a band of frequencies.

    Raises:
        DataError: it cannot.
    """
    if not 0 < band[0] < band[1] <= fps / 2:
        raise DataError(f"band={band} must rise and lie between 0 and fps / 2 = {fps / 2} Hz")


def _pyramid(pixels: NDArray[np.float32], levels: int) -> list[NDArray[np.float32]]:
    """Return the bands of detail of all frames, the finest first, without the coarse rest."""
    bands, current = [], pixels
    for _ in range(levels):
        if min(current.shape[1:3]) < 2:
            break
        smaller = np.stack([cv2.pyrDown(frame) for frame in current])
        bands.append(current - _enlarged(smaller, current.shape))
        current = smaller
    return bands


def _enlarged(pixels: NDArray, shape: tuple[int, ...]) -> NDArray[np.float32]:
    size = shape[2], shape[1]
    return np.stack([cv2.pyrUp(frame.astype(np.float32), dstsize=size) for frame in pixels])


def _checked(frames: NDArray) -> NDArray[np.float32]:
    array = np.asarray(frames)
    if array.ndim not in (3, 4) or array.shape[0] < 2 or min(array.shape[1:3]) < 2:
        raise DataError(
            f"the clip has the shape {array.shape}, expected (frames, height, width[, channels]) with at "
            "least 2 frames"
        )
    if array.shape[3:] == (1,):
        array = array[..., 0]  # OpenCV drops such an axis anyway
    if array.dtype == np.uint8:
        return array.astype(np.float32) / 255
    if np.issubdtype(array.dtype, np.floating):
        return array.astype(np.float32)
    raise DataError(f"the clip is {array.dtype}, expected uint8 (0-255) or floats in [0, 1]")
