"""Read label sheets (.xlsx, .xls, .csv) whose columns are known by name only.

Sheets of one corpus differ between versions: notes above the header, blank columns, other spellings of a
column, numbers stored as text. So the header is found by its content and cells are read leniently.
"""

import csv
import re
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from learnface.corpora._reading import check_root
from learnface.errors import DataError, optional_import

__all__ = ["SHEET_SUFFIXES", "read_sheet", "text", "whole_number"]

SHEET_SUFFIXES = (".xlsx", ".xls", ".csv")
_MISSING = {"", "/", "-", "nan", "none", "n/a"}


def read_sheet(
    path: str | Path, columns: Mapping[str, Sequence[str]], optional: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Read the rows of a sheet below the first row that holds all column names.

    In a workbook every sheet is searched for such a row. Names are compared without case, blanks and
    punctuation: `Onset Frame` is `OnsetFrame`. Rows whose wanted cells are all blank are passed over.

    Args:
        path: the file.
        columns: our name of each column to the names that the sheet may use.
        optional: those of our names that a sheet may lack; their cells are then None.

    Returns:
        A dictionary a row: cells by our names, and `"place"`, the file and row as a spreadsheet numbers it.

    Raises:
        DataError: the file is missing, unreadable, or lacks columns.
        MissingDependencyError: the package that reads this kind of file is not installed.
    """
    path = check_root(path)
    needed = [name for name in columns if name not in optional]
    best: list[str] = needed
    for rows in _sheets(path):
        header: dict[str, int] | None = None
        found = []
        for number, cells in enumerate(rows, start=1):
            if header is None:
                places = _places(cells, columns)
                lacking = [name for name in needed if name not in places]
                best = min(best, lacking, key=len)
                header = None if lacking else places
                continue
            row = {name: _cell(cells, header.get(name)) for name in columns}
            if any(value is not None for value in row.values()):
                found.append(row | {"place": f"{path} row {number}"})
        if header is not None:
            return found
    names = ", ".join(repr(columns[name][0]) for name in best)
    raise DataError(f"{path} has no header row with {names}; give the corpus's own sheet by sheet=")


def whole_number(cell: Any) -> int | None:
    """Return a cell as an int, or None where it says that there is no number (blank, `/`).

    Raises:
        ValueError: it holds something else.

    Example:
        >>> whole_number(" 46 "), whole_number(46.0), whole_number("/"), whole_number("00123")
        (46, 46, None, 123)
    """
    if text(cell) is None:
        return None
    number = re.fullmatch(r"([+-]?\d+)(\.0*)?", str(cell).strip())
    if number is None:
        raise ValueError(f"{cell!r} is not a whole number")
    return int(number[1])


def text(cell: Any) -> str | None:
    """Return a cell as text without the blanks around it, or None where it says nothing."""
    words = "" if cell is None else str(cell).strip()
    return None if words.lower() in _MISSING else words


def _sheets(path: Path) -> Iterator[Iterator[Sequence[Any]]]:
    """Yield the rows of each sheet of a file."""
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            yield csv.reader(file)
        return
    engine = "xlrd" if path.suffix.lower() == ".xls" else "openpyxl"
    optional_import(engine, extra="sheets")
    with warnings.catch_warnings():  # about styles and validation rules, which are not read
        warnings.simplefilter("ignore")
        try:
            tables = pd.read_excel(
                path, sheet_name=None, header=None, dtype=object, keep_default_na=False, engine=engine
            )
        except Exception as error:  # zipfile's, openpyxl's and xlrd's own errors have no common base
            raise DataError(f"{path} cannot be read as a spreadsheet ({error}); copy it anew") from error
    for table in tables.values():
        yield iter(table.to_numpy(object))


def _places(cells: Sequence[Any], columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return where in a row each column's name stands."""
    plain = [_plain(cell) for cell in cells]
    places = {}
    for name, spellings in columns.items():
        hits = [plain.index(_plain(spelling)) for spelling in spellings if _plain(spelling) in plain]
        places |= {name: hits[0]} if hits else {}
    return places


def _plain(cell: Any) -> str:
    return re.sub(r"[^a-z0-9]", "", str(cell).lower())


def _cell(cells: Sequence[Any], place: int | None) -> Any:
    if place is None or place >= len(cells):
        return None
    return None if cells[place] is None or str(cells[place]).strip() in ("", "nan") else cells[place]
