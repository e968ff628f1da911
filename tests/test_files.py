import hashlib

import pytest

from learnface.files import atomic_path, cache_dir, sha256, write_text


def test_failure_leaves_the_old_file_and_no_rubbish(tmp_path):
    target = tmp_path / "table.csv"
    write_text(target, "old")
    with pytest.raises(RuntimeError), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_success_replaces_the_file_and_keeps_the_suffix(tmp_path):
    with atomic_path(tmp_path / "new" / "picture.png") as temporary:
        assert temporary.suffix == ".png"
        temporary.write_bytes(b"x")
    assert (tmp_path / "new" / "picture.png").read_bytes() == b"x"


def test_written_files_are_readable_by_others(tmp_path):
    write_text(tmp_path / "a.txt", "a")
    (tmp_path / "b.txt").write_text("b")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "b.txt").stat().st_mode


def test_sha256(tmp_path):
    write_text(tmp_path / "a.txt", "learner")
    assert sha256(tmp_path / "a.txt") == hashlib.sha256(b"learner").hexdigest()


def test_cache_dir_can_be_moved(monkeypatch, tmp_path):
    monkeypatch.setenv("LEARNFACE_CACHE", str(tmp_path))
    assert cache_dir() == tmp_path
