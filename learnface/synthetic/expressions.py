"""What each emotion looks like: strengths of the 52 expression units, head pose, valence and arousal.

The recipes are made by hand and tuned by eye. They are this library's convention, not measured expressions:
the basic emotions follow the usual prototypes, the learning emotions what observers of classrooms describe.
"""

from dataclasses import dataclass

import numpy as np

from learnface.errors import DataError
from learnface.labels import canonical

__all__ = ["BASIC", "EMOTIONS", "Expression", "LEARNING", "expression_for"]


@dataclass(frozen=True)
class Expression:
    """An emotion at its strongest.

    Attributes:
        weights: strength of each expression unit.
        valence: -1 (unpleasant) to 1 (pleasant).
        arousal: -1 (asleep) to 1 (excited).
        pose: degrees of yaw, pitch and roll that belong to it.
        gaze: how far the eyes wander about while it lasts, 0 to 1.
        blinks: blinks in a clip, on average.
        lopsided: whether left and right differ, so that it is mirrored at random.
    """

    weights: dict[str, float]
    valence: float
    arousal: float
    pose: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gaze: float = 0.15
    blinks: float = 0.25
    lopsided: bool = False

    def vary(self, rng: np.random.Generator) -> "Expression":
        """Return this expression as one person shows it once: a little stronger here, weaker there."""
        weights, factors = {}, {}
        for unit, weight in self.weights.items():
            pair = unit.removesuffix("Left").removesuffix("Right")
            if pair not in factors:
                factors[pair] = float(np.clip(rng.normal(1, 0.15), 0.6, 1.35))
            weights[unit] = weight * factors[pair] * float(rng.normal(1, 0.04))
        pose = tuple(float(angle * rng.uniform(0.6, 1.2)) for angle in self.pose)
        if self.lopsided and rng.random() < 0.5:
            weights = {mirror_unit(unit): weight for unit, weight in weights.items()}
            pose = (-pose[0], pose[1], -pose[2])
        return Expression(weights, self.valence, self.arousal, pose, self.gaze, self.blinks, self.lopsided)


def mirror_unit(unit: str) -> str:
    """Return the unit's counterpart on the other side of the face.

    Example:
        >>> mirror_unit("eyeBlinkLeft"), mirror_unit("jawRight"), mirror_unit("jawOpen")
        ('eyeBlinkRight', 'jawLeft', 'jawOpen')
    """
    for one, other in (("Left", "Right"), ("Right", "Left")):
        if unit.endswith(one):
            return unit.removesuffix(one) + other
    return unit


def expression_for(emotion: str) -> Expression:
    """Return the recipe of an emotion.

    Raises:
        DataError: there is none of that name.
    """
    name = canonical(emotion)
    if name not in EMOTIONS:
        raise DataError(f"no synthetic emotion is called {emotion!r}: choose from {', '.join(EMOTIONS)}")
    return EMOTIONS[name]


def _units(**weights: float) -> dict[str, float]:
    """Return weights by unit; a name that ends in `_` stands for its left and its right unit."""
    units = {}
    for name, weight in weights.items():
        units |= (
            {name[:-1] + side: weight for side in ("Left", "Right")} if name.endswith("_") else {name: weight}
        )
    return units


EMOTIONS = {
    "neutral": Expression({}, 0.0, 0.0, blinks=0.4),
    "angry": Expression(
        _units(browDown_=1.4, browInnerUp=-0.2, eyeSquint_=0.45, eyeWide_=0.7, noseSneer_=0.45,
               mouthPress_=0.8, mouthFrown_=0.85, jawForward=0.4, mouthRollLower=0.35,
               mouthRollUpper=0.35),
        -0.6, 0.7, (0, 5, 0), blinks=0.1),
    "disgust": Expression(
        _units(noseSneer_=1.4, browDown_=0.7, mouthUpperUp_=1.2, cheekSquint_=1.0, eyeSquint_=0.7,
               mouthFrown_=0.7, mouthShrugLower=0.5, eyeBlink_=0.12, mouthLowerDown_=0.15),
        -0.65, 0.35, (6, -5, 3)),
    "fear": Expression(
        _units(browInnerUp=1.15, browOuterUp_=0.1, browDown_=0.45, eyeWide_=1.15, eyeSquint_=0.25,
               mouthStretch_=1.4, mouthLowerDown_=1.0, mouthFrown_=0.45, jawOpen=0.10,
               mouthUpperUp_=0.15),
        -0.6, 0.8, (0, -5, 0), gaze=0.35, blinks=0.1),
    "happy": Expression(
        _units(mouthSmile_=0.95, cheekSquint_=0.9, eyeSquint_=0.45, mouthUpperUp_=0.7, mouthLowerDown_=0.35,
               jawOpen=0.16, mouthDimple_=0.2, browInnerUp=0.12),
        0.8, 0.45, (0, -3, 2)),
    "sad": Expression(
        _units(browInnerUp=1.4, browOuterUp_=-0.6, browDown_=0.15, mouthFrown_=1.25, mouthShrugLower=0.8,
               eyeLookDown_=0.5, eyeBlink_=0.2, mouthPress_=0.2, eyeSquint_=0.2),
        -0.7, -0.4, (0, 9, 3), blinks=0.4),
    "surprise": Expression(
        _units(browInnerUp=1.15, browOuterUp_=1.2, eyeWide_=1.1, jawOpen=0.75, mouthFunnel=0.35),
        0.2, 0.75, (0, -4, 0), blinks=0.1),
    "contempt": Expression(
        _units(mouthSmileLeft=0.75, mouthDimpleLeft=0.8, mouthPressLeft=0.5, mouthUpperUpLeft=0.35,
               cheekSquintLeft=0.5, browOuterUpRight=0.4, eyeSquint_=0.35, eyeBlink_=0.12,
               mouthLeft=0.25),
        -0.4, 0.1, (8, -6, 5), lopsided=True),
    "concentrated": Expression(
        _units(browDown_=0.65, eyeSquint_=0.5, mouthPress_=0.6, mouthFrown_=0.2, mouthRollLower=0.3,
               mouthRollUpper=0.2, eyeLookDown_=0.35),
        0.15, 0.3, (0, 8, 0), gaze=0.05, blinks=0.1),
    "confused": Expression(
        _units(browDownLeft=1.1, browOuterUpRight=1.3, browInnerUp=0.25, eyeSquintLeft=0.8,
               cheekSquintLeft=0.5, mouthLeft=0.75, mouthPressLeft=0.6, mouthPucker=0.3,
               mouthFrownRight=0.4, mouthShrugLower=0.4),
        -0.25, 0.2, (4, 2, 9), gaze=0.3, lopsided=True),
    "distracted": Expression(
        _units(eyeLookOutLeft=0.9, eyeLookInRight=0.9, eyeLookUp_=0.25, browInnerUp=0.2, jawOpen=0.06),
        0.0, -0.15, (24, -4, 4), gaze=0.5, blinks=0.5, lopsided=True),
    "tired": Expression(
        _units(eyeBlink_=0.42, browInnerUp=0.45, browOuterUp_=0.25, jawOpen=0.14, mouthFrown_=0.25,
               eyeLookDown_=0.35, mouthShrugUpper=0.15),
        -0.2, -0.75, (0, 10, 6), blinks=1.2),
    "bored": Expression(
        _units(eyeBlink_=0.36, browOuterUp_=-0.25, mouthFrown_=0.55, mouthLeft=0.45, mouthPucker=0.25,
               cheekPuff=0.2, eyeLookUpLeft=0.4, eyeLookUpRight=0.4, eyeLookOutLeft=0.45,
               eyeLookInRight=0.45),
        -0.35, -0.55, (10, -2, 14), gaze=0.2, blinks=0.6, lopsided=True),
    "repression": Expression(
        _units(mouthPress_=0.9, mouthRollLower=0.6, mouthRollUpper=0.5, mouthSmile_=0.2,
               mouthShrugLower=0.35, cheekSquint_=0.2),
        -0.1, 0.2),
}  # fmt: skip
"""Name of each emotion that can be synthesised -> its recipe."""

BASIC = ("angry", "disgust", "fear", "happy", "sad", "surprise", "contempt", "neutral")
LEARNING = ("concentrated", "confused", "distracted", "tired", "bored", "happy", "disgust", "surprise")
