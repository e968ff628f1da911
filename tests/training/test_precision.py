import keras
import pytest

from learnface.errors import DataError
from learnface.training import precision


def test_models_of_the_block_compute_in_half_precision_and_keep_float32_variables():
    with precision("mixed_bfloat16"):
        layer = keras.layers.Dense(2)
        assert layer(keras.ops.ones((1, 3))).dtype == "bfloat16"
    assert layer.kernel.dtype == "float32"
    assert keras.layers.Dense(2)(keras.ops.ones((1, 3))).dtype == "float32"


def test_the_former_policy_comes_back_after_an_error():
    with pytest.raises(RuntimeError), precision("mixed_float16"):
        raise RuntimeError
    assert keras.config.dtype_policy().name == "float32"


def test_unknown_precision():
    with pytest.raises(DataError, match="mixed_bfloat16"):
        precision("float8").__enter__()
