import warnings

import pytest
from checks.corpora import check_corpus, quiet_index
from checks.trees import problems_of, write_tree

from learnface.corpora import CountWarning, afew
from learnface.errors import DataError

VIDEOS = [
    "Train_AFEW/Angry/000046280.avi",
    "Train_AFEW/Happy/010001234.AVI",
    "Val_AFEW/Surprise/000046280.avi",
    "Test_AFEW/000051324.avi",
]
EXPECTED = {
    "samples": 4,
    "labels": {"angry": 1, "happy": 1, "surprise": 1},
    "splits": {"train": 2, "validation": 1, "test": 1},
}
FACES = [
    "Train_AFEW/AlignedFaces_LBPTOP_Points/Faces/000046280/000.jpg",
    "Train_AFEW/AlignedFaces_LBPTOP_Points/Faces/010001234/000.jpg",
    "Train_AFEW/AlignedFaces_LBPTOP_Points/Features/000046280.txt",
    "Val_AFEW/AlignedFaces_LBPTOP_Points_Val/Faces/000046280/000.jpg",
    "Test_AFEW/AlignedFaces_LBPTOP_Points_Test/Faces/000051324/000.jpg",
]


@pytest.mark.parametrize("folder", ["", "AFEW"])
def test_videos(tmp_path, folder):
    write_tree(tmp_path / folder, [*VIDEOS, *FACES, "readme.txt", "notes/1.avi"])
    index = check_corpus(afew, tmp_path, **EXPECTED)
    expected = ["test/000051324", "train/000046280", "train/010001234", "validation/000046280"]
    assert index["sample"].tolist() == expected
    assert index["label"].isna().tolist() == [True, False, False, False]


@pytest.mark.parametrize("inner", ["", "Test_vid_Distribute/", "Test/"])
def test_splits_of_other_spellings(tmp_path, inner):
    write_tree(tmp_path, ["train/Sad/1.mp4", "Val/fear/x/2.mp4", f"Test/{inner}3.mp4"])
    index = check_corpus(afew, tmp_path, samples=3, labels={"sad": 1, "fear": 1})
    assert index["split"].tolist() == ["test", "train", "validation"]


def test_faces(tmp_path):
    write_tree(tmp_path, [*VIDEOS, *FACES])
    index = check_corpus(afew, tmp_path, kind="faces", **EXPECTED)
    assert index["frames"][3].endswith("Val_AFEW/AlignedFaces_LBPTOP_Points_Val/Faces/000046280")


@pytest.mark.parametrize(
    "top", ["AlignedFaces_LBPTOP_Points", "AlignedFaces_LBPTOP_Points/AlignedFaces_LBPTOP_Points"]
)
def test_faces_in_class_folders(tmp_path, top):
    write_tree(tmp_path, ["Train_AFEW/Sad/1.avi", f"Train_AFEW/{top}/Sad/1/000.jpg"])
    index = check_corpus(afew, tmp_path, samples=1, kind="faces", labels={"sad": 1})
    assert index["frames"][0].endswith(f"{top}/Sad/1")


def test_missing_faces(tmp_path):
    write_tree(tmp_path, [*VIDEOS, *FACES[:4]])
    (problem,) = problems_of(afew.index, tmp_path, "faces")
    assert problem.endswith("Faces/000051324: does not exist; restore it, or pass missing='drop'")
    assert len(quiet_index(afew, tmp_path, kind="faces", missing="drop")) == 3


def test_all_unknown_classes_come_in_one_error(tmp_path):
    write_tree(tmp_path, [*VIDEOS, "Train_AFEW/Bored/1.avi", "Val_AFEW/Calm/2.avi", "Val_AFEW/Meta/a.xml"])
    bored, calm = problems_of(afew.index, tmp_path)
    assert "Train_AFEW/Bored: is not a class of AFEW; its classes are angry, disgust" in bored
    assert "Val_AFEW/Calm: is not a class" in calm


def test_counts(tmp_path):
    with pytest.warns(CountWarning, match=r"train 2 \(published: 773\)") as caught:
        afew.index(write_tree(tmp_path, VIDEOS))
    assert caught[0].filename == __file__
    counts = {"Train_AFEW/Sad": 773, "Val_AFEW/Sad": 383, "Test_AFEW": 593}
    write_tree(
        tmp_path / "all", [f"{place}/{n}.avi" for place, count in counts.items() for n in range(count)]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(afew.index(tmp_path / "all")) == afew.CARD.samples


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["Angry/1.avi"], "holds none of the folders Train_AFEW"),
        (["Train_AFEW/Angry/1.txt"], "holds no scenes"),
    ],
)
def test_other_folders_are_refused(tmp_path, files, message):
    with pytest.raises(DataError, match=message):
        afew.index(write_tree(tmp_path, files))
    with pytest.raises(DataError, match="holds none of the folders"):
        afew.index(tmp_path / files[0])
    with pytest.raises(DataError, match="kind is 'images'"):
        afew.index(tmp_path, "images")
