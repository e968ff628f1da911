import warnings

import pytest
from checks.corpora import check_corpus, quiet_index
from checks.trees import problems_of, write_tree

from learnface.corpora import CountWarning, engagewild
from learnface.errors import DataError

VIDEOS = [
    "Train/subject_26_Vid_1.mp4",
    "Train/subject_26_Vid_10.avi",
    "Train/subject_3_Vid_2.MP4",
    "Validation/subject_7_Vid_1.wmv",
    "Test/subject_8_Vid_1.webm",
]
NAMES = ["subject_26_Vid_1", "subject_26_Vid_10", "subject_3_Vid_2", "subject_7_Vid_1"]
LEVELS = ["disengaged", "highly engaged", "barely engaged", "engaged"]
EXPECTED = {
    "samples": 5,
    "labels": dict.fromkeys(LEVELS, 1),
    "splits": {"train": 3, "validation": 1, "test": 1},
    "subjects": 4,
}
CODES = "".join(
    f"{name},{engagewild.LABELS.index(level)}\n" for name, level in zip(NAMES, LEVELS, strict=True)
)


@pytest.mark.parametrize(
    "words",
    [
        ("0", "3", "1", "2"),
        ("0", "1", "0.33", "0.67"),
        ("Not-Engaged", "Highly_Engaged", "barely engaged", "Engaged"),
    ],
    ids=["codes", "intensities", "words"],
)
@pytest.mark.parametrize("form", ["Labels.csv|{name},{word}", "labels/a_labels.txt|{name}.mp4 {word}"])
def test_tables(tmp_path, words, form):
    place, line = form.split("|")
    lines = [line.format(name=name, word=word) for name, word in zip(NAMES, words, strict=True)]
    write_tree(tmp_path, dict.fromkeys(VIDEOS, "") | {place: "\n".join(lines)})
    index = check_corpus(engagewild, tmp_path, **EXPECTED)
    by_name = index.set_index("sample")
    assert by_name["label"][NAMES].tolist() == LEVELS
    assert by_name["intensity"][NAMES].tolist() == [0, 1, 0.33, 0.66]
    assert by_name["subject"][NAMES].tolist() == ["subject_26", "subject_26", "subject_3", "subject_7"]
    assert by_name[["label", "intensity"]].loc["subject_8_Vid_1"].isna().all()


def test_tables_of_splits_with_headers(tmp_path):
    header, rows = "video,engagement\n", CODES.splitlines()
    tables = {"Train/labels.csv": header + "\n".join(rows[:3]), "Validation/labels.csv": header + rows[3]}
    check_corpus(engagewild, write_tree(tmp_path, dict.fromkeys(VIDEOS, "") | tables), **EXPECTED)


def test_folders(tmp_path):
    folders = ["Not_Engaged", "highly_engaged", "barely engaged", "ENGAGED", "videos"]
    names = [video.replace("/", f"/{level}/") for video, level in zip(VIDEOS, folders, strict=True)]
    check_corpus(engagewild, write_tree(tmp_path, names), **EXPECTED)


def test_numbers_that_fit_both_scales_are_not_guessed(tmp_path):
    write_tree(tmp_path, dict.fromkeys(VIDEOS[:2], "") | {"labels.csv": f"{NAMES[0]},0\n{NAMES[1]},1\n"})
    with pytest.raises(
        DataError, match="labels that are all 0 or 1; pass scale='codes' or scale='intensities'"
    ):
        engagewild.index(tmp_path)
    assert quiet_index(engagewild, tmp_path, scale="codes")["label"].tolist() == LEVELS[:1] + [
        "barely engaged"
    ]
    assert quiet_index(engagewild, tmp_path, scale="intensities")["label"].tolist() == LEVELS[:2]


def test_all_problems_come_in_one_error(tmp_path):
    table = f"{NAMES[0]},4\n{NAMES[1]},nan\n{NAMES[2]},2\n{NAMES[3]},2.0\nsubject_99_Vid_1,1\n"
    names = [VIDEOS[0], VIDEOS[1], "Train/engaged/subject_3_Vid_2.mp4", "Test/subject_3_Vid_3.mp4"]
    names += ["Validation/disengaged/subject_7_Vid_1.wmv"]
    write_tree(tmp_path, dict.fromkeys(names, "") | {"Labels.csv": "name,level\n" + table})
    problems = [problem.removeprefix(f"{tmp_path}/") for problem in problems_of(engagewild.index, tmp_path)]
    levels = "disengaged, barely engaged, engaged, highly engaged, 0 to 3, or 0, 0.33, 0.66, 1"
    assert problems == [
        f"Labels.csv line 2: the level is '4'; use {levels}",
        f"Labels.csv line 3: the level is 'nan'; use {levels}",
        "Validation/disengaged/subject_7_Vid_1.wmv: is 'disengaged' by its folder and 'engaged' by its table; "
        "mend one",
        "video 'subject_99_vid_1': does not exist; restore it, or pass missing='drop'",
        "subject 'subject_3': is in test and train; keep each person in one",
    ]


def test_missing_videos_are_dropped_where_asked(tmp_path):
    write_tree(tmp_path, dict.fromkeys(VIDEOS[1:], "") | {"labels.csv": CODES})
    assert problems_of(engagewild.index, tmp_path) == [
        "video 'subject_26_vid_1': does not exist; restore it, or pass missing='drop'"
    ]
    assert len(quiet_index(engagewild, tmp_path, missing="drop")) == 4


def test_names_that_do_not_tell_the_subject(tmp_path):
    index = check_corpus(engagewild, write_tree(tmp_path, ["Train/engaged/1.mp4"]), samples=1)
    assert index["label"].tolist() == ["engaged"]


def test_counts(tmp_path):
    with pytest.warns(
        CountWarning, match=r"videos 1 \(published: 195\), people 0 \(published: 78\)"
    ) as caught:
        engagewild.index(write_tree(tmp_path, ["Train/engaged/1.mp4"]))
    assert caught[0].filename == __file__
    people = [(number % 78, number) for number in range(195)]
    names = [f"engaged/subject_{who}_Vid_{number}.mp4" for who, number in people]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(engagewild.index(write_tree(tmp_path / "all", names))) == 195


def test_other_folders_are_refused(tmp_path):
    with pytest.raises(DataError, match="holds no videos"):
        engagewild.index(tmp_path)
    write_tree(tmp_path, VIDEOS)
    with pytest.raises(DataError, match="labels none of its 5 videos"):
        engagewild.index(tmp_path)
    with pytest.raises(DataError, match="is a file"):
        engagewild.index(tmp_path / VIDEOS[0])
    with pytest.raises(DataError, match="scale is 'words'; use one of 'auto', 'codes', 'intensities'"):
        engagewild.index(tmp_path, scale="words")
