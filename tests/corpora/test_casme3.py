import shutil
import warnings

import pytest
from checks.corpora import check_corpus, quiet_index
from checks.sheets import write_frames, write_sheet

from learnface.corpora import CountWarning, casme3
from learnface.errors import DataError

HEADER = ["Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion"]
ROWS = [
    ["spNO.1", "a", 116, 120, 125, "4", 1, "disgust"],
    ["spNO.1", "A", 200, 199, 204, "12", 2, "Happy"],
    ["spNO.10", "M", 8, 9, 12, "1+2", 3, "Others"],
]
SHEET = "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"
EXPECTED = {"samples": 3, "labels": {"disgust": 1, "happy": 1, "others": 1}, "subjects": 2}


def write_labels(root, rows=ROWS):
    return write_sheet(root / SHEET, [["read me first"]], [HEADER, *rows])


def write_clips(root):
    write_labels(root)
    for kind, name in (("frame", "{}.jpg"), ("depth", "{}.png")):
        base = root / "Part_A_ME_clip/Part_A_ME_clip" / kind
        write_frames(base / "spNo.1_a_116", range(116, 126), name)
        write_frames(base / "spNo.1_a_200", range(200, 205), name)
        write_frames(base / "spNo.10_m_8", range(8, 13), name)
    return root


def write_videos(root):
    write_labels(root)
    for kind in ("color", "depth"):
        write_frames(root / "part_A/spNO.1/a" / kind, range(210), "{}.jpg")
        write_frames(root / "part_A/spNO.1/B" / kind, range(3), "{}.jpg")  # a video without micro-expressions
        write_frames(root / "part_A/spNO.10/m" / kind, range(5, 20), "{}.jpg")
    return root


def test_clips(tmp_path):
    index = check_corpus(casme3, write_clips(tmp_path), **EXPECTED)
    assert index["sample"].tolist() == ["spNO.1_a_116", "spNO.1_a_200", "spNO.10_m_8"]
    assert index["subject"].tolist() == ["spNO.1", "spNO.1", "spNO.10"]
    assert index["frames"].str.contains("/frame/").all()
    assert index["start"].tolist() == [0, 0, 0]
    assert index["stop"].tolist() == [10, 5, 5]
    assert index["apex_place"].fillna(-1).tolist() == [4, -1, 1]
    assert index["mended"].tolist()[1] == "apex 199 is outside 200 to 204, read as missing"
    assert quiet_index(casme3, tmp_path, modality="depth")["frames"].str.contains("/depth/").all()


def test_videos(tmp_path):
    index = check_corpus(casme3, write_videos(tmp_path), **EXPECTED)
    assert index["form"].unique().tolist() == ["videos"]
    assert index["start"].tolist() == [116, 200, 3]
    assert index["stop"].tolist() == [126, 205, 8]
    assert index["frames"].str.endswith("/color").all()
    assert quiet_index(casme3, tmp_path, modality="depth")["frames"].str.endswith("/depth").all()


def test_frames_of_another_modality_are_not_taken(tmp_path):
    videos = write_videos(tmp_path / "videos")
    shutil.rmtree(videos / "part_A/spNO.1/a/depth")
    with pytest.raises(
        DataError, match="a: holds no depth frames; unpack them there, or use modality='color'"
    ):
        quiet_index(casme3, videos, modality="depth")
    flat = tmp_path / "flat"
    write_labels(flat)
    write_frames(flat / "Part_A_ME_clip/spNo.1_a_116", range(116, 126), "{}.jpg")
    write_frames(flat / "Part_A_ME_clip/spNo.1_a_200", range(200, 205), "{}.jpg")
    write_frames(flat / "Part_A_ME_clip/spNo.10_m_8", range(8, 13), "{}.jpg")
    assert len(quiet_index(casme3, flat)) == 3
    with pytest.raises(DataError, match="spNo.10_m_8: holds no depth frames"):
        quiet_index(casme3, flat, modality="depth")


def test_broken_rows_are_reported(tmp_path):
    rows = [*ROWS[:2], ROWS[1], ["spNO.10", "m", 8, 9, 0, "1", 3, "fear"]]
    write_labels(write_clips(tmp_path / "clips"), rows)
    with pytest.warns(CountWarning) as caught:
        index = casme3.index(tmp_path / "clips")
    texts = [str(one.message) for one in caught]
    assert "1 clip(s) left out, as the sheet repeats them" in texts[0]
    assert texts[0].endswith("row 4")
    assert texts[1].endswith("see the column mended: spNO.1_a_200, spNO.10_m_8")
    assert texts[2].endswith("clips 3 (published: 860)")
    assert {one.filename for one in caught} == {__file__}
    assert index["offset"].tolist() == [125, 204, 12]

    write_labels(write_videos(tmp_path / "videos"), rows)
    with pytest.warns(CountWarning) as caught:
        assert casme3.index(tmp_path / "videos")["sample"].tolist() == ["spNO.1_a_116", "spNO.1_a_200"]
    assert str(caught[0].message).endswith("left out, as the sheet tells no end of them: spNO.10_m_8")


def test_clips_that_are_not_on_disk(tmp_path):
    write_labels(write_clips(tmp_path), [*ROWS, ["spNO.11", "b", 1, 2, 3, "", 1, "sad"]])
    with pytest.raises(DataError, match="spNO.11_b_1: is in the sheet but not in"):
        casme3.index(tmp_path)
    with pytest.warns(CountWarning) as caught:
        assert len(casme3.index(tmp_path, missing="drop")) == 3
    assert str(caught[0].message).endswith(": spNO.11_b_1")


def test_all_malformed_rows_come_in_one_error(tmp_path):
    rows = [["spNO.1", "a", "x", 1, 2, "", 1, "sad"], ["one", "a", 3, 1, 2, "", 1, "sad"], [None, "note"]]
    rows += [["spNO.1", "a", 116, 1, 200, "", 1, "joyous"]]
    write_labels(write_clips(tmp_path), rows)
    with pytest.raises(DataError) as error:
        casme3.index(tmp_path)
    text = str(error.value)
    for part in (
        "4 problems",
        "row 2: onset is 'x'",
        "'one', 'a', 3; write",
        "row 4: Subject",
        "row 5: the emotion",
    ):
        assert part in text


def test_wrong_arguments(tmp_path):
    write_clips(tmp_path)
    with pytest.raises(DataError, match="modality is 'rgb'; use one of 'color', 'depth'"):
        casme3.index(tmp_path, modality="rgb")
    with pytest.raises(DataError, match="as clips, not as videos"):
        casme3.index(tmp_path, form="videos")


def test_published_count_does_not_warn(tmp_path):
    rows = [[f"spNO.{n % 100 + 1}", "a", n + 1, n + 1, n + 1, "", 1, "sad"] for n in range(860)]
    write_labels(tmp_path, rows)
    for subject, _, onset, *_ in rows:
        write_frames(tmp_path / f"frame/{subject}_a_{onset}", [onset], "{}.jpg")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert casme3.index(tmp_path)["subject"].nunique() == casme3.CARD.subjects
