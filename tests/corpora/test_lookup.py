import pytest
from checks.trees import write_tree

from learnface.corpora import CountWarning
from learnface.corpora._index import Problems
from learnface.corpora._lookup import (
    FileLookup,
    check_choice,
    files_below,
    find_file,
    find_folder,
    read_words,
    report_missing,
)
from learnface.errors import DataError
from learnface.files import VIDEO_SUFFIXES


def test_folder_in_wrappers_of_any_case(tmp_path):
    write_tree(tmp_path, ["a/pack/LABELS/x.txt", "a/images/images/1.png"])
    assert find_folder(tmp_path, ("labels",), depth=3) == tmp_path / "a/pack/LABELS"
    assert find_folder(tmp_path, ("labels",), depth=2) is None
    assert find_folder(tmp_path / "a/pack/LABELS", ("labels",)) == tmp_path / "a/pack/LABELS"
    assert find_folder(tmp_path / "a", ("images",)) == tmp_path / "a/images"
    inner = find_folder(tmp_path, ("images",), lambda folder: (folder / "1.png").exists(), depth=3)
    assert inner == tmp_path / "a/images/images"


def test_nearest_file(tmp_path):
    write_tree(tmp_path, ["b/c/List.TXT", "a/list.txt"])
    assert find_file(tmp_path, ("list.txt",)) == tmp_path / "a/list.txt"
    assert find_file(tmp_path / "b", ("list.txt",)) == tmp_path / "b/c/List.TXT"
    assert find_file(tmp_path, ("other.txt",)) is None


def test_lookup_prefers_the_exact_name(tmp_path):
    write_tree(tmp_path, ["a.jpg", "a.png", "B.JPG", "c.txt"])
    lookup = FileLookup()
    assert lookup.find(tmp_path / "a.png") == tmp_path / "a.png"
    assert lookup.find(tmp_path / "a.bmp") == tmp_path / "a.jpg"
    assert lookup.find(tmp_path / "b.jpg") == tmp_path / "B.JPG"
    assert lookup.find(tmp_path / "c.png") is None
    assert lookup.find(tmp_path / "nowhere/a.png") is None


def test_choices_are_named():
    check_choice(kind=("a", ("a", "b")))
    with pytest.raises(DataError, match="kind is 'c'; use one of 'a', 'b'"):
        check_choice(kind=("c", ("a", "b")))


def test_words(tmp_path):
    problems = Problems("mine")
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf a  1\r\n\r\nb\t2")
    assert read_words(tmp_path / "a.txt", problems) == [["a", "1"], ["b", "2"]]
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\xff")
    assert read_words(tmp_path / "b.txt", problems) == []
    assert read_words(tmp_path / "c.txt", problems) == []
    with pytest.raises(DataError, match=r"2 problems\n.*b.txt: cannot be read as text"):
        problems.raise_if_any()


def test_files_below(tmp_path):
    write_tree(tmp_path, ["a.avi", "b/10.avi", "b/9.MP4", "b/9.txt", "b/c/1.avi"])
    names = [path.name for path in files_below(tmp_path, VIDEO_SUFFIXES, depth=1)]
    assert names == ["a.avi", "9.MP4", "10.avi"]


def test_missing_files_are_problems_or_one_warning(tmp_path):
    problems = Problems("mine")
    report_missing("mine", [], "drop", problems)
    with pytest.warns(CountWarning, match=r"mine: 2 labelled files are not on disk \(the first is a\)"):
        report_missing("mine", ["a", "b"], "drop", problems)
    assert not len(problems)
    report_missing("mine", ["a", "b"], "raise", problems)
    with pytest.raises(
        DataError, match="2 problems\n  a: does not exist; restore it, or pass missing='drop'"
    ):
        problems.raise_if_any()
