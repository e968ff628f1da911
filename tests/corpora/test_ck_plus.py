import warnings

import numpy as np
import pytest
from checks.corpora import check_corpus, quiet_index
from checks.trees import problems_of, write_tree

from learnface.corpora import CountWarning, ck_plus
from learnface.errors import DataError

# Subject, sequence, numbers of its frames, code of its label (None: none).
SEQUENCES = [
    ("S005", "001", range(1, 12), 3),
    ("S010", "002", (1, 2, 3, 9, 10), 7),
    ("S010", "004", range(1, 15), 7),
    ("S037", "006", range(1, 4), None),
    ("S999", "001", range(3, 5), 5),
]
LABELS = {"disgust": 1, "surprise": 2, "happy": 1}
WRAPPED = {
    "images": "extended-cohn-kanade-images/cohn-kanade-images",
    "emotion": "Emotion_labels/Emotion",
    "landmarks": "Landmarks/Landmarks",
}


def write_corpus(root, images="cohn-kanade-images", emotion="Emotion", landmarks="Landmarks"):
    files = {
        f"{images}/.DS_Store": "",
        f"{emotion}/S037/006/": "",
        "ReadMeCohnKanadeDatabase_website.txt": "",
    }
    for subject, sequence, numbers, code in SEQUENCES:
        place, stem = f"{subject}/{sequence}", f"{subject}_{sequence}"
        for number in numbers:
            files[f"{images}/{place}/{stem}_{number:08d}.png"] = ""
        last = f"{place}/{stem}_{max(numbers):08d}"
        files[f"{landmarks}/{last}_landmarks.txt"] = ""
        if code is not None:
            files[f"{emotion}/{last}_emotion.txt"] = f"   {code:.7e}\n"
            files[f"FACS/{last}_facs.txt"] = ""
    return write_tree(root, files)


@pytest.mark.parametrize("folders", [{}, {"emotion": "emotion"}, WRAPPED], ids=["plain", "lower", "wrapped"])
def test_sequences(tmp_path, folders):
    root = write_corpus(tmp_path / "CK+", **folders)
    index = check_corpus(ck_plus, root, samples=4, labels=LABELS, subjects=3)
    assert index["sample"].tolist() == ["S005_001", "S010_002", "S010_004", "S999_001"]
    marks = index.set_index("sample")[["count", "first", "last", "onset", "apex"]]
    assert marks.loc["S010_002"].tolist() == [5, 1, 10, 1, 10]  # by number, and two frames are missing
    assert marks.loc["S999_001"].tolist() == [2, 3, 4, 3, 4]
    assert index["frames"][0].endswith("cohn-kanade-images/S005/001")
    assert index["facs"][0].endswith("FACS/S005/001/S005_001_00000011_facs.txt")
    assert index["landmarks"][0].endswith("Landmarks/S005/001")
    assert index.attrs == {"unlabelled": 1}
    assert index["split"].isna().all()


def test_unlabelled_sequences_are_never_neutral(tmp_path):
    index = check_corpus(
        ck_plus, write_corpus(tmp_path), samples=5, subjects=4, unlabelled="keep", labels=LABELS
    )
    assert index["label"].isna().tolist() == [False, False, False, True, False]


def test_without_emotion_files_only_unlabelled_sequences_are_kept(tmp_path):
    root = write_corpus(tmp_path, emotion="elsewhere")
    assert quiet_index(ck_plus, root, unlabelled="keep")["label"].isna().all()
    with pytest.raises(DataError, match="holds no folder Emotion.*or pass unlabelled='keep'"):
        ck_plus.index(root)


def test_peaks(tmp_path):
    labels = {"disgust": 3, "surprise": 6, "happy": 1}
    index = check_corpus(ck_plus, write_corpus(tmp_path), samples=10, labels=labels, subjects=3, kind="peaks")
    chosen = index.groupby("sequence")["number"].agg(list)
    assert chosen["S010_002"] == [3, 9, 10]
    assert chosen["S010_004"] == [12, 13, 14]
    assert chosen["S999_001"] == [4]  # its first frame is the neutral one
    assert index["frames"][2].endswith("S005/001/S005_001_00000011.png")
    assert index["landmarks"].notna().sum() == 4


def test_first_frames_are_neutral_ones(tmp_path):
    root = write_corpus(tmp_path)
    labels = {"neutral": 4, "disgust": 1, "surprise": 2, "happy": 1}
    options = {"kind": "peaks", "last": 1, "neutral": True}
    index = check_corpus(ck_plus, root, samples=8, labels=labels, subjects=3, **options)
    assert index["label"][:2].tolist() == ["neutral", "disgust"]
    assert index["number"][:2].tolist() == [1, 11]
    index = quiet_index(ck_plus, root, unlabelled="keep", **options)
    assert index[index["sequence"] == "S037_006"]["label"].fillna("-").tolist() == ["neutral", "-"]


def test_wang2020_takes_the_last_eleven_frames(tmp_path):
    index = check_corpus(ck_plus, write_corpus(tmp_path), samples=26, subjects=3, kind="wang2020")
    chosen = index.groupby("sequence")["number"].agg(list)
    assert chosen["S010_004"] == list(range(4, 15))
    assert chosen["S005_001"] == list(range(2, 12))
    with pytest.warns(CountWarning, match=r"images 26 \(published: 3,559\)"):
        ck_plus.index(tmp_path, "wang2020")


def test_label_of_another_frame_than_the_last_warns(tmp_path):
    write_corpus(tmp_path)
    (tmp_path / "cohn-kanade-images/S010/002/S010_002_00000010.png").unlink()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ck_plus.index(tmp_path)
    assert str(caught[0].message).endswith(": S010_002_00000010_emotion.txt (last frame: 9)")
    assert str(caught[1].message).startswith("ck_plus: the counts differ")
    assert {(warning.filename, warning.category) for warning in caught} == {(__file__, CountWarning)}


def test_label_of_another_sequence_warns(tmp_path):
    write_corpus(tmp_path)
    file = tmp_path / "Emotion/S010/002/S010_002_00000010_emotion.txt"
    file.rename(file.with_name("S010_003_00000010_emotion.txt"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ck_plus.index(tmp_path)
    assert str(caught[0].message).endswith(": S010_003_00000010_emotion.txt (last frame: 10)")


def test_published_counts_do_not_warn(tmp_path):
    counts = (45, 18, 59, 25, 69, 28, 83)
    codes = [code for code, count in enumerate(counts, 1) for _ in range(count)] + [None] * 266
    files = {}
    for number, code in enumerate(codes):
        place = f"S{number % 123:03d}/{number:03d}"
        frame = f"{place}/{place.replace('/', '_')}_00000001"
        files[f"cohn-kanade-images/{frame}.png"] = ""
        if code:
            files[f"Emotion/{frame}_emotion.txt"] = f"   {code:.7e}"
    write_tree(tmp_path, files)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(ck_plus.index(tmp_path)) == 327


def test_all_problems_come_in_one_error(tmp_path):
    root = write_corpus(tmp_path)
    emotion = "Emotion/S005/001/S005_001_00000011_emotion.txt"
    write_tree(
        root,
        {
            "cohn-kanade-images/S005/001/S010_004_00000001.png": "",
            "cohn-kanade-images/S005/002/": "",
            "cohn-kanade-images/notes/": "",
            "cohn-kanade-images/S010/2/": "",
            emotion: "   9.0000000e+00\n",
            "Emotion/S010/002/S010_002_00000010_emotion.txt": "",
            "Emotion/S999/001/copy_emotion.txt": "   5.0e+00",
            "Emotion/S011/001/S011_001_00000011_emotion.txt": "   5.0e+00",
        },
    )
    problems = problems_of(ck_plus.index, root)
    assert [problem.removeprefix(f"{root}/") for problem in problems] == [
        "cohn-kanade-images/notes: is not a subject such as S005; rename it or move it elsewhere",
        "cohn-kanade-images/S005/001/S010_004_00000001.png: is not a frame of this sequence; frames are named "
        "S005_001_00000001.png",
        f"{emotion}: holds '9.0000000e+00'; a label is a code from 0 to 7",
        "cohn-kanade-images/S005/002: holds no frames; unpack the images anew",
        "Emotion/S010/002/S010_002_00000010_emotion.txt: holds ''; a label is a code from 0 to 7",
        "cohn-kanade-images/S010/2: is not a sequence such as 001; rename it or move it elsewhere",
        "Emotion/S999/001/S999_001_00000004_emotion.txt: is a second label of one sequence; keep the right one",
        "Emotion/S011/001: labels a sequence whose images are missing; unpack the images anew",
    ]


def test_all_missing_folders_come_in_one_error(tmp_path):
    (tmp_path / "CK+48/happy").mkdir(parents=True)
    images, emotion = problems_of(ck_plus.index, tmp_path)
    assert "holds no folder cohn-kanade-images" in images
    assert "this is CK+48, which index_ck48 reads" in images
    assert "unpack Emotion_labels.zip there" in emotion


def test_a_corpus_without_any_label_is_refused(tmp_path):
    write_tree(tmp_path, ["cohn-kanade-images/S005/001/S005_001_00000001.png", "Emotion/S005/001/"])
    with pytest.raises(DataError, match="labels none of the 1 sequences"):
        ck_plus.index(tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "images"}, "kind is 'images'; use one of 'sequences', 'peaks', 'wang2020'"),
        ({"unlabelled": "neutral"}, "unlabelled is 'neutral'; use one of 'drop', 'keep'"),
        ({"neutral": True}, "pass kind='peaks'"),
        ({"kind": "peaks", "last": 0}, "last is 0; take at least 1 frame"),
    ],
)
def test_unknown_options_are_refused(tmp_path, options, message):
    with pytest.raises(DataError, match=message):
        ck_plus.index(write_corpus(tmp_path), **options)


def test_landmarks(tmp_path):
    points = np.arange(136).reshape(68, 2) + 0.5
    lines = [f"   {x:.7e}   {y:.7e}" for x, y in points]
    (tmp_path / "a.txt").write_text("\n".join(lines) + "\n")
    np.testing.assert_array_equal(ck_plus.read_landmarks(tmp_path / "a.txt"), points.astype("float32"))
    for text in ("\n".join(lines[1:]), "\n".join(["1 2 3", *lines[1:]])):
        (tmp_path / "a.txt").write_text(text)
        with pytest.raises(DataError, match="does not hold 68 lines"):
            ck_plus.read_landmarks(tmp_path / "a.txt")


def test_facs(tmp_path):
    (tmp_path / "a.txt").write_text("   4.0000000e+00   3.0000000e+00\n   2.5000000e+01   0.0000000e+00\n")
    assert ck_plus.read_facs(tmp_path / "a.txt") == {4: 3.0, 25: 0.0}
    for text, message in (("4", "does not hold"), ("4.5 1", "does not hold"), ("AU4 1", "more than numbers")):
        (tmp_path / "a.txt").write_text(text)
        with pytest.raises(DataError, match=message):
            ck_plus.read_facs(tmp_path / "a.txt")
    with pytest.raises(DataError, match="cannot be read"):
        ck_plus.read_facs(tmp_path / "nowhere.txt")
