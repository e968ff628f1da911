"""Error and time of `learnface.clips.motion.dense_flow` on motions that are known exactly.

    python benchmarks/optical_flow.py [pixels]

Prints the table of `learnface/clips/motion.py`: mean error in pixels, away from the borders.
"""

import sys
import time

import cv2
import numpy as np

from learnface.clips.motion import FLOW_METHODS, dense_flow
from learnface.errors import MissingDependencyError


def main(size: int = 96) -> None:
    """Print one row a method."""
    cv2.setNumThreads(1)
    y, x = np.mgrid[:size, :size].astype(float)
    places = np.stack([x, y]) - (size - 1) / 2
    motions = {"shift (0.3, -0.2)": (0, (0.3, -0.2)), "shift (4.2, -3.1)": (0, (4.2, -3.1))}
    motions |= {"turn of 1 degree": (1, (0, 0)), "turn of 3 degrees": (3, (0, 0))}
    print("method", *motions, "ms", sep=" | ")
    for method in FLOW_METHODS:
        errors, times = [], []
        for degrees, shift in motions.values():
            turn = _rotation(degrees)
            truth = np.moveaxis(np.einsum("ij,jyx->iyx", turn, places) - places, 0, -1) + shift
            back = np.einsum("ij,jyx->iyx", turn.T, places - np.array(shift)[:, None, None])
            first, second = _texture(places), _texture(back)
            for _ in range(5):
                start = time.perf_counter()
                try:
                    flow = dense_flow(first, second, method)
                except MissingDependencyError as error:
                    sys.exit(str(error))
                times.append(time.perf_counter() - start)
            edge = size // 6
            errors.append(np.linalg.norm(flow - truth, axis=-1)[edge:-edge, edge:-edge].mean())
        print(method, *(f"{error:.3f}" for error in errors), f"{1000 * np.median(times):.0f}", sep=" | ")


def _rotation(degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _texture(places: np.ndarray) -> np.ndarray:
    """Return a smooth random picture, a sum of 60 waves of 8 to 50 pixels, at any places."""
    random = np.random.default_rng(1)
    frequency, angle, phase = random.uniform([0.02, 0, 0], [0.12, 6.3, 6.3], (60, 3)).T
    x, y = places
    waves = (
        np.sin(2 * np.pi * f * (x * np.cos(a) + y * np.sin(a)) + p)
        for f, a, p in zip(frequency, angle, phase, strict=True)
    )
    return np.clip(127.5 + 7.3 * sum(waves), 0, 255).round().astype(np.uint8)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
