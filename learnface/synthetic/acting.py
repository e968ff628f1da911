"""How a face moves through a clip: the course of an expression, head drift, gaze and blinks."""

from dataclasses import dataclass

import numpy as np

from learnface.errors import DataError
from learnface.synthetic.camera import Pose
from learnface.synthetic.expressions import Expression

__all__ = ["COURSES", "MOVEMENTS", "Performance", "act"]

COURSES = {"full": 4, "rise": 2, "fall": 2, "hold": 1}
"""Course of an expression -> the fewest frames that can show it."""
MOVEMENTS = ("natural", "still", "sway")
_SWAY = np.array([7.0, 2.0, 11.0])  # degrees of yaw, pitch and roll


@dataclass(frozen=True, eq=False)
class Performance:
    """What a face does, frame by frame.

    Attributes:
        weights: one dictionary of expression units a frame.
        poses: one a frame.
        intensity: (frames,) 0 neutral to 1 the clip's strongest.
        valence: (frames,) -1 to 1.
        arousal: (frames,) -1 to 1.
        onset: the last frame before the expression begins.
        apex: the first frame at full strength.
        offset: the first frame after it has gone, or the last frame if it never goes.
    """

    weights: list[dict[str, float]]
    poses: list[Pose]
    intensity: np.ndarray
    valence: np.ndarray
    arousal: np.ndarray
    onset: int
    apex: int
    offset: int

    def then(self, other: "Performance") -> "Performance":
        """Return this performance followed by another; onset, apex and offset stay those of this one."""
        joined = (
            np.concatenate([getattr(self, n), getattr(other, n)]) for n in ("intensity", "valence", "arousal")
        )
        return Performance(
            self.weights + other.weights,
            self.poses + other.poses,
            *joined,
            self.onset,
            self.apex,
            self.offset,
        )


def act(
    expression: Expression,
    rng: np.random.Generator,
    *,
    frames: int = 16,
    amplitude: float = 1.0,
    speed: float = 1.0,
    course: str = "full",
    motion: float = 1.0,
    movement: str = "natural",
    steadiness: np.random.Generator | None = None,
) -> Performance:
    """Play an expression.

    Args:
        expression: what to show.
        rng: source of all that differs between two plays.
        frames: how many.
        amplitude: strength at the apex; 1 is full, 0.08 to 0.3 a micro-expression.
        speed: 2 rises and falls twice as fast as usual; 1 fills the clip.
        course: `"full"` neutral, apex, neutral; `"rise"` neutral to apex; `"fall"` the reverse; `"hold"` apex
            all along.
        motion: strength of head drift, gaze and blinks; 0 moves nothing but the expression.
        movement: `"natural"`; `"still"`, a tilted head at rest; or `"sway"`, a head that tilts to and fro. A
            single frame cannot tell the last two apart: their tilts are drawn from the same distribution.
        steadiness: source of the head's usual place, if several performances should share it.

    Raises:
        DataError: an argument is out of range or too few frames for the course.
    """
    _check(frames, amplitude, speed, course, motion, movement)
    expression = expression.vary(rng)
    intensity, onset, apex, offset = _course(frames, speed, course, rng)
    strength = amplitude * intensity
    blink = _blinks(frames, expression.blinks * motion, rng)
    glance = motion * expression.gaze * _drift(frames, 2, rng)
    moments = np.stack([strength, blink, *glance], 1).tolist()
    angles, shifts = _head(frames, motion, movement, rng, steadiness or rng)
    angles = angles + np.outer(np.minimum(strength, 1.2), expression.pose)
    valence, arousal = np.minimum(strength, 1) * [[expression.valence], [expression.arousal]] + 0.0  # no -0.0
    return Performance(
        [_units(expression.weights, *moment) for moment in moments],
        [
            Pose(*turn, tuple(shift))
            for turn, shift in zip((angles + 0.0).tolist(), shifts.tolist(), strict=True)
        ],
        intensity,
        valence,
        arousal,
        onset,
        apex,
        offset,
    )


def _check(frames: int, amplitude: float, speed: float, course: str, motion: float, movement: str) -> None:
    if course not in COURSES:
        raise DataError(f"no course is called {course!r}: choose from {', '.join(COURSES)}")
    if movement not in MOVEMENTS:
        raise DataError(f"no movement is called {movement!r}: choose from {', '.join(MOVEMENTS)}")
    if frames < COURSES[course]:
        raise DataError(f"frames={frames}: the course {course!r} needs at least {COURSES[course]}")
    if not 0 <= amplitude <= 1.5:
        raise DataError(f"amplitude={amplitude}: must be from 0 to 1.5 (0.08 to 0.3 is a micro-expression)")
    if not 0.25 <= speed <= 8 or motion < 0:
        raise DataError(f"speed={speed}, motion={motion}: speed must be from 0.25 to 8 and motion at least 0")


def _course(
    frames: int, speed: float, course: str, rng: np.random.Generator
) -> tuple[np.ndarray, int, int, int]:
    """Return intensity (frames,) and the frames of onset, apex and offset."""
    last = frames - 1
    if course == "hold":
        return np.ones(frames), 0, 0, last
    if course == "fall":  # a rise played backwards, so that its single frames are those of a rise
        intensity, onset, apex, _ = _course(frames, speed, "rise", rng)
        return intensity[::-1].copy(), 0, last - apex, last - onset
    time = np.arange(frames)
    if course == "rise":
        rise = np.clip(rng.uniform(0.75, 0.95) * last / speed, 1, last)
        apex = last if speed <= 1 else int(rng.integers(int(np.ceil(rise)), last + 1))
        onset = max(0, round(apex - rise))
        return _step(time, onset, apex), onset, apex, last
    rise, stay, fall = (
        rng.uniform(low, high) * last / speed for low, high in ((0.32, 0.45), (0.05, 0.18), (0.28, 0.38))
    )
    rise, stay, fall = max(rise, 1), max(stay, 0), max(fall, 1)
    squeeze = min(1, (last - 0.5) / (rise + stay + fall))
    rise, stay, fall = rise * squeeze, stay * squeeze, fall * squeeze
    onset = round(rng.uniform(0, last - rise - stay - fall))
    apex = min(max(round(onset + rise), onset + 1), last - 1)
    hold = min(max(round(apex + stay), apex), last - 1)
    offset = min(max(round(hold + fall), hold + 1), last)
    return _step(time, onset, apex) * (1 - _step(time, hold, offset)), onset, apex, offset


def _step(time: np.ndarray, start: int, stop: int) -> np.ndarray:
    x = np.clip((time - start) / (stop - start), 0, 1)
    return x * x * (3 - 2 * x)


def _blinks(frames: int, mean: float, rng: np.random.Generator) -> np.ndarray:
    """Return how far the lids are closed by blinks; `mean` is the number in 16 frames."""
    closed = np.zeros(frames)
    for centre in rng.uniform(0, frames, rng.poisson(mean * frames / 16)):
        closed = np.maximum(closed, np.exp(-(((np.arange(frames) - centre) / 1.3) ** 2)))
    return closed


def _drift(frames: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return slow wandering around 0, (count, frames), with a standard deviation of about 1."""
    time = np.arange(frames)
    rate, phase = rng.uniform(0.01, 0.06, (count, 3, 1)), rng.uniform(0, 2 * np.pi, (count, 3, 1))
    return np.sin(2 * np.pi * rate * time + phase).sum(1) * np.sqrt(2 / 3)


def _head(frames, motion, movement, rng, steadiness) -> tuple[np.ndarray, np.ndarray]:
    """Return angles (frames, 3) and shifts (frames, 2)."""
    angles = motion * np.clip(steadiness.normal(0, 1, 3), -2, 2) * [6, 4, 2.5]
    shifts = motion * np.clip(steadiness.normal(0, 1, 2), -2, 2) * 0.06
    wander = motion * _drift(frames, 5, rng).T * [1.8, 1.2, 0.8, 0.015, 0.015]
    if movement == "natural":
        return angles + wander[:, :3], shifts + wander[:, 3:] + 0.0
    cycles = rng.uniform(1.0, 1.6) if movement == "sway" else 0.0
    phase = rng.uniform(0, 2 * np.pi) + 2 * np.pi * cycles * np.arange(frames) / max(frames - 1, 1)
    return angles * 0.4 + np.outer(np.sin(phase), _SWAY), shifts + np.zeros((frames, 1))


def _units(
    weights: dict[str, float], strength: float, blink: float, aside: float, up: float
) -> dict[str, float]:
    """Return the units of one frame: the expression, and lids and eyes where blinks and gaze put them."""
    units = {unit: weight * strength for unit, weight in weights.items()}
    looks = {
        "eyeLookOutLeft": aside, "eyeLookInRight": aside, "eyeLookInLeft": -aside, "eyeLookOutRight": -aside,
        "eyeLookUpLeft": up, "eyeLookUpRight": up, "eyeLookDownLeft": -up, "eyeLookDownRight": -up,
    }  # fmt: skip
    for unit, amount in looks.items():
        if amount > 0:
            units[unit] = min(units.get(unit, 0) + amount, 1)
    if blink > 0.01:
        for side in ("Left", "Right"):
            lid = units.get(f"eyeBlink{side}", 0)
            units[f"eyeBlink{side}"] = lid + (1 - lid) * blink
            for unit in ("eyeWide", "eyeSquint", "cheekSquint"):
                units[unit + side] = units.get(unit + side, 0) * (1 - 0.8 * blink)
    return units
