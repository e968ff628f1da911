"""Follow faces from frame to frame, so that a person keeps one number through a video."""

from collections.abc import Sequence
from dataclasses import dataclass

from learnface.errors import DataError
from learnface.faces.face import Face, overlap

__all__ = ["FaceTracker"]


@dataclass
class _Track:
    number: int
    box: tuple[float, float, float, float]
    missed: int = 0


class FaceTracker:
    """Gives the faces of successive frames numbers that stay with them.

    Pairs of a known face and a detection are joined in falling order of their overlap (intersection over
    union). A face that is not found for `max_gap` frames is forgotten, so that memory stays bounded;
    should it come back it gets a new number.

    Args:
        min_overlap: least overlap of a face with its last box, in (0, 1].
        max_gap: how many successive frames a face may be missing.

    Example:
        >>> tracker = FaceTracker()
        >>> tracker.update([Face((0, 0, 10, 10)), Face((50, 0, 10, 10))])
        [0, 1]
        >>> tracker.update([Face((51, 0, 10, 10)), Face((1, 1, 10, 10))])
        [1, 0]
    """

    def __init__(self, min_overlap: float = 0.2, max_gap: int = 10):
        if not 0 < min_overlap <= 1:
            raise DataError(f"min_overlap is {min_overlap}: it must be in (0, 1]")
        self.min_overlap, self.max_gap = min_overlap, max_gap
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
        for _, place, track in self._pairs(faces):
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

    def _pairs(self, faces: Sequence[Face]) -> list[tuple[float, int, _Track]]:
        """Return (overlap, place of the face, track), the best first; ties go to the older track."""
        pairs = [
            (overlap(face.box, track.box), place, track)
            for place, face in enumerate(faces)
            for track in self._tracks
        ]
        pairs = [pair for pair in pairs if pair[0] >= self.min_overlap]
        return sorted(pairs, key=lambda pair: (-pair[0], pair[2].number, pair[1]))

    def _start(self, face: Face) -> _Track:
        track = _Track(self._next, face.box)
        self._next += 1
        self._tracks.append(track)
        return track
