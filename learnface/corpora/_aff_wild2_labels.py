"""The label files of Aff-Wild2: one a video for a single task, one a split for all tasks together."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from learnface import labels
from learnface.corpora._frame_labels import read_numbers
from learnface.errors import DataError

__all__ = ["ACTION_UNITS", "EXPRESSIONS", "Labels", "TASKS", "read_labels", "read_multi_task"]

TASKS = ("va", "expr", "au", "mtl")
EXPRESSIONS = ("neutral", "angry", "disgust", "fear", "happy", "sad", "surprise", "others")
"""In the order of their codes. The last came with the third challenge."""
ACTION_UNITS = ("AU1", "AU2", "AU4", "AU6", "AU7", "AU10", "AU12", "AU15", "AU23", "AU24", "AU25", "AU26")
"""The twelve of the multi-task files, in their order; other files name theirs."""

_NO_AFFECT = -5
_NO_CLASS = -1


@dataclass(frozen=True, eq=False)
class Labels:
    """The labels of one video and person.

    Attributes:
        path: the file that they were read from.
        numbers: of each line's frame, from 1.
        table: the labels, a row a line; NaN where they are invalid.
        valid: whether a line has a label.
    """

    path: Path
    numbers: np.ndarray
    table: pd.DataFrame
    valid: np.ndarray


def read_labels(path: str | Path, task: str) -> Labels:
    """Read the label file of a video, for one of the tasks `"va"`, `"expr"` and `"au"`.

    Raises:
        DataError: the file is missing or malformed.
    """
    path = Path(path)
    if task == "va":
        _, numbers = read_numbers(path, 2, header=True, allowed=(_NO_AFFECT,))
        table = _affect(numbers)
        valid = table.notna().all(axis=1)
        table = table.where(valid)  # a frame with one of the two marked is invalid as a whole
    elif task == "expr":
        names = _header(path)
        codes = read_numbers(path, 1, header=True, allowed=range(len(EXPRESSIONS)))[1][:, 0]
        table = pd.DataFrame({"expression": _expressions(path, codes, names, first=2)})
        valid = table["expression"].notna()
    else:
        units = _header(path)
        numbers = read_numbers(path, len(units), header=True)[1]
        table = pd.DataFrame(_units(path, numbers, first=2), columns=units)
        valid = table.notna().all(axis=1)
    return Labels(path, np.arange(1, len(table) + 1), table, valid.to_numpy())


def read_multi_task(path: str | Path) -> dict[str, Labels]:
    """Read a file of all tasks, `<video>/<frame>.jpg,valence,arousal,expression,12 action units`, by video.

    Raises:
        DataError: the file is missing or malformed.
    """
    path = Path(path)
    names, numbers, cells = _multi_task_cells(path)
    tables = [
        _affect(cells[:, :2]),
        pd.DataFrame({"expression": _expressions(path, cells[:, 2], EXPRESSIONS, first=2)}),
        pd.DataFrame(_units(path, cells[:, 3:], first=2), columns=list(ACTION_UNITS)),
    ]
    table = pd.concat(tables, axis=1)
    valid = table.notna().any(axis=1).to_numpy()
    found = {}
    for name, places in pd.Series(np.arange(len(names))).groupby(names, sort=False):
        places = places.to_numpy()[np.argsort(numbers[places], kind="stable")]
        found[name] = Labels(path, numbers[places], table.iloc[places].reset_index(drop=True), valid[places])
    return found


def _multi_task_cells(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the videos' names, the frames' numbers and the 15 numbers of each line."""
    try:
        lines = path.read_text(encoding="utf-8-sig", errors="replace").rstrip().split("\n")[1:]
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); copy it anew") from None
    names, numbers, cells = [], [], []
    for place, line in enumerate(lines, start=2):
        image, *values = line.strip().split(",")
        name, _, file = image.strip().replace("\\", "/").rpartition("/")
        try:
            number = int(file.rpartition(".")[0])
            row = [float(value) for value in values]
        except ValueError:
            row = []
        if len(row) != 3 + len(ACTION_UNITS) or not name:
            raise DataError(f"{path} line {place} is {line!r}; use <video>/<frame>.jpg and 15 numbers")
        if not all(abs(value) <= 1 or value == _NO_AFFECT for value in row[:2]):
            raise DataError(f"{path} line {place} is {line!r}; valence and arousal are numbers from -1 to 1")
        names.append(name)
        numbers.append(number)
        cells.append(row)
    if not cells:
        raise DataError(f"{path} holds no labels; copy it anew")
    return np.array(names, object), np.array(numbers), np.array(cells)


def _header(path: Path) -> list[str]:
    """Return the names in the first line."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return [name.strip() for name in file.readline().split(",")]
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); copy it anew") from None


def _affect(numbers: np.ndarray) -> pd.DataFrame:
    numbers = np.where(numbers == _NO_AFFECT, np.nan, numbers)
    return pd.DataFrame(numbers, columns=["valence", "arousal"])


def _expressions(path: Path, codes: np.ndarray, names: list[str] | tuple, first: int) -> pd.array:
    """Return the names of codes, missing for -1; `names` are those of the file's header."""
    known = [labels.canonical(name) for name in names]
    if known != list(EXPRESSIONS[: len(known)]) or len(known) < 7:
        raise DataError(f"{path} line 1 names {', '.join(names)}; use {', '.join(EXPRESSIONS)}")
    wrong = (codes != np.floor(codes)) | (codes < _NO_CLASS) | (codes >= len(known))
    if wrong.any():
        place = int(wrong.argmax())
        raise DataError(
            f"{path} line {place + first} has the expression {codes[place]:g}; use -1 to {len(known) - 1}"
        )
    texts = [known[int(code)] if code >= 0 else None for code in codes]
    return pd.array(texts, pd.StringDtype(na_value=np.nan))


def _units(path: Path, numbers: np.ndarray, first: int) -> np.ndarray:
    """Return action units, NaN for -1."""
    wrong = ~np.isin(numbers, (_NO_CLASS, 0, 1)).all(axis=1)
    if wrong.any():
        raise DataError(
            f"{path} line {int(wrong.argmax()) + first} has an action unit that is not 0, 1 or -1; mend it"
        )
    return np.where(numbers == _NO_CLASS, np.nan, numbers)
