import pytest
from checks.corpora import check_corpus, quiet_index
from checks.trees import problems_of, write_tree

from learnface.corpora import CountWarning, daisee
from learnface.errors import DataError

HEADER = "ClipID,Boredom,Engagement,Confusion,Frustration "
# Split, clip and its four levels (None: no label).
CLIPS = [
    ("Train", "1100011002.avi", (0, 2, 0, 0)),
    ("Train", "1100011010.avi", (3, 0, 1, 0)),
    ("Train", "1100012004.avi", None),
    ("Validation", "2100011002.avi", (1, 3, 2, 0)),
    ("Test", "5000441001.avi", (0, 1, 0, 3)),
]
EXPECTED = {
    "samples": 4,
    "splits": {"train": 2, "validation": 1, "test": 1},
    "subjects": 3,
}


def write_corpus(root, clips=CLIPS, data="DataSet", suffix=".avi"):
    lines = {split: [HEADER] for split in ("Train", "Validation", "Test")}
    files = {}
    for split, name, levels in clips:
        stem = name.split(".")[0]
        files[f"{data}/{split}/{name[:6]}/{stem}/{stem}{suffix}"] = ""
        if levels:
            lines[split].append(",".join(map(str, (name, *levels))))
    for split, rows in lines.items():
        files[f"Labels/{split}Labels.csv"] = "\n".join(rows) + "\n"
    files["Labels/AllLabels.csv"] = "\n".join([HEADER, "9999991001.avi,0,0,0,0"]) + "\n"
    files["GenderClips/Males"] = "1100011002.avi"
    return write_tree(root, files)


@pytest.mark.parametrize(
    ("folder", "options"),
    [("", {}), ("DAiSEE/DAiSEE", {"data": "Dataset"}), ("DAiSEE", {"suffix": ".MP4"})],
    ids=["plain", "wrapped", "mp4"],
)
def test_clips(tmp_path, folder, options):
    write_corpus(tmp_path / folder, **options)
    labels = {"very low": 1, "low": 1, "high": 1, "very high": 1}
    root = tmp_path / folder.split("/")[0]
    index = check_corpus(daisee, root, labels=labels, **EXPECTED)
    assert index["sample"].tolist() == ["1100011002", "1100011010", "2100011002", "5000441001"]
    assert index["subject"].tolist() == ["110001", "110001", "210001", "500044"]
    assert index[list(daisee.AFFECTS)].to_numpy().tolist() == [list(levels) for *_, levels in CLIPS if levels]
    assert index.attrs == {"target": "engagement", "unlabelled": 1}


@pytest.mark.parametrize(
    ("target", "labels"),
    [
        ("boredom", ["very low", "very high", "low", "very low"]),
        ("confusion", ["very low", "low", "high", "very low"]),
        ("frustration", ["very low", "very low", "very low", "very high"]),
    ],
)
def test_each_affect(tmp_path, target, labels):
    index = check_corpus(daisee, write_corpus(tmp_path), target=target, **EXPECTED)
    assert index["label"].tolist() == labels


def test_binary(tmp_path):
    index = check_corpus(daisee, write_corpus(tmp_path), binary=True, **EXPECTED)
    assert index["label"].tolist() == ["high", "low", "high", "low"]


def test_unlabelled_clips_and_counts_are_told(tmp_path):
    write_corpus(tmp_path)
    with pytest.warns(CountWarning) as caught:
        daisee.index(tmp_path)
    unlabelled, counts = (str(warning.message) for warning in caught)
    assert unlabelled.startswith("daisee: 1 clips have no label and are left out (the first is ")
    assert "1100012004.avi)" in unlabelled
    assert "train 2 (published: 5,358), validation 1 (published: 1,429), test 1" in counts
    assert {warning.filename for warning in caught} == {__file__}


def test_a_subject_in_two_splits_is_refused(tmp_path):
    write_corpus(tmp_path, [*CLIPS, ("Test", "1100019999.avi", (0, 0, 0, 0))])
    assert problems_of(daisee.index, tmp_path) == [
        "subject '110001': is in test and train; take the split of the corpus as it is"
    ]


def test_missing_clips(tmp_path):
    write_corpus(tmp_path)
    (tmp_path / "DataSet/Train/110001/1100011010/1100011010.avi").unlink()
    message = "Train/1100011010.avi: does not exist; restore it, or pass missing='drop'"
    assert problems_of(daisee.index, tmp_path)[0].endswith(message)
    assert len(quiet_index(daisee, tmp_path, missing="drop")) == 3


def test_all_problems_come_in_one_error(tmp_path):
    write_corpus(tmp_path)
    write_tree(tmp_path, {"DataSet/Train/110001/11/11.avi": "", "DataSet/Validation/": ""})
    (tmp_path / "Labels/TestLabels.csv").unlink()
    rows = ["1100011002.avi,0,4,0,0", "1100011010.avi,0", "11.avi,0,0,0,0", "11.avi,0,0,0,0", "5.avi,0,0,0,0"]
    (tmp_path / "Labels/TrainLabels.csv").write_text("\n".join([HEADER, *rows]))
    problems = [problem.removeprefix(f"{tmp_path}/") for problem in problems_of(daisee.index, tmp_path)]
    assert problems == [
        "Labels/TrainLabels.csv row 0: the levels are 0,4,0,0; use four whole numbers from 0 to 3",
        "Labels/TrainLabels.csv row 1: has another number of fields than the header; copy the file anew",
        "Labels/TrainLabels.csv row 3: labels 11 for the second time; keep the right row",
        "DataSet/Train/110001/11/11.avi: does not tell its subject; keep names of ten digits, such as "
        "1100011002.avi",
        f"Labels/TestLabels.csv: does not exist; restore it, or move {tmp_path}/DataSet/Test away",
        "DataSet/Train/5.avi: does not exist; restore it, or pass missing='drop'",
    ]


def test_all_missing_folders_come_in_one_error(tmp_path):
    data, tables = problems_of(daisee.index, write_tree(tmp_path, ["dataset/faces/1.jpg"]))
    assert "holds no folder DataSet" in data
    assert "holds no folder Labels" in tables


def test_a_split_that_is_wholly_absent_is_only_counted(tmp_path):
    write_corpus(tmp_path, CLIPS[:4])
    (tmp_path / "Labels/TestLabels.csv").unlink()
    assert len(quiet_index(daisee, tmp_path)) == 3


def test_a_folder_of_clips_that_is_absent(tmp_path):
    write_corpus(tmp_path, CLIPS[:4])
    (problem,) = problems_of(daisee.index, tmp_path)
    assert (
        f"DataSet/Test: does not exist; restore it, or move {tmp_path}/Labels/TestLabels.csv away" in problem
    )


def test_labels_of_other_clips_are_refused(tmp_path):
    write_corpus(tmp_path, [("Train", "1100012004.avi", None)])
    for split in ("Validation", "Test"):
        (tmp_path / f"Labels/{split}Labels.csv").unlink()
    with pytest.raises(DataError, match="holds no clip that .*Labels labels"):
        daisee.index(tmp_path)


def test_unknown_options_are_refused(tmp_path):
    with pytest.raises(DataError, match="target is 'attention'; use one of 'boredom', 'engagement'"):
        daisee.index(tmp_path, "attention")
    with pytest.raises(DataError, match="is a file; give the folder"):
        daisee.index(write_tree(tmp_path, ["a.csv"]) / "a.csv")
