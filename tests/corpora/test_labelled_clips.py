import os
import warnings

import pytest
from checks.corpora import check_corpus

from learnface import labels
from learnface.corpora import labelled_clips
from learnface.corpora.labelled_clips import SubjectWarning
from learnface.corpora.splits import LeakWarning
from learnface.errors import DataError

TREE = (
    "10_高兴/王芳/上课.MP4",
    "10_高兴/王芳/下课/0001.png",
    "10_高兴/王芳/下课/0002.png",
    "10_高兴/李明/周一/a.mov",
    "10_高兴/photo.jpg",
    "9_困惑/王芳/a.avi",
    "9_困惑/李明/b.webm",
    "9_困惑/take/frame_2.bmp",
    "9_困惑/take/frame_10.bmp",
    "9_困惑/take/notes.txt",
)


def write_tree(root, names=TREE):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def problems_of(root, **options) -> str:
    with pytest.raises(DataError) as caught:
        labelled_clips.index(root, **options)
    return str(caught.value)


def test_class_folders(tmp_path):
    index = check_corpus(
        labelled_clips,
        write_tree(tmp_path),
        samples=7,
        labels={"高兴": 4, "困惑": 3},
        splits={},
        subjects=2,
    )
    assert index.attrs["labels"] == ("困惑", "高兴")
    assert dict(zip(index["sample"], index["subject"].fillna("-"), strict=True)) == {
        "9_困惑/take": "-",
        "9_困惑/李明/b.webm": "李明",
        "9_困惑/王芳/a.avi": "王芳",
        "10_高兴/photo.jpg": "-",
        "10_高兴/李明/周一/a.mov": "李明",
        "10_高兴/王芳/上课.MP4": "王芳",
        "10_高兴/王芳/下课": "王芳",
    }
    assert index["frames"][0] == str(tmp_path / "9_困惑/take")


def test_manifest_beside_videos(tmp_path):
    write_tree(tmp_path, ["clips/a.mp4", "clips/b.mkv", "faces/1.png"])
    rows = ["path,subject,label", "clips/a.mp4,王芳,高兴", "clips/b.mkv,,困惑", "faces,李明,高兴"]
    (tmp_path / "manifest.csv").write_text("\n".join(rows), encoding="utf-8-sig")
    index = check_corpus(labelled_clips, tmp_path, samples=3, labels={"高兴": 2, "困惑": 1}, subjects=2)
    assert index.attrs["labels"] == ("困惑", "高兴")
    assert labelled_clips.index(tmp_path / "manifest.csv").equals(index)


def test_splits_as_top_folders(tmp_path):
    names = [
        f"{split}/{label}/{split}.mp4" for split in ("Train", "val", "TEST") for label in ("sad", "happy")
    ]
    index = check_corpus(
        labelled_clips,
        write_tree(tmp_path, names),
        samples=6,
        labels={"sad": 3, "happy": 3},
        splits={"train": 2, "validation": 2, "test": 2},
    )
    assert index.attrs["labels"] == ("happy", "sad")


@pytest.mark.parametrize(
    ("folders", "found"),
    [
        (["2 sad", "10-happy"], ("sad", "happy")),
        (["2_sad", "happy"], ("2_sad", "happy")),
        (["1_a", "2_a"], ("1_a", "2_a")),
        (["0", "1", "10", "9"], ("0", "1", "9", "10")),
    ],
)
def test_order_and_names_of_classes(tmp_path, folders, found):
    index = labelled_clips.index(write_tree(tmp_path, [f"{folder}/a.mp4" for folder in folders]))
    assert index.attrs["labels"] == found


def test_given_labels_set_the_order_and_the_spelling(tmp_path):
    write_tree(tmp_path, ["Happiness/a.mp4", "sad/b.mp4"])
    index = labelled_clips.index(tmp_path, labels=labels.FER2013)
    assert index["label"].tolist() == ["happy", "sad"]
    assert index.attrs["labels"] == labels.FER2013
    assert "label 'Happiness': is not among the labels given" in problems_of(
        tmp_path, labels=("sad", "tired")
    )


def test_subject_by_a_pattern(tmp_path):
    write_tree(tmp_path, ["happy/S01_1.mp4", "happy/x/S02_1.mp4", "sad/S01_2.mp4", "sad/S02_9.mp4"])
    index = labelled_clips.index(tmp_path, subject=r"/(S\d+)_")
    assert index["subject"].tolist() == ["S01", "S02", "S01", "S02"]
    assert "subject '(T.)' does not match" in problems_of(tmp_path, subject="(T.)")
    assert "no regular expression" in problems_of(tmp_path, subject="(")
    assert "has no group" in problems_of(tmp_path, subject="S01")


def test_pictures_as_samples(tmp_path):
    write_tree(tmp_path, ["sad/anna/1.png", "sad/anna/2.png", "sad/bob/3.png"])
    assert labelled_clips.index(tmp_path)["sample"].tolist() == ["sad/anna", "sad/bob"]
    index = labelled_clips.index(tmp_path, images="samples")
    assert index["subject"].tolist() == ["anna", "anna", "bob"]
    assert "use 'frames' or 'samples'" in problems_of(tmp_path, images="all")


def test_accents_make_no_second_subject(tmp_path):
    write_tree(
        tmp_path, ["sad/Jose\u0301/1.mp4", "sad/bob/1.mp4", "happy/Jos\u00e9/2.mp4", "happy/bob/2.mp4"]
    )
    assert labelled_clips.index(tmp_path)["subject"].nunique() == 2


def test_all_problems_come_in_one_error(tmp_path):
    write_tree(tmp_path, ["loose.mp4", "sad/mixed/1.png", "sad/mixed/a.mp4", "Sad/b.mp4", "happy/c.mp4"])
    (tmp_path / "tired").mkdir()
    (tmp_path / "happy/nobody").mkdir()
    (tmp_path / "happy/gone.mp4").symlink_to(tmp_path / "nowhere.mp4")
    message = problems_of(tmp_path)
    for text in (
        "6 problems",
        "loose.mp4: lies outside the class folders; move it",
        "mixed: holds pictures beside videos or folders",
        "tired: holds no videos and no pictures; fill it or remove it",
        "nobody: holds no videos and no pictures",
        "gone.mp4: is a link that leads nowhere; mend or remove it",
        "is the label 'Sad' in other letters; write both alike",
    ):
        assert text in message


def test_name_in_another_encoding(tmp_path):
    folder = write_tree(tmp_path, ["sad/a.mp4"]) / "sad"
    try:
        os.close(os.open(os.fsencode(folder) + "/高.mp4".encode("gbk"), os.O_CREAT))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert "its name is not UTF-8; rename it" in problems_of(tmp_path)


def test_link_loops_and_links_outside(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    write_tree(root, ["sad/a.mp4", "happy/b.mp4"])
    write_tree(outside, ["c.mp4", "anna/d.mp4"])
    (root / "sad/loop").symlink_to(root)
    (root / "sad/self").symlink_to(root / "sad/self")
    (root / "happy/c.mp4").symlink_to(outside / "c.mp4")
    (root / "happy/anna").symlink_to(outside / "anna")
    message = problems_of(root)
    assert f"loop: is the same folder as {root}, by a link; remove the link" in message
    assert "self: is a link that leads nowhere" in message
    assert message.count("is a link out of") == 2
    assert "is a link out of" not in problems_of(root, allow_outside=True)
    (root / "sad/loop").unlink()
    (root / "sad/self").unlink()
    index = labelled_clips.index(root, allow_outside=True)
    assert index["sample"].tolist() == ["happy/b.mp4", "happy/c.mp4", "happy/anna/d.mp4", "sad/a.mp4"]


def test_unreadable_folder_is_named(tmp_path, monkeypatch):
    write_tree(tmp_path, ["sad/a.mp4", "happy/anna/b.mp4"])
    listdir, scandir = os.listdir, os.scandir

    def guarded(reader):
        def read(path="."):
            if str(path).endswith("anna"):
                raise PermissionError(13, "Permission denied", path)
            return reader(path)

        return read

    monkeypatch.setattr(os, "listdir", guarded(listdir))
    monkeypatch.setattr(os, "scandir", guarded(scandir))
    assert problems_of(tmp_path).endswith("anna: may not be read; check its permissions")


def test_one_subject_of_a_class_is_warned_of(tmp_path):
    write_tree(tmp_path, ["sad/anna/a.mp4", "sad/bob/b.mp4", "tired/anna/c.mp4"])
    with pytest.warns(SubjectWarning, match="only one subject shows 'tired'; record more people") as caught:
        labelled_clips.index(tmp_path)
    assert caught[0].filename == __file__


def test_leaks_are_warned_of(tmp_path):
    names = [f"{split}/sad/{who}/{split}.mp4" for split in ("train", "test") for who in ("anna", "bob")]
    with pytest.warns(LeakWarning, match=r"2 subjects are in two splits \(anna, bob\)"):
        labelled_clips.index(write_tree(tmp_path, names))


def test_unknown_subjects_are_not_warned_of(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        labelled_clips.index(write_tree(tmp_path, ["train/sad/a.mp4", "test/sad/b.mp4"]))


def test_two_manifests(tmp_path):
    write_tree(tmp_path, ["manifest.csv", "manifest.parquet"])
    assert "remove one" in problems_of(tmp_path)


def test_nothing_there(tmp_path):
    assert "holds no clips; put them into class folders" in problems_of(tmp_path)
    assert "does not exist" in problems_of(tmp_path / "nowhere")
    (tmp_path / "notes.txt").touch()
    assert "holds no clips" in problems_of(tmp_path)
