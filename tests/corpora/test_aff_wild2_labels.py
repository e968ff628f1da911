import numpy as np
import pytest

from learnface.corpora._aff_wild2_labels import ACTION_UNITS, EXPRESSIONS, read_labels, read_multi_task
from learnface.errors import DataError

SEVEN = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise"


def write(tmp_path, *lines):
    (tmp_path / "a.txt").write_text("\n".join(lines) + "\n")
    return tmp_path / "a.txt"


def test_affect_is_invalid_where_either_number_is(tmp_path):
    labels = read_labels(write(tmp_path, "valence,arousal", "0.5,-1", "-5,0.5", "0.5,-5", "-5,-5"), "va")
    assert labels.valid.tolist() == [True, False, False, False]
    np.testing.assert_array_equal(labels.table.iloc[0], [0.5, -1])
    assert labels.table.iloc[1:].isna().all(axis=None)
    assert labels.numbers.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(("header", "code"), [(SEVEN, 6), (f"{SEVEN},Other", 7)])
def test_expressions_of_older_and_newer_challenges(tmp_path, header, code):
    labels = read_labels(write(tmp_path, header, "0", str(code), "-1", "1"), "expr")
    assert labels.table["expression"].fillna("?").tolist() == ["neutral", EXPRESSIONS[code], "?", "angry"]
    assert labels.valid.tolist() == [True, True, False, True]


def test_action_units_take_the_names_of_the_header(tmp_path):
    labels = read_labels(write(tmp_path, "AU1, AU2,AU4", "0,1,0", "-1,-1,-1", "0,1,-1"), "au")
    assert labels.table.columns.tolist() == ["AU1", "AU2", "AU4"]
    assert labels.valid.tolist() == [True, False, False]
    assert labels.table["AU2"].fillna(-9).tolist() == [1, -9, 1]


@pytest.mark.parametrize(
    ("task", "lines", "message"),
    [
        ("va", ["valence,arousal", "0.5,2"], "line 2 is '0.5,2'; use numbers from -1 to 1"),
        ("va", ["0.5,0.5"], "line 1 is '0.5,0.5'; it must name 2 columns"),
        ("expr", [SEVEN, "7"], "line 2 has the expression 7; use -1 to 6"),
        ("expr", [SEVEN, "0", "0.5"], "line 3 has the expression 0.5"),
        (
            "expr",
            ["Happiness,Anger,Disgust,Fear,Neutral,Sadness,Surprise", "0"],
            "line 1 names Happiness, Anger",
        ),
        ("au", ["AU1,AU2", "0,0.5"], "line 2 has an action unit that is not 0, 1 or -1"),
        ("au", ["AU1,AU2", "0"], "line 2 is '0', not 2"),
    ],
)
def test_malformed_files_name_their_line(tmp_path, task, lines, message):
    with pytest.raises(DataError, match=message):
        read_labels(write(tmp_path, *lines), task)


def test_missing_files_are_refused(tmp_path):
    for task in ("va", "expr", "au"):
        with pytest.raises(DataError, match="b.txt cannot be read"):
            read_labels(tmp_path / "b.txt", task)
    with pytest.raises(DataError, match="b.txt cannot be read"):
        read_multi_task(tmp_path / "b.txt")


def units(value=0):
    return ",".join([str(value)] * 12)


def test_multi_task_file_is_parted_by_video(tmp_path):
    path = write(
        tmp_path,
        "image,valence,arousal,expression,aus",
        f"b/00010.jpg,0.5,-0.5,3,{units(1)}",
        f"a_left/00002.jpg,-5,-5,-1,{units(-1)}",
        f"b/00009.jpg,-5,-5,4,{units(-1)}",
    )
    found = read_multi_task(path)
    assert list(found) == ["b", "a_left"]
    assert found["b"].numbers.tolist() == [9, 10]
    assert found["b"].table["expression"].tolist() == ["happy", "fear"]
    assert found["b"].table["valence"].fillna(-9).tolist() == [-9, 0.5]
    assert found["b"].table[ACTION_UNITS[11]].fillna(-9).tolist() == [-9, 1]
    assert found["b"].valid.tolist() == [True, True]
    assert found["a_left"].valid.tolist() == [False]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a/00001.jpg,0,0,0", "line 2 is 'a/00001.jpg,0,0,0'; use <video>/<frame>.jpg and 15 numbers"),
        (f"00001.jpg,0,0,0,{units()}", "line 2 .* use <video>/<frame>.jpg"),
        (f"a/x.jpg,0,0,0,{units()}", "line 2 .* use <video>/<frame>.jpg"),
        (f"a/1.jpg,0,3,0,{units()}", "line 2 .* valence and arousal are numbers from -1 to 1"),
        (f"a/1.jpg,0,0,9,{units()}", "line 2 has the expression 9"),
        (f"a/1.jpg,0,0,0,{units(2)}", "line 2 has an action unit"),
        ("", "holds no labels"),
    ],
)
def test_malformed_multi_task_lines_are_named(tmp_path, line, message):
    with pytest.raises(DataError, match=message):
        read_multi_task(write(tmp_path, "image,valence,arousal,expression,aus", line))
