"""Clips of a learner who shows an emotion, with the truth about every frame."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from learnface.errors import DataError
from learnface.labels import canonical
from learnface.synthetic.acting import Performance, act
from learnface.synthetic.expressions import EMOTIONS, expression_for
from learnface.synthetic.head import head_model
from learnface.synthetic.learner import Learner
from learnface.synthetic.renderer import draw
from learnface.synthetic.scenes import OCCLUSIONS, add_glasses, add_noise, add_occlusion, draw_scene

__all__ = [
    "SyntheticClip",
    "TEMPORAL_TASKS",
    "synthesise_clip",
    "synthesise_temporal_clip",
    "synthesise_video",
]

TEMPORAL_TASKS = ("rising", "falling", "concentrated", "confused")
"""Labels that only motion tells apart: rising from falling, and confused from concentrated."""


@dataclass(frozen=True, eq=False)
class SyntheticClip:
    """A clip and what is true of it.

    Attributes:
        frames: (frames, size, size, 3) uint8 RGB.
        label: the emotion.
        subject: the learner's name, such as `"learner0003"`.
        valence: (frames,) float32, -1 to 1.
        arousal: (frames,) float32, -1 to 1.
        intensity: (frames,) float32, 0 neutral to 1 the clip's strongest.
        onset: the last frame before the expression begins.
        apex: the first frame at full strength.
        offset: the first frame after it has gone, or the last frame if it never goes.
        landmarks: (frames, 68, 2) float32, x and y in pixels, the usual 68 in their usual order.
        pupils: (frames, 2, 2) float32, centres of the right and left eyeball.
        weights: (frames, 52) float32, strength of each expression unit.
        units: the 52 names.
        poses: (frames, 3) float32, degrees of yaw, pitch and roll.
    """

    frames: np.ndarray = field(repr=False)
    label: str
    subject: str
    valence: np.ndarray = field(repr=False)
    arousal: np.ndarray = field(repr=False)
    intensity: np.ndarray = field(repr=False)
    onset: int
    apex: int
    offset: int
    landmarks: np.ndarray = field(repr=False)
    pupils: np.ndarray = field(repr=False)
    weights: np.ndarray = field(repr=False)
    units: tuple[str, ...] = field(repr=False)
    poses: np.ndarray = field(repr=False)


def synthesise_clip(
    learner: Learner,
    emotion: str,
    *,
    frames: int = 16,
    size: int = 96,
    amplitude: float = 1.0,
    speed: float = 1.0,
    course: str = "full",
    motion: float = 1.0,
    movement: str = "natural",
    zoom: float = 1.0,
    light: float = 1.0,
    noise: float = 1.0,
    occlusion: str | None = None,
    seed: int = 0,
    supersample: int = 2,
) -> SyntheticClip:
    """Film a learner who shows an emotion.

    The same arguments give the same bytes, in any process and in any order.

    Args:
        learner: who.
        emotion: a name in `EMOTIONS`, or another spelling of it.
        frames: how many; at least 4, or fewer for other courses than `"full"`.
        size: rows and columns of a frame, at least 24.
        amplitude: strength at the apex, 0 to 1.5; 0.08 to 0.3 is a micro-expression.
        speed: 2 rises and falls twice as fast; 1 fills the clip.
        course: `"full"` neutral, apex, neutral; `"rise"`; `"fall"`; or `"hold"`.
        motion: strength of head drift, gaze and blinks; 0 moves nothing but the expression.
        movement: `"natural"`, `"still"` or `"sway"`, see `act`.
        zoom: 1 shows head and shoulders, 1.5 the face.
        light: variety of light, room and distance; 0 is the same even light before a plain wall.
        noise: strength of the camera's noise; 0 for none.
        occlusion: `"book"`, `"hand"`, `"mask"`, or None.
        seed: which of the learner's clips of this emotion.
        supersample: rows and columns drawn for each one of the picture; 1 is faster and jagged, 4 keeps the
            edges of micro-expressions from flickering.

    Raises:
        DataError: an argument is unknown or out of range; the message lists what there is.

    Example:
        >>> clip = synthesise_clip(Learner(7), "happiness", frames=4, size=32)
        >>> clip.frames.shape, clip.label, clip.subject
        ((4, 32, 32, 3), 'happy', 'learner0007')
    """
    expression, label = expression_for(emotion), canonical(emotion)
    rng = np.random.default_rng([learner.seed, 4, seed, list(EMOTIONS).index(label)])
    performance = act(
        expression,
        rng,
        frames=frames,
        amplitude=amplitude,
        speed=speed,
        course=course,
        motion=motion,
        movement=movement,
    )
    camera = {"size": size, "supersample": supersample, "zoom": zoom, "light": light, "noise": noise}
    return _film(learner, label, performance, rng, occlusion=occlusion, **camera)


def synthesise_video(
    learner: Learner,
    emotions: Sequence[str],
    *,
    frames: int = 24,
    size: int = 96,
    amplitude: float = 1.0,
    zoom: float = 1.0,
    light: float = 1.0,
    noise: float = 1.0,
    seed: int = 0,
    supersample: int = 2,
) -> SyntheticClip:
    """Film a learner who shows one emotion after another before the same camera.

    Args:
        learner: who.
        emotions: what, in order; the clip's label is the first.
        frames: of each emotion.
        size: rows and columns of a frame.
        amplitude: the greatest strength; each emotion gets half of it to all of it.
        zoom: as in `synthesise_clip`.
        light: as in `synthesise_clip`.
        noise: as in `synthesise_clip`.
        seed: which of the learner's videos.
        supersample: as in `synthesise_clip`.

    Example:
        >>> synthesise_video(Learner(7), ["happy", "sad"], frames=4, size=32).frames.shape
        (8, 32, 32, 3)
    """
    if not emotions:
        raise DataError(f"emotions is empty: name at least one of {', '.join(EMOTIONS)}")
    rng = np.random.default_rng([learner.seed, 5, seed])
    place = int(rng.integers(2**31))
    parts = [
        act(expression_for(emotion), rng, frames=frames, amplitude=amplitude * rng.uniform(0.5, 1),
            steadiness=np.random.default_rng(place))
        for emotion in emotions
    ]  # fmt: skip
    performance = parts[0]
    for part in parts[1:]:
        performance = performance.then(part)
    camera = {"size": size, "supersample": supersample, "zoom": zoom, "light": light, "noise": noise}
    return _film(learner, canonical(emotions[0]), performance, rng, occlusion=None, **camera)


def synthesise_temporal_clip(learner: Learner, label: str, *, seed: int = 0, **options) -> SyntheticClip:
    """Film a clip whose label no single frame can tell.

    `"rising"` and `"falling"` show any basic emotion coming or going: the same frames, in reverse.
    `"concentrated"` and `"confused"` show the same frown with the head tilted: still, or swaying to and fro.
    A model that looks at frames one by one, in whatever order, stays at chance within each pair.

    Args:
        learner: who.
        label: a name in `TEMPORAL_TASKS`.
        seed: which of the learner's clips.
        **options: as in `synthesise_clip`.

    Example:
        >>> synthesise_temporal_clip(Learner(7), "falling", frames=4, size=32).label
        'falling'
    """
    if label not in TEMPORAL_TASKS:
        raise DataError(f"no temporal task has the label {label!r}: choose from {', '.join(TEMPORAL_TASKS)}")
    if label in ("rising", "falling"):
        emotion = ("angry", "disgust", "fear", "happy", "sad", "surprise")[seed % 6]
        options |= {"course": "rise" if label == "rising" else "fall"}
    else:
        emotion = "concentrated"
        options |= {"course": "hold", "movement": "still" if label == "concentrated" else "sway"}
    clip = synthesise_clip(learner, emotion, seed=1_000_000 + seed, **options)
    return replace(clip, label=label)


def _film(
    learner: Learner, label: str, performance: Performance, rng: np.random.Generator,
    *, size: int, supersample: int, zoom: float, light: float, noise: float, occlusion: str | None,
) -> SyntheticClip:  # fmt: skip
    if occlusion is not None and occlusion not in OCCLUSIONS:
        raise DataError(f"no occlusion is called {occlusion!r}: choose from {', '.join(OCCLUSIONS)}")
    if light < 0 or noise < 0 or zoom <= 0:
        raise DataError(
            f"zoom={zoom}, light={light}, noise={noise}: zoom must be above 0, the others at least 0"
        )
    scene, place, grain = draw_scene(rng, light), float(rng.random()), noise * rng.uniform(1.5, 4)
    scene = replace(scene, zoom=scene.zoom * zoom)
    frames, renderings = [], []
    for weights, pose in zip(performance.weights, performance.poses, strict=True):
        rendering = draw(learner, weights, pose=pose, scene=scene, size=size, supersample=supersample)
        image = rendering.image
        if learner.glasses:
            add_glasses(image, learner, pose, scene)
        if occlusion:
            held = renderings[0] if occlusion == "book" and renderings else rendering  # a book lies still
            add_occlusion(image, occlusion, held, learner, place)
        frames.append(add_noise(image, grain, rng) if grain else image)
        renderings.append(rendering)
    units = tuple(head_model().expressions)
    return SyntheticClip(
        np.stack(frames),
        label,
        f"learner{learner.seed:04d}",
        performance.valence.astype(np.float32),
        performance.arousal.astype(np.float32),
        performance.intensity.astype(np.float32),
        performance.onset,
        performance.apex,
        performance.offset,
        np.stack([rendering.landmarks for rendering in renderings]),
        np.stack([rendering.pupils for rendering in renderings]),
        np.array([[weights.get(unit, 0) for unit in units] for weights in performance.weights], np.float32),
        units,
        np.array([[pose.yaw, pose.pitch, pose.roll] for pose in performance.poses], np.float32),
    )
