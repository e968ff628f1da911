"""Checks of arguments that many functions take."""

from collections.abc import Sequence

from learnface.errors import DataError

__all__ = ["LARGEST_SEED", "check_above", "check_least", "check_seed", "check_share"]

LARGEST_SEED = 2**32 - 1
"""Of NumPy and Keras."""


def check_least(least: float, **values: float | Sequence[float] | None) -> None:
    """Make sure that numbers are not too small; None, which leaves something to the function, passes.

    Raises:
        DataError: one is smaller than `least`, or is not a number.

    Example:
        >>> check_least(1, epochs=3, patience=0)
        Traceback (most recent call last):
        learnface.errors.DataError: patience is 0: give 1 or more
    """
    for name, value in _each(values):
        if not value >= least:
            raise DataError(f"{name} is {value}: give {least:g} or more")


def check_above(limit: float, **values: float | Sequence[float] | None) -> None:
    """Make sure that numbers are larger than a limit, as `check_least`.

    Example:
        >>> check_above(0, learning_rate=0.0)
        Traceback (most recent call last):
        learnface.errors.DataError: learning_rate is 0.0: give a number above 0
    """
    for name, value in _each(values):
        if not value > limit:
            raise DataError(f"{name} is {value}: give a number above {limit:g}")


def check_seed(seed: int, count: int = 1) -> None:
    """Make sure that a seed, and as many after it as `count` says, are such.

    Raises:
        DataError: one is negative or too large, or `count` is less than 1.

    Example:
        >>> check_seed(-1)
        Traceback (most recent call last):
        learnface.errors.DataError: seed is -1: give a whole number from 0 to 4,294,967,295
    """
    check_least(1, seeds=count)
    if not 0 <= seed <= LARGEST_SEED + 1 - count:
        raise DataError(f"seed is {seed}: give a whole number from 0 to {LARGEST_SEED + 1 - count:,}")


def check_share(**values: float | Sequence[float] | None) -> None:
    """Make sure that numbers are shares, or chances, that leave something, as `check_least`.

    Example:
        >>> check_share(dropout=1.0)
        Traceback (most recent call last):
        learnface.errors.DataError: dropout is 1.0: give a share from 0 to below 1
    """
    for name, value in _each(values):
        if not 0 <= value < 1:
            raise DataError(f"{name} is {value}: give a share from 0 to below 1")


def _each(values: dict[str, float | Sequence[float] | None]) -> list[tuple[str, float]]:
    pairs = [(name, v) for name, value in values.items() for v in (value if _is_many(value) else [value])]
    return [(name, value) for name, value in pairs if value is not None]


def _is_many(value: float | Sequence[float] | None) -> bool:
    return isinstance(value, Sequence)
