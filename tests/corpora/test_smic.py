import warnings

import pytest
from checks.corpora import check_corpus, quiet_index
from checks.sheets import write_frames, write_sheet

from learnface.corpora import CountWarning, clip_paths, smic
from learnface.errors import DataError

CROPPED = "reg_image{:06d}.bmp"
EVENTS = [f"{kind}{event}" for event in ("F", "2F", "3F") for kind in ("Onset", "Offset")]
HEADER = ["Subject", "Filename", *EVENTS[:2], "TotalMF1", *EVENTS[2:4], "TotalMF2", *EVENTS[4:], "TotalMF3"]
HEADER += ["FirstF", "LastF", "TotalVL", "Emotion"]


def write_cropped(root, camera="HS"):
    """Two subjects, unpadded and padded; a counter that passes 100,000; a clip with a gap."""
    base = root / "SMIC_all_cropped" / camera
    write_frames(base / "s1/micro/negative/s1_ne_01", range(99998, 100003), "reg_image{}.bmp")
    write_frames(base / "s1/micro/negative/s1_ne_10", range(5, 8), CROPPED)
    write_frames(base / "s1/micro/positive/s1_po_02", range(5, 8), CROPPED)
    write_frames(base / "S02/micro/surprise/s2_sur_01", [20, 22, 23], "reg_image{:06d}.BMP")
    write_frames(base / "s1/non_micro/s1_n1", range(3), CROPPED)
    return root


def write_extended(root, subject="s01"):
    base = root / "SMIC-E_raw image/HS_long/SMIC-HS-E"
    write_frames(base / subject / "s1_ne_01", range(99990, 100020), "image{:06d}.jpg")
    write_frames(base / subject / "s1_po_01", range(10, 30), "image{:06d}.jpg")
    rows = [
        HEADER,
        [
            "s01",
            "s1_ne_01",
            99992,
            "99995",
            4,
            100001,
            100004,
            4,
            " 100010 ",
            100011,
            2,
            99990,
            100019,
            30,
            "neg",
        ],
        [1, "s1_po_01", "00012", 14, 3, None, None, None, None, None, None, 10, 29, 20, "pos"],
        [None] * len(HEADER),
        [None, "checked twice"],
    ]
    write_sheet(root / "SMIC-E_raw image/HS_long/SMIC-HS-E_annotation_2019.xlsx", rows)
    return root


def test_cropped(tmp_path):
    index = check_corpus(
        smic,
        write_cropped(tmp_path),
        samples=4,
        labels={"negative": 2, "positive": 1, "surprise": 1},
        subjects=2,
    )
    assert index["sample"].tolist() == ["s1_ne_01", "s1_ne_10", "s1_po_02", "s2_sur_01"]
    assert index["subject"].tolist() == ["s1", "s1", "s1", "s2"]
    assert index["split"].isna().all()
    assert index["apex"].isna().all()
    assert index["apex_place"].isna().all()
    assert index["onset"].tolist() == [99998, 5, 5, 20]
    assert index["offset"].tolist() == [100002, 7, 7, 23]
    assert index["stop"].tolist() == [5, 3, 3, 3]
    assert index["frames_missing"].tolist() == [0, 0, 0, 1]
    names = [path.rsplit("/", 1)[1] for path in clip_paths(index.iloc[0])]
    assert names == [f"reg_image{number}.bmp" for number in range(99998, 100003)]


@pytest.mark.parametrize("root", ["", "SMIC_all_cropped", "SMIC_all_cropped/HS"])
def test_any_folder_of_the_corpus_may_be_given(tmp_path, root):
    assert len(quiet_index(smic, write_cropped(tmp_path) / root)) == 4


def test_cameras_are_kept_apart(tmp_path):
    write_cropped(tmp_path)
    write_frames(tmp_path / "SMIC_all_cropped/NIR/s11/micro/positive/s11_po_01", range(9), CROPPED)
    index = check_corpus(smic, tmp_path, samples=1, subjects=1, camera="NIR")
    assert index["camera"].tolist() == ["NIR"]
    with pytest.raises(DataError, match="holds no form of SMIC VIS"):
        smic.index(tmp_path, camera="VIS")
    with pytest.raises(DataError, match="camera is 'hs'; use one of HS, VIS, NIR"):
        smic.index(tmp_path, camera="hs")


def test_non_micro_clips_have_no_label(tmp_path):
    index = check_corpus(smic, write_cropped(tmp_path), samples=5, subjects=2, non_micro=True)
    assert index["sample"][index["label"].isna()].tolist() == ["s1_n1"]


def test_raw_and_cropped_side_by_side(tmp_path):
    write_cropped(tmp_path)
    write_frames(tmp_path / "SMIC_all_raw/HS/s3/micro/positive/s3_po_1/frames", [7, 8], "image{}.bmp")
    assert quiet_index(smic, tmp_path)["form"].unique().tolist() == ["cropped"]
    index = quiet_index(smic, tmp_path, form="raw")
    assert index[["sample", "form", "onset"]].to_numpy().tolist() == [["s3_po_1", "raw", 7]]
    with pytest.raises(DataError, match="form is 'small'; use one of 'cropped', 'raw', 'extended'"):
        smic.index(tmp_path, form="small")


def test_a_form_that_nothing_tells_is_asked_for(tmp_path):
    """Whole heads taken for cropped faces would be told by nothing later on."""
    write_frames(tmp_path / "HS/s3/micro/positive/s3_po_1", [7, 8], "image{}.bmp")
    with pytest.raises(DataError, match=r"which form of SMIC HS this is; give form='cropped' or form='raw'"):
        smic.index(tmp_path)
    assert quiet_index(smic, tmp_path, form="raw")["form"].tolist() == ["raw"]
    write_frames(tmp_path / "VIS/s3/micro/positive/s3_po_1", [7, 8], CROPPED)
    assert quiet_index(smic, tmp_path, camera="VIS")["form"].tolist() == ["cropped"]


def test_extended(tmp_path):
    write_cropped(tmp_path)
    index = check_corpus(
        smic,
        write_extended(tmp_path),
        form="extended",
        samples=4,
        labels={"negative": 3, "positive": 1},
        subjects=1,
    )
    assert index["sample"].tolist() == ["s1_ne_01", "s1_ne_01-2", "s1_ne_01-3", "s1_po_01"]
    assert index["start"].tolist() == [2, 11, 20, 2]
    assert index["stop"].tolist() == [6, 15, 22, 5]
    assert [path[-9:-4] for path in clip_paths(index.iloc[0])] == ["99992", "99993", "99994", "99995"]


def test_extended_by_another_camera_and_sheet(tmp_path):
    base = tmp_path / "SMIC-E_raw image/VIS_long/SMIC-VIS-E/VIS"
    write_frames(base / "s11/s11_po_01", range(10, 30), "image{:06d}.jpg")
    rows = [HEADER[:4], ["s11", "s11_po_01", 11, 12]]  # a sheet without the columns of second events
    write_sheet(base.parent.parent / "SMIC_VIS_E_annotation.xlsx", rows)
    assert quiet_index(smic, tmp_path, camera="VIS")["start"].tolist() == [1]
    elsewhere = write_sheet(tmp_path / "mine.xlsx", [HEADER[:4], ["s11", "s11_po_01", 12, 13]])
    assert quiet_index(smic, tmp_path, camera="VIS", sheet=elsewhere)["start"].tolist() == [2]
    with pytest.raises(DataError, match="is not a file; give the path of the label sheet"):
        smic.index(tmp_path, camera="VIS", sheet=tmp_path / "none.xlsx")


def test_all_that_is_wrong_in_a_sheet_comes_in_one_error(tmp_path):
    write_extended(tmp_path)
    path = tmp_path / "SMIC-E_raw image/HS_long/SMIC-HS-E_annotation_2019.xlsx"
    blank = [None] * 7
    rows = [
        ["s1_ne_01", "x", 99995],
        ["s1_po_01", 14, 12],
        ["s9_po_01", 1, 2],
        ["clip", 1, 2],
        ["s1_po_01", 50, 60],
    ]
    write_sheet(path, [HEADER, *(["s1", *row, None, *blank] for row in rows)])
    with pytest.raises(DataError) as error:
        smic.index(tmp_path)
    text = str(error.value)
    for part in (
        "6 problems",
        "row 2: onset is 'x'",
        "row 2: event 1 runs from None to 99995",
        "row 3: event 1 runs from 14 to 12",
        "row 4: s9_po_01 is not in",
        "row 5: Filename is 'clip'",
        "row 6: frames 50 to 60 are not in",
    ):
        assert part in text


def test_all_misplaced_folders_come_in_one_error(tmp_path):
    base = write_cropped(tmp_path) / "SMIC_all_cropped/HS"
    for name in (
        "s1/micro/negative/s1_po_09",
        "s1/micro/negative/s3_ne_01",
        "s1/micro/negative/clip",
        "s1/other",
    ):
        write_frames(base / name, [1], CROPPED)
    (base / "s1/micro/positive/s1_po_11").mkdir()
    write_frames(base / "S02/micro/surprise/s2_sur_01", [20], "other{}.bmp")
    with pytest.raises(DataError) as error:
        smic.index(tmp_path)
    text = str(error.value)
    assert "6 problems" in text
    assert text.count("another subject or class") == 2
    for part in (
        "clip: is not named",
        "s1_po_11: holds no frames",
        "other: is neither",
        "two sets of frames",
    ):
        assert part in text


def test_lost_frames_and_counts_warn(tmp_path):
    with pytest.warns(CountWarning) as caught:
        smic.index(write_cropped(tmp_path))
    texts = [str(one.message) for one in caught]
    assert "clips 4 (published: 164)" in texts[0]
    assert texts[1] == "smic: 1 clip(s) without some of their frames: s2_sur_01 (1)"
    assert {one.filename for one in caught} == {__file__}


def test_the_published_counts_do_not_warn_and_the_lost_clip_does(tmp_path):
    subjects = [number for number in range(1, 21) if number not in (7, 10, 16, 17)]
    counts = {"ne": ("negative", 70), "po": ("positive", 51), "sur": ("surprise", 43)}
    for code, (label, count) in counts.items():
        for number in range(count):
            subject = subjects[number % len(subjects)]
            name = f"s{subject}_{code}_{number:02d}"
            write_frames(tmp_path / f"HS/s{subject}/micro/{label}/{name}", [1, 2], CROPPED)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        index = smic.index(tmp_path)
    assert len(index) == smic.CARD.samples
    assert index["subject"].nunique() == smic.CARD.subjects
    lost = tmp_path / "HS/s1/micro/surprise/s1_sur_00"
    for path in lost.iterdir():
        path.unlink()
    lost.rmdir()
    with pytest.warns(CountWarning, match=r"clips 163 \(published: 164\), surprise 42 \(published: 43\)"):
        smic.index(tmp_path)
