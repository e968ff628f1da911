"""One synthetic person: the shape of a head and its look, drawn from a seed."""

import functools

import numpy as np

from learnface.errors import DataError
from learnface.synthetic.hair import COLUMNS, ROWS, curtain
from learnface.synthetic.head import Head, head_model
from learnface.synthetic.skin import Look, paint, scalp

__all__ = ["Learner"]

_ANCESTRIES = ("african", "asian", "caucasian")  # the base data's own words for its three shapes
_SKINS = {
    "african": [(0.47, 0.32, 0.24), (0.40, 0.27, 0.20), (0.56, 0.39, 0.29), (0.63, 0.45, 0.34)],
    "asian": [(0.84, 0.66, 0.52), (0.76, 0.58, 0.44), (0.88, 0.71, 0.58), (0.70, 0.52, 0.39)],
    "caucasian": [(0.86, 0.66, 0.55), (0.80, 0.60, 0.49), (0.90, 0.73, 0.64), (0.74, 0.55, 0.43)],
}
_DARK_HAIR = [(0.05, 0.04, 0.035), (0.09, 0.06, 0.045), (0.13, 0.085, 0.06)]
_ANY_HAIR = [
    (0.08, 0.055, 0.045),
    (0.22, 0.14, 0.09),
    (0.48, 0.34, 0.20),
    (0.36, 0.17, 0.09),
    (0.62, 0.49, 0.31),
]
_DARK_EYES = [(0.15, 0.09, 0.05), (0.22, 0.13, 0.07)]
_ANY_EYES = [(0.20, 0.12, 0.06), (0.30, 0.42, 0.55), (0.30, 0.38, 0.25), (0.36, 0.28, 0.14)]
# The base head looks stern; this much of an expression makes it calm.
_RELAXED = {"mouthSmileLeft": 0.12, "mouthSmileRight": 0.12, "browInnerUp": 0.1}
# How far a feature strays from the average; whole-head shapes turn into caricatures first.
_SPREAD = {"head": 0.13, "neck": 0.15, "forehead": 0.2, "eyebrows": 0.12, "ear": 0.3, "chin": 0.22}
_USUAL_SPREAD = 0.33


class Learner:
    """A synthetic person.

    Two learners with the same seed are the same, byte for byte, in any process.

    Args:
        seed: which person.
        sex: `"female"` or `"male"`; drawn from the seed if not given.
        age: years, 8 to 70; drawn from the seed if not given, most between 10 and 30.

    Raises:
        DataError: an argument is out of range.

    Attributes:
        seed: as given.
        sex: `"female"` or `"male"`.
        age: years.
        glasses: whether the learner wears them.
        look: colours and other paint.
        positions: (vertices, 3) float32, the neutral face, decimetres from between the eyes.
        creases: how deeply expressions wrinkle this skin, growing with age.
        scale: factor of expressions' shifts for this head.
        texture: (rows, columns, 3) uint8, painted when first used.

    Example:
        >>> Learner(3).positions.shape == head_model().positions.shape
        True
    """

    def __init__(self, seed: int, *, sex: str | None = None, age: float | None = None):
        if seed < 0 or sex not in (None, "female", "male") or not (age is None or 8 <= age <= 70):
            allowed = "seed must be at least 0, sex female or male, age 8 to 70"
            raise DataError(f"seed={seed}, sex={sex!r}, age={age}: {allowed}")
        rng = np.random.default_rng([seed, 1])
        self.seed = seed
        self.sex = sex or ("female", "male")[rng.integers(2)]
        self.age = float(age or np.clip(rng.gamma(6, 3.6), 9, 65))
        ancestry = _ANCESTRIES[rng.integers(3)]
        blend = rng.dirichlet([0.5] * 3) * 0.3
        blend[_ANCESTRIES.index(ancestry)] += 0.7
        self.look = _draw_look(rng, ancestry, self.sex, self.age)
        self.creases = float(np.clip(0.15 + (self.age - 8) / 55, 0.15, 0.9))
        self.glasses = bool(rng.random() < 0.2)
        self.positions, self.scale = _shape(self, dict(zip(_ANCESTRIES, blend, strict=True)), rng)

    @functools.cached_property
    def texture(self) -> np.ndarray:
        """The painted texture."""
        return paint(self.look, np.random.default_rng([self.seed, 2]))

    def posed(self, weights: dict[str, float]) -> np.ndarray:
        """Return the face with expressions at the given strengths, (vertices, 3)."""
        shifts = head_model().expressions
        positions = self.positions.copy()
        for name, weight in weights.items():
            if weight:
                positions += np.float32(weight * self.scale) * shifts[name]
        return positions


def _draw_look(rng: np.random.Generator, ancestry: str, sex: str, age: float) -> Look:
    fair = ancestry == "caucasian"
    skin = np.array(_SKINS[ancestry][rng.integers(4)]) * rng.uniform(0.94, 1.05)
    hairs, eyes = (_ANY_HAIR, _ANY_EYES) if fair else (_DARK_HAIR, _DARK_EYES)
    hair = np.array(hairs[rng.integers(len(hairs))]) * rng.uniform(0.85, 1.15)
    brow = hair * 0.8
    grey = np.clip((age - 42) / 20, 0, 1) * rng.uniform(0.3, 1)
    hair = hair * (1 - grey) + 0.62 * grey
    male = sex == "male"
    grown = male and age > 17
    lip = skin * (np.array([0.95, 0.66, 0.66]) if ancestry == "african" else np.array([0.90, 0.60, 0.58]))
    made_up = not male and age > 15 and rng.random() < 0.4
    return Look(
        skin,
        hair,
        brow,
        lip * np.array([0.95, 0.72, 0.75]) if made_up else lip,
        np.array(eyes[rng.integers(len(eyes))]),
        rng.uniform(0.08, 0.85, 3),
        lipstick=rng.uniform(0.75, 0.95) if made_up else rng.uniform(0.45, 0.75),
        blush=rng.uniform(0.1, 0.4),
        beard=rng.choice([0.0, rng.uniform(0.1, 0.35), rng.uniform(0.6, 0.85)], p=[0.5, 0.35, 0.15])
        if grown
        else 0.0,
        freckles=rng.uniform(0.3, 0.9) if fair and rng.random() < 0.3 else 0.0,
        brow_weight=rng.uniform(0.65, 0.9),
        brow_width=rng.uniform(0.7, 1.05) * (1.1 if male else 0.85),
        brow_height=rng.uniform(-0.015, 0.02),
        brow_tilt=rng.uniform(-0.12, 0.01),
        hairline=rng.uniform(-0.20 if not male else -0.10, 0.05)
        + (rng.uniform(0, 0.25) if male and age > 35 else 0),
        bald=bool(male and age > 38 and rng.random() < 0.3),
        age_lines=float(np.clip((age - 32) / 40, 0, 1) * 0.3),
    )


def _shape(
    learner: Learner, ancestry: dict[str, float], rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Return the head's positions around the point between the eyes, and its scale."""
    head = head_model()
    positions = head.positions + _macros(head, learner, ancestry) + _details(head, rng)
    for unit, weight in _RELAXED.items():
        positions += np.float32(weight) * head.expressions[unit]
    thickness = 0.0 if learner.look.bald else rng.uniform(0.05, 0.13) + 0.08 * (learner.sex == "female")
    positions += _hair_volume(head, learner.look.hairline) * np.float32(thickness)

    eyes = head.landmarks[36:42], head.landmarks[42:48]
    right, left = (positions[lid].mean(0) for lid in eyes)
    hanging, rest = ROWS * COLUMNS, (left + right) / 2
    length, fullness = _hair_length(learner, rng), rng.uniform(0.03, 0.12)
    positions[-hanging:] = curtain(positions[:-hanging], rest, length, fullness)
    top, chin = head.positions[:, 1].argmax(), head.landmarks[8]
    height = np.ptp(positions[[top, chin], 1]) / np.ptp(head.positions[[top, chin], 1])
    width = np.linalg.norm(left - right) / np.linalg.norm(
        np.subtract(*(head.positions[lid].mean(0) for lid in eyes))
    )
    scale = 1 / np.sqrt(height * width)
    return ((positions - rest) * scale).astype(np.float32), float(scale)


def _hair_length(learner: Learner, rng: np.random.Generator) -> float:
    """Return the decimetres that hair hangs below the eyes, 0 for short hair."""
    length, chance = rng.uniform(0.45, 1.35), rng.random()
    return length if chance < (0.72 if learner.sex == "female" else 0.07) and not learner.look.bald else 0.0


def _macros(head: Head, learner: Learner, ancestry: dict[str, float]) -> np.ndarray:
    child = np.clip((22 - learner.age) / 14, 0, 0.75)
    old = np.clip((learner.age - 25) / 45, 0, 1)
    male = 0.85 if learner.sex == "male" else 0.15  # never wholly: the extremes look like masks
    shift = np.zeros_like(head.positions)
    for age, share in (("child", child), ("young", 1 - child - old), ("old", old)):
        for sex, part in (("male", male), ("female", 1 - male)):
            shift += np.float32(share * part) * head.macros[f"universal-{sex}-{age}"]
            for name, amount in ancestry.items():
                shift += np.float32(share * part * amount) * head.macros[f"{name}-{sex}-{age}"]
    return shift


def _details(head: Head, rng: np.random.Generator) -> np.ndarray:
    shift = np.zeros_like(head.positions)
    for name in sorted({name[:-1] for name in head.details}):
        spread = _SPREAD.get(name.split("-")[0], _USUAL_SPREAD)
        amount = float(np.clip(rng.normal(0, spread), -0.8, 0.8))
        if name in ("neck-double", "head-age"):
            amount = min(amount, 0)
        end = name + ("+" if amount > 0 else "-")
        if end in head.details:
            shift += np.float32(abs(amount)) * head.details[end]
    return shift


def _hair_volume(head: Head, hairline: float) -> np.ndarray:
    """Return by how much and where to the hair lifts the scalp at thickness 1, (vertices, 3)."""
    x, y, z = head.positions.T
    lift = scalp(np.abs(x), y, z, hairline) * smooth_top(y, z) * (np.abs(x) < 0.80) * head.vertices_of("skin")
    outwards = head.positions - np.float32([0, 7.3, 0.45])
    return outwards / np.linalg.norm(outwards, axis=1, keepdims=True) * lift[:, None]


def smooth_top(y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return 0 at the nape to 1 at the crown, less along the hairline."""
    rise = np.clip((y - 6.9) / 0.7, 0, 1)
    return rise * np.where(z > 0.3, 0.35 + 0.65 * np.clip((y - 7.8) / 0.5, 0, 1), 1).astype(np.float32)
