import pytest
from checks.clips import write_motion_clips

from learnface.cli._corpus import read_index
from learnface.errors import DataError


def test_an_index_and_its_warnings(tmp_path, capsys):
    root = write_motion_clips(tmp_path, people=1, each=1)
    index = read_index("labelled_clips", root)
    assert len(index) == 2 and index.attrs["labels"] == ("falling", "rising")
    assert "warning: " in capsys.readouterr().err  # of classes with one subject


def test_a_split_that_is_not_there(tmp_path):
    root = write_motion_clips(tmp_path, people=2, each=1)
    with pytest.raises(DataError, match="has no split 'test'"):
        read_index("labelled_clips", root, split="test")


def test_prepared_faces_are_no_corpus(tmp_path):
    for name in ("manifest.json", "samples.parquet"):
        (tmp_path / name).touch()
    with pytest.raises(DataError, match="holds faces that are prepared already: give the corpus"):
        read_index("labelled_clips", tmp_path)
