import math
import weakref

import numpy as np
import pytest
from checks.twitches import twitching_frames

from learnface.clips.video import DamagedVideoWarning
from learnface.errors import DataError
from learnface.metrics import interval_f1
from learnface.micro import SpottingSettings, spot
from learnface.micro.spotting import _smoothed, find_intervals, spot_frames
from learnface.synthetic.media import write_video

SETTINGS = SpottingSettings(detector=None, size=64)


def grey_to_rgb(frames):
    return np.repeat(frames[..., None], 3, axis=-1)


def test_twitches_are_spotted_where_they_are():
    onsets = [20, 55]
    found = spot_frames(twitching_frames(80, onsets, drift=0.05), fps=30, settings=SETTINGS)
    truth = [(onset, onset + 8) for onset in onsets]
    assert interval_f1([truth], [found.intervals[["onset", "offset"]].to_numpy()])["f1"] == 1
    np.testing.assert_allclose(found.intervals["apex"], [24, 59], atol=1)
    assert (found.intervals["strength"] > 3.5).all()
    assert found.curve["strain"].isna().sum() == 16  # a quarter of a second at both ends
    np.testing.assert_allclose(found.intervals["apex_time"], found.intervals["apex"] / 30)


def test_a_video_is_thinned_and_told_in_its_own_frames_and_seconds(tmp_path):
    path = tmp_path / "twitch.mp4"
    write_video(path, grey_to_rgb(twitching_frames(100, [45], duration=18)), fps=60)
    seconds = []
    found = spot(path, SETTINGS, beat=seconds.append)
    assert found.fps == 30 and found.curve["frame"].tolist() == list(range(0, 100, 2))
    assert len(found.intervals) == 1
    row = found.intervals.iloc[0]
    assert row["apex"] == pytest.approx(53.5, abs=3) and row["apex_time"] == pytest.approx(row["apex"] / 60)
    assert seconds == sorted(seconds) and len(seconds) == 50


def test_intervals_of_a_drawn_curve():
    """Two triangles above the floor are spotted; a low one, and a plateau that is too long, are not."""
    strain = np.full(200, 0.01)
    triangle = np.array([0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25])
    strain[30:37] += 0.09 * triangle
    strain[70:77] += 0.02 * triangle
    strain[100:130] = 0.1
    strain[160:167] += 0.05 * triangle
    strain[:8] = np.nan
    found = find_intervals(strain, fps=30, settings=SpottingSettings(edge=0.5))
    assert found["apex"].tolist() == [33, 163]
    assert found[["onset", "offset"]].to_numpy().tolist() == [[31, 35], [161, 165]]
    np.testing.assert_allclose(found["strength"], [10, 6])
    assert find_intervals(strain, 30, SpottingSettings(threshold=7))["apex"].tolist() == [33]


def test_nothing_is_spotted_where_nothing_moves():
    assert find_intervals(np.zeros(100), fps=30).empty
    assert find_intervals(np.full(100, np.nan), fps=30).empty
    still = np.repeat(twitching_frames(1, []), 40, axis=0)
    assert spot_frames(still, fps=30, settings=SETTINGS).intervals.empty


def test_memory_holds_a_span_of_frames_only():
    """However many frames come, few of them are alive at once: those of a span and those being looked at."""
    alive, most = weakref.WeakSet(), []

    class Frame(np.ndarray):
        __hash__ = object.__hash__

    def frames(count):
        for frame in twitching_frames(count, []):
            one = frame.copy().view(Frame)
            alive.add(one)
            most[-1] = max(most[-1], len(alive))
            yield one
            del one

    for count in (60, 120):
        most.append(0)
        spot_frames(frames(count), fps=30, settings=SETTINGS)
    span = round(SETTINGS.longest / 2 * 30)
    assert most[0] == most[1] <= 2 * span + 3


def test_what_cannot_be_spotted_is_said(tmp_path):
    with pytest.raises(DataError, match="there are 10 frames, but 17 are needed at 30 a second"):
        spot_frames(twitching_frames(10, []), fps=30, settings=SETTINGS)
    with pytest.raises(DataError, match="no face was found in any frame"):
        spot_frames(np.zeros((20, 64, 64), np.uint8), fps=30)
    path = tmp_path / "slow.mp4"
    write_video(path, grey_to_rgb(twitching_frames(12, [])), fps=5)
    with pytest.raises(DataError, match="slow.mp4 has 5 frames a second: .* needs 12"):
        spot(path)


def test_of_a_video_cut_short_the_beginning_is_spotted(tmp_path):
    path = tmp_path / "lesson.avi"
    write_video(path, grey_to_rgb(twitching_frames(90, [20])), fps=30)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(DataError, match="lesson.avi is "):
        spot(path, SETTINGS)
    with pytest.warns(DamagedVideoWarning, match="lesson.avi is "):
        found = spot(path, SETTINGS, damaged="warn")
    assert 40 < len(found.curve) < 90 and found.intervals["apex"].item() == pytest.approx(24, abs=1)
    with pytest.raises(DataError, match="does not exist"):
        spot(tmp_path / "absent.mp4")


@pytest.mark.parametrize(
    "change", [{"threshold": 0}, {"threshold": math.nan}, {"longest": -1}, {"edge": 1.5}, {"flow": "magic"}]
)
def test_settings_are_checked(change):
    with pytest.raises(DataError, match=f"{next(iter(change))}="):
        SpottingSettings(**change)


def test_unknown_ends_make_no_peak_wider():
    """A foot of 0 where nothing is known would lie below all others, and the highest peak alone would reach it."""
    strain = np.full(200, 0.02)
    for place, height in ((33, 0.1), (163, 0.1002)):
        strain[place - 4 : place + 5] = np.interp(np.arange(-4, 5), [-4, 0, 4], [0.02, height, 0.02])
    strain[:7] = strain[-7:] = np.nan
    found = find_intervals(strain, fps=30)
    assert (found["offset"] - found["onset"]).nunique() == 1 and found["apex"].tolist() == [33, 163]


def test_a_frame_without_a_face_does_not_tear_a_peak():
    strain = np.full(90, 0.01)
    strain[40:47] = [0.03, 0.06, 0.09, 0.10, 0.09, 0.06, 0.03]
    whole = find_intervals(_smoothed(strain, 3), fps=30)
    strain[44] = np.nan
    torn = find_intervals(_smoothed(strain, 3), fps=30)
    names = ["onset", "apex", "offset"]
    assert len(torn) == 1
    np.testing.assert_allclose(torn[names], whole[names], atol=1)
    strain[60:80] = np.nan
    assert np.isnan(_smoothed(strain, 3)[60:80]).all()
