import re

import pytest

from learnface.corpora._tree import choose, find_sheet, holders, outer_folders, part
from learnface.errors import DataError

SUBJECT = re.compile(r"sub\d\d")


@pytest.fixture
def root(tmp_path):
    for name in ("a/a/sub01/deep/deeper", "b/sub02", "c"):
        (tmp_path / "corpus" / name).mkdir(parents=True)
    return tmp_path / "corpus"


def test_outer_folders_stop_at_subjects(root):
    names = [str(folder.relative_to(root)) for folder in outer_folders(root, SUBJECT)]
    assert names == [".", "a", "b", "c", "a/a"]
    assert [str(folder.relative_to(root)) for folder in outer_folders(root, SUBJECT, depth=1)] == [
        ".",
        *"abc",
    ]
    assert holders(outer_folders(root, SUBJECT), SUBJECT) == [root / "b", root / "a/a"]


def test_sheet_is_preferred_by_pattern_then_by_place(root):
    for name in ("c/coding-2019.xlsx", "a/Coding-2014.XLSX", "~$coding-2014.xlsx", "notes.xlsx"):
        (root / name).touch()
    outer = outer_folders(root, SUBJECT)
    assert find_sheet(outer, ["coding-2014", "coding"], None, "X") == root / "a/Coding-2014.XLSX"
    assert find_sheet(outer, ["coding-2019", "coding"], None, "X") == root / "c/coding-2019.xlsx"
    assert find_sheet([root / "a/a"], ["coding"], None, "X") == root / "a/Coding-2014.XLSX"
    with pytest.raises(DataError, match="corpus holds no label sheet of X; put it there"):
        find_sheet(outer, ["labels"], None, "X")


def test_choose(root):
    found = {"raw": [root / "b"], "small": [root / "a", root / "c"]}
    assert choose({"raw": [root / "b"]}, None, ("small", "raw"), root, "X") == ("raw", root / "b")
    assert choose(found, "raw", ("small", "raw"), root, "X") == ("raw", root / "b")
    with pytest.raises(DataError, match=r"holds X as small more than once, in .*/a and .*/c; give one"):
        choose(found, None, ("small", "raw"), root, "X")
    with pytest.raises(DataError, match="holds X as raw, not as small; use form='raw'"):
        choose({"raw": [root / "b"]}, "small", ("small", "raw"), root, "X")
    with pytest.raises(DataError, match=r"holds no form of X \(small, raw\)"):
        choose({}, None, ("small", "raw"), root, "X")


def test_part_is_told_by_the_lowest_name(tmp_path):
    root = tmp_path / "CROPPED" / "Raw set"
    patterns = {"cropped": "crop", "raw": "raw"}
    assert part(root, root, patterns) == "raw"
    assert part(root, root / "x/Cropped/y", patterns) == "cropped"
    assert part(tmp_path / "CROPPED/x", tmp_path / "CROPPED/x", patterns) == "cropped"
    assert part(tmp_path / "x/y", tmp_path / "x/y/z", {"raw": "raw"}) is None
