import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import vggface_fusion, vggface_lstm, vggface_rnn

CLIPS = np.random.default_rng(0).random((3, 4, 32, 32, 1)).astype("float32")
SMALL = {"backbone": "vgg16", "dropout": 0.0}
BUILDERS = [vggface_lstm, vggface_rnn, vggface_fusion]

pytestmark = pytest.mark.usefixtures("tiny_vgg16")


def small(builder, frames=4, **options):
    keras.utils.set_random_seed(0)
    widths = {} if builder is vggface_fusion else {"units": 5}
    return builder((frames, 32, 32, 1), classes=3, **{**widths, **SMALL, **options})


def rising_and_falling(count=40):
    """Return clips that differ in their order alone: ever brighter (class 0), or ever darker (class 1)."""
    generator = np.random.default_rng(1)
    levels = np.sort(generator.random((count, 4)), axis=1)
    codes = np.arange(count) % 2
    levels[codes == 1] = levels[codes == 1, ::-1]
    clips = np.broadcast_to(levels[..., None, None, None], (count, 4, 32, 32, 1))
    return clips.astype("float32"), codes


@pytest.mark.parametrize("builder", BUILDERS)
def test_gives_probabilities_and_comes_back_from_its_file(builder, tmp_path):
    model = small(builder)
    found = model.predict(CLIPS, verbose=0)
    assert found.shape == (3, 3)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-5)
    assert len({layer.name for layer in model.layers}) == len(model.layers)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(CLIPS, verbose=0), found, atol=1e-6)


@pytest.mark.parametrize("builder", BUILDERS)
def test_weights_alone_come_back_from_their_file(builder, tmp_path):
    model = small(builder)
    model.save_weights(tmp_path / "w.weights.h5")
    keras.utils.set_random_seed(1)
    again = builder(
        (4, 32, 32, 1),
        classes=3,
        weights=tmp_path / "w.weights.h5",
        **SMALL,
        **({} if builder is vggface_fusion else {"units": 5}),
    )
    for one, other in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("builder", BUILDERS[:2])
def test_sequence_models_learn_what_only_time_tells(builder):
    clips, codes = rising_and_falling()
    brightness = keras.Sequential([keras.Input((32, 32, 1)), keras.layers.GlobalAveragePooling2D()])
    model = small(builder, backbone=brightness)
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    model.fit(clips, codes, epochs=40, verbose=0, shuffle=False)
    assert np.mean(model.predict(clips, verbose=0).argmax(1) == codes) > 0.95


def test_fusion_by_mean_or_maximum_is_blind_to_order_and_concatenation_is_not():
    for merge, blind in (("mean", True), ("max", True), ("concatenate", False)):
        model = small(vggface_fusion, merge=merge)
        forwards, backwards = (model.predict(clips, verbose=0) for clips in (CLIPS, CLIPS[:, ::-1]))
        assert np.allclose(forwards, backwards, atol=1e-6) is blind


@pytest.mark.parametrize("builder", BUILDERS)
def test_frames_that_only_fill_up_a_clip_do_not_count(builder):
    model = small(builder, frames=None, masked=True)
    filled = CLIPS.copy()
    filled[:, 2:] = 0
    mask = np.repeat([[True, True, False, False]], 3, axis=0)
    expected = model.predict([CLIPS[:, :2], mask[:, :2]], verbose=0)
    np.testing.assert_allclose(model.predict([filled, mask], verbose=0), expected, atol=1e-6)


def test_stacked_units_and_features_without_a_top():
    model = small(vggface_lstm, units=(5, 4), include_top=False)
    assert model.output_shape == (None, 4)
    assert [layer.name for layer in model.layers][-2:] == ["lstm1", "lstm2"]


@pytest.mark.parametrize(
    ("builder", "options", "message"),
    [
        (vggface_lstm, {"units": 0}, "units must be"),
        (vggface_lstm, {"pooling": None}, "pooling must be"),
        (vggface_fusion, {"merge": "sum"}, "merge must be one of mean, max"),
        (vggface_fusion, {"merge": "concatenate", "frames": None}, "fixed number of frames"),
        (vggface_fusion, {"merge": "max", "masked": True}, "merged by their mean"),
    ],
)
def test_wrong_arguments_are_named(builder, options, message):
    with pytest.raises(DataError, match=message):
        small(builder, **options)
