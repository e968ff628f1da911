import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.layers import ConvLSTM2D
from learnface.models import MODELS, vgg_conv_lstm

CLIPS = np.random.default_rng(0).random((2, 3, 64, 64, 3)).astype("float32")
SMALL = {"input_shape": (None, 64, 64, 3), "backbone": "vgg16", "filters": (3, 2), "kernel_size": 3}

pytestmark = pytest.mark.usefixtures("tiny_vgg16")


def test_learns_saves_and_loads(tmp_path):
    assert MODELS["vgg_conv_lstm"] is vgg_conv_lstm
    keras.utils.set_random_seed(0)
    model = vgg_conv_lstm(**SMALL, name="small")
    assert model.name == "small" and model.output_shape == (None, None, 2)
    before = [weight.numpy() for weight in model.trainable_variables]
    model.compile(keras.optimizers.Adam(0.01), "mse")
    losses = model.fit(CLIPS, np.full((2, 3, 2), 0.5), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    for old, new in zip(before, model.trainable_variables, strict=True):
        assert np.any(old != new.numpy()), new.path
    model.save_weights(tmp_path / "small.weights.h5")
    again = vgg_conv_lstm(**SMALL, weights=tmp_path / "small.weights.h5")
    np.testing.assert_allclose(again.predict(CLIPS, verbose=0), model.predict(CLIPS, verbose=0), atol=1e-6)
    config = keras.models.model_from_json(model.to_json())
    config.set_weights(model.get_weights())
    np.testing.assert_allclose(config.predict(CLIPS, verbose=0), model.predict(CLIPS, verbose=0), atol=1e-6)


@pytest.mark.parametrize(("pool_after", "side"), [(0, 1), (1, 2), (None, 2)])
def test_place_of_the_pool(pool_after, side):
    model = vgg_conv_lstm(**SMALL, pool_after=pool_after, include_top=False, every_frame=False)
    names = [layer.name for layer in model.layers if "lstm" in layer.name or layer.name == "pool"]
    place = 2 if pool_after is None else pool_after
    assert names.index("pool") == place
    # VGG's last map is 2x2; the 4x4 pool leaves one place.
    assert model.get_layer("conv_lstm1").output.shape[-3:-1] == (side, side)
    assert model.output_shape == (None, 2)


def test_peepholes_are_as_asked():
    model = vgg_conv_lstm(**SMALL, peephole=False, every_frame=False, classes=3, classifier_activation=None)
    cells = [layer.cell for layer in model.layers if isinstance(layer, ConvLSTM2D)]
    assert [cell.peephole for cell in cells] == [False, False]
    assert model.output_shape == (None, 3)


def test_wrong_place_of_the_pool():
    with pytest.raises(DataError, match="between 0 and the 2 ConvLSTMs, not 3"):
        vgg_conv_lstm(**SMALL, pool_after=3)


def test_a_clip_is_not_joined_without_convlstms():
    with pytest.raises(DataError, match="filters is empty"):
        vgg_conv_lstm(**{**SMALL, "filters": ()}, every_frame=False)
