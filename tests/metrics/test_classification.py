import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sklearn

from learnface.errors import DataError
from learnface.labels import FER2013
from learnface.metrics import classification_scores, confusion_matrix

CODES = range(len(FER2013))


@pytest.fixture
def sample():
    random = np.random.default_rng(0)
    y_true = random.integers(0, len(FER2013), 200)
    probabilities = random.dirichlet(np.ones(len(FER2013)), 200)
    return y_true, probabilities


def test_scores_equal_scikit_learn(sample):
    y_true, probabilities = sample
    y_pred = probabilities.argmax(axis=1)
    scores = classification_scores(y_true, probabilities, FER2013)
    precision, recall, f1, support = sklearn.precision_recall_fscore_support(y_true, y_pred)
    assert scores["samples"] == 200
    assert scores["accuracy"] == pytest.approx(sklearn.accuracy_score(y_true, y_pred))
    assert scores["precision"] == pytest.approx(precision.mean())
    assert scores["recall"] == pytest.approx(recall.mean())
    assert scores["f1"] == pytest.approx(f1.mean())
    assert scores["uar"] == pytest.approx(sklearn.balanced_accuracy_score(y_true, y_pred))
    np.testing.assert_array_equal(scores["confusion"], sklearn.confusion_matrix(y_true, y_pred))
    table = scores["per_class"]
    assert table.index.tolist() == list(FER2013)
    np.testing.assert_array_equal(table["support"], support)
    np.testing.assert_allclose(
        table[["precision", "recall", "f1"]], np.stack([precision, recall, f1], axis=1)
    )


def test_absent_class_counts_in_f1_and_not_in_uar():
    scores = classification_scores([0, 0, 1], [0, 2, 1], labels=("a", "b", "c", "d"))
    assert scores["uar"] == pytest.approx((1 / 2 + 1) / 2)
    assert scores["recall"] == pytest.approx((1 / 2 + 1) / 4)
    assert scores["f1"] == pytest.approx((2 / 3 + 1 + 0 + 0) / 4)
    assert scores["per_class"].loc["d"].tolist() == [0, 0, 0, 0, 0]


def test_constant_prediction():
    scores = classification_scores([0, 1, 2, 2], [2, 2, 2, 2], labels=("a", "b", "c"))
    assert (scores["accuracy"], scores["uar"]) == (0.5, pytest.approx(1 / 3))
    assert scores["f1"] == pytest.approx((2 * 2 / (2 + 4)) / 3)


def test_one_sample():
    scores = classification_scores([1], [1], labels=("a", "b"))
    assert (scores["accuracy"], scores["uar"], scores["f1"]) == (1.0, 1.0, 0.5)


@pytest.mark.parametrize("as_names", [list, np.array, pd.Series, pd.Categorical])
def test_names_are_codes(sample, as_names):
    y_true, probabilities = sample
    names = as_names([FER2013[code] for code in y_true])
    expected = confusion_matrix(y_true, probabilities, FER2013)
    np.testing.assert_array_equal(confusion_matrix(names, probabilities, FER2013), expected)


def test_rows_are_true():
    assert confusion_matrix([0], [1], labels=("a", "b")).tolist() == [[0, 1], [0, 0]]


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        ([0, 1], [0], "2 samples and y_pred 1"),
        ([], [], "no samples"),
        ([[0], [1]], [0, 1], r"shape \(samples,\).*\(2, 1\)"),
        ([0, 2], [0, 1], r"y_true holds \[2\].*from 0 to 1"),
        ([0, -1], [0, 1], r"y_true holds \[-1\]"),
        ([0, 1], [0.5, 1], r"y_pred holds \[0.5\]"),
        ([0, np.nan], [0, 1], "y_true holds NaN or infinity in 1 of 2"),
        ([0, None], [0, 1], r"y_true holds \['None'\]"),
        ([0, 1], [[0.5, np.nan], [1, 0]], "NaN or infinity in 1 rows"),
        ([0, 1], [[0.5, 0.3, 0.2], [1, 0, 0]], "3 classes, but there are 2 labels"),
        (["a", "happy"], ["a", "b"], r"\['happy'\].*lacks"),
    ],
)
def test_wrong_input_is_named(y_true, y_pred, message):
    with pytest.raises(DataError, match=message):
        classification_scores(y_true, y_pred, labels=("a", "b"))


@pytest.mark.parametrize("labels", [(), ("a", "a")])
def test_wrong_labels(labels):
    with pytest.raises(DataError, match="different names"):
        classification_scores([0], [0], labels)
