import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from checks.films import patterns, write_video
from checks.micro import write_clips

from learnface.clips import MicroSettings, micro_clip, prepare_micro, read_video
from learnface.errors import DataError

SMALL = MicroSettings(size=24, frames=5)


def arrays(clips):
    return [
        (clip.frames, clip.flow, clip.onset_apex) for clip in (clips[place] for place in range(len(clips)))
    ]


def assert_same(first, second):
    for one, other in zip(arrays(first), arrays(second), strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_the_cache_holds_what_recomputing_gives(tmp_path):
    index = write_clips(tmp_path / "corpus")
    clips = prepare_micro(index, tmp_path / "cache", SMALL)
    for clip in range(3):
        apex = 3 if clip else None
        expected = micro_clip(patterns(8, seed=clip, size=(40, 40))[2:], SMALL, apex)
        np.testing.assert_array_equal(clips.frames[clip], expected.frames)
        np.testing.assert_array_equal(clips.flow[clip], expected.flow)
        np.testing.assert_array_equal(clips[clip].onset_apex, expected.onset_apex)
    assert clips.onset_apex.shape == (3, 24, 24, 3) and len(clips) == 3
    assert clips.samples["sample"].tolist() == ["c0", "c1", "c2"]


def test_nothing_is_worked_out_twice_and_a_change_is_noticed(tmp_path, monkeypatch):
    index = write_clips(tmp_path / "corpus")
    first = prepare_micro(index, tmp_path / "cache", SMALL)
    times = [path.stat().st_mtime_ns for path in first.paths]

    def never(*arguments, **options):
        raise AssertionError("the cache was not used")

    with monkeypatch.context() as patched:
        patched.setattr("learnface.clips.micro_cache.micro_clip", never)
        again = prepare_micro(index.iloc[[2, 0]], tmp_path / "cache", SMALL)
    assert again.paths == [first.paths[2], first.paths[0]]
    np.testing.assert_array_equal(again.flow, first.flow[[2, 0]])
    other = prepare_micro(index, tmp_path / "cache", MicroSettings(size=24, frames=5, normalise=False))
    assert not set(other.paths) & set(first.paths)  # other settings
    moved = prepare_micro(index.assign(apex_place=1), tmp_path / "cache", SMALL)
    assert not set(moved.paths) & set(first.paths)  # other apexes
    frame = Path(index["frames"][1]) / "img10.png"
    cv2.imwrite(str(frame), 255 - cv2.imread(str(frame), 0))
    mended = prepare_micro(index, tmp_path / "cache", SMALL)
    assert [a == b for a, b in zip(mended.paths, first.paths, strict=True)] == [True, False, True]
    assert (mended.flow[1] != first.flow[1]).any()
    assert [path.stat().st_mtime_ns for path in first.paths] == times


def test_a_killed_run_goes_on_and_ends_the_same(tmp_path):
    """SIGKILL at any moment leaves whole files alone, and the next run makes the rest."""
    index = write_clips(tmp_path / "corpus", count=12, frames=20, size=(64, 64))
    index.to_pickle(tmp_path / "index.pickle")
    code = (
        "import sys, pandas as pd; from learnface.clips import MicroSettings, prepare_micro\n"
        "prepare_micro(pd.read_pickle(sys.argv[1]), sys.argv[2], MicroSettings(size=64))"
    )
    command = [sys.executable, "-c", code, tmp_path / "index.pickle", tmp_path / "cache"]
    child = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    deadline = time.monotonic() + 120
    while not (done := list((tmp_path / "cache").rglob("[!.]*.npz"))):
        assert time.monotonic() < deadline and child.poll() is None
        time.sleep(0.005)
    child.kill()
    child.wait()
    assert child.returncode == -signal.SIGKILL and len(done) < 12
    times = {path: path.stat().st_mtime_ns for path in done}
    settings = MicroSettings(size=64)
    resumed = prepare_micro(index, tmp_path / "cache", settings)
    assert {path: path.stat().st_mtime_ns for path in done} == times
    assert_same(resumed, prepare_micro(index, tmp_path / "unbroken", settings))


def test_several_processes_give_the_same(tmp_path):
    index = write_clips(tmp_path / "corpus")
    alone = prepare_micro(index, tmp_path / "one", SMALL)
    assert_same(prepare_micro(index, tmp_path / "two", SMALL, processes=2), alone)


def test_clips_travel_to_other_processes_without_their_pixels(tmp_path):
    clips = prepare_micro(write_clips(tmp_path / "corpus"), tmp_path / "cache", SMALL)
    size = len(pickle.dumps(clips))
    assert clips.flow.nbytes > 0
    sent = pickle.dumps(clips)
    assert len(sent) == size
    np.testing.assert_array_equal(pickle.loads(sent).flow, clips.flow)


def test_videos_are_clips_too(tmp_path):
    write_video(tmp_path / "a.mp4", patterns(12), fps=10)
    index = pd.DataFrame(
        {"sample": ["a"], "frames": [str(tmp_path / "a.mp4")], "start": [0.2], "stop": [0.8]}
    )
    whole = prepare_micro(index.drop(columns=["start", "stop"]), tmp_path / "cache", SMALL)
    part = prepare_micro(index, tmp_path / "cache", SMALL)
    frames = [frame.image for frame in read_video(tmp_path / "a.mp4")]
    for clips, expected in ((whole, frames), (part, frames[2:8])):
        np.testing.assert_array_equal(clips.frames[0], micro_clip(expected, SMALL).frames)


def test_clips_of_the_same_name_and_files_are_told_apart(tmp_path):
    """As those of SMIC's cameras, whose frames have one size, and one time after some ways of unpacking."""
    for seed, camera in enumerate(("VIS", "NIR")):
        (tmp_path / camera / "s1_po_01").mkdir(parents=True)
        for number, frame in enumerate(patterns(6, seed=seed, size=(40, 40))):
            file = tmp_path / camera / "s1_po_01" / f"image{number}.bmp"
            cv2.imwrite(str(file), frame)
            os.utime(file, (10**9, 10**9))
    visible, infrared = (
        prepare_micro(
            pd.DataFrame({"sample": ["s1_po_01"], "frames": [str(tmp_path / camera / "s1_po_01")]}),
            tmp_path / "cache",
            SMALL,
        )
        for camera in ("VIS", "NIR")
    )
    assert (visible.frames != infrared.frames).any()


def test_all_broken_clips_are_listed_and_the_others_kept(tmp_path):
    index = write_clips(tmp_path / "corpus", count=4)
    (Path(index["frames"][1]) / "img10.png").write_bytes(b"")
    index.loc[2, "frames"] = str(tmp_path / "gone")
    index.loc[3, ["start", "stop"]] = 30, 40
    with pytest.raises(DataError) as error:
        prepare_micro(index, tmp_path / "cache", SMALL)
    lines = str(error.value).splitlines()
    assert "3 of 4 clips" in lines[0] and len(lines) == 4
    assert "c2: " in lines[1] and "does not exist" in lines[1]
    assert "c3: " in lines[2] and "no part from 30 to 40" in lines[2]
    assert "c1: " in lines[3] and "is empty (0 bytes)" in lines[3]
    assert len(list((tmp_path / "cache").rglob("*.npz"))) == 1


def test_an_index_without_samples_is_refused(tmp_path):
    with pytest.raises(DataError, match="lacks the columns"):
        prepare_micro(pd.DataFrame({"sample": ["a"]}), tmp_path)
    with pytest.raises(DataError, match="no rows"):
        prepare_micro(pd.DataFrame({"sample": [], "frames": []}), tmp_path)


def test_a_damaged_file_is_named(tmp_path):
    clips = prepare_micro(write_clips(tmp_path / "corpus"), tmp_path / "cache", SMALL)
    os.truncate(clips.paths[0], 100)
    with pytest.raises(DataError, match="delete it and prepare"):
        _ = clips.frames
