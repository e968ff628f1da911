import keras
import numpy as np
import pytest
from checks.vggface import make_narrow

from learnface.errors import DataError
from learnface.models import fer_vgg, outline, vggface, vggface_resnet50
from learnface.transfer import replace_head

FACES = np.random.default_rng(0).random((3, 20, 20, 1)).astype("float32")
OLD = ("neutral", "happy", "tired")
IMAGE_MODELS = (
    "face_classifier",
    "fer_cnn",
    "fer_vgg",
    "five_branch",
    "lenet5",
    "lu_cnn",
    "resnet34",
    "ststnet",
    "vgg16",
    "vgg19",
    "vggface",
    "vggface_resnet50",
    "vggface_senet50",
)


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


@pytest.mark.parametrize("name", IMAGE_MODELS)
def test_every_image_model_takes_a_new_head(name):
    old = outline(name)
    new = replace_head(old, ("a", "b"))
    assert new.output_shape == (None, 2)
    assert new.layers[-1].name == "predictions" and new.inputs[0].shape == old.inputs[0].shape
    assert "softmax" not in "".join(layer.name for layer in new.layers), "only one softmax is left"


@pytest.mark.parametrize("builder", [vggface, vggface_resnet50])
def test_what_stands_behind_the_old_classifier_goes_with_it(builder, monkeypatch):
    make_narrow(monkeypatch)
    old = builder((32, 32, 3), classes=3, **({"dense": (5,)} if builder is vggface else {}))
    swapped = {"happy": "neutral", "neutral": "happy", "tired": "tired"}
    new = replace_head(old, OLD, old_labels=OLD, label_map=swapped)
    faces = np.random.default_rng(1).random((4, 32, 32, 3)).astype("float32")
    np.testing.assert_allclose(
        new.predict(faces, verbose=0), old.predict(faces, verbose=0)[:, [1, 0, 2]], atol=1e-6
    )


def test_a_dense_layer_without_biases_is_replaced(model):
    logits = keras.layers.Dense(3, use_bias=False)(model.layers[-2].output)
    old = keras.Model(model.input, keras.layers.Softmax()(logits))
    new = replace_head(old, OLD, old_labels=OLD, label_map=dict(zip(OLD, OLD, strict=True)))
    np.testing.assert_allclose(new.predict(FACES, verbose=0), old.predict(FACES, verbose=0), atol=1e-6)


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
