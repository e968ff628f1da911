import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.inference import clip_network
from learnface.inference.loading import load_network
from learnface.models import fer_vgg, vggface_lstm

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


def test_models_that_cannot_slide_are_named():
    with pytest.raises(DataError, match="not .batch, 2"):
        load_network(build(), ("a", "b"))
    with pytest.raises(DataError, match="flip is for networks of pictures"):
        load_network(build(), LABELS, flip=True)
    clips = keras.Input((4, 8, 8, 1))
    plain = keras.Model(clips, keras.layers.Dense(3)(keras.layers.Flatten()(clips)))
    with pytest.raises(DataError, match="has no backbone that looks at one frame"):
        load_network(plain, LABELS)
