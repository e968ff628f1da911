import pytest

from learnface.corpora._class_folders import PassedOverWarning, class_folder_rows
from learnface.corpora._index import Problems


def test_rows_carry_what_the_folders_say(tmp_path):
    for name in ("test/2_sad/anna/1.mp4", "test/1_happy/take/1.jpg", "train/1_happy/b.mp4"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    problems = Problems("test")
    rows, names = class_folder_rows(tmp_path, problems, images="frames", allow_outside=False)
    assert len(problems) == 0
    assert names == ("happy", "sad")
    assert [(row["split"], row["label"], row["subject"], row["sample"]) for row in rows] == [
        ("test", "happy", None, "test/1_happy/take"),
        ("test", "sad", "anna", "test/2_sad/anna/1.mp4"),
        ("train", "happy", None, "train/1_happy/b.mp4"),
    ]


def test_what_is_passed_over_in_class_folders_is_told(tmp_path):
    names = (
        "README.txt",
        "happy/1.mp4",
        "happy/2.HEIC",
        "happy/anna/3.jfif",
        "happy/anna/notes.txt",
        "sad/4.ts",
    )
    for name in (*names, "sad/bob/5.mkv.part"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    with pytest.warns(PassedOverWarning) as caught:
        rows, _ = class_folder_rows(tmp_path, Problems("test"), images="samples", allow_outside=False)
    assert [row["sample"] for row in rows] == ["happy/1.mp4", "happy/anna/3.jfif", "sad/4.ts"]
    (message,) = [str(warning.message) for warning in caught]
    assert "2.HEIC" in message and "5.mkv.part" in message and "notes" not in message
    assert "(.heic, .part)" in message


def test_files_beside_split_folders(tmp_path):
    for name in ("train/a.mp4", "b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    problems = Problems("test")
    rows, _ = class_folder_rows(tmp_path, problems, images="frames", allow_outside=False)
    assert rows == []
    assert len(problems) == 2
