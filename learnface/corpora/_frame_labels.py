"""Label files with a line a frame: read as arrays, with an error that names the line."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from learnface.corpora._index import Problems
from learnface.errors import DataError

__all__ = ["add_error", "mean_of", "read_numbers"]


def read_numbers(
    path: str | Path, columns: int, header: bool = False, allowed: Sequence[float] = ()
) -> tuple[list[str], np.ndarray]:
    """Read a text of comma-separated numbers, a line a frame.

    Args:
        path: the file. Blank lines at its end are passed over.
        columns: how many numbers a line holds.
        header: whether the first line names the columns.
        allowed: numbers outside -1 to 1 that may occur, such as the mark of an invalid frame.

    Returns:
        The names of the header (none without one), and float64 of shape `(frames, columns)`.

    Raises:
        DataError: the file is unreadable or empty, lacks its header, or has a line that is malformed or whose
            numbers are out of range.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig", errors="replace").rstrip().split("\n")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); copy it anew") from None
    names = [name.strip() for name in lines[0].split(",")] if header else []
    if header and (len(names) < columns or _is_number(names[0])):
        raise DataError(f"{path} line 1 is {lines[0]!r}; it must name {columns} columns")
    body = lines[1:] if header else lines
    if not any(line.strip() for line in body):
        raise DataError(f"{path} holds no labels; copy it anew")
    try:
        numbers = np.loadtxt(body, delimiter=",", ndmin=2, comments=None)
    except ValueError:  # not numbers, or lines of different lengths
        numbers = np.zeros((0, 0))
    if numbers.shape != (len(body), columns):  # blank lines were passed over
        place = next(place for place, line in enumerate(body) if not _is_row(line, columns))
        what = f"is {body[place]!r}, not {columns} number(s)"
        raise DataError(f"{path} line {place + 1 + header} {what}; copy the file anew")
    wrong = ~((np.abs(numbers) <= 1) | np.isin(numbers, allowed)).all(axis=1)
    if wrong.any():
        place = int(wrong.argmax())
        raise DataError(f"{path} line {place + 1 + header} is {body[place]!r}; use numbers from -1 to 1")
    return names, numbers


def mean_of(values: np.ndarray) -> float:
    """Return the mean, or NaN of nothing, without a warning."""
    return float(values.mean()) if values.size else float("nan")


def add_error(problems: Problems, path: str | Path, error: DataError) -> None:
    """Add what `read_numbers` says of a file to a list of problems."""
    what, _, remedy = str(error).removeprefix(f"{path} ").partition("; ")
    problems.add(path, what, remedy)


def _is_row(line: str, columns: int) -> bool:
    cells = line.split(",")
    return len(cells) == columns and all(_is_number(cell) for cell in cells)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
