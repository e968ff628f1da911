import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import MODELS, build, fer_vgg, weights_card, weights_names
from learnface.models._weights import load_weights, read_weights, save_weights

SHIPPED = [(model, weights) for model in MODELS for weights in weights_names(model)]


@pytest.fixture
def small():
    return fer_vgg(classes=3, widths=(4, 8))


def test_round_trip_through_half_precision(small, tmp_path):
    save_weights(small, tmp_path / "w.npz")
    again = fer_vgg(classes=3, widths=(4, 8), weights=tmp_path / "w.npz")
    images = np.random.default_rng(0).random((2, 48, 48, 1)).astype("float32")
    np.testing.assert_allclose(again(images), small(images), atol=1e-2)


def test_the_same_weights_give_the_same_file(small, tmp_path):
    assert save_weights(small, tmp_path / "a.npz") == save_weights(small, tmp_path / "b.npz")


def test_headless_model_takes_the_weights_it_has(small, tmp_path):
    save_weights(small, tmp_path / "w.npz", dtype="float32")
    body = fer_vgg(widths=(4, 8), include_top=False, weights=tmp_path / "w.npz")
    np.testing.assert_array_equal(
        body.get_layer("block1_conv1").kernel, small.get_layer("block1_conv1").kernel
    )


def test_keras_weights_file(small, tmp_path):
    small.save_weights(tmp_path / "w.weights.h5")
    again = fer_vgg(classes=3, widths=(4, 8), weights=tmp_path / "w.weights.h5")
    images = np.ones((1, 48, 48, 1), "float32")
    np.testing.assert_allclose(again(images), small(images), atol=1e-6)


def test_keras_2_files_go_by_name_with_or_without_a_head(small, tmp_path):
    small.save(tmp_path / "whole.h5")
    again = fer_vgg(classes=3, widths=(4, 8), weights=tmp_path / "whole.h5")
    body = fer_vgg(widths=(4, 8), include_top=False, weights=tmp_path / "whole.h5")
    for model in (again, body):
        for layer in model.layers:
            for one, other in zip(
                layer.get_weights(), small.get_layer(layer.name).get_weights(), strict=True
            ):
                np.testing.assert_array_equal(one, other)
    with pytest.raises(DataError, match="predictions kernel has shape"):
        fer_vgg(classes=4, widths=(4, 8), weights=tmp_path / "whole.h5")


def test_keras_2_files_of_numbered_layers_go_by_place(tmp_path):
    def build(extra):
        keras.utils.clear_session()
        for _ in range(extra):
            keras.layers.Dense(1)
        return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(2)], name="net")

    first, second = build(0), build(3)
    first.save(tmp_path / "net.h5")
    load_weights(second, "net", tmp_path / "net.h5")
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(DataError, match="net.h5 does not fit wide"):
        wide = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)], name="wide")
        load_weights(wide, "net", tmp_path / "net.h5")


def test_weights_of_another_model_change_nothing(small, tmp_path):
    save_weights(fer_vgg(classes=4, widths=(4, 8)), tmp_path / "w.npz")
    before = [np.array(v) for v in small.weights]
    with pytest.raises(DataError, match="predictions/kernel has shape"):
        fer_vgg(classes=3, widths=(4, 8), weights=tmp_path / "w.npz")
    for old, new in zip(before, small.weights, strict=True):
        np.testing.assert_array_equal(old, new)
    with pytest.raises(DataError, match="belongs to another model"):
        build("lenet5", weights=tmp_path / "w.npz")
    small.save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(DataError, match="does not fit"):
        build("lenet5", weights=tmp_path / "w.weights.h5")


def test_damaged_file_is_refused(small, tmp_path):
    save_weights(small, tmp_path / "w.npz")
    whole = (tmp_path / "w.npz").read_bytes()
    (tmp_path / "w.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="not a whole"):
        read_weights(tmp_path / "w.npz")


def test_pickles_are_not_opened(tmp_path):
    np.savez(tmp_path / "w.npz", evil=np.array([{}], dtype=object))
    with pytest.raises(DataError, match="not a whole"):
        read_weights(tmp_path / "w.npz")


@pytest.mark.parametrize(("model", "weights"), SHIPPED)
def test_shipped_weights(model, weights):
    card = weights_card(model, weights)
    built = build(model, classes=len(card.labels), weights=weights)
    assert built.card == card
    assert built.input_shape[1:] == card.input_shape
    for field in ("corpus", "protocol", "licence", "face", "scores"):
        assert getattr(card, field), f"the card says nothing of {field}"
    with pytest.raises(DataError, match="classes="):
        build(model, classes=3, weights=weights)
    build(model, include_top=False, weights=weights)
