import dataclasses
from types import SimpleNamespace

import pytest
from checks.corpora import check_corpus, quiet_index
from checks.sheets import write_frames

from learnface.corpora import CORPORA, CountWarning, aff_wild2
from learnface.errors import DataError

LONG = "122-60-1920x1080-5"
EXPRESSIONS = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other"
UNITS = ",".join(["0"] * 12)


def write_text(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def write_faces(root, folder="cropped_aligned"):
    write_frames(root / folder / LONG, [1, 2, 4, 9], "{:05d}.jpg")  # no face in 3, no label for 9
    write_frames(root / folder / "30-30-1920x1080_left", [100000, 2], "{:05d}.jpg")
    write_frames(root / folder / "30-30-1920x1080", [1], "{:05d}.jpg")
    write_frames(root / folder / "112", [1], "{:05d}.JPG")
    return root


def write_corpus(root, folder="Third ABAW Annotations/VA_Estimation_Challenge", train="Train_Set"):
    base = root / folder
    write_text(base / train / f"{LONG}.txt", "valence,arousal", "0.5,0", "-5,-5", "0.25,0.5", "0,1")
    write_text(base / train / "30-30-1920x1080_left.txt", "valence,arousal", "1,1", "0.5,0.5")
    write_text(base / train / "30-30-1920x1080.txt", "valence,arousal", "1,1")
    write_text(base / "Validation_Set/112.txt", "valence,arousal", "-5,-5")
    other = base.parent / "EXPR_Classification_Challenge/Train_Set"
    write_text(other / "112.txt", EXPRESSIONS, "4", "-1")
    write_text(base.parent / "AU_Detection_Challenge/Validation_Set/112.txt", "AU1,AU2", "1,0")
    return root


@pytest.mark.parametrize(
    ("folder", "train", "faces"),
    [
        ("Third ABAW Annotations/VA_Estimation_Challenge", "Train_Set", "cropped_aligned"),
        ("annotations/VA_Set", "Train_set", "cropped_aligned/cropped_aligned"),
        ("Aff-Wild2_ready/VA_Set/annotations", "Train_Set", "Aff-Wild2_ready/cropped_aligned"),
    ],
)
def test_affect(tmp_path, folder, train, faces):
    root = write_faces(write_corpus(tmp_path / "data", folder, train), faces)
    index = check_corpus(aff_wild2, root, samples=4, splits={"train": 3, "validation": 1})
    assert index["sample"].tolist() == ["30-30-1920x1080", "30-30-1920x1080_left", LONG, "112"]
    assert index["video_name"].tolist() == ["30-30-1920x1080", "30-30-1920x1080", LONG, "112"]
    assert index["side"].fillna("").tolist() == ["", "left", "", ""]
    assert index["lines"].tolist() == [1, 2, 4, 1]
    assert index["valid_lines"].tolist() == [1, 2, 3, 0]
    assert index["valence"].tolist()[:3] == pytest.approx([1, 0.75, 0.25])
    assert index["arousal"].isna().tolist() == [False, False, False, True]
    assert index["video"].isna().all()


def test_frames_are_found_by_number(tmp_path):
    index = quiet_index(aff_wild2, write_faces(write_corpus(tmp_path)))
    table = aff_wild2.frame_table(index.iloc[2])
    assert table["frame"].tolist() == [0, 1, 2, 3]
    assert table["time"].tolist() == pytest.approx([0, 1 / 60, 2 / 60, 3 / 60])
    names = ["?" if path == "?" else path[-9:] for path in table["path"].fillna("?")]
    assert names == ["00001.jpg", "00002.jpg", "?", "00004.jpg"]
    assert table["valid"].tolist() == [True, False, True, True]
    assert table["valence"].fillna(-9).tolist() == [0.5, -9, 0.25, 0]
    assert aff_wild2.frame_table(index.iloc[1])["path"].isna().tolist() == [True, False]


def test_time(tmp_path):
    row = quiet_index(aff_wild2, write_faces(write_corpus(tmp_path))).iloc[3]
    assert aff_wild2.frame_table(row)["time"].isna().all()
    assert aff_wild2.frame_table(row, fps=25)["time"].tolist() == [0]
    with pytest.raises(DataError, match="fps is 0; give the frames a second, above 0"):
        aff_wild2.frame_table(row, fps=0)


def variant(monkeypatch):
    """The corpus with labels that are not valence and arousal."""
    card = dataclasses.replace(aff_wild2.CARD, kind="clips")
    module = SimpleNamespace(CARD=card, LABELS=(), index=aff_wild2.index)
    monkeypatch.setitem(CORPORA, "aff_wild2", module)
    return module


def test_expressions_and_action_units(tmp_path, monkeypatch):
    root = write_faces(write_corpus(tmp_path))
    index = check_corpus(variant(monkeypatch), root, task="expr", samples=1, splits={"train": 1})
    assert "valence" not in index
    table = aff_wild2.frame_table(index.iloc[0])
    assert table["expression"].fillna("?").tolist() == ["happy", "?"]
    assert table["valid"].tolist() == [True, False]
    index = check_corpus(variant(monkeypatch), root, task="au", samples=1, splits={"validation": 1})
    assert aff_wild2.frame_table(index.iloc[0])[["AU1", "AU2"]].to_numpy().tolist() == [[1, 0]]


def test_all_tasks(tmp_path):
    root = write_faces(tmp_path)
    header = "image,valence,arousal,expression,aus"
    write_text(
        root / "MTL_Challenge/training_set_annotations.txt",
        header,
        f"112/00009.jpg,0.5,0.5,1,{UNITS}",
        f"{LONG}/00004.jpg,-0.5,0,-1,{UNITS}",
        f"{LONG}/00002.jpg,-5,-5,2,{UNITS}",
    )
    write_text(root / "MTL_Challenge/validation_set_annotations.txt", header, f"112/00001.jpg,0,0,1,{UNITS}")
    with pytest.raises(DataError, match="'112', appears more than once|'112': appears more than once"):
        aff_wild2.index(root, task="mtl")  # a video in both splits
    write_text(
        root / "MTL_Challenge/validation_set_annotations.txt",
        header,
        f"30-30-1920x1080/00001.jpg,0,0,1,{UNITS}",
    )
    index = check_corpus(aff_wild2, root, task="mtl", samples=3, splits={"train": 2, "validation": 1})
    table = aff_wild2.frame_table(index.iloc[1])
    assert table["frame"].tolist() == [1, 3]
    assert table["expression"].fillna("?").tolist() == ["disgust", "?"]
    assert table["path"].notna().all()
    assert aff_wild2.frame_table(index.iloc[0])["path"].isna().all()


def test_videos(tmp_path):
    write_corpus(tmp_path)
    write_frames(tmp_path / "batch1", [LONG, "30-30-1920x1080"], "{}.mp4")
    write_frames(tmp_path / "batch2", ["112"], "{}.AVI")
    index = check_corpus(aff_wild2, tmp_path, samples=4)
    assert index["frames"].tolist() == index["video"].tolist()
    assert index["frames"].str.endswith("30-30-1920x1080.mp4").tolist() == [True, True, False, False]
    assert aff_wild2.frame_table(index.iloc[2])["path"].isna().all()
    write_faces(tmp_path)
    index = quiet_index(aff_wild2, tmp_path)
    assert index["frames"].str.contains("cropped_aligned").all()
    assert index["video"].notna().all()
    assert quiet_index(aff_wild2, tmp_path, source="videos")["frames"].tolist() == index["video"].tolist()


def test_pictures_may_lie_elsewhere(tmp_path):
    write_corpus(tmp_path / "labels")
    write_faces(tmp_path / "pictures")
    assert len(quiet_index(aff_wild2, tmp_path / "labels", images=tmp_path / "pictures")) == 4
    assert len(quiet_index(aff_wild2, tmp_path / "labels", images=tmp_path / "pictures/cropped_aligned")) == 4


def test_labels_without_faces(tmp_path):
    write_faces(write_corpus(tmp_path))
    (tmp_path / "cropped_aligned/112").rename(tmp_path / "cropped_aligned/113")
    with pytest.raises(DataError, match=r"validation 112: has labels but no faces in .*missing='drop'"):
        aff_wild2.index(tmp_path)
    with pytest.warns(CountWarning, match="left out: validation 112") as caught:
        assert len(aff_wild2.index(tmp_path, missing="drop")) == 3
    assert caught[0].filename == __file__


def test_all_that_is_wrong_comes_in_one_error(tmp_path):
    base = write_faces(write_corpus(tmp_path)) / "Third ABAW Annotations/VA_Estimation_Challenge"
    write_text(base / "Validation_Set/112.txt", "valence,arousal", "2,0")
    write_text(base / "Train_Set/30-30-1920x1080.txt", "0,0")
    write_text(base / "Train_Set/99.txt", "valence,arousal", "0,0")
    with pytest.raises(DataError) as error:
        aff_wild2.index(tmp_path)
    text = str(error.value)
    for part in (
        "3 problems",
        "112.txt: line 2 is '2,0'",
        "1080.txt: line 1 is '0,0'",
        "train 99: has labels but",
    ):
        assert part in text


def test_two_editions_and_wrong_arguments(tmp_path):
    write_faces(write_corpus(tmp_path))
    with pytest.raises(DataError, match="task is 'emotion'; use one of 'va', 'expr', 'au', 'mtl'"):
        aff_wild2.index(tmp_path, task="emotion")
    with pytest.raises(DataError, match="source is 'both'; use 'faces' or 'videos'"):
        aff_wild2.index(tmp_path, source="both")
    with pytest.raises(DataError, match="holds no label files of task 'mtl'"):
        aff_wild2.index(tmp_path, task="mtl")
    write_corpus(tmp_path, "6th ABAW Annotations/VA_Estimation_Challenge")
    with pytest.raises(
        DataError, match="the train labels of task 'va' are in .*6th.* and in .*Third.*; give one"
    ):
        aff_wild2.index(tmp_path)
