import json

import keras
import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from learnface.errors import DataError
from learnface.training import evaluate, predict_probabilities

LABELS = ("dark", "middle", "bright")


class Brightness(keras.layers.Layer):
    """Calls a picture's class from the mean of its left half."""

    def call(self, images):
        mean = keras.ops.mean(images[:, :, :4], axis=(1, 2, 3))
        return keras.ops.softmax(-20 * keras.ops.abs(mean[:, None] - keras.ops.array([0.1, 0.5, 0.9])))


@pytest.fixture
def model():
    inputs = keras.Input((8, 8, 1))
    return keras.Model(inputs, Brightness()(inputs))


@pytest.fixture
def images(rng):
    return (np.ones((30, 8, 8, 1)) * rng.integers(0, 256, (30, 1, 1, 1))).astype(np.uint8)


def test_scores_agree_with_scikit_learn(model, images, rng):
    truth = rng.integers(0, 3, 30)
    scores = evaluate(model, images, truth, LABELS, batch_size=7)
    predicted = predict_probabilities(model, images).argmax(axis=1)
    assert scores["accuracy"] == pytest.approx(accuracy_score(truth, predicted))
    assert scores["uar"] == pytest.approx(balanced_accuracy_score(truth, predicted))
    assert np.sum(scores["confusion"]) == scores["samples"] == 30
    low, high = scores["accuracy_interval"]
    assert low < scores["accuracy"] < high
    assert json.loads(json.dumps(scores))["labels"] == list(LABELS)


def test_names_do_as_well_as_codes(model, images):
    codes = np.arange(30) % 3
    names = np.array(LABELS)[codes]
    assert evaluate(model, images, names, LABELS) == evaluate(model, images, codes, LABELS)


def test_flip_averages_with_the_mirror(model, images):
    images[:, :, :4] = 25
    images[:, :, 4:] = 230
    plain, flipped = predict_probabilities(model, images), predict_probabilities(model, images, flip=True)
    mirrored = predict_probabilities(model, images[:, :, ::-1])
    np.testing.assert_allclose(flipped, (plain + mirrored) / 2, atol=1e-6)
    assert np.abs(flipped - plain).max() > 0.3


def test_lengths_must_agree(model, images):
    with pytest.raises(DataError, match="30 images but 2"):
        evaluate(model, images, [0, 1], LABELS)


def test_images_of_another_shape_are_named():
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(2)], name="tiny"
    )
    with pytest.raises(
        DataError, match=r"the model 'tiny' takes images of \(8, 8, 1\), and these are \(9, 8, 1\)"
    ):
        predict_probabilities(model, np.zeros((2, 9, 8, 1), np.uint8))
    with pytest.raises(DataError, match="there are no images to score"):
        evaluate(model, np.zeros((0, 8, 8, 1), np.uint8), [], ("happy", "sad"))
