"""Textured pictures whose lower half is stretched for a moment, as skin is by a micro-expression."""

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

__all__ = ["twitching_frames"]


def twitching_frames(
    length: int, onsets: list[int], duration: int = 9, size: int = 64, drift: float = 0.0
) -> np.ndarray:
    """Return (length, size, size) uint8: the picture drifts, and at each onset its mouth rises and sinks."""
    texture = gaussian_filter(np.random.default_rng(0).normal(size=(size + 40, size + 40)), 2)
    texture = 127 + 110 * texture / np.abs(texture).max()
    course = np.sin(np.pi * np.linspace(0, 1, duration))
    strength = np.zeros(length)
    for onset in onsets:
        strength[onset : onset + duration] = course
    y, x = np.mgrid[:size, :size].astype(float)
    bump = np.exp(-((x / size - 0.4) ** 2 + (y / size - 0.7) ** 2) / (2 * 0.09**2))
    frames = [
        map_coordinates(texture, [y + 20 + 1.5 * s * bump, x + 20 + drift * k], order=1)
        for k, s in enumerate(strength)
    ]
    return np.clip(frames, 0, 255).astype(np.uint8)
