import keras
import pytest

from learnface import models
from learnface.errors import DataError


def test_unknown_model_lists_those_there_are():
    with pytest.raises(DataError, match="fer_cnn"):
        models.build("vgg99")


def test_every_builder_is_public():
    assert set(models.names()) <= set(models.__all__)
    assert models.names() == sorted(models.names())


def test_build_passes_arguments():
    assert models.build("lenet5", classes=3).output_shape == (None, 3)


def test_an_outline_leaves_the_callers_session_alone():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        before = keras.layers.Dense(2).name
        outlined = models.outline("lenet5")
        assert keras.config.dtype_policy().name == "mixed_float16"
    finally:
        keras.config.set_dtype_policy("float32")
    assert before != keras.layers.Dense(2).name, "numbered from the start"
    with keras.StatelessScope():  # it fills the weights that wait for their values
        pass
    assert all(weight._value is None for weight in outlined.weights)


def test_outlines_of_one_model_have_the_same_names():
    first, second = ([layer.name for layer in models.outline("fer_cnn").layers] for _ in range(2))
    assert first == second


def test_the_outline_of_an_unknown_model():
    with pytest.raises(DataError, match="fer_cnn"):
        models.outline("vgg99")
