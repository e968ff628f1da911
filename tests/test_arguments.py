import math

import numpy as np
import pytest

from learnface.arguments import LARGEST_SEED, check_above, check_least, check_seed, check_share
from learnface.errors import DataError


def test_what_is_large_enough_passes():
    check_least(1, epochs=1, patience=None, batch_size=1e9, frames=[1, 2])
    check_above(0, rate=1e-9, margins=(0.1, 0.2), fps=None)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "epochs is 0: give 1 or more"),
        ({"epochs": 3, "fps": math.nan}, "fps is nan: give 1 or more"),
        ({"margins": (1.0, 0.5)}, "margins is 0.5: give 1 or more"),
    ],
)
def test_what_is_too_small_is_named(values, message):
    with pytest.raises(DataError, match=message):
        check_least(1, **values)


@pytest.mark.parametrize("value", [0, -1, math.nan])
def test_what_is_not_above_the_limit_is_named(value):
    with pytest.raises(DataError, match=f"rate is {value}: give a number above 0"):
        check_above(0, rate=value)


@pytest.mark.parametrize("value", [-0.1, 1, math.nan])
def test_what_is_no_share_is_named(value):
    check_share(dropout=0, rate=0.999, chance=None)
    with pytest.raises(DataError, match=f"rate is {value}: give a share from 0 to below 1"):
        check_share(rate=value)


@pytest.mark.parametrize(("seed", "count"), [(0, 1), (LARGEST_SEED, 1), (LARGEST_SEED - 2, 3)])
def test_seeds_that_numpy_and_keras_take(seed, count):
    check_seed(seed, count)
    np.random.RandomState(seed + count - 1)


@pytest.mark.parametrize(("seed", "count"), [(-1, 1), (LARGEST_SEED + 1, 1), (LARGEST_SEED, 2)])
def test_seeds_out_of_range(seed, count):
    with pytest.raises(DataError, match=f"seed is {seed}: give a whole number from 0 to"):
        check_seed(seed, count)


def test_no_seeds():
    with pytest.raises(DataError, match="seeds is 0: give 1 or more"):
        check_seed(0, 0)
