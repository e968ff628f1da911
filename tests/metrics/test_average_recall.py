import keras
import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from learnface.metrics import UnweightedAverageRecall

RANDOM = np.random.default_rng(0)
CODES = RANDOM.choice(5, size=64, p=(0.6, 0.2, 0.1, 0.1, 0))
SCORES = RANDOM.random((64, 5)).astype("float32")


def test_streams_to_scikit_learns_balanced_accuracy_where_batch_averages_do_not():
    metric, batches = UnweightedAverageRecall(classes=5), []
    for i in range(0, 64, 8):
        metric.update_state(CODES[i : i + 8], SCORES[i : i + 8])
        single = UnweightedAverageRecall(classes=5)
        single.update_state(CODES[i : i + 8], SCORES[i : i + 8])
        batches.append(float(single.result()))
    with pytest.warns(UserWarning, match="y_pred contains classes not in y_true"):
        expected = balanced_accuracy_score(CODES, SCORES.argmax(axis=1))
    assert float(metric.result()) == pytest.approx(expected, abs=1e-6)
    assert abs(np.mean(batches) - expected) > 0.01


def test_constant_prediction_scores_chance():
    metric = UnweightedAverageRecall(classes=3)
    metric.update_state([0, 0, 0, 1, 2], [[1, 0, 0]] * 5)
    assert float(metric.result()) == pytest.approx(1 / 3)


def test_before_any_sample():
    assert float(UnweightedAverageRecall(classes=3).result()) == 0


def test_serialises_and_evaluates_a_model():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(5, activation="softmax")])
    again = keras.metrics.deserialize(keras.metrics.serialize(UnweightedAverageRecall(classes=5)))
    model.compile(loss="sparse_categorical_crossentropy", metrics=[again])
    x = RANDOM.normal(size=(64, 3))
    found = model.evaluate(x, CODES, batch_size=10, verbose=0, return_dict=True)["uar"]
    metric = UnweightedAverageRecall(classes=5)
    metric.update_state(CODES, model.predict(x, verbose=0))
    assert found == pytest.approx(float(metric.result()), abs=1e-6)
