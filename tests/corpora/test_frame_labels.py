import numpy as np
import pytest

from learnface.corpora._frame_labels import add_error, mean_of, read_numbers
from learnface.corpora._index import Problems
from learnface.errors import DataError


def write(tmp_path, text):
    (tmp_path / "a.txt").write_text(text)
    return tmp_path / "a.txt"


def test_one_column(tmp_path):
    names, numbers = read_numbers(write(tmp_path, "0.5\r\n-1\n 1e-1 \n\n\n"), 1)
    assert names == []
    np.testing.assert_array_equal(numbers, [[0.5], [-1], [0.1]])


def test_header_and_marks_of_invalid_frames(tmp_path):
    path = write(tmp_path, "\ufeffvalence, arousal\n0.25,-5\n-5,1")
    names, numbers = read_numbers(path, 2, header=True, allowed=(-5,))
    assert names == ["valence", "arousal"]
    np.testing.assert_array_equal(numbers, [[0.25, -5], [-5, 1]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("v,a\n0,0\n0,x\n", r"line 3 is '0,x', not 2 number\(s\)"),
        ("v,a\n0,0\n0\n", r"line 3 is '0', not 2 number\(s\)"),
        ("v,a\n0,0\n\n0,0", r"line 3 is '', not 2 number\(s\)"),
        ("v,a\n0,0\n0,1.5\n", "line 3 is '0,1.5'; use numbers from -1 to 1"),
        ("v,a\n0,nan\n", "line 2 is '0,nan'; use numbers from -1 to 1"),
        ("0,0\n0,0\n", "line 1 is '0,0'; it must name 2 columns"),
        ("v,a\n", "holds no labels"),
        ("", "line 1 is ''; it must name"),
    ],
)
def test_malformed_files_name_their_line(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_numbers(write(tmp_path, text), 2, header=True)


def test_unreadable_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_numbers(tmp_path, 1)


def test_an_error_becomes_one_of_several_problems(tmp_path):
    problems = Problems("mine")
    add_error(problems, "a.txt", DataError("a.txt line 2 is 'x'; copy it anew"))
    with pytest.raises(DataError, match="^a.txt: line 2 is 'x'; copy it anew$"):
        problems.raise_if_any()


def test_mean_of_nothing_is_missing():
    assert np.isnan(mean_of(np.zeros(0)))
    assert mean_of(np.array([1.0, 2.0])) == 1.5
