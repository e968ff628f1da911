import json

import pytest

from learnface.clips import PrepareSettings
from learnface.clips._frames import Row
from learnface.clips._manifest import claim_folder, is_prepared, new_manifest, read_manifest
from learnface.errors import DataError

ROWS = [Row("a", "/data/x/a.png"), Row("b", "/data/y/b.png")]
PLAIN = PrepareSettings(detector=None)


def manifest(settings=PLAIN, rows=ROWS, per_shard=2):
    return new_manifest(settings, rows, per_shard)


def test_a_new_folder_is_claimed_and_claimed_again(tmp_path):
    folder = tmp_path / "a" / "b"
    for _ in range(2):
        with claim_folder(folder, manifest()):
            assert (folder / "shards").is_dir()
    assert read_manifest(folder) == manifest()


def test_prepared_folders_are_told_from_others_whole_or_not(tmp_path):
    begun, whole, strange = (tmp_path / name for name in ("begun", "whole", "strange"))
    with claim_folder(begun, manifest()):
        assert is_prepared(begun)
    for folder in (whole, strange):
        folder.mkdir()
        (folder / "manifest.json").touch()
    (whole / "samples.parquet").touch()
    assert is_prepared(whole)
    assert not is_prepared(strange) and not is_prepared(tmp_path / "none")


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            manifest(PrepareSettings(detector=None, size=48)),
            r"other settings \(size \[64, 64\] there, \[48, 48\]",
        ),
        (manifest(rows=ROWS[::-1]), "other samples or in another order"),
        (manifest(rows=[ROWS[0], Row("b", "/data/y/c.png")]), "other samples"),
        (manifest(rows=[ROWS[0], Row("b", "/data/y/b.png", start=1.0)]), "other samples"),
        (manifest(per_shard=3), "samples_per_shard=2"),
    ],
)
def test_another_task_never_takes_the_folder(tmp_path, other, message):
    with claim_folder(tmp_path, manifest()):
        pass
    with pytest.raises(DataError, match=message), claim_folder(tmp_path, other):
        pass


def test_a_corpus_that_was_moved_is_the_same():
    moved = [Row("a", "/elsewhere/x/a.png"), Row("b", "/elsewhere/y/b.png")]
    assert manifest(rows=moved) == manifest()


def test_two_processes_do_not_share_a_folder(tmp_path):
    with (
        claim_folder(tmp_path, manifest()),
        pytest.raises(DataError, match="another process is preparing"),
        claim_folder(tmp_path, manifest()),
    ):
        pass


def test_leftovers_of_a_killed_process_are_removed(tmp_path):
    with claim_folder(tmp_path, manifest()):
        (tmp_path / "shards" / "shard-00000.tfrecord").write_text("kept")
        (tmp_path / "shards" / ".shard-00001-x1.tfrecord").write_text("half")
        (tmp_path / ".samples-x2.parquet").write_text("half")
    with claim_folder(tmp_path, manifest()):
        names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {".lock", "manifest.json", "shard-00000.tfrecord"}


def test_a_folder_of_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years")
    with pytest.raises(DataError, match="holds other files"), claim_folder(tmp_path, manifest()):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]  # and nothing is left in it
    file = tmp_path / "thesis.tex"
    with pytest.raises(DataError, match="cannot be written"), claim_folder(file / "sub", manifest()):
        pass


def test_unreadable_manifests(tmp_path):
    with pytest.raises(DataError, match="holds no prepared faces"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": 1')
    with pytest.raises(DataError, match="is damaged"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(DataError, match="format 99"):
        read_manifest(tmp_path)
