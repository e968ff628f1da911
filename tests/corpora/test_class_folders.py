from learnface.corpora._class_folders import class_folder_rows
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


def test_files_beside_split_folders(tmp_path):
    for name in ("train/a.mp4", "b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    problems = Problems("test")
    rows, _ = class_folder_rows(tmp_path, problems, images="frames", allow_outside=False)
    assert rows == []
    assert len(problems) == 2
