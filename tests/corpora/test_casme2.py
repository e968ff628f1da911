import dataclasses
import warnings
from types import SimpleNamespace

import pytest
from checks.corpora import check_corpus, quiet_index
from checks.sheets import write_frames, write_sheet

from learnface.corpora import CORPORA, CountWarning, casme2, clip_paths
from learnface.errors import DataError

HEADER = ["Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None, "Action Units"]
HEADER += ["Estimated Emotion"]
ROWS = [
    ["01", "EP02_01f", 46, 59, 86, "4+5", "happiness"],
    ["01", "EP19_3f", 98, "/", 102, "14", "Others "],
    [2, "EP13_04", 5, 3, "0", "4", "sadness"],
    ["17", "EP03_02", 7, 7, 9, None, "disgust"],
]


def row(subject, clip, onset, apex, offset, units, emotion):
    return [subject, clip, None, onset, apex, offset, None, units, emotion]


def write_labels(path, rows=ROWS):
    return write_sheet(path, [HEADER, *(row(*cells) for cells in rows)])


def write_corpus(root, form="Cropped/Cropped", name="reg_img{}.jpg", before=0, after=0):
    write_labels(root / "CASME2-coding-20140508.xlsx")
    for subject, clip, onset, offset in (
        ("sub01", "EP02_01f", 46, 86),
        ("sub01", "EP19_3f", 98, 102),
        ("sub02", "EP13_04", 5, 91),
        ("sub17", "ep03_02", 7, 9),
    ):
        write_frames(root / form / subject / clip, range(max(onset - before, 1), offset + after + 1), name)
    write_sheet(
        root / "CASME2-ObjectiveClasses.xlsx",
        [
            ["Subject", "Filename", "Objective Class"],
            [1, "EP02_01f", 1],
            [1, "EP19_3f", 7],
            [2, "EP13_04", "4"],
        ],
    )
    return root


EXPECTED = {"samples": 4, "labels": {"happy": 1, "others": 1, "sad": 1, "disgust": 1}, "subjects": 3}


def test_cropped(tmp_path):
    index = check_corpus(casme2, write_corpus(tmp_path), **EXPECTED)
    assert index["sample"].tolist() == ["sub01_EP02_01f", "sub01_EP19_3f", "sub02_EP13_04", "sub17_EP03_02"]
    assert index["subject"].tolist() == ["sub01", "sub01", "sub02", "sub17"]
    assert index["split"].isna().all()
    assert index["onset"].tolist() == [46, 98, 5, 7]
    assert index["offset"].tolist() == [86, 102, 91, 9]
    assert index["apex"].isna().tolist() == [False, True, True, False]
    assert index["apex_place"].dropna().tolist() == [13]  # the other is on the onset frame
    assert index["mended"].tolist()[2] == (
        "offset 0 is before onset 5, read as 91, the last frame on disk; "
        "apex 3 is outside 5 to 91, read as missing"
    )
    assert index["mended"].tolist()[3] == "apex 7 is on the onset frame, its place is left out"
    assert index["mended"].notna().sum() == 2
    assert index["objective_class"].isna().tolist() == [False, False, False, True]
    assert index["action_units"].tolist()[:3] == ["4+5", "14", "4"]
    names = [path.rsplit("/", 1)[1] for path in clip_paths(index.iloc[1])]
    assert names == [f"reg_img{number}.jpg" for number in range(98, 103)]


@pytest.mark.parametrize(
    ("form", "folder"),
    [
        ("raw_selected", "CASME2_RAW_selected/CASME2_RAW_selected"),
        ("raw_selected", "CASME2_RAW_selected"),
        ("raw", "CASME2_RAW/CASME2-RAW"),
    ],
)
def test_raw_forms(tmp_path, form, folder):
    extra = 10 if form == "raw" else 0
    write_corpus(tmp_path, folder, "img{}.jpg", before=extra, after=extra)
    index = check_corpus(casme2, tmp_path, form=form, **EXPECTED)
    assert index["start"].tolist() == ([10, 10, 4, 6] if form == "raw" else [0, 0, 0, 0])
    assert (index["stop"] - index["start"]).tolist() == [41, 5, 87, 3]
    assert index["offset"].tolist() == [86, 102, 91, 9]
    assert index["form"].unique().tolist() == [form]


def test_cropped_is_taken_before_raw_and_forms_may_be_chosen(tmp_path):
    write_corpus(write_corpus(tmp_path), "CASME2_RAW_selected", "img{}.jpg")
    assert quiet_index(casme2, tmp_path)["form"].unique().tolist() == ["cropped"]
    assert quiet_index(casme2, tmp_path, form="raw_selected")["frames"].str.contains("selected").all()
    with pytest.raises(DataError, match="holds CASME II as cropped, raw_selected, not as raw"):
        casme2.index(tmp_path, form="raw")


def test_a_form_that_nothing_tells_is_asked_for(tmp_path):
    write_corpus(tmp_path, "frames", "img{}.jpg", before=2, after=2)
    with pytest.raises(
        DataError, match="frames: neither folders nor pictures tell by their names which form"
    ):
        casme2.index(tmp_path)
    assert quiet_index(casme2, tmp_path, form="raw")["form"].unique().tolist() == ["raw"]


def test_pictures_called_reg_are_cropped(tmp_path):
    write_corpus(tmp_path, "frames")
    assert quiet_index(casme2, tmp_path)["form"].unique().tolist() == ["cropped"]


def test_the_folder_of_a_form_finds_the_sheet_above_it(tmp_path):
    write_corpus(tmp_path, "Cropped")
    assert len(quiet_index(casme2, tmp_path / "Cropped")) == 4


def test_label_sets(tmp_path):
    index = check_corpus(casme2, write_corpus(tmp_path), emotions="5-class", samples=3, subjects=2)
    assert index["label"].tolist() == ["happy", "others", "disgust"]
    assert index.attrs["labels"] == casme2.LABELS[:5]
    with pytest.raises(DataError, match="emotions is '5'; use one of 'all', '5-class', 'objective'"):
        casme2.index(tmp_path, emotions="5")


def test_objective_classes(tmp_path, monkeypatch):
    names = casme2.LABEL_SETS["objective"]
    card = dataclasses.replace(casme2.CARD, labels=names)
    variant = SimpleNamespace(CARD=card, LABELS=names, index=casme2.index)
    monkeypatch.setitem(CORPORA, "casme2", variant)
    expected = {"samples": 3, "subjects": 2, "labels": {"class-1": 1, "class-4": 1, "class-7": 1}}
    index = check_corpus(variant, write_corpus(tmp_path), emotions="objective", **expected)
    assert index["emotion"].tolist() == ["happy", "others", "sad"]
    with pytest.warns(CountWarning) as caught:
        casme2.index(tmp_path, emotions="objective")
    assert "1 clip(s) left out, without an objective class: sub17_EP03_02" in str(caught[0].message)
    assert "classes 1 to 5 2 (published: 185)" in str(caught[1].message)
    assert {one.filename for one in caught} == {__file__}
    (tmp_path / "CASME2-ObjectiveClasses.xlsx").unlink()
    assert quiet_index(casme2, tmp_path)["objective_class"].isna().all()
    with pytest.raises(DataError, match="no label sheet of CASME II's objective classes"):
        casme2.index(tmp_path, emotions="objective")


def test_the_sheet_of_the_published_counts_is_preferred(tmp_path):
    write_corpus(tmp_path)
    later = write_labels(tmp_path / "CASME2-coding-20190701.xlsx", ROWS[:2])
    assert len(quiet_index(casme2, tmp_path)) == 4
    assert len(quiet_index(casme2, tmp_path, sheet=later)) == 2


def test_clips_that_are_not_on_disk(tmp_path):
    write_labels(
        write_corpus(tmp_path) / "CASME2-coding-20140508.xlsx", [*ROWS, [26, "EP01_1", 1, 2, 3, "", "fear"]]
    )
    with pytest.raises(DataError, match=r"sub26_EP01_1: is in the sheet but not in .*missing='drop'"):
        casme2.index(tmp_path)
    with pytest.warns(CountWarning) as caught:
        assert len(casme2.index(tmp_path, missing="drop")) == 4
    assert str(caught[0].message).endswith(": sub26_EP01_1")
    assert caught[0].filename == __file__


def test_clips_that_are_not_in_the_sheet_and_lost_frames_warn(tmp_path):
    write_corpus(tmp_path)
    write_frames(tmp_path / "Cropped/Cropped/sub16/EP01_08", [3], "reg_img{}.jpg")
    (tmp_path / "Cropped/Cropped/sub17/ep03_02/reg_img8.jpg").unlink()
    with pytest.warns(CountWarning) as caught:
        index = casme2.index(tmp_path)
    texts = [str(one.message) for one in caught]
    assert texts[0].endswith("left out, not in the sheet: sub16_EP01_08")
    assert "clips 4 (published: 255), happy 1 (published: 32)" in texts[1]
    assert texts[2].endswith("without some of their frames: sub17_EP03_02 (1)")
    assert index["frames_missing"].tolist() == [0, 0, 0, 1]


def test_all_malformed_rows_come_in_one_error(tmp_path):
    rows = [
        ["01", "EP02_01f", "x", 59, 86, "", "happiness"],
        ["01", "EP19_3f", 98, 99, 102, "", "joyful"],
        ["first", "EP13_04", 5, 3, 9, "", "fear"],
        ["17", "EP03_02", 700, 701, 702, "", "fear"],
    ]
    write_labels(write_corpus(tmp_path) / "CASME2-coding-20140508.xlsx", rows)
    (tmp_path / "CASME2-ObjectiveClasses.xlsx").unlink()
    with pytest.raises(DataError) as error:
        casme2.index(tmp_path)
    text = str(error.value)
    for part in (
        "4 problems",
        "row 2: onset is 'x'",
        "row 3: the emotion is 'joyful'",
        "row 4: Subject is 'first'",
        "row 5: frames 700 to 702 are not in",
    ):
        assert part in text


def test_published_counts_do_not_warn(tmp_path):
    counts = {"happiness": 32, "surprise": 25, "disgust": 63, "repression": 27, "others": 99}
    counts |= {"sadness": 7, "fear": 2}
    rows = []
    for emotion, count in counts.items():
        for _ in range(count):
            number = len(rows)
            subject, clip = number % 26 + 1, f"EP{number:02d}_01"
            rows.append([subject, clip, 1, 1, 1, "", emotion])
            write_frames(tmp_path / f"Cropped/sub{subject:02d}/{clip}", [1], "reg_img{}.jpg")
    write_labels(tmp_path / "CASME2-coding-20140508.xlsx", rows)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(casme2.index(tmp_path)) == casme2.CARD.samples
        assert len(casme2.index(tmp_path, emotions="5-class")) == 246
