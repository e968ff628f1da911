import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import fer_vgg
from learnface.transfer import replace_head

FACES = np.random.default_rng(0).random((3, 20, 20, 1)).astype("float32")
OLD = ("neutral", "happy", "tired")


@pytest.fixture
def model():
    return fer_vgg((20, 20, 1), classes=3, border=0, widths=(2, 2, 2, 2))


def test_a_new_class_begins_as_the_mean_of_its_old_ones(model):
    mapped = {"calm": "neutral", "distracted": ["tired", "neutral"]}
    logits = [
        replace_head(model, labels, old_labels=OLD, label_map=chosen, classifier_activation=None)
        for labels, chosen in [
            (OLD, dict(zip(OLD, OLD, strict=True))),
            (("distracted", "new", "calm"), mapped),
        ]
    ]
    old, new = (keras.ops.convert_to_numpy(one(FACES)) for one in logits)
    np.testing.assert_allclose(new[:, 2], old[:, 0], atol=1e-6)
    np.testing.assert_allclose(new[:, 0], (old[:, 2] + old[:, 0]) / 2, atol=1e-6)
    assert np.abs(new[:, 1:2] - old).min(0).max() > 0


def test_the_body_is_shared_and_the_old_head_unharmed(model, tmp_path):
    before = keras.ops.convert_to_numpy(model(FACES))
    new = replace_head(model, ("a", "b"), name="two")
    assert new.name == "two"
    assert new.get_layer("block1_conv1") is model.get_layer("block1_conv1")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model(FACES)), before)
    new.save(tmp_path / "new.keras")
    again = keras.models.load_model(tmp_path / "new.keras")
    np.testing.assert_allclose(again.predict(FACES, verbose=0), new.predict(FACES, verbose=0), atol=1e-6)


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        ((), {}, "labels must be different names"),
        (("a", "a"), {}, "labels must be different names"),
        (("a",), {"label_map": {"a": "happy"}}, "needs the 3 old classes"),
        (("a",), {"label_map": {"a": "glad"}, "old_labels": OLD}, "cannot map 'a' from .*'glad'"),
        (("a",), {"label_map": {"b": "happy"}, "old_labels": OLD}, "cannot map 'b'"),
    ],
)
def test_wrong_arguments_are_named(model, labels, options, message):
    with pytest.raises(DataError, match=message):
        replace_head(model, labels, **options)


def test_only_a_classifier_is_replaced():
    with pytest.raises(DataError, match="ends in 'block4_conv2_relu'"):
        replace_head(fer_vgg(include_top=False), ("a",))
