"""The faces, as they are and occluded, that recipes on FER2013's faces score on, and what they note of each network."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from learnface.faces.normalise import resize
from learnface.faces.occlusion import KINDS, occlude
from learnface.faces.regions import FIVE_REGIONS
from learnface.labels import FERPLUS
from learnface.recipes._data import NEW_FACES, Split, are_new
from learnface.training import predict_probabilities, score_probabilities

__all__ = [
    "COVERAGE",
    "OCCLUSION_SEED",
    "ScoredFaces",
    "accuracies",
    "choice",
    "occluded_part",
    "occluded_set",
    "resized",
]

OCCLUSION_SEED = 2013
"""Of the occluded test faces: the same for every run. Those of validation have the next one."""
COVERAGE = 0.6
"""Part of the lower half that is hidden in them."""
_EYES, _OCCLUDED = FIVE_REGIONS.index("eyes"), FIVE_REGIONS.index("occluded")


def occluded_part(split: str, kind: str) -> str:
    """Return the name in `RunReport.scores` of a split's faces occluded in a way."""
    return f"{split}, {kind}"


def occluded_set(faces: np.ndarray, kind: str, seed: int = OCCLUSION_SEED) -> np.ndarray:
    """Return a copy of faces, uint8, the lower half of each hidden by an occluder of this kind.

    The occluder of a face depends on the seed, the kind, and the place of the face alone.
    """
    draws = (np.random.default_rng((seed, [*KINDS].index(kind), place)) for place in range(len(faces)))
    hidden = [
        occlude(face, "lower", kind, COVERAGE, draw)[0] for face, draw in zip(faces, draws, strict=True)
    ]
    return np.array(hidden)


def accuracies(scores: Mapping[str, Any], split: str = "test") -> dict[str, float]:
    """Return accuracies of scores by part: `clean`, `occluded` (the mean over all kinds), and each kind's own."""
    kinds = {kind: scores[occluded_part(split, kind)]["accuracy"] for kind in KINDS}
    return {
        "clean": scores[split]["accuracy"],
        "occluded": float(np.mean([*kinds.values()])),
        **kinds,
    }


def choice(scores: Mapping[str, Any]) -> dict[str, float]:
    """Return what networks are chosen by: accuracies on PublicTest, whole and occluded, and their mean."""
    found = accuracies(scores, "validation")
    clean, occluded = found["clean"], found["occluded"]
    return {"clean": clean, "occluded": occluded, "mean": (clean + occluded) / 2}


class ScoredFaces:
    """The faces of validation and test, as they are and occluded, at the networks' size.

    Args:
        splits: train, validation and test.
        size: side of the networks' pictures.
        labels: their classes.
    """

    def __init__(self, splits: Mapping[str, Split], size: int, labels: Sequence[str] = FERPLUS):
        self.splits, self.size, self.labels = splits, size, labels

    @functools.cached_property
    def parts(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Pictures and classes by part; worked out when first asked for, and the same for every run."""
        return dict(self._parts())

    @functools.cached_property
    def new(self) -> np.ndarray:
        """Which test faces are not, pixel for pixel, among those of training."""
        return are_new(self.splits["test"].images, self.splits["train"].images)

    def _parts(self) -> Iterator[tuple[str, tuple[np.ndarray, np.ndarray]]]:
        for seed, name in ((OCCLUSION_SEED + 1, "validation"), (OCCLUSION_SEED, "test")):
            split = self.splits[name]
            yield name, (resized(split.images, self.size), split.codes)
            for kind in KINDS:
                hidden = occluded_set(split.images, kind, seed)
                yield occluded_part(name, kind), (resized(hidden, self.size), split.codes)

    def score(self, model: keras.Model, margin: float | None = None) -> dict[str, Any]:
        """Return the scores of a network by part, and of a five-branch network the weights of its branches."""
        scores, branches, read = {}, {}, _reader(model)
        for part, (images, codes) in self.parts.items():
            probabilities, weights = read(images)
            scores[part] = score_probabilities(codes, probabilities, self.labels)
            if part == "test":
                new = score_probabilities(codes[self.new], probabilities[self.new], self.labels)
                scores[NEW_FACES] = new
            if weights is not None:
                branches[part] = _of_branches(weights, margin)
        return {**scores, "branches": branches} if branches else scores


def resized(images: np.ndarray, size: int) -> np.ndarray:
    """Return faces at the network's size."""
    if images.shape[1:3] == (size, size):
        return images
    return np.array([resize(image, (size, size)) for image in images])


def _reader(model: keras.Model) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray | None]]:
    """Return what gives probabilities and the branches' weights, if there are any, from one pass over faces."""
    if not any(layer.name == "branch_weights" for layer in model.layers):
        return lambda images: (predict_probabilities(model, images), None)
    both = keras.Model(model.input, [model.output, model.get_layer("branch_weights").output])
    return lambda images: both.predict(images / np.float32(255), batch_size=256, verbose=0)


def _of_branches(weights: np.ndarray, margin: float | None) -> dict[str, Any]:
    """Return whether the weights tell faces apart, and whether the margin is at work."""
    lead = weights[:, _EYES] - weights[:, _OCCLUDED]
    found = {
        "mean": dict(zip(FIVE_REGIONS, weights.mean(axis=0).tolist(), strict=True)),
        "deviation": dict(zip(FIVE_REGIONS, weights.std(axis=0).tolist(), strict=True)),
    }
    if margin is None:
        return found
    short = np.maximum(0, margin - lead)
    return {**found, "margin_loss": float(short.mean()), "short_of_margin": float((short > 0).mean())}
