import warnings

import numpy as np
import pytest
from checks.corpora import check_corpus, quiet_index
from checks.trees import problems_of, write_tree

from learnface.corpora import CountWarning, affectnet
from learnface.errors import DataError

HEADER = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
)
# Name in the table, on disk (None: absent), expression, valence, arousal.
TRAIN = [
    ("10/b2.jpg", "10/b2.jpg", 0, -0.02, 0.5),
    ("9/a1.JPG", "9/a1.JPG", 7, -0.6, 0.3),
    ("9/c.jpg", "9/c.png", 1, 0.8, 0.1),
    ("9/none.jpg", "9/none.jpg", 8, 0.1, 0.2),
    ("9/uncertain.jpg", None, 9, -2, -2),
    ("9/no-face.jpg", None, 10, -2, -2),
    ("9/novalue.jpg", "9/novalue.jpg", 6, -2, -2),
]
VALIDATION = [("10/d.jpg", "10/d.jpg", 4, 0.0, 1.0)]
LABELS = {"neutral": 1, "contempt": 1, "happy": 1, "angry": 1, "fear": 1}


def write_first(root, tables="Manually_Annotated_file_lists/", train=TRAIN):
    files = {}
    for name, rows in (("training.csv", train), ("validation.csv", VALIDATION)):
        lines = [f"{path},12,13,200,210,1.5;2.5,{code},{v},{a}" for path, _, code, v, a in rows]
        files[tables + name] = "\n".join([HEADER, *lines]) + "\n"
        on_disk = [place for _, place, *_ in rows if place]
        files |= {f"Manually_Annotated/Manually_Annotated_Images/{place}": "" for place in on_disk}
    return write_tree(root, files)


def write_sets(root):
    cells = {
        "train_set": {"10": ("0", "0.5", "-0.25"), "9": ("7", "-0.1", "0.2")},
        "val_set": {"1": ("3", "0.9", "-2.0")},
    }
    for folder, pictures in cells.items():
        for number, words in pictures.items():
            write_tree(root, [f"{folder}/images/{number}.jpg", f"{folder}/annotations/.keep"])
            for name, word in zip(("exp", "val", "aro"), words, strict=True):
                np.save(root / folder / "annotations" / f"{number}_{name}.npy", np.array(word))
    return root


@pytest.mark.parametrize("tables", ["", "Manually_Annotated_file_lists/"])
def test_first_pack(tmp_path, tables):
    splits = {"train": 4, "validation": 1}
    index = check_corpus(affectnet, write_first(tmp_path, tables), samples=5, labels=LABELS, splits=splits)
    assert index["frames"][2].endswith("Manually_Annotated_Images/9/c.png")
    assert index[["x", "y", "width", "height"]].iloc[0].tolist() == [12, 13, 200, 210]
    assert index["valence"].fillna(9).tolist() == [-0.02, -0.6, 0.8, 9, 0]
    assert index["arousal"].fillna(9).tolist() == [0.5, 0.3, 0.1, 9, 1]
    assert index.attrs == {"dropped": {"none": 1, "uncertain": 1, "no face": 1}}


def test_pictures_without_expression_are_kept_for_their_valence(tmp_path):
    index = check_corpus(affectnet, write_first(tmp_path), samples=6, labels=LABELS, unlabelled="keep")
    kept = index[index["label"].isna()]
    assert kept[["sample", "valence"]].to_numpy().tolist() == [["9/none.jpg", 0.1]]
    assert index.attrs == {"dropped": {"uncertain": 1, "no face": 1}}


def test_seven_classes_leave_out_contempt(tmp_path):
    labels = {label: count for label, count in LABELS.items() if label != "contempt"}
    index = check_corpus(affectnet, write_first(tmp_path), samples=4, labels=labels, classes=7)
    assert index.attrs["dropped"]["contempt"] == 1


def test_second_pack(tmp_path):
    index = check_corpus(
        affectnet,
        write_sets(tmp_path),
        samples=3,
        labels={"neutral": 1, "contempt": 1, "surprise": 1},
        splits={"train": 2, "validation": 1},
    )
    assert index["sample"].tolist() == ["train_set/9", "train_set/10", "val_set/1"]
    assert index["valence"].tolist() == [-0.1, 0.5, 0.9]
    assert index["arousal"].fillna(9).tolist() == [0.2, -0.25, 9]
    assert "x" not in index


def test_second_pack_problems(tmp_path):
    write_sets(tmp_path)
    annotations = tmp_path / "train_set/annotations"
    (annotations / "9_val.npy").unlink()
    np.save(annotations / "10_exp.npy", np.array("happy"))
    np.save(annotations / "10_aro.npy", np.zeros(3))
    np.save(tmp_path / "val_set/annotations/1_exp.npy", np.array("11"))
    problems = [problem.removeprefix(f"{tmp_path}/") for problem in problems_of(affectnet.index, tmp_path)]
    assert problems == [
        "train_set/annotations/9_val.npy: is missing or holds no single value; unpack the archive anew",
        "train_set/annotations/10_aro.npy: is missing or holds no single value; unpack the archive anew",
        "val_set/images/1.jpg: expression is '11'; use a code from 0 to 10",
    ]


def test_a_set_without_annotations(tmp_path):
    (problem,) = problems_of(affectnet.index, write_tree(tmp_path, ["train_set/images/1.jpg"]))
    assert problem.endswith("train_set/annotations: does not exist; unpack the archive anew")


def test_all_problems_come_in_one_error(tmp_path):
    rows = [("9/a.jpg", "9/a.jpg", 11, 0, 0), ("9/b.jpg", "9/b.jpg", 1, "x", 0), ("9/c.jpg", None, 1, 0, 0)]
    write_first(tmp_path, "", [*rows, ("9/d.jpg,1", None, 1, 0, 0)])
    (tmp_path / "validation.csv").unlink()
    problems = [problem.removeprefix(f"{tmp_path}/") for problem in problems_of(affectnet.index, tmp_path)]
    assert problems == [
        "training.csv row 0: expression is '11'; use a code from 0 to 10",
        "training.csv row 1: valence and arousal are x,0; use numbers from -1 to 1, or -2",
        "training.csv row 3: has another number of fields than the header; copy the file anew",
        "validation.csv: does not exist; restore it",
        "Manually_Annotated/Manually_Annotated_Images/9/c.jpg: does not exist; restore it, or pass "
        "missing='drop'",
    ]


def test_missing_pictures_are_dropped_where_asked(tmp_path):
    write_first(tmp_path, train=[*TRAIN, ("9/gone.jpg", None, 1, 0, 0)])
    with pytest.raises(DataError, match="9/gone.jpg: does not exist"):
        affectnet.index(tmp_path)
    assert len(quiet_index(affectnet, tmp_path, missing="drop")) == 5


def test_tables_without_pictures(tmp_path):
    write_tree(tmp_path, {"training.csv": HEADER, "validation.csv": HEADER})
    with pytest.raises(DataError, match="holds no folder Manually_Annotated_Images"):
        affectnet.index(tmp_path)


def test_counts_are_compared_in_training_alone(tmp_path):
    with pytest.warns(CountWarning, match=r"affectnet train: .* neutral 1 \(published: 74,874\)") as caught:
        affectnet.index(write_first(tmp_path))
    assert caught[0].filename == __file__
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        affectnet.index(tmp_path, classes=7)
    assert "contempt" not in str(caught[0].message)


def test_unknown_options_are_refused(tmp_path):
    with pytest.raises(DataError, match="classes is 6; use one of 7, 8"):
        affectnet.index(tmp_path, 6)
    with pytest.raises(DataError, match="is a file; give the folder"):
        affectnet.index(write_tree(tmp_path, ["training.csv"]) / "training.csv")
