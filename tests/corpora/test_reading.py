from pathlib import Path

import pytest

from learnface.clips._frames import list_pictures
from learnface.corpora._reading import check_root, csv_header, csv_rows, list_files, list_folders, natural_key
from learnface.errors import DataError
from learnface.files import PICTURE_SUFFIXES
from learnface.synthetic import write_corpus


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_files_come_by_number_in_any_case_and_without_junk(tmp_path):
    for name in ("img10.JPG", "img9.jpg", "._img9.jpg", ".DS_Store", "Thumbs.db", "notes.txt", "ä1.png"):
        (tmp_path / name).touch()
    (tmp_path / "folder.jpg").mkdir()
    assert [path.name for path in list_files(tmp_path)] == ["img9.jpg", "img10.JPG", "ä1.png"]
    assert [path.name for path in list_files(tmp_path, (".txt",))] == ["notes.txt"]


def test_corpora_and_clips_count_the_same_files(tmp_path):
    """A place in a folder that a corpus counted must be the same frame to who reads it."""
    for number, suffix in enumerate((*PICTURE_SUFFIXES, ".JPG", ".txt")):
        (tmp_path / f"{number}{suffix}").touch()
    assert list_files(tmp_path) == list_pictures(tmp_path)
    assert len(list_files(tmp_path)) == len(PICTURE_SUFFIXES) + 1


def test_folders(tmp_path):
    for name in ("s10", "s9", "__MACOSX", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / "s1").touch()
    assert [path.name for path in list_folders(tmp_path)] == ["s9", "s10"]


def test_natural_key_orders_any_mix():
    names = ["10", "a", "9b", "a1", "01", "1", "²"]
    assert sorted(names, key=natural_key) == ["01", "1", "9b", "10", "a", "a1", "²"]


def test_folder_errors(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="nowhere does not exist"):
        list_files(tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"a\.txt is a file; give the folder"):
        list_folders(write(tmp_path / "a.txt", ""))

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(DataError, match="may not be read; check its permissions"):
        list_files(tmp_path)


def test_root_is_there_and_readable(tmp_path, monkeypatch):
    path = write(tmp_path / "a.csv", "")
    assert check_root(str(path)) == path
    assert check_root(tmp_path) == tmp_path
    with pytest.raises(DataError, match="nowhere does not exist; check the path"):
        check_root(tmp_path / "nowhere")

    def refuse(*_, **__):
        raise PermissionError

    monkeypatch.setattr(Path, "lstat", refuse)  # chmod would not stop root, which many containers run as
    with pytest.raises(DataError, match="may not be read; check its permissions"):
        check_root(tmp_path)


def test_csv_columns_are_found_by_name_whatever_blanks_quotes_and_line_ends(tmp_path):
    path = write(tmp_path / "a.csv", '\ufeffname, box ,"n"\r\na.png,"(0, 1)",3\r\n\r\nb.png,, 4\r\n')
    assert csv_header(path) == ["name", "box", "n"]
    assert list(csv_rows(path, ["n", "box"])) == [("3", "(0, 1)"), (" 4", "")]


def test_csv_without_header_or_final_line_end(tmp_path):
    path = write(tmp_path / "a.csv", "1,2\n3,4")
    assert list(csv_rows(path, ["b"], header=["a", "b"])) == [("2",), ("4",)]


def test_csv_rows_of_another_length_are_none(tmp_path):
    path = write(tmp_path / "a.csv", "a,b\n1,2\n1\n1,2,3\n3,4\n")
    assert list(csv_rows(path, ["a"])) == [("1",), None, None, ("3",)]


def test_csv_errors(tmp_path, monkeypatch):
    with pytest.raises(DataError, match=r"lacks the columns \['b'\] \(it has 'a', 'c'\)"):
        list(csv_rows(write(tmp_path / "a.csv", "a,c\n"), ["a", "b"]))
    with pytest.raises(DataError, match="is empty"):
        csv_header(write(tmp_path / "empty.csv", ""))
    with pytest.raises(DataError, match="does not exist"):
        csv_header(tmp_path / "nowhere.csv")
    with pytest.raises(DataError, match="is a folder; give a CSV file"):
        csv_header(tmp_path)
    (tmp_path / "photo.jpg").write_bytes(bytes([13, 34, *range(256)]) * 50)
    with pytest.raises(DataError) as error:
        list(csv_rows(tmp_path / "photo.jpg", ["pixels"]))
    assert "photo.jpg lacks the columns ['pixels']" in str(error.value)
    assert len(str(error.value)) < 400

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match="may not be read"):
        csv_header(tmp_path / "a.csv")


def test_a_synthetic_corpus_must_be_whole(tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("learnface.synthetic.corpus._write", stop)
    with pytest.raises(KeyboardInterrupt):
        write_corpus(tmp_path / "faces", "labelled_clips", subjects=3, clips_per_subject=1, size=32, frames=4)
    with pytest.raises(DataError, match="faces is not whole; give the `learnface synthesize` that began it"):
        check_root(tmp_path / "faces")
    monkeypatch.undo()
    write_corpus(tmp_path / "faces", "labelled_clips", subjects=3, clips_per_subject=1, size=32, frames=4)
    assert check_root(tmp_path / "faces") == tmp_path / "faces"
