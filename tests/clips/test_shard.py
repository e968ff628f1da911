import errno
import weakref
from pathlib import Path

import cv2
import pyarrow.parquet as pq
import pytest
from checks.faces import BrightDetector, draw_face, write_picture

from learnface.clips import PrepareSettings
from learnface.clips._frames import Row, SourceFrame
from learnface.clips._shard import ShardJob, ShardWriter, finished, one_opencv_thread, shard_files
from learnface.clips._tfrecord import RecordWriter
from learnface.errors import DataError
from learnface.files import sha256

SETTINGS = PrepareSettings(detector=BrightDetector(), size=8)


@pytest.fixture
def job(tmp_path):
    """Four pictures: a face, none, a broken file, a face."""
    paths = [tmp_path / "pictures" / f"{name}.png" for name in "abcd"]
    for path, box in zip(paths, ((2, 3, 9, 9), None, None, (8, 6, 12, 12)), strict=True):
        write_picture(path, draw_face(box=box))
    paths[2].write_text("text")
    return ShardJob(3, 100, tuple(Row(path.stem, str(path)) for path in paths))


def write(folder, job, broken="drop", settings=SETTINGS, beat=lambda *_: None):
    folder.mkdir(exist_ok=True)
    return ShardWriter(folder, settings, broken)(job, beat)


def test_what_is_found_missed_and_broken(tmp_path, job):
    beats = []
    result = write(tmp_path / "out", job, beat=lambda *values: beats.append(values))
    assert (result.number, result.written, result.frames, result.missed) == (3, True, 3, 1)
    assert len(result.problems) == 1 and "sample 'c'" in result.problems[0] and "c.png" in result.problems[0]
    assert [beat[1] for beat in beats if beat[0] == 3] == ["d"] * len([b for b in beats if b[0] == 3])
    records, path = shard_files(tmp_path / "out", 3)
    table = pq.read_table(path).to_pandas()
    assert table["status"].tolist() == ["ok", "ok", "broken", "ok"]
    assert table["index_row"].tolist() == [100, 101, 102, 103]
    assert table["position"].dropna().tolist() == [0, 1, 2]
    assert table["found"].tolist() == [1, 0, 0, 1]
    assert table["missed"].map(list).tolist() == [[], [0], [], []]
    assert table["box"][0][0].tolist() == [2, 3, 9, 9]
    about = finished(tmp_path / "out", 3, "drop")
    assert (about["sha256"], about["bytes"]) == (sha256(records), records.stat().st_size)
    assert finished(tmp_path / "out", 3, "raise") is None
    assert finished(tmp_path / "out", 4, "drop") is None
    records.write_bytes(records.read_bytes()[:-1])
    assert finished(tmp_path / "out", 3, "drop") is None


def test_a_shard_that_misses_a_file_is_not_written(tmp_path, job):
    result = write(tmp_path / "out", job, broken="raise")
    assert not result.written and len(result.problems) == 1
    assert list((tmp_path / "out").iterdir()) == []


def test_samples_without_a_face_may_be_dropped(tmp_path, job):
    settings = PrepareSettings(detector=BrightDetector(), size=8, missing="drop")
    result = write(tmp_path / "out", job, settings=settings)
    table = pq.read_table(shard_files(tmp_path / "out", 3)[1]).to_pandas()
    assert result.missed == 1 and table["status"].tolist() == ["ok", "dropped", "broken", "ok"]


def test_a_lost_sample_is_named(tmp_path, job):
    lost = ShardJob(3, 100, job.rows, {"a": "ended its process by SIGSEGV"})
    result = write(tmp_path / "out", lost)
    assert "a.png ended its process by SIGSEGV" in result.problems[0]


@pytest.mark.parametrize("stage", ["records", "table"])
def test_a_full_disk_leaves_nothing_half_written(tmp_path, job, stage, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    if stage == "records":
        monkeypatch.setattr(RecordWriter, "write", refuse)
    else:
        monkeypatch.setattr(pq, "write_table", refuse)
    with pytest.raises(
        DataError, match=r"shard-00003.tfrecord cannot be written \(no space left on device\)"
    ):
        write(tmp_path / "out", job)
    assert [path.name for path in Path(tmp_path / "out").iterdir() if path.name.startswith(".")] == []
    assert finished(tmp_path / "out", 3, "drop") is None


def clip(folder, boxes):
    for number, box in enumerate(boxes):
        write_picture(folder / f"{number}.png", draw_face(box=box))
    return ShardJob(0, 0, (Row("clip", str(folder)),))


@pytest.mark.parametrize("reference", ["each", "first"])
def test_faces_of_a_clip_are_placed_by_each_frame_or_by_the_first(tmp_path, reference):
    job = clip(tmp_path / "clip", [None, (2, 3, 9, 9), (12, 8, 6, 6)])
    settings = PrepareSettings(detector=BrightDetector(), size=8, reference=reference)
    write(tmp_path / "out", job, settings=settings)
    row = pq.read_table(shard_files(tmp_path / "out", 0)[1]).to_pylist()[0]
    assert row["face"] == [False, True, True]
    assert row["box"][2] == ([12, 8, 6, 6] if reference == "each" else [2, 3, 9, 9])
    assert row["frame"] == [0, 1, 2] and row["missed"] == [0]


def test_repeated_frames_are_detected_once(tmp_path, monkeypatch):
    calls = []
    find = BrightDetector._find
    monkeypatch.setattr(BrightDetector, "_find", lambda self, image: calls.append(1) or find(self, image))
    job = clip(tmp_path / "clip", [(2, 3, 9, 9)] * 2)
    settings = PrepareSettings(detector=BrightDetector(), size=8, frames=6)
    assert write(tmp_path / "out", job, settings=settings).frames == 6
    assert len(calls) == 2


def test_opencv_has_its_threads_back():
    before = cv2.getNumThreads()
    with one_opencv_thread():
        assert cv2.getNumThreads() == 1
    assert cv2.getNumThreads() == before


def test_frames_are_let_go_once_their_face_is_cut(tmp_path, monkeypatch):
    """A video's frames together may be larger than the memory."""
    alive = []

    def frames(*_):
        for place in range(20):
            image = draw_face(box=(2, 3, 9, 9))
            alive.append(weakref.ref(image))
            yield SourceFrame(place, place / 10, image)
            assert sum(one() is not None for one in alive) <= 2

    monkeypatch.setattr("learnface.clips._shard.read_frames", frames)
    images, facts = ShardWriter(tmp_path, SETTINGS, "raise")._cut(Row("a", "a.mp4"), lambda: None, False)
    assert len(images) == 20 == facts["frame_count"]
