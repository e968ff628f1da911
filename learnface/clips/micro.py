"""A clip of a micro-expression -> what its networks look at: aligned frames, flow, and onset-apex flow.

All frames are placed by the first one's face. Placed one by one, the landmarks' own jitter becomes motion, and a
micro-expression moves skin by a few tenths of a pixel only.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from learnface.clips._cutter import FaceCutter
from learnface.clips._settings import PrepareSettings, still_template
from learnface.clips.magnification import check_band, magnify_motion
from learnface.clips.motion import (
    FLOW_METHODS,
    flow_clip,
    onset_apex_flow,
    optical_strain,
    remove_head_motion,
)
from learnface.clips.sampling import centre_trim_pad, interpolate_clip
from learnface.errors import DataError
from learnface.faces.detect import Detector

__all__ = ["MicroClip", "MicroSettings", "align_to_first", "micro_clip"]

_LENGTHS = ("trim", "linear", "manifold")


@dataclasses.dataclass(frozen=True)
class MicroSettings:
    """How a clip becomes the inputs of a network; the defaults are those of qian2021 on cropped corpora.

    Attributes:
        size: side of an aligned face in pixels.
        frames: frames of a clip.
        length: how a clip gets so many: `"trim"` drops (X - frames) / 2 at each end of a longer one and repeats
            the ends of a shorter one; `"linear"` and `"manifold"` (TIM) interpolate over all of it.
        detector: finds the face in the first frame; None where frames are faces already, as in the corpora's
            cropped forms.
        landmarks: finds the landmarks to align by; None cuts out the detector's box, or takes the whole frame.
        template: the landmarks to align by, a key of `learnface.faces.align.TEMPLATES`; None takes `"rigid"` (eye
            corners and nose, which expressions move least) for a predictor's landmarks, `"five"` for a detector's.
        margin: space round the face, as in `PrepareSettings`.
        normalise: spread the grey values of a clip over 0 to 255, by one straight line for all its frames.
        flow: a key of `learnface.clips.motion.FLOW_METHODS`.
        stabilise: take the motion of the whole head out of the flow.
        magnify: factor of Eulerian motion magnification; 0 for none.
        band: frequencies that are magnified, in Hz.
        fps: frames a second of the clips, which magnification needs: 200 for CASME II, 100 for SMIC-HS.

    Raises:
        DataError: a setting is not as described.

    Example:
        >>> MicroSettings(size=48, frames=10).shape
        (10, 48, 48, 3)
    """

    size: int = 96
    frames: int = 20
    length: Literal["trim", "linear", "manifold"] = "trim"
    detector: str | Detector | None = None
    landmarks: str | None = None
    template: str | None = None
    margin: float | None = None
    normalise: bool = True
    flow: str = "dis"
    stabilise: bool = False
    magnify: float = 0.0
    band: tuple[float, float] = (0.4, 5.0)
    fps: float | None = None

    def __post_init__(self):
        if self.length not in _LENGTHS:
            raise DataError(f"length={self.length!r}: choose one of {_LENGTHS}")
        if self.flow not in FLOW_METHODS:
            raise DataError(f"flow={self.flow!r}: choose one of {tuple(FLOW_METHODS)}")
        if self.size < 16 or self.frames < 2:
            raise DataError(f"size={self.size}, frames={self.frames}: flow needs 16 pixels and 2 frames")
        if self.magnify < 0 or (self.magnify and not self.fps):
            raise DataError(
                f"magnify={self.magnify}, fps={self.fps}: magnification needs the frame rate as fps"
            )
        if self.magnify:
            check_band(self.band, self.fps)
        _ = self.faces  # whatever is wrong with the detector or the landmarks is said here

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """`(frames, height, width, channels)` of a clip."""
        return (self.frames, self.size, self.size, 3)

    @property
    def faces(self) -> PrepareSettings:
        """How the face is cut out of a frame."""
        template = self.template or still_template(self.landmarks)
        return PrepareSettings(
            detector=self.detector,
            landmarks=self.landmarks,
            template=template,
            reference="first",
            size=self.size,
            grey=False,
            equalise=None,
            margin=self.margin,
        )

    def describe(self) -> dict[str, Any]:
        """Return the settings as plain JSON values."""
        faces = self.faces.describe()
        own = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        own |= {name: faces[name] for name in ("detector", "template")}
        return json.loads(json.dumps(own))

    @property
    def sha256(self) -> str:
        """Hash of the settings: two that make the same arrays have the same."""
        return hashlib.sha256(json.dumps(self.describe(), sort_keys=True).encode()).hexdigest()


@dataclasses.dataclass(frozen=True, eq=False)
class MicroClip:
    """The inputs that a clip gives.

    Attributes:
        frames: `(frames, size, size, 3)` uint8 RGB, for the spatial stream.
        flow: `(frames - 1, size, size, 3)` float16: dx, dy and magnitude in pixels per frame, for the temporal one.
        onset_apex: `(size, size, 3)` float16: dx and dy in pixels from onset to apex, and the optical strain.
    """

    frames: NDArray[np.uint8]
    flow: NDArray[np.float16]
    onset_apex: NDArray[np.float16]


def micro_clip(
    frames: Iterable[NDArray],
    settings: MicroSettings | None = None,
    apex: int | None = None,
    *,
    cutter: FaceCutter | None = None,
    beat: Callable[[], None] = lambda: None,
) -> MicroClip:
    """Return the inputs of networks for one clip.

    Args:
        frames: RGB or grey frames from onset to offset, uint8.
        settings: how; by default those of qian2021.
        apex: place of the strongest frame; None takes the middle one, as work on SMIC does, which annotates none.
            So does 0: from the onset to itself nothing moves.
        cutter: the cutter of `settings.faces`, where many clips share one.
        beat: called now and then, as a sign of life.

    Returns:
        Aligned frames and flows. Two calls give the same bytes.

    Raises:
        DataError: fewer than two frames, frames of several sizes, an apex outside the clip, or no face in any frame.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> clip = micro_clip(rng.integers(0, 255, (7, 40, 40), np.uint8), MicroSettings(size=16))
        >>> clip.frames.shape, clip.flow.shape, clip.onset_apex.shape
        ((20, 16, 16, 3), (19, 16, 16, 3), (16, 16, 3))
    """
    settings = settings or MicroSettings()
    faces = align_to_first(frames, cutter or FaceCutter(settings.faces), beat)
    count = len(faces)
    if count < 2:
        raise DataError(f"the clip has {count} frame(s): a micro-expression needs at least 2")
    if apex is not None and not 0 <= apex < count:
        raise DataError(f"apex={apex} is not among the clip's {count} frames")
    apex = apex or count // 2
    if settings.normalise:
        faces = _spread(faces)
    if settings.magnify:
        faces = magnify_motion(faces, settings.fps, settings.band, settings.magnify)
    beat()
    onset_apex = onset_apex_flow(faces[0], faces[apex], settings.flow)
    if settings.length == "trim":
        chosen = faces[centre_trim_pad(count, settings.frames)]
    else:
        chosen = interpolate_clip(faces, settings.frames, settings.length)
    flow = flow_clip(chosen, settings.flow)
    if settings.stabilise:
        flow = np.stack([remove_head_motion(each) for each in flow])
        left = remove_head_motion(onset_apex[..., :2])
        onset_apex = np.concatenate([left, optical_strain(left)[..., None]], axis=-1)
    return MicroClip(chosen, flow.astype(np.float16), onset_apex.astype(np.float16))


def align_to_first(
    frames: Iterable[NDArray], cutter: FaceCutter, beat: Callable[[], None] = lambda: None
) -> NDArray[np.uint8]:
    """Return the faces of a clip, all cut by the transform of the first frame in which a face is found.

    Args:
        frames: RGB or grey frames of one size, uint8.
        cutter: of `MicroSettings.faces`.
        beat: called once a frame.

    Returns:
        `(frames, size, size, 3)` uint8.

    Raises:
        DataError: there is no frame, no face in any of them, or they differ in size.
    """
    held, placement = [], None
    for frame in frames:
        beat()
        placement = placement or cutter.place(frame)
        held.append(frame)
    sizes = {frame.shape[:2] for frame in held}
    if len(sizes) > 1:
        raise DataError(f"frames of different sizes, {sorted(sizes)}: one transform cannot place them all")
    if placement is None:
        raise DataError(
            f"no face was found in any of {len(held)} frames: check them, or choose another detector"
        )
    cuts = [cutter.cut(frame, placement) for frame in held]
    if not cuts[0].found:  # the same for all: one transform places them
        raise DataError(f"the landmarks of a face in {len(held)} frames place none: choose others")
    faces = [cut.image for cut in cuts]
    return np.stack([np.broadcast_to(face, (*face.shape[:2], 3)) for face in faces])


def _spread(faces: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a clip whose 1st and 99th percentile of all values are 0 and 255."""
    low, high = np.percentile(faces, [1, 99])
    if high - low < 1:
        return faces
    table = np.clip(np.round((np.arange(256) - low) * 255 / (high - low)), 0, 255).astype(np.uint8)
    return table[faces]
