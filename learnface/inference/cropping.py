"""Faces cut as a model is used to: as its card says they were in training, or as the detector's box has them."""

import dataclasses
from typing import Protocol

import numpy as np

from learnface.clips._cutter import FaceCutter, Placement
from learnface.errors import DataError
from learnface.faces.crop import crop_face
from learnface.faces.detect import DEFAULT_DETECTOR, Detector, Face, build_detector
from learnface.models import ModelCard
from learnface.transfer import preparation_of

__all__ = ["FaceCropper", "frame_rate_of"]


class Crops(Protocol):
    """What faces are cut for: their `(height, width)` and channels, and the model's card if it has one."""

    size: tuple[int, int]
    channels: int
    card: ModelCard | None


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
        self._cutter = None
        if preparation:
            settings = dataclasses.replace(preparation_of(network.card), detector=self.detector)
            if settings.shape != (*self._size, self._channels):
                raise DataError(
                    f"the card prepares faces of {settings.shape}, but the model takes "
                    f"{(*self._size, self._channels)}: mend the card"
                )
            self._cutter = FaceCutter(settings)

    def crop(self, image: np.ndarray, face: Face) -> np.ndarray:
        """Return a face as the network wants it, `(height, width, channels)` uint8."""
        if self._cutter is None:
            margin, shift = self.detector.margin, self.detector.shift
            return crop_face(image, face.box, self._size, margin, self._channels, shift)
        found = Placement(face.box, face.score, face.landmarks)
        return self._cutter.cut(image, self._cutter.align(image, found)).image

    def whole(self, face: np.ndarray) -> np.ndarray:
        """Return a picture that is a face already, its middle square, as the network wants it.

        Raises:
            DataError: it is no uint8 image.
        """
        if face.dtype != np.uint8 or face.ndim not in (2, 3) or not face.size:
            raise DataError(
                f"a face of shape {face.shape} and type {face.dtype}: give uint8 images from 0 to 255"
            )
        height, width = face.shape[:2]
        side = min(height, width)
        box = ((width - side) / 2, (height - side) / 2, side, side)
        grey = face[..., 0] if face.shape[2:] == (1,) else face
        cut = crop_face(grey, box, self._size, 0.0, self._channels)
        return cut if self._cutter is None else self._cutter.normalise(cut)


def frame_rate_of(card: ModelCard | None) -> float | None:
    """Return how many frames a second the clips of a model's training had; None if its card does not tell."""
    return None if card is None else card.preparation.get("frame_rate")
