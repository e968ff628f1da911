"""Follow faces from frame to frame, so that a person keeps one number through a video."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from learnface.errors import DataError
from learnface.faces.face import Face, overlap

__all__ = ["FaceTracker"]


LARGEST_RATIO = 2.0  # of the areas of one face in two frames that do not overlap


@dataclass
class _Track:
    number: int
    box: tuple[float, float, float, float]
    missed: int = 0


class FaceTracker:
    """Gives the faces of successive frames numbers that stay with them.

    Pairs of a known face and a detection are joined in falling order of their overlap (intersection over
    union); then, of those left over, the nearest that are about as large: a face that moves fast, or that is
    looked at seldom, does not overlap with its last box. A face that is not found for `max_gap` frames is
    forgotten, so that memory stays bounded; should it come back it gets a new number.

    Args:
        min_overlap: least overlap of a face with its last box, in (0, 1].
        max_gap: how many successive frames a face may be missing.
        reach: how far a face may have moved without overlap, in sides of its box; 0 asks for overlap.

    Example:
        >>> tracker = FaceTracker()
        >>> tracker.update([Face((0, 0, 10, 10)), Face((50, 0, 10, 10))])
        [0, 1]
        >>> tracker.update([Face((51, 0, 10, 10)), Face((1, 1, 10, 10))])
        [1, 0]
    """

    def __init__(self, min_overlap: float = 0.2, max_gap: int = 10, reach: float = 1.0):
        if not 0 < min_overlap <= 1:
            raise DataError(f"min_overlap is {min_overlap}: it must be in (0, 1]")
        self.min_overlap, self.max_gap, self.reach = min_overlap, max_gap, reach
        self._tracks: list[_Track] = []
        self._next = 0

    @property
    def active(self) -> list[int]:
        """The numbers of the faces that are not forgotten."""
        return [track.number for track in self._tracks]

    def update(self, faces: Sequence[Face]) -> list[int]:
        """Return the number of each face of the next frame, in the order of `faces`."""
        chosen: dict[int, _Track] = {}
        taken: set[int] = set()
        for closeness in (self._overlap, self._nearness):
            for _, place, track in self._pairs(faces, closeness):
                if place not in chosen and track.number not in taken:
                    chosen[place] = track
                    taken.add(track.number)
        for track in self._tracks:
            track.missed = 0 if track.number in taken else track.missed + 1
        self._tracks = [track for track in self._tracks if track.missed <= self.max_gap]
        for place, face in enumerate(faces):
            if place in chosen:
                chosen[place].box = face.box
            else:
                chosen[place] = self._start(face)
        return [chosen[place].number for place in range(len(faces))]

    def _pairs(
        self, faces: Sequence[Face], closeness: Callable[[Face, _Track], float | None]
    ) -> list[tuple[float, int, _Track]]:
        """Return (closeness, place of the face, track), the best first; ties go to the older track."""
        pairs = [
            (value, place, track)
            for place, face in enumerate(faces)
            for track in self._tracks
            if (value := closeness(face, track)) is not None
        ]
        return sorted(pairs, key=lambda pair: (-pair[0], pair[2].number, pair[1]))

    def _overlap(self, face: Face, track: _Track) -> float | None:
        """Return how much two boxes overlap, None if too little."""
        value = overlap(face.box, track.box)
        return value if value >= self.min_overlap else None

    def _nearness(self, face: Face, track: _Track) -> float | None:
        """Return minus the distance in sides of the box, None if too far or of another size."""
        last = Face(track.box)
        if not 1 / LARGEST_RATIO <= face.area / last.area <= LARGEST_RATIO:
            return None
        distance = math.dist(face.center, last.center) / math.sqrt(last.area)
        return -distance if distance < self.reach else None

    def _start(self, face: Face) -> _Track:
        track = _Track(self._next, face.box)
        self._next += 1
        self._tracks.append(track)
        return track
