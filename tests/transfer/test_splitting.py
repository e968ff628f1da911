import keras
import numpy as np
import pytest
from checks.vggface import make_narrow

from learnface.errors import DataError
from learnface.models import face_classifier, fer_vgg, vggface, vggface_lstm
from learnface.transfer import feature_layer, split_model

CLIPS = np.random.default_rng(0).random((4, 3, 20, 20, 1)).astype("float32")
TARGETS = np.eye(2)[[0, 1, 0, 1]]


def small(**options):
    keras.utils.set_random_seed(0)
    backbone = fer_vgg((20, 20, 1), border=0, include_top=False, widths=(4, 4, 4, 4))
    return vggface_lstm((3, 20, 20, 1), classes=2, units=8, dropout=0, backbone=backbone, **options)


def test_the_parts_in_turn_give_what_the_whole_gives():
    model = small()
    body, head = split_model(model)
    assert body.output_shape == (None, 3, 4)
    expected = model.predict(CLIPS, verbose=0)
    found = head.predict(body.predict(CLIPS, verbose=0), verbose=0)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_head_of_a_masked_model_takes_the_mask():
    model, mask = small(masked=True), np.array([[1, 1, 0]] * 4, bool)
    body, head = split_model(model)
    found = head.predict([body.predict(CLIPS, verbose=0), mask], verbose=0)
    np.testing.assert_allclose(found, model.predict([CLIPS, mask], verbose=0), atol=1e-6)


def test_training_the_head_trains_the_model():
    model = small()
    body, head = split_model(model)
    head.compile(keras.optimizers.Adam(0.05), "categorical_crossentropy")
    features = body.predict(CLIPS, verbose=0)
    losses = head.fit(features, TARGETS, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    loss = keras.losses.CategoricalCrossentropy()
    assert float(loss(TARGETS, model(CLIPS))) == pytest.approx(float(loss(TARGETS, head(features))), abs=1e-5)


def test_an_image_model_is_parted_where_one_says():
    model = fer_vgg()
    body, head = split_model(model, "avg_pool")
    faces = np.random.default_rng(1).random((2, 48, 48, 1)).astype("float32")
    found = head.predict(body.predict(faces, verbose=0), verbose=0)
    np.testing.assert_allclose(found, model.predict(faces, verbose=0), atol=1e-6)
    assert feature_layer(model) == "avg_pool"
    with pytest.raises(DataError, match="does not end in a classifier: name"):
        split_model(fer_vgg(include_top=False))
    with pytest.raises(DataError, match="no layer 'pool9': choose one of image, cut"):
        split_model(model, "pool9")


def test_the_body_of_a_classifier_on_a_backbone_is_the_backbone():
    assert feature_layer(face_classifier((48, 48, 1), backbone="fer_vgg", dense=(5,))) == "fer_vgg"


def test_a_masked_model_can_be_saved_after_it_was_parted(tmp_path):
    model = vggface_lstm((None, 24, 24, 1), classes=2, backbone="fer_vgg", units=4, masked=True)
    clips, mask = np.ones((1, 3, 24, 24, 1), "float32"), np.array([[True, True, False]])
    body, head = split_model(model)
    model.save(tmp_path / "model.keras")
    expected = model.predict([clips, mask], verbose=0)
    np.testing.assert_allclose(
        head.predict([body.predict(clips, verbose=0), mask], verbose=0), expected, atol=1e-6
    )
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict([clips, mask], verbose=0), expected, atol=1e-6)


def test_an_activation_behind_the_classifier_is_part_of_the_head(monkeypatch):
    make_narrow(monkeypatch)
    model = vggface((32, 32, 3), classes=3, dense=(5,))
    body, head = split_model(model)
    assert feature_layer(model) == "fc6_relu" and body.output_shape == (None, 5)
    faces = np.random.default_rng(1).random((2, 32, 32, 3)).astype("float32")
    found = head.predict(body.predict(faces, verbose=0), verbose=0)
    np.testing.assert_allclose(found, model.predict(faces, verbose=0), atol=1e-6)
