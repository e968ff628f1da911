"""Write the small workbooks and frame folders of fake micro-expression corpora."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl

__all__ = ["write_frames", "write_sheet"]


def write_sheet(path: Path, *sheets: Sequence[Sequence]) -> Path:
    """Write a workbook; each sheet is a list of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def write_frames(folder: Path, numbers: Iterable[int], name: str) -> Path:
    """Touch a frame for each number; `name` is a format such as `"img{}.jpg"`."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (folder / name.format(number)).touch()
    return folder
