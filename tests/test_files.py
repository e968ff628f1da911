import errno
import hashlib
import os
import subprocess
import sys

import pytest

from learnface.errors import DataError, WriteError
from learnface.files import (
    LOCK,
    PICTURE_SUFFIXES,
    VIDEO_SUFFIXES,
    atomic_path,
    cache_dir,
    has_utf8_name,
    locked,
    make_folder,
    sha256,
    utf8_name,
    write_text,
)


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


def test_a_full_disk_is_one_sentence_and_leaves_the_old_file(tmp_path):
    target = tmp_path / "table.csv"
    write_text(target, "old")
    message = r"table.csv cannot be written \(the disk is full\): make room"
    with pytest.raises(WriteError, match=message), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


def test_a_full_disk_in_a_library_s_own_words(tmp_path):
    with pytest.raises(WriteError, match="the disk is full"), atomic_path(tmp_path / "w.h5"):
        raise OSError(
            "Can't synchronously write data (errno = 28, error message = 'No space left on device')"
        )


def test_an_error_of_reading_stays_what_it_is(tmp_path):
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "copy"):
        (tmp_path / "nothing").read_bytes()


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(WriteError, match=r"report.json cannot be written \((file exists|not a directory)\)"):
        write_text(tmp_path / "runs" / "report.json", "{}")


def test_a_locked_folder_is_one_process_s_until_the_block_ends(tmp_path):
    with locked(tmp_path, "training"):
        message = rf"another process is cleaning in {tmp_path}: wait for it, or end it"
        with pytest.raises(DataError, match=message), locked(tmp_path, "cleaning"):
            pass
    with locked(tmp_path, "training"):
        assert [path.name for path in tmp_path.iterdir()] == [LOCK]


def test_a_lock_ends_with_its_process(tmp_path):
    code = "import sys, time; from learnface.files import locked\n"
    code += "with locked(sys.argv[1], 'training'): print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(DataError, match="another process"), locked(tmp_path, "training"):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with locked(tmp_path, "training"):
        pass


def test_a_folder_in_a_file_s_place_is_named(tmp_path):
    (tmp_path / "table.csv").mkdir()
    with pytest.raises(WriteError, match=r"table.csv cannot be written \(it is a folder\)"):
        write_text(tmp_path / "table.csv", "a")
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_names_may_be_as_long_as_the_file_system_allows(tmp_path):
    name = "\u8bfe" * 83 + ".csv"  # 253 bytes
    write_text(tmp_path / name, "a")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "runs"):
        with pytest.raises(WriteError, match=f"the folder {path} cannot be made"):
            make_folder(path)
    assert make_folder(tmp_path / "a" / "b") == make_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"


def test_a_lock_needs_a_folder_to_write_to(tmp_path):
    with pytest.raises(WriteError, match=f"{tmp_path}/none cannot be written to .no such file"):
        locked(tmp_path / "none", "training").__enter__()


def test_names_that_are_not_utf8():
    name = os.fsdecode(b"Ren\xe9.jpg")
    assert has_utf8_name("René.jpg") and not has_utf8_name(name)
    assert utf8_name(name) == r"Ren\udce9.jpg"


def test_endings_are_sorted_and_small():
    for endings in (PICTURE_SUFFIXES, VIDEO_SUFFIXES):
        assert list(endings) == sorted({ending.lower() for ending in endings})
