import warnings

import pytest
from checks.corpora import check_corpus, quiet_index
from checks.sheets import write_frames, write_sheet

from learnface.corpora import CountWarning, casme2, megc2019, samm, smic
from learnface.corpora._micro_clips import clip_table
from learnface.errors import DataError

CASME2_HEADER = ["Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None, "Action Units"]
SAMM_HEADER = ["Subject", "Filename", "Onset Frame", "Apex Frame", "Offset Frame", "Estimated Emotion"]
CASME2_ROWS = [
    (1, "EP01_01", "happiness"),
    (4, "EP12_01f", "disgust"),
    (4, "EP12_02f", "repression"),
    (6, "EP01_01", "others"),
    (6, "EP01_02", "fear"),
]
SAMM_ROWS = [("006", "006_1_2", "Anger"), ("006", "006_1_3", "Other"), ("007", "007_1_3", "Surprise")]


def write_corpora(root):
    for name in ("positive/s1_po_01", "surprise/s1_sur_01"):
        write_frames(root / "SMIC/SMIC_all_cropped/HS/s1/micro" / name, range(5, 9), "reg_image{:06d}.bmp")
    rows = [[subject, clip, None, 3, 4, 6, None, "4", emotion] for subject, clip, emotion in CASME2_ROWS]
    write_sheet(root / "CASME_II/CASME2-coding-20140508.xlsx", [[*CASME2_HEADER, "Estimated Emotion"], *rows])
    for subject, clip, _ in CASME2_ROWS:
        write_frames(root / f"CASME_II/Cropped/sub{subject:02d}/{clip}", range(3, 7), "reg_img{}.jpg")
    rows = [[subject, clip, 30, 31, 32, emotion] for subject, clip, emotion in SAMM_ROWS]
    write_sheet(root / "samm/SAMM_Micro_FACS_Codes_v2.xlsx", [SAMM_HEADER, *rows])
    for subject, clip, _ in SAMM_ROWS:
        write_frames(root / f"samm/SAMM/{subject}/{clip}", range(30, 33), f"{subject}_{{}}.jpg")
    return root


def test_composite(tmp_path):
    index = check_corpus(
        megc2019,
        write_corpora(tmp_path),
        samples=6,
        subjects=5,
        labels={"positive": 2, "surprise": 2, "negative": 2},
    )
    assert index["sample"].tolist() == [
        "smic_s1_po_01",
        "smic_s1_sur_01",
        "casme2_sub01_EP01_01",
        "casme2_sub04_EP12_02f",
        "samm_006_1_2",
        "samm_007_1_3",
    ]
    assert index["subject"].tolist() == [
        "smic_s1",
        "smic_s1",
        "casme2_sub01",
        "casme2_sub04",
        "samm_006",
        "samm_007",
    ]
    assert index["source"].tolist() == ["smic", "smic", "casme2", "casme2", "samm", "samm"]
    assert index["emotion"].tolist()[2:] == ["happy", "repression", "angry", "surprise"]
    assert index["selection"].unique().tolist() == ["megc"]
    assert index["apex_place"].fillna(-1).tolist() == [-1, -1, 1, 1, 1, 1]


def test_rule_keeps_the_clips_that_the_published_set_lacks(tmp_path):
    index = check_corpus(megc2019, write_corpora(tmp_path), samples=7, subjects=5, clips="rule")
    assert "casme2_sub04_EP12_01f" in index["sample"].tolist()
    assert index["selection"].unique().tolist() == ["rule"]


def test_lists_of_clips_and_subjects(tmp_path):
    root = write_corpora(tmp_path / "data")
    clips = tmp_path / "official.csv"
    clips.write_text(
        "corpus,subject,clip,label\nsmic,s01,s01_po_01,1\ncasme2,sub4,EP12_01f,0\nsamm,6,006_1_2,0\n\n"
    )
    index = quiet_index(megc2019, root, clips=clips)
    assert index["sample"].tolist() == ["smic_s1_po_01", "casme2_sub04_EP12_01f", "samm_006_1_2"]
    assert index["selection"].unique().tolist() == ["official.csv"]
    subjects = tmp_path / "video442subName.txt"
    subjects.write_text("sub01\ns01\n006")
    index = quiet_index(megc2019, root, subjects=subjects)
    assert index["subject"].unique().tolist() == ["smic_s1", "casme2_sub01", "samm_006"]


def test_all_that_a_list_names_in_vain_comes_in_one_error(tmp_path):
    root = write_corpora(tmp_path / "data")
    (tmp_path / "clips.txt").write_text("s1_po_01\ns9_po_01\nsub06/EP01_01\n")
    (tmp_path / "subjects.txt").write_text("s1\n099")
    with pytest.raises(
        DataError, match=r"(?s)3 problems.*line 2: 's9_po_01'.*line 3: 'sub06/EP.*line 2: '099' is no"
    ):
        megc2019.index(root, clips=tmp_path / "clips.txt", subjects=tmp_path / "subjects.txt")
    with pytest.raises(
        DataError, match="clips is 'offical', which is no file; use 'megc', 'rule' or the path"
    ):
        megc2019.index(root, clips="offical")
    (tmp_path / "clips.txt").write_text("clip\n")
    with pytest.raises(DataError, match="no clip is left"):
        megc2019.index(root, clips=tmp_path / "clips.txt")


def test_all_absent_corpora_come_in_one_error(tmp_path):
    write_frames(tmp_path / "SMIC/HS/s1/micro/positive/s1_po_01", [1], "reg_image{}.bmp")
    with pytest.raises(DataError, match=r"(?s)needs all three.*no form of CASME II.*no form of SAMM"):
        megc2019.index(tmp_path)


def test_forms_and_missing_are_handed_on(tmp_path):
    root = write_corpora(tmp_path)
    write_frames(root / "CASME_II/CASME2_RAW_selected/sub01/EP01_01", range(3, 7), "img{}.jpg")
    with pytest.raises(DataError, match="is in the sheet but not in"):
        megc2019.index(root, forms={"casme2": "raw_selected"})
    with pytest.warns(CountWarning) as caught:
        index = megc2019.index(root, forms={"casme2": "raw_selected"}, missing="drop")
    assert index["form"].tolist() == ["cropped", "cropped", "raw_selected", "original", "original"]
    assert "casme2: 4 clip(s) of the sheet left out" in str(caught[0].message)
    assert len(caught) == 2
    assert {one.filename for one in caught} == {__file__}
    with pytest.raises(DataError, match=r"forms names \['casme'\]; the corpora are smic, casme2, samm"):
        megc2019.index(root, forms={"casme": "raw"})


def table(module, counts, subjects, name):
    """Return an index with so many clips of each label, without files."""
    rows = []
    for label, count in counts.items():
        for _ in range(count):
            number = len(rows)
            place = dict.fromkeys(
                ("onset", "apex", "offset", "start", "stop", "apex_place", "frames_missing"), 1
            )
            subject = name.format(number % subjects)
            cells = {"sample": f"{subject}_{number}", "subject": subject, "label": label, "frames": "x"}
            rows.append(cells | place | {"form": "raw", "mended": None})
    return clip_table(rows, module.CARD.name, module.LABELS)


def test_published_counts_do_not_warn_and_the_rule_gives_two_more():
    tables = [
        table(smic, {"negative": 70, "positive": 51, "surprise": 43}, 16, "s{}"),
        table(
            casme2,
            {"disgust": 61, "repression": 27, "happy": 32, "surprise": 25, "others": 9},
            24,
            "sub{:02d}",
        ),
        table(
            samm,
            {
                "angry": 57,
                "contempt": 12,
                "disgust": 9,
                "fear": 8,
                "sad": 6,
                "happy": 26,
                "surprise": 15,
                "others": 1,
            },
            28,
            "{:03d}",
        ),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        index = megc2019.compose(*tables)
    assert len(index) == megc2019.CARD.samples
    assert index["subject"].nunique() == megc2019.CARD.subjects
    assert index["label"].value_counts().to_dict() == {"negative": 250, "positive": 109, "surprise": 83}
    with pytest.warns(CountWarning, match=r"casme2 negative 88 \(published: 90\)") as caught:
        megc2019.compose(*tables, clips="rule")
    assert caught[0].filename == __file__


def test_objective_classes_are_refused():
    smic_index = table(smic, {"negative": 1}, 1, "s{}")
    samm_index = table(samm, {"angry": 1}, 1, "{:03d}")
    casme2_index = table(casme2, {"happy": 1}, 1, "sub{:02d}").assign(label="class-1")
    with pytest.raises(DataError, match="the index of casme2 has labels .*class-1.*emotions='all'"):
        megc2019.compose(smic_index, casme2_index, samm_index)
