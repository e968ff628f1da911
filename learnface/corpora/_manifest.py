"""Labelled clips as a manifest: a CSV or Parquet table, a row a sample, that names files beside it."""

import csv
import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from learnface.corpora._index import Problems
from learnface.corpora._media import SPLIT_NAMES, clean, is_inside, path_problem
from learnface.corpora._reading import natural_key
from learnface.errors import DataError
from learnface.files import VIDEO_SUFFIXES

__all__ = ["MANIFESTS", "manifest_rows"]

MANIFESTS = ("manifest.csv", "manifest.parquet")
_KNOWN = ("path", "sample", "subject", "split", "label", "valence", "arousal", "start", "stop")
_RESERVED = ("corpus", "frames", "row")  # columns that the index uses itself


def manifest_rows(
    path: Path, problems: Problems, *, allow_outside: bool
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return a row for each sample of a manifest, and its labels in order.

    Args:
        path: the CSV or Parquet file.
        problems: takes what is wrong.
        allow_outside: whether paths may lead out of the manifest's folder.

    Raises:
        DataError: the file is no such table, or lacks columns without which no row can be read.
    """
    table, categories = _read_parquet(path) if path.suffix.lower() == ".parquet" else _read_csv(path)
    _check_columns(path, list(table))
    reader = _Rows(path, problems, allow_outside)
    places = table.pop("_place").tolist()
    for place, cells in zip(places, table.to_dict("records"), strict=True):
        reader.add(f"{path} {place}", cells)
    found = {row["label"] for row in reader.rows if row.get("label")}
    return reader.rows, categories or tuple(sorted(found, key=natural_key))


class _Rows:
    """Turns the cells of a manifest into rows of the index."""

    def __init__(self, manifest: Path, problems: Problems, allow_outside: bool):
        self.folder, self.problems, self.allow_outside = manifest.parent, problems, allow_outside
        self.real_folder = os.path.realpath(self.folder)
        self.rows: list[dict[str, Any]] = []
        self._first: dict[tuple, tuple[str, dict]] = {}

    def add(self, place: str, cells: dict[str, Any]) -> None:
        """Check one row and keep it, whatever is wrong with it: the problems stop the index in the end."""
        row = {name: cell for name, cell in cells.items() if name not in _KNOWN}
        text = {name: clean(cells[name]) for name in ("subject", "label", "sample") if name in cells}
        row |= {name: cell or None for name, cell in text.items()}
        row["split"] = self._split(place, cells.get("split", ""))
        row |= {name: self._number(place, name, cells[name]) for name in _KNOWN[5:] if name in cells}
        file = self._path(place, cells["path"].strip())
        self._check_target(place, row, cells)
        self._check_times(place, row, file)
        if file is not None:
            row["frames"] = str(file)
            self._check_first(place, row, file)
            row["sample"] = row.get("sample") or self._name(file, row)
            self.rows.append(row)

    def _path(self, place: str, text: str) -> Path | None:
        if not text:
            self.problems.add(place, "has no path", "fill it in or leave the row out")
            return None
        file = self.folder / text
        if "\\" in text and not file.exists():  # written on Windows
            file = self.folder / text.replace("\\", "/")
        if not self.allow_outside and not is_inside(file, self.real_folder):
            remedy = "copy the file in, or read it in Python with allow_outside=True"
            self.problems.add(place, f"path {text!r} leads out of {self.folder}", remedy)
            return None
        try:
            problem = path_problem(file)
        except (DataError, OSError):
            problem = "may not be read", "check its permissions"
        if problem:
            self.problems.add(place, f"path {text!r} {problem[0]}", problem[1])
            return None
        return file

    def _split(self, place: str, text: str) -> str | None:
        split = SPLIT_NAMES.get(text.strip().lower())
        if text.strip() and split is None:
            self.problems.add(place, f"split is {text!r}", "use train, validation or test")
        return split

    def _number(self, place: str, name: str, text: str) -> float:
        if not text.strip():
            return math.nan
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        low, high = (0, math.inf) if name in ("start", "stop") else (-1, 1)
        if not low <= value <= high or math.isinf(value):
            remedy = "give seconds" if name in ("start", "stop") else "give a number from -1 to 1"
            self.problems.add(place, f"{name} is {text!r}", remedy)
        return value

    def _check_target(self, place: str, row: dict[str, Any], cells: dict[str, Any]) -> None:
        numbers = [name for name in ("valence", "arousal") if cells.get(name, "").strip()]
        if len(numbers) == 1:
            other = "arousal" if numbers == ["valence"] else "valence"
            self.problems.add(place, f"has {numbers[0]} but no {other}", "fill it in or leave both empty")
        elif not numbers and not row.get("label"):
            what = "label" if "label" in cells else "valence and no arousal"
            self.problems.add(place, f"has no {what}", "fill it in or leave the row out")

    def _check_times(self, place: str, row: dict[str, Any], file: Path | None) -> None:
        start, stop = row.get("start", math.nan), row.get("stop", math.nan)
        if stop <= (0 if math.isnan(start) else start):
            what = f"stop {stop:g} is not after start {0 if math.isnan(start) else start:g}"
            self.problems.add(place, what, "give a later stop")
        timed = not (math.isnan(start) and math.isnan(stop))
        if timed and file is not None and file.suffix.lower() not in VIDEO_SUFFIXES:
            self.problems.add(place, "has start or stop but is no video", "leave them empty for pictures")

    def _check_first(self, place: str, row: dict[str, Any], file: Path) -> None:
        times = tuple(
            None if math.isnan(row.get(name, math.nan)) else row[name] for name in ("start", "stop")
        )
        first, other = self._first.setdefault((os.path.realpath(file), times), (place, row))
        if first != place:
            same = all(other.get(name) == row.get(name) for name in ("label", "valence", "arousal"))
            what = f"is the same clip as {first.rsplit('/')[-1]}{'' if same else ', with another label'}"
            self.problems.add(place, what, "keep one of them")

    def _name(self, file: Path, row: dict[str, Any]) -> str:
        inside = file.is_relative_to(self.folder)
        name = (file.relative_to(self.folder) if inside else file).as_posix()
        times = [f"{row[n]:g}" if not math.isnan(row.get(n, math.nan)) else "" for n in ("start", "stop")]
        return f"{name}@{'-'.join(times)}" if any(times) else name


def _read_csv(path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read a CSV as text, with the line of each row; quoted cells may hold commas and line breaks."""
    places, rows, problems = [], [], Problems(str(path))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = _names(next(reader, []))
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(header):
                    what = f"has {len(cells)} cells where the header has {len(header)}"
                    problems.add(f"{path} line {reader.line_num}", what, "quote cells that hold commas")
                places.append(f"line {reader.line_num}")
                rows.append(cells)
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8; save it as 'CSV UTF-8'") from None
    except (csv.Error, OSError) as error:
        raise DataError(f"{path} cannot be read as CSV: {error}; save it as 'CSV UTF-8'") from None
    problems.raise_if_any()
    _check_names(path, header)
    return pd.DataFrame(rows, columns=header, dtype=object).assign(_place=places), ()


def _read_parquet(path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read a Parquet file; what the index knows becomes text, and a categorical label keeps its order."""
    try:
        table = pd.read_parquet(path, dtype_backend="numpy_nullable")
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as Parquet: {error}; write it anew") from None
    table.columns = _names(map(str, table.columns))
    _check_names(path, list(table))
    categories = ()
    if "label" in table and isinstance(table["label"].dtype, pd.CategoricalDtype):
        categories = tuple(clean(str(name)) for name in table["label"].cat.categories)
    for name in set(_KNOWN) & set(table):
        table[name] = pd.Series(["" if pd.isna(cell) else str(cell) for cell in table[name]], dtype=object)
    return table.assign(_place=[f"row {row}" for row in range(len(table))]), categories


def _names(header: Sequence[str]) -> list[str]:
    """Return column names without blanks around them; those that are known in lower case."""
    names = [name.strip() for name in header]
    return [name.lower() if name.lower() in (*_KNOWN, *_RESERVED) else name for name in names]


def _check_names(path: Path, names: list[str]) -> None:
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise DataError(f"{path} has the columns {doubled} more than once; give each its own name")


def _check_columns(path: Path, names: list[str]) -> None:
    problems = Problems(str(path))
    has = f"(it has {', '.join(map(repr, names[:-1])) or 'none'})"
    if len(names) == 2 and re.search(r"[;\t]", names[0]):  # the other is the place of each row
        raise DataError(f"{path} has one column {has}: save it with commas between its columns")
    if "path" not in names:
        problems.add(path, f"lacks the column 'path' {has}", "name the file of each row")
    lacking = [name for name in ("valence", "arousal") if name not in names]
    if len(lacking) == 1 or (lacking and "label" not in names):
        wanted = repr(lacking[0]) if len(lacking) == 1 else "'label', or 'valence' and 'arousal'"
        problems.add(path, f"lacks the column {wanted} {has}", "add it")
    for name in sorted(set(names) & set(_RESERVED)):
        problems.add(path, f"has a column {name!r}, which the index needs itself", "rename it")
    problems.raise_if_any()
