import keras
import numpy as np
import pytest
from sklearn.metrics import f1_score

from learnface.metrics import MacroF1

RANDOM = np.random.default_rng(0)
CODES = RANDOM.integers(0, 5, 64)
SCORES = RANDOM.random((64, 5)).astype("float32")


def streamed(metric, size=10):
    for i in range(0, len(CODES), size):
        metric.update_state(CODES[i : i + size], SCORES[i : i + size])
    return float(metric.result())


def test_streams_to_scikit_learns_macro_f1():
    expected = f1_score(CODES, SCORES.argmax(axis=1), average="macro")
    assert streamed(MacroF1(classes=5)) == pytest.approx(expected, abs=1e-6)


def test_class_without_truth_or_prediction_has_f1_zero():
    metric = MacroF1(classes=4)
    metric.update_state([0, 1], [[0.9, 0.1, 0, 0], [0.1, 0.9, 0, 0]])
    assert float(metric.result()) == 0.5


def test_keras_own_f1_counts_a_tie_twice():
    """The reason for a metric of our own: a sample is one prediction, as in scikit-learn."""
    truth, tied = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.5, 0.5], [0.2, 0.8]])
    ours, theirs = MacroF1(classes=2), keras.metrics.F1Score(average="macro")
    ours.update_state(truth, tied)
    theirs.update_state(truth, tied)
    assert float(ours.result()) == f1_score([0, 1], tied.argmax(axis=1), average="macro") == 1
    assert float(theirs.result()) < 0.9


def test_serialises():
    metric = MacroF1(classes=5, name="uf1")
    again = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert (again.name, again.classes) == ("uf1", 5)
    assert streamed(again) == streamed(metric)
