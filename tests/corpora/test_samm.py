import warnings

import pytest
from checks.corpora import check_corpus, quiet_index
from checks.sheets import write_frames, write_sheet

from learnface.corpora import CountWarning, clip_paths, samm
from learnface.errors import DataError

NOTES = [["SAMM: notes"], [], ["Subject numbers are not contiguous"], *([["a note"]] * 10)]
HEADER = [
    "Subject",
    "Filename",
    "Inducement Code",
    "Onset Frame",
    "Apex Frame",
    "Offset Frame",
    "Duration",
    "Micro",
]
HEADER += ["Action Units", "Estimated Emotion", "Objective Classes", "Notes"]
ROWS = [
    [6, "006_1_2", 9998, 10000, 10003, "Anger", 3, "blinks"],
    ["028", "028_4_1", 40, 99, 44, "Other", 7, None],
    [32.0, "032_3_1", 40, 41, 4, "Others", 7, None],
]


def row(subject, clip, onset, apex, offset, emotion, objective, notes):
    return [subject, clip, 1, onset, apex, offset, 5, "Micro - 1/2", "4 + R12", emotion, objective, notes]


def write_labels(root, rows=ROWS):
    path = root / "SAMM_Micro_FACS_Codes_v2.xlsx"
    return write_sheet(
        path, [*NOTES, HEADER, *(row(*cells) for cells in rows), [None, None, "end of the list"]]
    )


def write_corpus(root, folder="SAMM"):
    write_labels(root)
    base = root / folder
    write_frames(base / "006/006_1_2", range(9998, 10004), "006_{}.jpg")  # 4 and 5 digits
    write_frames(base / "028/028_4_1", range(40, 45), "028_{:05d}.JPG")
    write_frames(base / "032/032_3_1", range(40, 47), "032_{:04d}.jpg")
    return root


@pytest.mark.parametrize(
    ("folder", "form"), [("SAMM", "original"), ("SAMM/SAMM", "original"), ("SAMM_CROP", "cropped")]
)
def test_index(tmp_path, folder, form):
    root = write_corpus(tmp_path / "corpus", folder)
    index = check_corpus(samm, root, samples=3, labels={"angry": 1, "others": 2}, subjects=3)
    assert index["sample"].tolist() == ["006_1_2", "028_4_1", "032_3_1"]
    assert index["subject"].tolist() == ["006", "028", "032"]
    assert index["form"].unique().tolist() == [form]
    assert index["split"].isna().all()
    assert index["onset"].tolist() == [9998, 40, 40]
    assert index["offset"].tolist() == [10003, 44, 46]
    assert index["apex_place"].fillna(-1).tolist() == [2, -1, 1]
    assert index["objective_class"].tolist() == [3, 7, 7]
    assert index["notes"].tolist()[0] == "blinks"
    assert index["mended"].tolist()[1:] == [
        "apex 99 is outside 40 to 44, read as missing",
        "offset 4 is before onset 40, read as 46, the last frame on disk",
    ]
    names = [path[-9:-4] for path in clip_paths(index.iloc[0])]
    assert names == ["_9998", "_9999", "10000", "10001", "10002", "10003"][: len(names)]
    assert len(names) == 6


def test_cropped_is_taken_first(tmp_path):
    write_corpus(write_corpus(tmp_path), "SAMM_CROP")
    assert quiet_index(samm, tmp_path)["form"].unique().tolist() == ["cropped"]
    assert quiet_index(samm, tmp_path, form="original")["form"].unique().tolist() == ["original"]


def test_sheet_may_lie_elsewhere_and_lack_columns(tmp_path):
    write_corpus(tmp_path / "data")
    (tmp_path / "data/SAMM_Micro_FACS_Codes_v2.xlsx").unlink()
    with pytest.raises(
        DataError, match="data holds no label sheet of SAMM; put it there or give its path by sheet="
    ):
        samm.index(tmp_path / "data")
    header = ["Subject", "Filename", "Onset Frame", "Apex Frame", "Offset Frame", "Estimated Emotion"]
    sheet = write_sheet(tmp_path / "mine.xlsx", [header, [6, "006_1_2", 9998, 10000, 10003, "Fear"]])
    index = quiet_index(samm, tmp_path / "data", sheet=sheet)
    assert index["label"].tolist() == ["fear"]
    assert index["objective_class"].isna().all()


def test_clips_that_are_not_on_disk(tmp_path):
    write_labels(write_corpus(tmp_path), [*ROWS, [37, "037_1_1", 1, 2, 3, "Fear", 1, None]])
    with pytest.raises(DataError, match="037_1_1: is in the sheet but not in"):
        samm.index(tmp_path)
    with pytest.warns(CountWarning) as caught:
        assert len(samm.index(tmp_path, missing="drop")) == 3
    assert str(caught[0].message).endswith(": 037_1_1")
    assert "clips 3 (published: 159), angry 1 (published: 57)" in str(caught[1].message)
    assert {one.filename for one in caught} == {__file__}


def test_all_malformed_rows_come_in_one_error(tmp_path):
    rows = [
        [7, "006_1_2", 9998, "soon", 10003, "Anger", 3, None],
        [28, "028_4_1", 40, 41, 44, "Angst", 7, None],
        [32, "032_3_1", 400, 401, 404, "Other", 7, None],
    ]
    write_labels(write_corpus(tmp_path), rows)
    with pytest.raises(DataError) as error:
        samm.index(tmp_path)
    text = str(error.value)
    for part in (
        "4 problems",
        "row 15: apex is 'soon'",
        "row 15: Subject is 7, but 006_1_2 is a clip of 006",
        "row 16: the emotion is 'Angst'",
        "row 17: frames 400 to 404 are not in",
    ):
        assert part in text


def test_published_counts_do_not_warn(tmp_path):
    counts = {"Anger": 57, "Happiness": 26, "Other": 26, "Surprise": 15, "Contempt": 12, "Disgust": 9}
    counts |= {"Fear": 8, "Sadness": 6}
    rows = []
    for emotion, count in counts.items():
        for _ in range(count):
            subject = len(rows) % 29 + 6
            name = f"{subject:03d}_1_{len(rows)}"
            rows.append([subject, name, 1, 1, 1, emotion, 1, None])
            write_frames(tmp_path / f"SAMM/{subject:03d}/{name}", [1], "x_{}.jpg")
    write_labels(tmp_path, rows)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        index = samm.index(tmp_path)
    assert len(index) == samm.CARD.samples
    assert index["subject"].nunique() == samm.CARD.subjects
