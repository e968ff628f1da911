"""Long videos of a learner in which a few micro-expressions pass, for spotting them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from learnface.errors import DataError
from learnface.labels import canonical
from learnface.synthetic.acting import Performance, act
from learnface.synthetic.expressions import expression_for
from learnface.synthetic.learner import Learner
from learnface.synthetic.renderer import draw
from learnface.synthetic.scenes import add_glasses, add_noise, draw_scene

__all__ = ["MicroEvent", "MicroVideo", "synthesise_micro_video"]

_SECONDS = (0.25, 0.5)  # of a micro-expression
_MACRO_SECONDS = (1.2, 2.0)
_MICRO = ("disgust", "happy", "repression", "sad", "surprise")


@dataclass(frozen=True)
class MicroEvent:
    """An expression in a video; frames are counted from 0.

    Attributes:
        onset: the last frame before it begins.
        apex: the first frame at full strength.
        offset: the first frame after it has gone.
        emotion: which.
        micro: whether it lasts no longer than half a second.
    """

    onset: int
    apex: int
    offset: int
    emotion: str
    micro: bool


@dataclass(frozen=True, eq=False)
class MicroVideo:
    """A video that is drawn frame by frame, and what happens in it.

    Attributes:
        events: its expressions, in order.
        subject: the learner's name.
        length: number of frames.
        fps: frames a second.
    """

    events: tuple[MicroEvent, ...]
    subject: str
    length: int
    fps: float
    _drawing: tuple = field(repr=False)

    def frames(self) -> Iterator[np.ndarray]:
        """Yield the frames in order, (size, size, 3) uint8 RGB; each call draws the same ones."""
        learner, scene, performance, grain, seed, size, supersample = self._drawing
        rng = np.random.default_rng(seed)
        for weights, pose in zip(performance.weights, performance.poses, strict=True):
            rendering = draw(learner, weights, pose=pose, scene=scene, size=size, supersample=supersample)
            image = rendering.image
            if learner.glasses:
                add_glasses(image, learner, pose, scene)
            yield add_noise(image, grain, rng) if grain else image


def synthesise_micro_video(
    learner: Learner,
    *,
    seconds: float = 10.0,
    fps: float = 30.0,
    events: int = 3,
    macro: int = 1,
    emotions: Sequence[str] = _MICRO,
    amplitudes: tuple[float, float] = (0.2, 0.4),
    size: int = 128,
    motion: float = 0.15,
    zoom: float = 1.4,
    light: float = 1.0,
    noise: float = 0.5,
    seed: int = 0,
    supersample: int = 2,
) -> MicroVideo:
    """Film a learner who is neutral but for a few micro-expressions, and sways, looks about and blinks.

    Args:
        learner: who.
        seconds: length of the video.
        fps: frames a second.
        events: number of micro-expressions, of 0.25 to 0.5 seconds each.
        macro: number of full expressions of 1.2 to 2 seconds, which are none to spot.
        emotions: which, in turns.
        amplitudes: least and greatest strength of a micro-expression.
        size: rows and columns of a frame.
        motion: strength of head drift, gaze and blinks.
        zoom: as in `synthesise_clip`.
        light: as in `synthesise_clip`.
        noise: as in `synthesise_clip`.
        seed: which of the learner's videos.
        supersample: as in `synthesise_clip`.

    Raises:
        DataError: the video is too short for its expressions, or an argument is out of range.

    Example:
        >>> video = synthesise_micro_video(Learner(7), seconds=4, fps=20, events=1, macro=0, size=32)
        >>> event = video.events[0]
        >>> next(video.frames()).shape, 5 <= event.offset - event.onset <= 10
        ((32, 32, 3), True)
    """
    if fps < 10 or seconds <= 0 or events < 0 or macro < 0 or not emotions:
        raise DataError(
            f"seconds={seconds}, fps={fps}, events={events}, macro={macro}: a micro-expression needs 10 frames a "
            "second, and an emotion to show"
        )
    rng = np.random.default_rng([learner.seed, 8, seed])
    length = round(seconds * fps)
    performance = act(expression_for("neutral"), rng, frames=max(length, 4), motion=motion)
    shown = _plan(rng, length, fps, events, macro, emotions)
    found = []
    for start, frames, emotion, micro in shown:
        strength = rng.uniform(*amplitudes) if micro else rng.uniform(0.8, 1.1)
        part = act(expression_for(emotion), rng, frames=frames, amplitude=strength, motion=0)
        _add(performance, part, start)
        places = (start + part.onset, start + part.apex, start + part.offset)
        found.append(MicroEvent(*places, canonical(emotion), micro))
    scene = draw_scene(rng, light)
    scene = replace(scene, zoom=scene.zoom * zoom)
    drawing = (
        learner,
        scene,
        performance,
        noise * rng.uniform(1.5, 4),
        int(rng.integers(2**31)),
        size,
        supersample,
    )
    return MicroVideo(tuple(found), f"learner{learner.seed:04d}", length, fps, drawing)


def _plan(
    rng: np.random.Generator, length: int, fps: float, events: int, macro: int, emotions: Sequence[str]
) -> list[tuple[int, int, str, bool]]:
    """Return start, number of frames, emotion and kind of each expression, with a second's rest between them."""
    kinds = rng.permutation(np.repeat([True, False], [events, macro]))
    spans = [rng.uniform(*(_SECONDS if micro else _MACRO_SECONDS)) for micro in kinds]
    # `act` needs a frame on either side, and fills about 85 % of its frames.
    sizes = [max(5, round(span * fps)) for span in spans]
    rest = round(fps)
    spare = length - sum(sizes) - rest * (len(sizes) + 1)
    if spare < 0:
        raise DataError(
            f"{length} frames are too few for {len(sizes)} expressions with a second between them"
        )
    cuts = np.sort(rng.integers(0, spare + 1, len(sizes)))
    plan, place = [], rest
    for number, (size, micro) in enumerate(zip(sizes, kinds, strict=True)):
        start = place + int(cuts[number])
        plan.append(
            (start, size, emotions[(number + int(rng.integers(len(emotions)))) % len(emotions)], bool(micro))
        )
        place += size + rest
    return plan


def _add(performance: Performance, part: Performance, start: int) -> None:
    """Lay the expression of one performance over another, in place."""
    for number, weights in enumerate(part.weights):
        units = performance.weights[start + number]
        for unit, weight in weights.items():
            units[unit] = units.get(unit, 0) + weight
