import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from learnface.metrics import MacroF1

RANDOM = np.random.default_rng(0)
CODES = RANDOM.integers(0, 3, 30)
SCORES = RANDOM.random((30, 3)).astype("float32")
EXPECTED = confusion_matrix(CODES, SCORES.argmax(axis=1))


@pytest.mark.parametrize(
    ("y_true", "y_pred"),
    [
        (CODES, SCORES),
        (CODES[:, None], SCORES),
        (np.eye(3)[CODES], SCORES),
        (CODES.astype("float32"), SCORES),
        (CODES.reshape(10, 3), SCORES.reshape(10, 3, 3)),  # as many frames as classes: still codes
        (np.eye(3)[CODES].reshape(6, 5, 3), SCORES.reshape(6, 5, 3)),
    ],
    ids=["codes", "column", "one-hot", "floats", "frames", "one-hot frames"],
)
def test_every_form_of_truth_gives_one_confusion_matrix(y_true, y_pred):
    metric = MacroF1(classes=3)
    metric.update_state(y_true, y_pred)
    np.testing.assert_array_equal(metric.confusion, EXPECTED)


def test_sample_weight_and_unknown_labels():
    weight = RANDOM.integers(0, 4, 30)
    metric = MacroF1(classes=3)
    metric.update_state(np.r_[CODES, -1], np.r_[SCORES, SCORES[:1]], sample_weight=np.r_[weight, 9])
    expected = confusion_matrix(CODES, SCORES.argmax(axis=1), sample_weight=weight)
    np.testing.assert_array_equal(metric.confusion, expected)


def test_reset():
    metric = MacroF1(classes=3)
    metric.update_state(CODES, SCORES)
    metric.reset_state()
    assert float(metric.result()) == 0


def test_wrong_classes_are_named():
    with pytest.raises(ValueError, match="classes is 1"):
        MacroF1(classes=1)
    with pytest.raises(ValueError, match=r"macro_f1 counts 4 classes.*\(30, 3\)"):
        MacroF1(classes=4).update_state(CODES, SCORES)
