"""Faces cut as a model is used to: as its card says they were in training, or as the detector's box has them."""

import dataclasses
from typing import Protocol

import numpy as np

from learnface.clips import PrepareSettings
from learnface.clips._cutter import CutFace, FaceCutter, Placement
from learnface.errors import DataError
from learnface.faces.crop import crop_face
from learnface.faces.detect import DEFAULT_DETECTOR, Detector, Face, build_detector
from learnface.faces.regions import five_regions
from learnface.models import ModelCard
from learnface.transfer import preparation_of

__all__ = ["FaceCropper", "frame_rate_of"]


class Crops(Protocol):
    """What faces are cut for: their `(height, width)` and channels, and the model's card if it has one.

    Where it has a `takes_regions` that is true, it takes the five pictures of `learnface.faces.five_regions`.
    """

    size: tuple[int, int]
    channels: int
    card: ModelCard | None


_COLOURS = ((), (1,), (3,))  # what a face's shape may have behind height and width


class FaceCropper:
    """Cuts the faces of pictures for one network.

    Args:
        network: the network; a card with a `preparation` decides how faces are aligned and evened out.
        detector: name of a detector, or one built; None takes that of the card, or the default one.

    Attributes:
        detector: the detector.

    Raises:
        DataError: there is no such detector, or the card does not fit the network.
        MissingDependencyError: the card asks for a detector or landmarks whose package is not installed.
    """

    def __init__(self, network: Crops, detector: str | Detector | None = None):
        self._size, self._channels = network.size, network.channels
        preparation = getattr(network.card, "preparation", {})
        own = preparation.get("detector") or DEFAULT_DETECTOR
        self.detector = build_detector(own if detector is None else detector)
        self._takes_regions = getattr(network, "takes_regions", False)
        settings = PrepareSettings(
            detector=self.detector, size=self._size, grey=self._channels == 1, equalise=None
        )
        if preparation:
            settings = dataclasses.replace(preparation_of(network.card), detector=self.detector)
            if settings.shape != (*self._size, self._channels):
                raise DataError(
                    f"the card prepares faces of {settings.shape}, but the model takes "
                    f"{(*self._size, self._channels)}: mend the card"
                )
        self._cutter = FaceCutter(settings)
        self._unaligned = FaceCutter(dataclasses.replace(settings, landmarks=None, template=None))

    def crop(self, image: np.ndarray, face: Face) -> np.ndarray:
        """Return a face as the network wants it.

        Args:
            image: `(height, width, 3)` RGB or `(height, width)` grey, uint8.
            face: where it is. Its landmarks, or those that the card asks for, place the five pictures of a
                network of regions; without them the pictures are cut by the fixed template. A face that is to be
                aligned, but whose landmarks are not found, is cut by its box.

        Returns:
            `(height, width, channels)` uint8, or for a network of regions `(5, height, width, channels)`.
        """
        placed = self._cutter.align(image, Placement(face.box, face.score, face.landmarks))
        cut = self._cutter.cut(image, placed)
        if not cut.found:  # no landmarks, as of a covered face: its box is better than nothing
            cut, placed = self._unaligned.cut(image, Placement(face.box, face.score)), None
        if not self._takes_regions:
            return cut.image
        return self._regions(cut.image, None if placed is None else _within(cut, placed))

    def whole(self, face: np.ndarray) -> np.ndarray:
        """Return a picture that is a face already, its middle square, as the network wants it; see `crop`.

        Raises:
            DataError: it is no uint8 image.
        """
        if (
            face.dtype != np.uint8
            or face.ndim not in (2, 3)
            or not face.size
            or face.shape[2:] not in _COLOURS
        ):
            raise DataError(
                f"a face of shape {face.shape} and type {face.dtype}: give uint8 images from 0 to 255"
            )
        height, width = face.shape[:2]
        side = min(height, width)
        box = ((width - side) / 2, (height - side) / 2, side, side)
        grey = face[..., 0] if face.shape[2:] == (1,) else face
        cut = crop_face(grey, box, self._size, 0.0, self._channels)
        cut = self._cutter.normalise(cut)
        return self._regions(cut, None) if self._takes_regions else cut

    def _regions(self, face: np.ndarray, landmarks: np.ndarray | None) -> np.ndarray:
        """Return the five pictures of a face, `(5, height, width, channels)`."""
        try:
            pictures = five_regions(face, landmarks, self._size)
        except DataError:  # a part of the face lies outside the crop, or the detector's points make no face
            pictures = five_regions(face, None, self._size)
        return np.stack([*pictures.values()])


def _within(cut: CutFace, placed: Placement) -> np.ndarray | None:
    """Return the landmarks of a face in pixels of its crop, `(points, 2)`, or None where there are none."""
    if placed.points is None or np.isnan(cut.transform).any():
        return None
    return placed.points @ cut.transform[:, :2].T + cut.transform[:, 2]


def frame_rate_of(card: ModelCard | None) -> float | None:
    """Return how many frames a second the clips of a model's training had; None if its card does not tell."""
    return None if card is None else card.preparation.get("frame_rate")
