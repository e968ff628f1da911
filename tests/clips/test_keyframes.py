import weakref

import numpy as np
import pytest

from learnface.clips import keyframes
from learnface.errors import DataError


def clip(changes: dict[int, int], count: int = 40) -> np.ndarray:
    """Return frames that brighten by so much at each of some places."""
    levels = np.cumsum([changes.get(i, 0) for i in range(count)])
    return np.tile(levels[:, None, None], (1, 12, 16)).astype(np.uint8)


def naive_peaks(values: list[float], threshold: float, distance: int) -> list[int]:
    """Peaks by the definition, for signals without flat tops."""
    least = min(values) + threshold * (max(values) - min(values))
    found = [
        i
        for i in range(1, len(values) - 1)
        if values[i - 1] < values[i] > values[i + 1] and values[i] > least
    ]
    if distance == 1:
        return found
    kept = []
    for place in sorted(found, key=lambda i: -values[i]):
        if all(abs(place - other) > distance for other in kept):
            kept.append(place)
    return sorted(kept)


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("distance", [1, 2, 5, 30])
def test_peaks_follow_the_definition(rng, threshold, distance):
    for _ in range(20):
        values = rng.normal(size=60).tolist()
        assert keyframes.peaks(values, threshold, distance).tolist() == naive_peaks(
            values, threshold, distance
        )


def test_flat_tops_and_ends():
    assert keyframes.peaks([0, 2, 2, 2, 0]).tolist() == [2]
    assert keyframes.peaks([0, 2, 2, 0]).tolist() == [1]
    assert keyframes.peaks([3, 1, 2, 2]).tolist() == []
    assert keyframes.peaks([1, 1, 1]).tolist() == keyframes.peaks([]).tolist() == []


def test_peaks_and_baseline_agree_with_peakutils(rng):
    peakutils = pytest.importorskip("peakutils")
    time = np.linspace(0, 1, 200)
    for _ in range(10):
        signal = rng.uniform(0, 1, 200) ** 6 + 2 * time**2 - time
        for threshold, distance in ((0.3, 1), (0.1, 4), (0.5, 12)):
            expected = peakutils.indexes(signal, thres=threshold, min_dist=distance)
            assert keyframes.peaks(signal, threshold, distance).tolist() == expected.tolist()
        np.testing.assert_allclose(
            keyframes.baseline(signal, 2), peakutils.baseline(signal, 2), atol=0.01 * np.ptp(signal)
        )


def test_the_baseline_is_the_trend_under_the_peaks(rng):
    time = np.linspace(0, 1, 300)
    trend = 3 + 2 * time - 4 * time**2
    signal = trend.copy()
    signal[[40, 120, 200, 260]] += 5
    assert np.abs(keyframes.baseline(signal, 2) - trend).max() < 0.05
    np.testing.assert_allclose(keyframes.baseline(trend, 2), trend, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [None, 1, 3])
def test_differences_are_mean_absolute_grey(rng, dtype, channels):
    frames = rng.integers(0, 256, (5, 10, 12), np.uint8)
    expected = np.abs(np.diff(frames.astype(float), axis=0)).mean(axis=(1, 2))
    stacked = frames if channels is None else np.repeat(frames[..., None], channels, axis=-1)
    stacked = stacked if dtype == np.uint8 else (stacked / 255).astype(dtype)
    differences = keyframes.frame_differences(stacked, blur=0)
    assert differences[0] == 0
    np.testing.assert_allclose(differences[1:], expected, rtol=1e-5)


def test_key_frames_are_where_the_picture_changes():
    assert keyframes.key_frames(clip({6: 60, 19: 90, 30: 70})).tolist() == [6, 19, 30]
    assert keyframes.key_frames(clip({6: 60, 19: 90, 21: 70}), min_distance=5).tolist() == [6, 19]
    assert keyframes.key_frames(clip({6: 20, 19: 90}), threshold=0.5).tolist() == [19]


def test_still_and_short_clips_have_none():
    assert keyframes.key_frames(clip({})).tolist() == []
    for count in range(4):
        assert keyframes.key_frames(clip({1: 50}, count)).tolist() == []


def test_frames_are_let_go():
    """Of an iterator's frames at most two are alive at any time."""

    class Frame(np.ndarray):
        pass

    alive = []

    def stream():
        for frame in clip({3: 50, 9: 50}, 20):
            fresh = frame.copy().view(Frame)
            alive.append(weakref.ref(fresh))
            yield fresh
            del fresh
            assert sum(reference() is not None for reference in alive) <= 2

    assert keyframes.key_frames(stream()).tolist() == [3, 9]


def test_errors_say_what_is_wrong():
    with pytest.raises(DataError, match=r"frame 1 is \(4, 5\)"):
        keyframes.key_frames([np.zeros((4, 4), np.uint8), np.zeros((4, 5), np.uint8)])
    with pytest.raises(DataError, match="frame 0 has the shape"):
        keyframes.key_frames([np.zeros((4, 4, 2), np.uint8)])
    with pytest.raises(DataError, match="threshold=2"):
        keyframes.peaks([1, 2, 1], threshold=2)
    with pytest.raises(DataError, match="min_distance=0"):
        keyframes.peaks([1, 2, 1], min_distance=0)
