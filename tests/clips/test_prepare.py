import errno
import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from checks.faces import CRASH, HANG, SECONDS, BrightDetector, draw_face, write_clip, write_picture

from learnface.clips import NoFaceWarning, PrepareSettings, prepare
from learnface.errors import DataError
from learnface.faces import crop_face, normalise_face
from learnface.inference.pictures import read_picture

BRIGHT = PrepareSettings(detector=BrightDetector(), size=8)
BOXES = [(2, 3, 9, 9), (8, 6, 12, 12), None, (10, 4, 14, 16), (1, 1, 4, 5)]


def pictures(folder, boxes=BOXES) -> pd.DataFrame:
    paths = [
        write_picture(folder / f"{number:02}.png", draw_face(box=box, value=160 + number))
        for number, box in enumerate(boxes)
    ]
    labels = ["happy", "sad"] * len(paths)
    return pd.DataFrame(
        {
            "sample": [f"s{number}" for number in range(len(paths))],
            "frames": paths,
            "label": labels[: len(paths)],
        }
    )


def quietly(index, out, settings=BRIGHT, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return prepare(index, out, settings, **{"samples_per_shard": 2} | options)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def index(tmp_path):
    return pictures(tmp_path / "pictures")


def test_faces_table_and_counts(tmp_path, index):
    with pytest.warns(NoFaceWarning, match="no face was found in 1 of 5 frames: see .*no_face.csv"):
        faces = prepare(index, tmp_path / "out", BRIGHT, samples_per_shard=2)
    assert faces.samples["sample"].tolist() == index["sample"].tolist()
    assert faces.samples["label"].tolist() == index["label"].tolist()
    assert faces.samples["found"].tolist() == [1, 1, 0, 1, 1]
    pixels = faces.read()
    for number, box in enumerate(BOXES):
        image = draw_face(box=box, value=160 + number)
        expected = np.zeros((8, 8, 1), np.uint8)
        if box:
            expected = normalise_face(crop_face(image, box, 8), (8, 8))
        np.testing.assert_array_equal(pixels[number], expected)
    counts = faces.manifest["counts"]
    assert counts["samples"] == counts["samples_prepared"] == counts["frames"] == 5
    assert (counts["frames_with_face"], counts["frames_without_face"]) == (4, 1)
    assert faces.without_face()[["sample", "frame", "result"]].to_numpy().tolist() == [
        ["s2", 0, "kept empty"]
    ]
    assert [shard["samples"] for shard in faces.manifest["shards"]] == [2, 2, 1]
    ((caption, frame),) = faces.pictures_without_face()
    assert caption == "s2"
    np.testing.assert_array_equal(frame, draw_face(box=None, value=162))
    faces.verify()


def test_dropped_samples_are_listed(tmp_path, index):
    settings = PrepareSettings(detector=BrightDetector(), size=8, missing="drop")
    with pytest.warns(NoFaceWarning, match="1 samples were left out"):
        faces = prepare(index, tmp_path / "out", settings, samples_per_shard=2)
    assert faces.samples["sample"].tolist() == ["s0", "s1", "s3", "s4"]
    assert faces.manifest["counts"]["samples_dropped"] == 1
    assert faces.without_face()["result"].tolist() == ["dropped"]


def test_a_second_call_does_nothing_but_new_labels_are_taken(tmp_path, index, monkeypatch):
    quietly(index, tmp_path / "out")
    before = contents(tmp_path / "out")
    monkeypatch.setattr(BrightDetector, "_find", lambda *_: pytest.fail("detected again"))
    quietly(index, tmp_path / "out")
    assert contents(tmp_path / "out") == before
    relabelled = quietly(index.assign(label="sad"), tmp_path / "out")
    assert set(relabelled.samples["label"]) == {"sad"}
    with pytest.raises(DataError, match="other settings"):
        quietly(index, tmp_path / "out", PrepareSettings(detector=BrightDetector(), size=9))


def test_clips_of_folders_and_videos(tmp_path):
    boxes = [(4, 4, 16, 12), None, (8, 8, 16, 12), (12, 8, 16, 12)]
    images = [draw_face((32, 48), box) for box in boxes]
    for number, image in enumerate(images):
        write_picture(tmp_path / "folder" / f"{number}.png", image)
    video = write_clip(tmp_path / "v.avi", images)
    index = pd.DataFrame({"sample": ["f", "v", "p"], "frames": [str(tmp_path / "folder"), video, video]})
    index["start"], index["stop"] = [np.nan, np.nan, 0.2], [np.nan, np.nan, 0.4]
    faces = quietly(index, tmp_path / "out")
    assert faces.is_clips and faces.frame_counts.tolist() == [4, 4, 2]
    table = faces.frames()
    assert table["face"].tolist() == [True, False, True, True] * 2 + [True, True]
    np.testing.assert_allclose(table["time"].astype(float)[4:], [0, 0.1, 0.2, 0.3, 0.2, 0.3], atol=1e-6)
    assert table["box"][0].tolist() == [4, 4, 16, 12]
    np.testing.assert_array_equal(faces.read([2]), faces.read([1])[:, 2:])
    again = quietly(
        index[:2], tmp_path / "ten", PrepareSettings(detector=BrightDetector(), size=8, frames=10)
    )
    assert again.read().shape == (2, 10, 8, 8, 1)


def test_a_part_of_a_video_without_frames_is_not_left_out_in_silence(tmp_path):
    video = write_clip(tmp_path / "v.avi", [draw_face((32, 48), (4, 4, 16, 12))] * 4)
    index = pd.DataFrame({"sample": ["a", "b"], "frames": video, "start": [0.0, 60.0], "stop": [1.0, 61.0]})
    with pytest.raises(DataError, match="v.avi has no frames from 60 to 61 s: check the index"):
        quietly(index, tmp_path / "out")


def test_broken_files_are_listed_once_the_others_are_done(tmp_path, index):
    whole = quietly(index, tmp_path / "whole")
    saved = Path(index["frames"][1]).read_bytes()
    Path(index["frames"][1]).write_bytes(b"")
    Path(index["frames"][4]).write_text("text")
    with pytest.raises(DataError, match="(?s)2 of 5 samples .*'s1'.*01.png is empty.*'s4'.*04.png is not"):
        quietly(index, tmp_path / "out")
    shards = {path.name for path in (tmp_path / "out" / "shards").iterdir()}
    assert shards == {"shard-00001.tfrecord", "shard-00001.parquet"}
    faces = quietly(index, tmp_path / "out", broken="drop")
    assert faces.samples["sample"].tolist() == ["s0", "s2", "s3"]
    assert pd.read_csv(tmp_path / "out" / "problems.csv")["sample"].tolist() == ["s1", "s4"]
    with pytest.raises(DataError, match="2 of 5"):  # they are still missing
        quietly(index, tmp_path / "out")
    Path(index["frames"][1]).write_bytes(saved)
    write_picture(Path(index["frames"][4]), draw_face(box=BOXES[4], value=164))
    np.testing.assert_array_equal(quietly(index, tmp_path / "out").read(), whole.read())
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_processes_change_no_byte_and_survive_what_ends_or_hangs_them(tmp_path):
    index = pictures(tmp_path / "pictures", BOXES * 2)
    harmful = PrepareSettings(detector=BrightDetector(harm=True), size=8)
    quietly(index, tmp_path / "one", harmful)
    quietly(index, tmp_path / "two", harmful, processes=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    write_picture(Path(index["frames"][1]), draw_face(corner=CRASH))
    write_picture(Path(index["frames"][6]), draw_face(corner=HANG))
    faces = quietly(index, tmp_path / "three", harmful, processes=2, timeout=10.0, broken="drop")
    problems = pd.read_csv(tmp_path / "three" / "problems.csv").set_index("sample")["problem"]
    assert "01.png ended its process by SIGKILL" in problems["s1"]
    assert "06.png took longer than 10 s" in problems["s6"]
    assert len(problems) == 2 and len(faces) == 8


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path, sent):
    index = pictures(tmp_path / "pictures", BOXES * 3)
    code = "from checks.faces import slow_prepare; import sys; slow_prepare(*sys.argv[1:3], 1)"
    command = [sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "pictures"), str(tmp_path / "out")]
    process = subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL)
    second = tmp_path / "out" / "shards" / "shard-00001.parquet"
    deadline = time.monotonic() + 120
    while not second.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(sent)
    process.wait(timeout=60)
    assert second.exists() and not (tmp_path / "out" / "samples.parquet").exists()
    before = second.stat().st_mtime_ns
    index = index.assign(sample=[Path(path).stem for path in index["frames"]])[["sample", "frames"]]
    settings = PrepareSettings(detector=BrightDetector(), size=8)
    quietly(index, tmp_path / "out", settings)
    assert second.stat().st_mtime_ns == before
    quietly(index, tmp_path / "unbroken", settings)
    assert contents(tmp_path / "out") == contents(tmp_path / "unbroken")


def environment():
    root = Path(__file__).parents[2]
    return {**os.environ, SECONDS: "0.5", "PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}"}


def test_a_damaged_shard_is_found_and_made_anew(tmp_path, index):
    faces = quietly(index, tmp_path / "out")
    before = contents(tmp_path / "out")
    shard = tmp_path / "out" / "shards" / "shard-00001.tfrecord"
    data = bytearray(shard.read_bytes())
    data[40] ^= 1
    shard.write_bytes(data)
    with pytest.raises(DataError, match="shard-00001.tfrecord; delete"):
        faces.verify()
    shard.unlink()
    with pytest.raises(DataError, match="shard-00001.tfrecord is missing"):
        faces.read()
    quietly(index, tmp_path / "out")
    assert contents(tmp_path / "out") == before


def test_a_disk_that_is_full_at_the_end(tmp_path, index, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("learnface.clips._collect._with_index", refuse)
        with pytest.raises(DataError, match=r"out cannot be written \(no space left on device\)"):
            quietly(index, tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {".lock", "manifest.json", "shards"}
    quietly(index, tmp_path / "out").verify()


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"shard": 1}, {}, r"\['shard'\]"),
        ({"sample": "same"}, {}, "row 1 of the index names a sample that came before"),
        ({"frames": None}, {}, "row 0 of the index has no sample or frames"),
        ({}, {"broken": "skip"}, "broken='skip'"),
        ({}, {"processes": 0}, "processes=0"),
    ],
)
def test_wrong_arguments(tmp_path, index, change, options, message):
    with pytest.raises(DataError, match=message):
        quietly(index.assign(**change), tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_other_wrong_indexes(tmp_path, index):
    for wrong, message in (
        (index.drop(columns="frames"), "lacks the columns"),
        (index.iloc[:0], "has no rows"),
        (index.assign(subject=[1, "s2", 3, 4, 5]), "the column 'subject' of the index mixes types"),
        (
            index.assign(sample=pd.Series(["\udcff", *"bcde"], dtype=object)),
            "has a name that is no Unicode: rename its file",
        ),
        (
            pd.concat([index, pd.DataFrame({"sample": ["v"], "frames": ["v.avi"]})]),
            "mixes pictures .5, such as .*00.png. with clips .1, such as v.avi",
        ),
    ):
        with pytest.raises(DataError, match=message):
            quietly(wrong, tmp_path / "out")


def test_png_takes_less_room_and_holds_the_same(tmp_path, index):
    raw = quietly(index, tmp_path / "raw", PrepareSettings(detector=BrightDetector(), size=64, grey=False))
    settings = PrepareSettings(detector=BrightDetector(), size=64, grey=False, encoding="png")
    png = quietly(index, tmp_path / "png", settings)
    np.testing.assert_array_equal(raw.read(), png.read())
    sizes = [sum(shard["bytes"] for shard in faces.manifest["shards"]) for faces in (raw, png)]
    assert sizes[1] < sizes[0]


def test_paths_need_not_be_text(tmp_path, index):
    faces = quietly(index.assign(frames=index["frames"].map(Path), sample=range(5)), tmp_path / "out")
    assert faces.samples["frames"].tolist() == index["frames"].tolist()
    assert faces.samples["sample"].tolist() == list("01234")


def test_transparent_pictures_stand_on_white_as_in_prediction(tmp_path):
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:4, :, 3] = 255
    path = write_picture(tmp_path / "cut-out.png", pixels)
    index = pd.DataFrame({"sample": ["a"], "frames": [str(path)]})
    settings = PrepareSettings(detector=None, size=8, equalise=None, grey=False)
    faces = quietly(index, tmp_path / "out", settings)
    np.testing.assert_array_equal(faces.read()[0], read_picture(path))
    assert faces.read()[0, 0].max() == 0 and faces.read()[0, 7].min() == 255


def test_the_table_keeps_what_the_corpus_alone_has(tmp_path, index):
    faces = quietly(index.assign(valence=np.linspace(-1, 1, 5)), tmp_path / "out")
    assert faces.samples["valence"].tolist() == [-1, -0.5, 0, 0.5, 1]
    names = pq.read_schema(tmp_path / "out" / "samples.parquet").names
    assert {"shard", "position", "found", "box", "transform", "score"} <= set(names)
