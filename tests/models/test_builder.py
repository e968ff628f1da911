import keras
import pytest

from learnface.errors import DataError
from learnface.models._builder import classification_head


def test_no_classes_is_refused():
    with pytest.raises(DataError, match="classes"):
        classification_head(
            keras.Input((4,)), include_top=True, pooling=None, classes=0, classifier_activation="softmax"
        )
