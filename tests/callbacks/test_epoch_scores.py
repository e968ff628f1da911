import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import balanced_accuracy_score, f1_score, precision_score

from learnface.callbacks import EpochScores
from learnface.errors import DataError

GENERATOR = np.random.default_rng(0)
INPUTS = GENERATOR.random((21, 4)).astype("float32")
CODES = np.arange(21) % 3


def batches(codes=CODES):
    return tf.data.Dataset.from_tensor_slices((INPUTS, codes)).batch(5)


def test_the_set_is_scored_as_a_whole_and_can_choose_the_epoch():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy")
    scores = EpochScores(batches(), ("a", "b", "c"))
    stop = keras.callbacks.EarlyStopping("val_uar", mode="max", patience=100)
    history = model.fit(INPUTS, CODES, epochs=3, verbose=0, callbacks=[scores, stop]).history
    predicted = model.predict(INPUTS, verbose=0).argmax(1)
    assert history["val_uar"][-1] == pytest.approx(balanced_accuracy_score(CODES, predicted))
    assert history["val_f1"][-1] == pytest.approx(f1_score(CODES, predicted, average="macro"))
    expected = precision_score(CODES, predicted, average="macro", zero_division=0)
    assert history["val_precision"][-1] == pytest.approx(expected)
    assert len(history["val_recall"]) == 3
    assert stop.best == pytest.approx(max(history["val_uar"]))
    assert np.sum(scores.scores["confusion"]) == 21


def test_one_hot_targets_are_named():
    with pytest.raises(DataError, match="integer codes"):
        EpochScores(batches(np.eye(3)[CODES]), ("a", "b", "c"))


def test_a_training_that_diverges_is_named():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
    model.compile(keras.optimizers.SGD(1e38), "sparse_categorical_crossentropy")
    with pytest.raises(DataError, match="after epoch 1 .* diverged; lower the learning rate"):
        model.fit(
            INPUTS * 1e20, CODES, epochs=2, verbose=0, callbacks=[EpochScores(batches(), ("a", "b", "c"))]
        )
