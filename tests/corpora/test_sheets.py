import sys

import pytest
from checks.sheets import write_sheet

from learnface.corpora._sheets import read_sheet, text, whole_number
from learnface.errors import DataError, MissingDependencyError

COLUMNS = {"subject": ("Subject",), "onset": ("OnsetFrame", "Onset"), "emotion": ("Emotion",)}
ROWS = [
    ["Notes of the authors", None, None, None],
    ["Subject", "the first column is the subject", None, None],
    [],
    ["subject ", None, "Onset Frame", "EMOTION"],
    ["01", None, 46, " happiness "],
    [None, None, None, None],
    [2, None, "/", "Other"],
]


def cells(rows):
    return [(row["subject"], row["onset"], row["emotion"]) for row in rows]


def test_header_is_found_below_notes_and_in_a_later_sheet(tmp_path):
    rows = read_sheet(write_sheet(tmp_path / "a.xlsx", [["read me"]], ROWS), COLUMNS)
    assert cells(rows) == [("01", 46, " happiness "), (2, "/", "Other")]
    assert [row["place"] for row in rows] == [f"{tmp_path / 'a.xlsx'} row {number}" for number in (5, 7)]


def test_csv_gives_the_same_cells_as_text(tmp_path):
    path = tmp_path / "a.csv"
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in ROWS]
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    assert cells(read_sheet(path, COLUMNS)) == [("01", "46", " happiness "), ("2", "/", "Other")]


def test_optional_columns_may_be_absent(tmp_path):
    path = write_sheet(tmp_path / "a.xlsx", [["Subject", "Emotion"], [1, "sad"]])
    assert cells(read_sheet(path, COLUMNS, optional=("onset",))) == [(1, None, "sad")]
    with pytest.raises(DataError, match=r"a.xlsx has no header row with 'OnsetFrame'; give"):
        read_sheet(path, COLUMNS)


def test_what_is_no_workbook_is_refused(tmp_path):
    (tmp_path / "a.xlsx").write_text("<html>sign in</html>")
    with pytest.raises(DataError, match=r"a.xlsx cannot be read as a spreadsheet .*; copy it anew"):
        read_sheet(tmp_path / "a.xlsx", COLUMNS)
    with pytest.raises(DataError, match="does not exist"):
        read_sheet(tmp_path / "b.xlsx", COLUMNS)


@pytest.mark.parametrize(("name", "package"), [("a.xlsx", "openpyxl"), ("a.XLS", "xlrd")])
def test_missing_package_is_named(tmp_path, monkeypatch, name, package):
    monkeypatch.setitem(sys.modules, package, None)
    path = tmp_path / name
    path.touch()
    with pytest.raises(
        MissingDependencyError, match=rf"{package}' is not installed.*pip install 'learnface\[sheets\]'"
    ):
        read_sheet(path, COLUMNS)


@pytest.mark.parametrize(
    ("cell", "number"),
    [(46, 46), ("46 ", 46), ("046", 46), (46.0, 46), (None, None), ("/", None), ("", None)],
)
def test_whole_number(cell, number):
    assert whole_number(cell) == number


@pytest.mark.parametrize("cell", ["x", 4.5, "4-5", "inf"])
def test_other_cells_are_no_whole_numbers(cell):
    with pytest.raises(ValueError, match="is not a whole number"):
        whole_number(cell)


def test_text():
    assert [text(cell) for cell in (" a b ", 3, None, "", "NaN", "/")] == ["a b", "3", None, None, None, None]
