import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import vggface_lstm
from learnface.transfer import discriminative_rates

CLIPS = np.random.default_rng(0).random((4, 3, 4, 4, 1)).astype("float32")


def moved(optimizer, rates):
    """Return by layer how far one step moves its kernel."""
    keras.utils.set_random_seed(0)
    body = [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(3, name="embedding")]
    model = vggface_lstm(
        (3, 4, 4, 1), classes=2, units=2, dropout=0.0, backbone=keras.Sequential(body, name="body")
    )
    model.compile(discriminative_rates(optimizer, model, rates), "categorical_crossentropy")
    kernels = {name: model.get_layer(name).weights[0] for name in ("lstm", "predictions")}
    kernels["embedding"] = model.get_layer("body").get_layer("embedding").weights[0]
    before = {name: keras.ops.convert_to_numpy(kernel) for name, kernel in kernels.items()}
    model.train_on_batch(CLIPS, np.eye(2)[[0, 1, 0, 1]])
    return {name: keras.ops.convert_to_numpy(kernel) - before[name] for name, kernel in kernels.items()}


@pytest.mark.parametrize("kind", [keras.optimizers.SGD, keras.optimizers.Nadam])
def test_a_step_is_the_share_of_the_whole_step(kind):
    whole = moved(kind(0.01), {})
    scaled = moved(kind(0.01), {"body": 0.1, "lstm": 0.0})
    np.testing.assert_allclose(scaled["embedding"], 0.1 * whole["embedding"], rtol=1e-3, atol=1e-7)
    np.testing.assert_array_equal(scaled["lstm"], 0)
    np.testing.assert_allclose(scaled["predictions"], whole["predictions"], atol=1e-7)
    assert np.abs(whole["lstm"]).max() > 0


def test_wrong_rates_are_named():
    with pytest.raises(DataError, match="no layer 'gru'"):
        moved(keras.optimizers.SGD(), {"gru": 0.1})
    with pytest.raises(DataError, match="cannot be -1 of the whole"):
        moved(keras.optimizers.SGD(), {"lstm": -1})
