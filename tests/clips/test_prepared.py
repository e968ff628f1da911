import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from checks.faces import draw_face, write_picture
from checks.films import write_video

from learnface.clips import Prepared, PrepareSettings, prepare
from learnface.clips._manifest import claim_folder, new_manifest
from learnface.clips.prepare import _rows
from learnface.errors import DataError
from learnface.faces import build_detector

PLAIN = PrepareSettings(detector=None, size=4, equalise=None)


@pytest.fixture
def clips(tmp_path):
    """Three clips of 2, 3 and 5 frames; every frame of one value: 10 times the clip, plus its place."""
    for clip, count in enumerate((2, 3, 5)):
        for frame in range(count):
            write_picture(
                tmp_path / f"c{clip}" / f"{frame}.png", np.full((4, 4), 10 * clip + frame + 1, np.uint8)
            )
    names = ["c0", "c1", "c2"]
    index = pd.DataFrame({"sample": names, "frames": [str(tmp_path / name) for name in names]})
    index["label"] = ["happy", "sad", "happy"]
    return prepare(index, tmp_path / "out", PLAIN, samples_per_shard=2)


def values(pixels):
    return pixels[..., 0, 0, 0].tolist()


def test_reading_in_any_order_fills_up_and_cuts(clips):
    assert values(clips.read()) == [[1, 2, 0, 0, 0], [11, 12, 13, 0, 0], [21, 22, 23, 24, 25]]
    assert values(clips.read([2, 0, 2], frames=3)) == [[22, 23, 24], [1, 2, 0], [22, 23, 24]]
    assert clips.read([0]).shape == (1, 2, 4, 4, 1)
    assert clips.read([]).shape[0] == 0


@pytest.mark.parametrize("encoding", ["raw", "png"])
def test_reading_single_frames(clips, tmp_path, encoding):
    index = clips.samples[["sample", "frames"]]
    faces = prepare(index, tmp_path / encoding, dataclasses.replace(PLAIN, encoding=encoding))
    assert values(faces.read_frames(2, [4, 0, 0])) == [25, 21, 21]
    assert faces.read_frames(1, []).shape == (0, 4, 4, 1)
    for wrong in ([2], [-1]):
        with pytest.raises(DataError, match="'c0' has 2 frames: choose from 0 to 1"):
            faces.read_frames(0, wrong)
    for path in (faces.folder / "shards").glob("*.tfrecord"):
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match="delete it"):
        faces.read_frames(2, [4])


def test_parts(clips):
    happy = clips[clips.samples["label"] == "happy"]
    assert len(happy) == 2 and happy.samples["sample"].tolist() == ["c0", "c2"]
    assert values(happy.read(frames=1)) == [[1], [23]]
    assert values(happy[1:].read()) == [[21, 22, 23, 24, 25]]
    assert happy[[1, 0]].frame_counts.tolist() == [5, 2]
    assert happy.frames()["sample"].tolist() == ["c0"] * 2 + ["c2"] * 5
    assert "2 clips of (4, 4, 1)" in repr(happy)


def test_targets(clips):
    np.testing.assert_array_equal(clips.one_hot(("sad", "happy")), [[0, 1], [1, 0], [0, 1]])
    with pytest.raises(DataError, match="sample 'c1' has the label 'sad'"):
        clips.one_hot(("happy",))


def test_an_opened_folder_is_the_same(clips):
    again = Prepared(clips.folder)
    pd.testing.assert_frame_equal(again.samples, clips.samples)
    assert again.sha256() == clips.sha256() and len(again.sha256()) == 64
    assert again.without_face().empty and list(again.pictures_without_face()) == []


def test_a_folder_that_is_not_complete_is_refused(tmp_path):
    index = pd.DataFrame({"sample": ["a"], "frames": [write_picture(tmp_path / "a.png", draw_face())]})
    with claim_folder(tmp_path / "out", new_manifest(PLAIN, _rows(index), 2)):
        pass
    with pytest.raises(DataError, match="is not complete"):
        Prepared(tmp_path / "out")


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_shard_is_named(clips, damage):
    path = clips.folder / "shards" / "shard-00000.tfrecord"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-30])
    else:
        path.unlink()
    assert values(clips.read([2])) == [[21, 22, 23, 24, 25]]
    with pytest.raises(DataError, match="shard-00000.tfrecord is missing or damaged"):
        clips.read([1])


def test_how_faces_were_made_is_told_as_a_card_keeps_it(tmp_path):
    grey = np.full((24, 16, 16), 90, np.uint8)
    write_video(tmp_path / "v.avi", grey, fps=12)
    index = pd.DataFrame({"sample": ["v"], "frames": [str(tmp_path / "v.avi")]})
    for number, (options, rate) in enumerate(
        [
            ({}, 12.0),
            ({"fps": 4}, 4.0),
            ({"every": 3}, 4.0),
            ({"fps": 6, "every": 2}, 3.0),
            ({"frames": 9}, 4.174),
        ]
    ):
        settings = dataclasses.replace(PLAIN, grey=False, equalise="clahe", size=(6, 4), **options)
        told = prepare(index, tmp_path / f"out{number}", settings).preparation()
        assert told.pop("frame_rate") == pytest.approx(rate, rel=0.01)
        assert told == {
            "detector": None, "landmarks": None, "template": None, "margin": None, "size": [6, 4],
            "grey": False, "equalise": "clahe", "frames": options.get("frames"),
        }  # fmt: skip


def test_frames_that_were_dropped_make_no_clip_slower(tmp_path, monkeypatch):
    write_video(tmp_path / "v.avi", np.full((24, 16, 16), 90, np.uint8), fps=12)
    index = pd.DataFrame({"sample": ["v"], "frames": [str(tmp_path / "v.avi")]})
    faces = prepare(index, tmp_path / "out", PLAIN)
    table = faces.frames().iloc[[0, 1, 2, 9, 10, 20]]
    monkeypatch.setattr(Prepared, "frames", lambda self: table)
    assert faces.preparation()["frame_rate"] == pytest.approx(12)


@pytest.mark.filterwarnings("ignore::learnface.clips.prepare.NoFaceWarning")
@pytest.mark.parametrize("detector", [None, "viola_jones"])
def test_prepared_faces_know_their_settings(detector, tmp_path):
    write_picture(tmp_path / "a.png", np.full((8, 8), 9, np.uint8))
    index = pd.DataFrame({"sample": ["a"], "frames": [str(tmp_path / "a.png")], "label": "happy"})
    settings = PrepareSettings(
        detector=detector, size=(6, 4), grey=False, equalise=None, missing="whole_frame"
    )
    assert prepare(index, tmp_path / "faces", settings).settings == settings


def test_a_detector_is_told_by_its_name(tmp_path):
    write_picture(tmp_path / "a.png", np.zeros((40, 40), np.uint8))
    index = pd.DataFrame({"sample": ["a"], "frames": [str(tmp_path / "a.png")]})
    settings = PrepareSettings(detector=build_detector("viola_jones", min_neighbors=5), size=8)
    with pytest.warns(UserWarning, match="no face was found"):
        told = prepare(index, tmp_path / "out", settings).preparation()
    assert told["detector"] == "viola_jones" and told["frame_rate"] is None


def test_the_frame_rate_of_clips_cut_down_to_fewer_frames():
    """Eight of twelve frames at 25 a second are 1 or 2 frames apart: neither is the rate, their mean is."""
    times = [0.0, 0.08, 0.12, 0.2, 0.24, 0.32, 0.36, 0.44]
    padded = [3.0] * 7 + [3.04]  # frames that lengthen a clip have no step
    table = pd.DataFrame({"sample": ["a"] * 8 + ["b"] * 8, "time": times + padded, "frame": range(16)})
    manifest = {"settings": {"frames": 8, "every": 1}}
    faces = SimpleNamespace(is_clips=True, frames=lambda: table, manifest=manifest)
    assert Prepared._rate(faces) == pytest.approx(2 / (0.44 / 7 + 0.04), abs=1e-3)
