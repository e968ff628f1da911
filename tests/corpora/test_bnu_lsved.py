import warnings

import pandas as pd
import pytest
from checks.corpora import check_corpus, quiet_index
from checks.trees import problems_of, write_tree

from learnface.corpora import CountWarning, bnu_lsved
from learnface.errors import DataError
from learnface.labels import BNU_LSVED, LEARNING_EMOTIONS

# Class folder, place in it, number of frames.
SEQUENCES = [
    ("Puzzled", "s01/a/001", 40),
    ("surprised", "s01/b", 45),
    ("tired", "002", 3),
    ("happy", "s02/010", 37),
    ("happy", "s02/9", 1),
]
MANIFEST = "\ufeffpath,subject,Label,pleasure,arousal,split,apex"


def write_folders(root, suffix=".bmp"):
    files = {"readme.txt": ""}
    for word, place, count in SEQUENCES:
        files |= {f"{word}/{place}/{number}{suffix}": "" for number in range(1, count + 1)}
    return write_tree(root, files)


def write_manifest(root, rows):
    frames = [f"seq/{name}/{number:04d}.jpg" for name in ("1", "2", "3") for number in range(40)]
    return write_tree(root, dict.fromkeys(frames, "") | {"manifest.csv": "\n".join([MANIFEST, *rows])})


ROWS = [
    "seq/1,p1,PUZZLE,0.5,-0.25,train,0030.jpg",
    r"seq\2,p1,tired,,,train,",
    "seq/3/,p2,,1,1,val,",
]


def test_classes_are_the_paper_s_and_tired():
    assert bnu_lsved.LABELS == BNU_LSVED == (*LEARNING_EMOTIONS, "tired")


@pytest.mark.parametrize("folder", ["", "BNU-LSVED"])
def test_folders(tmp_path, folder):
    write_folders(tmp_path / folder)
    labels = {"confused": 1, "surprise": 1, "tired": 1, "happy": 2}
    index = check_corpus(bnu_lsved, tmp_path, samples=5, labels=labels)
    expected = ["happy/s02/9", "happy/s02/010", "Puzzled/s01/a/001", "surprised/s01/b", "tired/002"]
    assert index["sample"].tolist() == expected
    assert index["count"].tolist() == [1, 37, 40, 45, 3]
    assert index["apex_frame"][2].endswith("Puzzled/s01/a/001/20.bmp")


def test_manifest(tmp_path):
    index = check_corpus(
        bnu_lsved,
        write_manifest(tmp_path, ROWS),
        samples=3,
        labels={"confused": 1, "tired": 1},
        splits={"train": 2, "validation": 1},
        subjects=2,
    )
    assert index["sample"].tolist() == ["seq/1", "seq/2", "seq/3"]
    assert index["valence"].fillna(9).tolist() == [0.5, 9, 1]
    assert index["arousal"].fillna(9).tolist() == [-0.25, 9, 1]
    assert [path[-8:] for path in index["apex_frame"]] == ["0030.jpg", "0019.jpg", "0019.jpg"]
    pd.testing.assert_frame_equal(quiet_index(bnu_lsved, tmp_path / "manifest.csv"), index)


def test_tired_is_merged_where_asked(tmp_path):
    options = {"merge": bnu_lsved.MERGE_TIRED}
    index = check_corpus(bnu_lsved, write_folders(tmp_path), samples=5, **options)
    assert index["label"].tolist() == ["happy", "happy", "confused", "surprise", "distracted"]
    with pytest.raises(DataError, match="merge names .*sleepy"):
        bnu_lsved.index(tmp_path, merge={"sleepy": "distracted"})


def test_sampled_takes_every_fourth_of_forty_frames(tmp_path):
    index = check_corpus(bnu_lsved, write_folders(tmp_path, ".png"), samples=34, kind="sampled")
    places = index.groupby("sequence")["place"].agg(list)
    assert places["Puzzled/s01/a/001"] == places["happy/s02/010"] == list(range(0, 37, 4))
    assert places["surprised/s01/b"] == [0, 5, 10, 15, 20, 24, 29, 34, 39, 44]
    assert places["tired/002"] == [0, 1, 2]
    chosen = index[index["sequence"] == "Puzzled/s01/a/001"]
    assert chosen["frames"].iloc[1].endswith("Puzzled/s01/a/001/5.png")
    assert chosen["sample"].iloc[1] == "Puzzled/s01/a/001/5"


def test_static_takes_the_apex_or_the_middle(tmp_path):
    index = check_corpus(bnu_lsved, write_manifest(tmp_path, ROWS), samples=3, subjects=2, kind="static")
    assert [path[-10:] for path in index["frames"]] == ["1/0030.jpg", "2/0019.jpg", "3/0019.jpg"]
    assert index["place"].tolist() == [30, 19, 19]


def test_another_version_brings_its_own_classes(tmp_path):
    write_tree(tmp_path, ["bored/1/1.jpg", "happy/1/1.jpg"])
    with pytest.raises(DataError, match="'bored' is not a class; use one of concentrated.*or pass classes="):
        bnu_lsved.index(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        index = bnu_lsved.index(tmp_path, classes=("happy", "bored"))
    assert index["label"].tolist() == ["bored", "happy"]


def test_all_problems_come_in_one_error(tmp_path):
    rows = ["seq/1,p1,happy,x,0,train,", "seq/2,p1,glad,0,0,test,", "seq/3,p2,happy,0,0,first,0040.jpg"]
    write_manifest(tmp_path, [*rows, "seq/4,p3,happy,0,0,test,", "seq/5,p3", ",p3,happy,0,0,test,"])
    problems = [
        problem.removeprefix(f"{tmp_path}/").removeprefix("manifest.csv ")
        for problem in problems_of(bnu_lsved.index, tmp_path)
    ]
    assert problems == [
        "row 0: pleasure is 'x'; write a number or nothing",
        f"row 1: 'glad' is not a class; use one of {', '.join(BNU_LSVED)}, or pass classes=",
        "row 2: split is 'first'; use train, validation or test",
        f"row 2: apex '0040.jpg' is not a frame; name a picture of {tmp_path}/seq/3",
        "row 4: has another number of fields than the header; mend the row",
        "row 5: has no path; name the folder of its frames",
        "seq/4: does not exist; restore it, or pass missing='drop'",
        "subject 'p1': is in test and train; keep each person in one, or leave out the column split",
    ]


def test_missing_sequences_are_dropped_where_asked(tmp_path):
    write_manifest(tmp_path, [*ROWS, "seq/4,p3,happy,0,0,test,"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        index = bnu_lsved.index(tmp_path, missing="drop")
    assert len(index) == 3
    message = (
        f"bnu_lsved: 1 labelled files are not on disk (the first is {tmp_path}/seq/4); they are left out"
    )
    assert str(caught[0].message) == message
    assert {(warning.filename, warning.category) for warning in caught} == {(__file__, CountWarning)}


@pytest.mark.parametrize(
    ("text", "message"),
    [("subject,label\n", "lacks the column 'path'"), ("path\n", "names no sequences of frames")],
)
def test_other_tables_are_refused(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        bnu_lsved.index(write_tree(tmp_path, {"manifest.csv": text}))


def test_unknown_options_are_refused(tmp_path):
    with pytest.raises(DataError, match="kind is 'apex'"):
        bnu_lsved.index(tmp_path, "apex")
    with pytest.raises(DataError, match="missing is 'skip'"):
        bnu_lsved.index(tmp_path, missing="skip")


def test_published_counts_do_not_warn(tmp_path):
    counts = zip(BNU_LSVED, (196, 205, 113, 402, 212, 246, 198), strict=True)
    labels = [label for label, count in counts for _ in range(count)]
    rows = [f"{number},one,{label}\n" for number, label in enumerate(labels)]
    write_tree(tmp_path, {"one/1.bmp": "", "manifest.csv": "sample,path,label\n" + "".join(rows)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(bnu_lsved.index(tmp_path)) == bnu_lsved.CARD.samples
        index = bnu_lsved.index(tmp_path, merge=bnu_lsved.MERGE_TIRED)
    assert (index["label"] == "distracted").sum() == 113 + 198
