import math

import pandas as pd
import pytest

from learnface.corpora import labelled_clips
from learnface.corpora.labelled_clips import SubjectWarning
from learnface.errors import DataError


def write_manifest(root, text, files=("a.mp4", "b.avi", "c.png"), name="manifest.csv", encoding="utf-8"):
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    (root / name).write_text(text, encoding=encoding)
    return root / name


def problems_of(path, **options) -> str:
    with pytest.raises(DataError) as caught:
        labelled_clips.index(path, **options)
    return str(caught.value)


def test_all_columns(tmp_path):
    text = (
        "Path, Subject ,LABEL,valence,arousal,start,stop,split,sample,room\n"
        '"a.mp4",anna,happy,0.5,-1,,2.5,train,one,"3, left"\n'
        "a.mp4,bob,happy,,,2.5,4,Val,two,\n"
        "\n"
        ".\\b.avi,bob,,-0.25,1e-1,,,,three,4\n"
    )
    index = labelled_clips.index(write_manifest(tmp_path, text))
    assert index["sample"].tolist() == ["one", "two", "three"]
    assert index["label"].fillna("-").tolist() == ["happy", "happy", "-"]
    assert index["split"].fillna("-").tolist() == ["train", "validation", "-"]
    assert index["room"].tolist() == ["3, left", "", "4"]
    for name, values in {
        "valence": [0.5, math.nan, -0.25],
        "arousal": [-1, math.nan, 0.1],
        "start": [math.nan, 2.5, math.nan],
        "stop": [2.5, 4, math.nan],
    }.items():
        assert index[name].tolist() == pytest.approx(values, nan_ok=True)


def test_valence_and_arousal_alone(tmp_path):
    index = labelled_clips.index(write_manifest(tmp_path, "path,valence,arousal\na.mp4,1,-1\nb.avi,0,0\n"))
    assert index.attrs["labels"] == ()
    assert index["label"].isna().all() and index["subject"].isna().all()
    assert index["valence"].tolist() == [1, 0]


def test_names_of_samples(tmp_path):
    text = "path,label,start,stop\na.mp4,x,0.5,\na.mp4,x,,0.5\na.mp4,x,1,2\nb.avi,x,,\n"
    index = labelled_clips.index(write_manifest(tmp_path, text))
    assert index["sample"].tolist() == ["a.mp4@0.5-", "a.mp4@-0.5", "a.mp4@1-2", "b.avi"]


def test_words_like_none_are_labels(tmp_path):
    index = labelled_clips.index(write_manifest(tmp_path, "path,label\na.mp4,None\nb.avi,NA\nc.png,nan\n"))
    assert index["label"].tolist() == ["None", "NA", "nan"]


def test_all_problems_of_rows_come_in_one_error(tmp_path):
    text = (
        "path,subject,label,valence,arousal,start,stop,split\n"
        "a.mp4,s,happy,1.5,0,,,train\n"
        "b.avi,s,happy,,,3,2,train\n"
        "c.png,s,happy,,,0,1,train\n"
        "gone.mp4,s,happy,,,,,holdout\n"
        "a.mp4,s,sad,,,,,\n"
        "b.avi,s,,,,,,\n"
        ",s,sad,,,,,\n"
        "notes.txt,s,sad,0.1,,x,,\n"
        "b.avi,s,sad,inf,0,-1,,\n"
    )
    message = problems_of(write_manifest(tmp_path, text, ["a.mp4", "b.avi", "c.png", "notes.txt"]))
    for line in (
        "labelled_clips: 13 problems",
        "line 2: valence is '1.5'; give a number from -1 to 1",
        "line 3: stop 2 is not after start 3; give a later stop",
        "line 4: has start or stop but is no video; leave them empty for pictures",
        "line 5: path 'gone.mp4' does not exist; restore it or leave it out",
        "line 5: split is 'holdout'; use train, validation or test",
        "line 6: is the same clip as manifest.csv line 2, with another label; keep one of them",
        "line 7: has no label; fill it in or leave the row out",
        "line 8: has no path; fill it in or leave the row out",
        "line 9: path 'notes.txt' is neither a video nor a picture by its suffix",
        "line 9: has valence but no arousal; fill it in or leave both empty",
        "line 9: start is 'x'; give seconds",
        "line 10: valence is 'inf'; give a number from -1 to 1",
        "line 10: start is '-1'; give seconds",
    ):
        assert line in message


def test_unknown_labels(tmp_path):
    path = write_manifest(tmp_path, "path,label\na.mp4,Anger\nb.avi,bored\n")
    assert problems_of(path, labels=("angry", "sad")).startswith(
        "label 'bored': is not among the labels given"
    )
    assert labelled_clips.index(path, labels=("bored", "angry"))["label"].tolist() == ["angry", "bored"]


@pytest.mark.parametrize("way", ["../out.mp4", "{root}/../out.mp4", "link.mp4", "folder/../../out.mp4"])
def test_paths_that_lead_out(tmp_path, way):
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "out.mp4").touch()
    (root / "link.mp4").symlink_to(tmp_path / "out.mp4")
    path = write_manifest(root, f"path,label\n{way.format(root=root)},sad\n")
    assert (
        f"leads out of {root}; copy the file in, or read it in Python with allow_outside=True"
        in problems_of(path)
    )
    index = labelled_clips.index(path, allow_outside=True)
    assert index["frames"].map(lambda name: name.endswith(".mp4")).all()


def test_absolute_path_inside(tmp_path):
    path = write_manifest(tmp_path, f"path,label\n{tmp_path / 'a.mp4'},sad\n")
    assert labelled_clips.index(path)["sample"].tolist() == ["a.mp4"]


@pytest.mark.parametrize(
    ("header", "lacking"),
    [
        ("subject", ["lacks the column 'path' (it has 'subject')", "'label', or 'valence' and 'arousal'"]),
        ("path,valence", ["lacks the column 'arousal'"]),
        ("path,label,arousal", ["lacks the column 'valence'"]),
        ("path,label,row,Frames", ["a column 'row', which the index needs itself", "a column 'frames'"]),
        ("path,label,Label", ["has the columns ['label'] more than once"]),
        ("path;label", ["has one column (it has 'path;label'): save it with commas between its columns"]),
    ],
)
def test_columns(tmp_path, header, lacking):
    message = problems_of(write_manifest(tmp_path, header + "\n"))
    for text in lacking:
        assert text in message


def test_broken_tables(tmp_path):
    ragged = write_manifest(tmp_path, "path,label\na.mp4,sad,3\nb.avi\n", name="ragged.csv")
    assert "line 2: has 3 cells where the header has 2" in problems_of(ragged)
    assert "line 3: has 1 cells" in problems_of(ragged)
    excel = write_manifest(tmp_path, "path,label\na.mp4,高兴\n", name="excel.csv", encoding="gbk")
    assert "is not UTF-8; save it as 'CSV UTF-8'" in problems_of(excel)
    empty = write_manifest(tmp_path, "", name="empty.csv")
    assert "lacks the column 'path' (it has none)" in problems_of(empty)
    alone = write_manifest(tmp_path, "path,label\n", name="alone.csv")
    assert "holds no clips" in problems_of(alone)
    parquet = write_manifest(tmp_path, "path", name="false.parquet")
    assert "cannot be read as Parquet" in problems_of(parquet)


def test_pattern_is_for_folders(tmp_path):
    path = write_manifest(tmp_path, "path,label\na.mp4,sad\n")
    assert "fill in the column 'subject'" in problems_of(path, subject="(.)")


def test_parquet_keeps_the_order_of_categories(tmp_path):
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        (tmp_path / name).touch()
    table = pd.DataFrame(
        {
            "path": ["a.mp4", "b.mp4", "c.mp4"],
            "subject": pd.array([7, 12, None], dtype="Int64"),
            "label": pd.Categorical(["z", "a", "z"], categories=["z", "m", "a"]),
            "stop": [1.5, None, 2],
            "age": [30, 31, 32],
        }
    )
    table.to_parquet(tmp_path / "manifest.parquet")
    with pytest.warns(SubjectWarning, match="shows 'a';"):
        index = labelled_clips.index(tmp_path)
    assert index.attrs["labels"] == ("z", "m", "a")
    assert index["subject"].fillna("-").tolist() == ["7", "12", "-"]
    assert index["stop"].tolist() == pytest.approx([1.5, math.nan, 2], nan_ok=True)
    assert index["age"].tolist() == [30, 31, 32]


def test_parquet_numbers_as_labels_are_in_the_order_of_numbers(tmp_path):
    for number in range(11):
        (tmp_path / f"{number}.png").touch()
    table = pd.DataFrame({"path": [f"{number}.png" for number in range(11)], "label": range(11)})
    table.to_parquet(tmp_path / "mine.parquet")
    index = labelled_clips.index(tmp_path / "mine.parquet")
    assert index.attrs["labels"] == tuple(map(str, range(11)))
