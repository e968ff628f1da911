"""The numeric precision of what is built inside a block."""

import contextlib
from collections.abc import Iterator

import keras

from learnface.errors import DataError

__all__ = ["PRECISIONS", "precision"]

PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")


@contextlib.contextmanager
def precision(name: str) -> Iterator[None]:
    """Build and train models of the block in a Keras dtype policy, and go back to the former one after it.

    Args:
        name: `"float32"`; or `"mixed_float16"` (GPUs) or `"mixed_bfloat16"` (newer GPUs, TPUs, and CPUs
            with AMX), which compute in half precision and keep variables and softmax in float32.

    Raises:
        DataError: there is no such policy.

    Example:
        >>> with precision("mixed_bfloat16"):
        ...     keras.config.dtype_policy().compute_dtype
        'bfloat16'
        >>> keras.config.dtype_policy().name
        'float32'
    """
    if name not in PRECISIONS:
        raise DataError(f"there is no precision {name!r}: choose one of {', '.join(PRECISIONS)}")
    former = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(former)
