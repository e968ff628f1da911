"""Scores of test samples, with the interval over people where it is known who is on which sample."""

from typing import Any

import keras
import numpy as np

from learnface.clips import Prepared
from learnface.metrics import bootstrap_interval
from learnface.training import LabelledFaces, predict_probabilities, score_probabilities

__all__ = ["score"]


def score(model: keras.Model, samples: LabelledFaces, labels: tuple[str, ...]) -> dict[str, Any]:
    """Score a classifier on labelled faces.

    Returns:
        What `learnface.training.evaluate` returns; where each sample names its person also `people`, how many
        there are, and of two or more `people_interval`: the 95 % interval of the accuracy by drawing whole
        people. Clips of one person are alike, so that it is wider than `accuracy_interval`, and the honest one.
    """
    probabilities = predict_probabilities(model, samples.images)
    scores = score_probabilities(samples.codes, probabilities, labels)
    people = _people(samples)
    if people is None:
        return scores
    scores["people"] = len(set(people))
    if scores["people"] > 1:
        predicted = probabilities.argmax(axis=1)
        scores["people_interval"] = list(bootstrap_interval(samples.codes, predicted, groups=people))
    return scores


def _people(samples: LabelledFaces) -> np.ndarray | None:
    """Return the person of each sample; of several corpora with the corpus, as each may have its own S001."""
    table = samples.images.samples if isinstance(samples.images, Prepared) else {}
    if "subject" not in table or table["subject"].isna().any():
        return None
    people = table["subject"].astype(str)
    if "corpus" in table and table["corpus"].nunique() > 1:
        people = table["corpus"].astype(str) + "/" + people
    return people.to_numpy(object)
