"""Smooth the probabilities of each face over time."""

from collections.abc import Iterable, Sequence

import numpy as np

from learnface.arguments import check_share

__all__ = ["ExponentialSmoothing"]


class ExponentialSmoothing:
    """Mixes the probabilities of each face with those of its past.

    `smoothed = weight * smoothed before + (1 - weight) * now`, beginning with the first frame of a face.

    Args:
        weight: share of the past, in [0, 1); 0 leaves everything as it is.

    Example:
        >>> smoothing = ExponentialSmoothing(0.5)
        >>> _ = smoothing.update([7], np.array([[1.0, 0.0]]))
        >>> smoothing.update([7], np.array([[0.0, 1.0]]))
        array([[0.5, 0.5]])
    """

    def __init__(self, weight: float):
        check_share(smoothing=weight)
        self.weight = weight
        self._past: dict[int, np.ndarray] = {}

    def update(self, numbers: Sequence[int], probabilities: np.ndarray) -> np.ndarray:
        """Return smoothed `(faces, classes)`, one row for each number, in order of time."""
        rows = []
        for number, now in zip(numbers, probabilities, strict=True):
            past = self._past.get(number, now)
            self._past[number] = self.weight * past + (1 - self.weight) * now
            rows.append(self._past[number])
        return np.stack(rows) if rows else probabilities

    def keep(self, numbers: Iterable[int]) -> None:
        """Forget all faces but these, so that memory stays bounded."""
        numbers = set(numbers)
        self._past = {number: past for number, past in self._past.items() if number in numbers}
