import os

import pytest

from learnface.corpora._media import is_inside, path_problem


@pytest.mark.parametrize("name", ["a.MP4", "a.webm", "a.mkv", "a.mov", "a.avi", "a.png", "folder"])
def test_samples(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/1.jpg").touch()
    (tmp_path / name).touch()
    assert path_problem(tmp_path / name) is None


def test_what_is_no_sample(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").touch()
    assert path_problem(tmp_path / "empty")[0] == "is a folder without pictures"
    assert path_problem(tmp_path / "a.txt")[0] == "is neither a video nor a picture by its suffix"
    assert path_problem(tmp_path / "b.mp4")[0] == "does not exist"


def test_inside(tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "root2").mkdir()
    (tmp_path / "root/link").symlink_to(tmp_path / "root2")
    root = os.path.realpath(tmp_path / "root")
    assert is_inside(tmp_path / "root/a.mp4", root)
    assert is_inside(tmp_path / "root2/../root/a.mp4", root)
    for path in ("root2/a.mp4", "root/../a.mp4", "root/link/a.mp4"):
        assert not is_inside(tmp_path / path, root)
