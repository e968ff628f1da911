import keras
import numpy as np
import pytest
from keras import layers

from learnface.errors import DataError
from learnface.inference import clip_network
from learnface.inference.loading import load_network
from learnface.layers import FoldTime, UnfoldTime
from learnface.models import ModelCard, fer_vgg, micro_fusion, vggface_lstm

LABELS = ("a", "b", "c")
FACES = np.random.default_rng(0).integers(0, 256, (9, 20, 20, 1), "uint8")


def build(frames=4, **options):
    keras.utils.set_random_seed(0)
    backbone = fer_vgg((20, 20, 1), border=0, include_top=False, widths=(4, 4, 4, 4))
    return vggface_lstm((frames, 20, 20, 1), classes=3, units=5, backbone=backbone, **options)


@pytest.mark.parametrize("options", [{}, {"frames": None, "masked": True}])
def test_each_row_is_the_window_that_ends_with_it(options, monkeypatch):
    monkeypatch.setattr(clip_network, "DEFAULT_FRAMES", 4)
    model = build(**options)
    network = load_network(model, LABELS)
    numbers = [0, 1, 0, 1, 0, 0, 0, 0, 1]
    found = np.concatenate(
        [network.over_time(numbers[:5], FACES[:5]), network.over_time(numbers[5:], FACES[5:])]
    )
    for row, number in enumerate(numbers):
        own = [place for place in range(row + 1) if numbers[place] == number]
        window = FACES[([own[0]] * 4 + own[1:])[-4:]][None] / np.float32(255)
        inputs = [window, np.ones((1, 4), bool)] if options else window
        np.testing.assert_allclose(found[row], model.predict(inputs, verbose=0)[0], atol=1e-5)


def test_a_face_that_is_gone_is_forgotten():
    network = load_network(build(), LABELS)
    first = network.over_time([0, 0], FACES[:2])
    network.keep([1])
    np.testing.assert_allclose(network.over_time([0, 0], FACES[:2]), first, atol=1e-6)
    assert network.over_time([], FACES[:0]).shape == (0, 3)


def test_features_of_a_frame_are_computed_once():
    network, seen = load_network(build(), LABELS), []
    compute = network._backbone.predict_on_batch
    network._backbone.predict_on_batch = lambda faces: (seen.append(len(faces)), compute(faces))[1]
    network.over_time([0] * 9, FACES)
    assert seen == [9]


def between(*after):
    """Return a clip model with further layers between its backbone and `UnfoldTime`."""
    clips = keras.Input((4, 20, 20, 1))
    x = fer_vgg((20, 20, 1), border=0, include_top=False, pooling="avg", widths=(4, 4, 4, 4))(
        FoldTime()(clips)
    )
    for layer in after:
        x = layer(x)
    x = layers.LSTM(5)(UnfoldTime()([x, clips]))
    return keras.Model(clips, layers.Dense(3, activation="softmax")(x))


def test_layers_between_the_backbone_and_time_count():
    """They keep the width, so that only the outputs tell whether they are there."""
    norm = layers.BatchNormalization()
    model = between(norm, layers.ReLU())
    norm.set_weights([np.float32([3, -2, 1, 5]), np.float32([1, 2, -1, 0]), np.zeros(4), np.full(4, 0.1)])
    found = load_network(model, LABELS).over_time([0] * 4, FACES[:4])
    expected = model.predict(FACES[None, :4] / np.float32(255), verbose=0)[0]
    np.testing.assert_allclose(found[-1], expected, atol=1e-6)
    assert np.abs(load_network(between(), LABELS).over_time([0] * 4, FACES[:4])[-1] - expected).max() > 1e-3


def test_frames_may_be_looked_at_by_layers_of_the_model_itself():
    clips = keras.Input((4, 20, 20, 1))
    x = layers.Dense(3)(layers.Flatten()(FoldTime()(clips)))
    x = layers.LSTM(5)(UnfoldTime()([x, clips]))
    model = keras.Model(clips, layers.Dense(3, activation="softmax")(x))
    found = load_network(model, LABELS).over_time([0] * 4, FACES[:4])
    expected = model.predict(FACES[None, :4] / np.float32(255), verbose=0)[0]
    np.testing.assert_allclose(found[-1], expected, atol=1e-6)


def test_bgr_models_get_bgr():
    rgb = np.random.default_rng(1).integers(0, 256, (4, 20, 20, 3), "uint8")
    keras.utils.set_random_seed(0)
    backbone = keras.Sequential([keras.Input((20, 20, 3)), layers.Conv2D(2, 3)], name="body")
    model = vggface_lstm((4, 20, 20, 3), classes=3, units=5, backbone=backbone)
    model.card = ModelCard(model="lstm", labels=LABELS, input_shape=(4, 20, 20, 3), colour="BGR")
    found = load_network(model).over_time([0] * 4, rgb)
    expected = model.predict(rgb[None, ..., ::-1] / np.float32(255), verbose=0)[0]
    np.testing.assert_allclose(found[-1], expected, atol=1e-6)


def test_logits_are_no_probabilities():
    network = load_network(build(classifier_activation=None), LABELS)
    with pytest.raises(DataError, match="'vggface_lstm' does not give probabilities .*ends in softmax"):
        network.over_time([0], FACES[:1])


def test_models_that_cannot_slide_are_named():
    with pytest.raises(DataError, match="not .batch, 2"):
        load_network(build(), ("a", "b"))
    with pytest.raises(DataError, match="flip is for networks of pictures"):
        load_network(build(), LABELS, flip=True)
    clips = keras.Input((4, 8, 8, 1))
    plain = keras.Model(clips, layers.Dense(3)(layers.Flatten()(clips)))
    with pytest.raises(DataError, match="cannot slide: .* a FoldTime and an UnfoldTime"):
        load_network(plain, LABELS)
    with pytest.raises(DataError, match="cannot slide: .* takes clips, and a mask at most"):
        load_network(micro_fusion((4, 16, 16, 3), classes=3, width=1 / 32, units=64), LABELS)
    whole = layers.RepeatVector(4)(layers.Dense(5)(layers.Flatten()(clips)))
    x = layers.Add()([layers.Dense(5)(layers.Flatten()(FoldTime()(clips))), FoldTime()(whole)])
    x = layers.GlobalAveragePooling1D()(UnfoldTime()([x, clips]))
    with pytest.raises(DataError, match="cannot slide"):
        load_network(keras.Model(clips, layers.Dense(3)(x)), LABELS)
    scale = keras.ops.mean(clips)
    x = layers.Dense(5)(layers.Flatten()(FoldTime()(clips))) * scale
    x = layers.GlobalAveragePooling1D()(UnfoldTime()([x, clips]))
    with pytest.raises(DataError, match="what its UnfoldTime takes comes from elsewhere"):
        load_network(keras.Model(clips, layers.Dense(3)(x)), LABELS)
