"""How every loader reads a corpus's folders and CSV tables: sorted, without junk, and with clear errors."""

import contextlib
import csv
import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from learnface.errors import DataError
from learnface.files import PICTURE_SUFFIXES, SYNTHETIC

__all__ = [
    "check_root",
    "csv_header",
    "csv_rows",
    "list_files",
    "list_folders",
    "list_other_files",
    "natural_key",
]

_JUNK = {"thumbs.db", "desktop.ini", "__macosx"}


def check_root(root: str | Path) -> Path:
    """Return the path of a corpus, once it is sure to exist, to be readable, and not to be half synthesised.

    Raises:
        DataError: it is missing, a folder that may not be read, or a synthetic corpus that is not whole.
    """
    root = Path(root)
    try:
        if root.is_dir():
            for entry in itertools.islice(root.iterdir(), 1):
                entry.lstat()  # fails where the folder may be listed but not entered
        elif not root.exists():
            raise DataError(f"{root} does not exist; check the path")
    except PermissionError:
        raise DataError(f"{root} may not be read; check its permissions") from None
    if (root / SYNTHETIC).is_dir() and not (root / SYNTHETIC / "complete").exists():
        raise DataError(f"{root} is not whole; give the `learnface synthesize` that began it once more")
    return root


def list_files(folder: str | Path, suffixes: Collection[str] = PICTURE_SUFFIXES) -> list[Path]:
    """Return the files of a folder with one of `suffixes`, in any case, in the order of their numbers.

    Hidden files and what file managers leave (`.DS_Store`, `Thumbs.db`, `._photo.jpg`) are passed over.

    Raises:
        DataError: the folder is missing, not a folder, or not readable.
    """
    return [path for path in _entries(folder) if path.suffix.lower() in suffixes and path.is_file()]


def list_other_files(folder: str | Path, suffixes: Collection[str]) -> list[Path]:
    """Return the files of a folder with none of `suffixes`, as `list_files` those with one.

    Raises:
        DataError: the folder is missing, not a folder, or not readable.
    """
    return [path for path in _entries(folder) if path.suffix.lower() not in suffixes and path.is_file()]


def list_folders(folder: str | Path) -> list[Path]:
    """Return the folders in a folder, hidden ones and `__MACOSX` left out, in the order of their numbers.

    Raises:
        DataError: the folder is missing, not a folder, or not readable.
    """
    return [path for path in _entries(folder) if path.is_dir()]


def natural_key(name: str | Path) -> tuple:
    """Return a sort key by which `img9` comes before `img10`; ties (`01`, `1`) fall back to the text.

    Example:
        >>> sorted(["img10.jpg", "img9.jpg", "Img2.jpg"], key=natural_key)
        ['Img2.jpg', 'img9.jpg', 'img10.jpg']
    """
    name = str(name)
    parts = re.split(r"([0-9]+)", name.lower())
    return ([int(part) if place % 2 else part for place, part in enumerate(parts)], name)


def csv_header(path: str | Path) -> list[str]:
    """Return the column names of a CSV file, without the blanks around them.

    Raises:
        DataError: the file is missing, not readable or empty.
    """
    with _open(path) as file:
        return _names(path, file.readline())


def csv_rows(
    path: str | Path, columns: Sequence[str], header: Sequence[str] | None = None
) -> Iterator[tuple[str, ...] | None]:
    """Yield the named columns of each data row of a CSV file, a row at a time and fast.

    Rows are lines: blank ones are not counted, and a quoted field must not hold a line break. A row with
    another number of fields than the header comes as None, so that the caller can say which row it is.

    Args:
        path: the CSV file.
        columns: names of the columns to yield, in this order.
        header: the names of all columns, for a file that has no header of its own.

    Raises:
        DataError: the file is missing, not readable or empty, or lacks one of the columns.
    """
    with _open(path) as file:
        names = list(header) if header else _names(path, file.readline())
        lacking = [column for column in columns if column not in names]
        if lacking:
            raise DataError(
                f"{path} lacks the columns {lacking} (it has {_shortened(names)}); give another file"
            )
        places = [names.index(column) for column in columns]
        for line in file:
            if not line.strip():
                continue
            fields = _fields(line)
            if len(fields) == len(names):
                yield tuple(fields[place] for place in places)
            else:
                yield None


def _entries(folder: str | Path) -> list[Path]:
    folder = Path(folder)
    try:
        entries = [path for path in folder.iterdir() if not _is_junk(path.name)]
    except FileNotFoundError:
        raise DataError(f"{folder} does not exist; check the path") from None
    except NotADirectoryError:
        raise DataError(f"{folder} is a file; give the folder that holds the corpus") from None
    except PermissionError:
        raise DataError(f"{folder} may not be read; check its permissions") from None
    return sorted(entries, key=lambda path: natural_key(path.name))


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name.lower() in _JUNK


def _open(path: str | Path):
    try:
        return Path(path).open("rb")
    except FileNotFoundError:
        raise DataError(f"{path} does not exist; check the path") from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder; give a CSV file") from None
    except PermissionError:
        raise DataError(f"{path} may not be read; check its permissions") from None


def _names(path: str | Path, line: bytes) -> list[str]:
    names = [name.strip() for name in _fields(line.removeprefix(b"\xef\xbb\xbf"))]
    if not any(names):
        raise DataError(f"{path} is empty; give a CSV file with a header")
    return names


def _fields(line: bytes) -> list[str]:
    """Split a line of CSV; only one with quotes needs the slower parser."""
    text = line.decode("utf-8", errors="replace").rstrip("\r\n")
    if '"' in text:
        with contextlib.suppress(csv.Error):  # raised only by what is no CSV at all
            return next(csv.reader([text]))
    return text.split(",")


def _shortened(names: list[str]) -> str:
    text = ", ".join(map(repr, names))
    return text if len(text) <= 120 else f"{text[:117]}..."
