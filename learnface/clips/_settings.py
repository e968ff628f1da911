"""The settings of `prepare`, and the hash by which faces prepared with other settings are told apart."""

import dataclasses
import hashlib
import json
import math
from typing import Any, Literal

from learnface.errors import DataError
from learnface.faces.align import TEMPLATES
from learnface.faces.detect import DEFAULT_DETECTOR, Detector, build_detector
from learnface.faces.landmarkers import PREDICTORS

__all__ = ["LOOKS", "PrepareSettings", "still_template"]

# What a model sees of a face hangs on these; not on where the face was found, nor on how it is stored.
LOOKS = ("landmarks", "template", "margin", "size", "grey", "equalise", "frames")

_CHOICES = {
    "equalise": ("histogram", "clahe", None),
    "sampling": ("uniform", "centre"),
    "missing": ("keep_empty", "drop", "whole_frame"),
    "reference": ("each", "first"),
    "order": ("largest", "central"),
    "encoding": ("raw", "png"),
}

_WHOLE_FACE = ("mesh", "dlib68")
"""Landmarks that fit every template."""
_FITTING = {"detector": ("five", "eyes"), "dlib5": ("outer_eyes_and_nose",)}


def still_template(landmarks: str | None) -> str | None:
    """Return the template of the points that expressions move least, or None where the landmarks lack them."""
    return "rigid" if landmarks in _WHOLE_FACE else None


@dataclasses.dataclass(frozen=True)
class PrepareSettings:
    """How `prepare` makes faces out of frames; the defaults are those of wang2020, but for its aligner.

    Attributes:
        detector: a name in `learnface.faces.detect.DETECTORS`, a detector, or None where a frame is a face
            already, as in FER2013.
        landmarks: how to find the landmarks by which faces are aligned: a name in
            `learnface.faces.landmarkers.PREDICTORS`, or `"detector"` for the five points that some detectors
            find. None cuts out the detector's box without aligning it.
        template: the landmarks to align by, a key of `learnface.faces.align.TEMPLATES`. None takes `"five"`
            for the detector's landmarks and `"outer_eyes_and_nose"`, as wang2020, for others.
        reference: whether `"each"` frame of a clip is placed by its own face, or all by the face found
            `"first"`, so that the detector's jitter does not become motion (micro-expressions).
        order: which face counts where there are several: the `"largest"` or the most `"central"`.
        min_size: side in pixels of the smallest face to look for; None means 1/20 of the longer side.
        size: height and width of a prepared face, or its side, in pixels.
        grey: drop the colours.
        equalise: `"histogram"`, `"clahe"` or None, as in `learnface.faces.normalise_face`.
        margin: space round the face, as a share of its size, on each side. None takes 0.1 for aligned faces
            and the detector's own margin for others.
        fps: frames a second to take of a video; None takes every frame. Folders of pictures have no rate.
        every: take every such frame of a clip (after `fps`).
        frames: frames of a prepared clip; None keeps all.
        sampling: how `frames` are chosen: `"uniform"` from the first to the last, or the `"centre"` of the
            clip. A shorter clip repeats frames.
        missing: what becomes of a frame without a face: `"keep_empty"` makes it black, `"drop"` leaves it out
            (and the sample, if it has no other), `"whole_frame"` takes the whole frame.
        encoding: how pixels are stored: `"raw"`, or `"png"`, which takes about a quarter less room for grey
            faces and some fifty times longer to read.

    Raises:
        DataError: a setting is not as described.

    Example:
        >>> PrepareSettings(size=48, detector=None).shape
        (48, 48, 1)
    """

    detector: str | Detector | None = DEFAULT_DETECTOR
    landmarks: str | None = None
    template: str | None = None
    reference: Literal["each", "first"] = "each"
    order: Literal["largest", "central"] = "largest"
    min_size: float | None = None
    size: int | tuple[int, int] = 64
    grey: bool = True
    equalise: Literal["histogram", "clahe"] | None = "histogram"
    margin: float | None = None
    fps: float | None = None
    every: int = 1
    frames: int | None = None
    sampling: Literal["uniform", "centre"] = "uniform"
    missing: Literal["keep_empty", "drop", "whole_frame"] = "keep_empty"
    encoding: Literal["raw", "png"] = "raw"

    def __post_init__(self):
        size = (self.size, self.size) if isinstance(self.size, int) else tuple(self.size)
        object.__setattr__(self, "size", size)
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise DataError(f"{name}={getattr(self, name)!r}: choose one of {choices}")
        known = (None, "detector", *PREDICTORS)
        if self.landmarks not in known:
            raise DataError(f"landmarks={self.landmarks!r}: choose one of {known}")
        if self.landmarks == "detector" and self.detector is None:
            raise DataError("landmarks='detector' needs a detector: give one, or landmarks='mesh'")
        if self.template not in (None, *TEMPLATES):
            raise DataError(f"template={self.template!r}: choose one of {tuple(TEMPLATES)}")
        fitting = _FITTING.get(self.landmarks)
        if self.template is not None and fitting and self.template not in fitting:
            raise DataError(
                f"landmarks={self.landmarks!r} lacks points of template={self.template!r}: choose one of {fitting}"
            )
        if len(size) != 2 or min(size) < 1:
            raise DataError(f"size={self.size}: give the side of a face, or its height and width, in pixels")
        for name in ("fps", "every", "frames", "min_size"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise DataError(f"{name}={value}: give a number above 0")
        if self.margin is not None and not -0.5 < self.margin < math.inf:
            raise DataError(f"margin={self.margin}: give a number above -0.5")

    @property
    def shape(self) -> tuple[int, int, int]:
        """`(height, width, channels)` of a prepared face."""
        return (*self.size, 1 if self.grey else 3)

    def look_differs(self, other: "PrepareSettings") -> list[str]:
        """Return the names of the settings by which a model sees other faces than with `other`."""
        return [name for name in LOOKS if getattr(self, name) != getattr(other, name)]

    def describe(self) -> dict[str, Any]:
        """Return the settings as plain JSON values; a detector by its class and its own settings."""
        plain = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        if self.detector is not None:
            detector = build_detector(self.detector)
            own = {key: value for key, value in detector.__getstate__().items() if not key.startswith("_")}
            plain["detector"] = {"class": type(detector).__name__, **own}
        return json.loads(json.dumps(plain, default=str))

    @property
    def sha256(self) -> str:
        """Hash of the settings: two settings that prepare the same faces have the same."""
        return hashlib.sha256(json.dumps(self.describe(), sort_keys=True).encode()).hexdigest()
