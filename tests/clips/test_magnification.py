"""Waves that sway by a known part of a pixel, measured by a fit of the wave itself."""

import numpy as np
import pytest

from learnface.clips.magnification import magnify_motion
from learnface.errors import DataError

FPS = 30
LENGTH = 24


def swaying(amplitude: float, hertz: float) -> np.ndarray:
    """Return a second of a vertical wave that sways across by `amplitude` pixels."""
    time = np.arange(FPS)[:, None, None] / FPS
    x = np.arange(72)[None, None, :] - amplitude * np.sin(2 * np.pi * hertz * time)
    return np.repeat(0.5 + 0.25 * np.sin(2 * np.pi * x / LENGTH), 40, axis=1)


def sway(clip: np.ndarray, hertz: float) -> float:
    """Return the amplitude in pixels of the wave's phase at a frequency, away from the borders."""
    rows = clip[:, 20, 12:60]
    phase = np.angle(rows @ np.exp(-2j * np.pi * np.arange(48) / LENGTH))
    moves = -np.unwrap(phase) * LENGTH / (2 * np.pi)
    return float(2 * np.abs(np.fft.rfft(moves)[round(hertz)]) / FPS)


@pytest.mark.parametrize("factor", [2, 5, 10])
def test_movement_grows_by_nearly_one_plus_factor(factor):
    clip = swaying(0.1, hertz=3)
    assert sway(clip, 3) == pytest.approx(0.1, abs=1e-6)
    gain = sway(magnify_motion(clip, FPS, band=(2, 4), factor=factor), 3) / 0.1
    assert 0.75 * (1 + factor) < gain <= 1 + factor


def test_other_frequencies_stay(rng):
    clip = swaying(0.1, hertz=8)
    np.testing.assert_allclose(magnify_motion(clip, FPS, band=(2, 4), factor=10), clip, atol=0.01)
    both = clip + swaying(0.1, hertz=3) - 0.5
    result = magnify_motion(both / 1.2, FPS, band=(2, 4), factor=5)
    assert sway(result, 3) > 3 * sway(both, 3)
    assert sway(result, 8) == pytest.approx(sway(both, 8), rel=0.2)


@pytest.mark.parametrize("frames", [12, 30, 60, 200])
def test_a_movement_of_a_few_frames_grows_however_short_the_clip(frames):
    """A quarter of a second, 2 Hz at 200 frames a second, seen by clips that hold a part of it or all."""
    shift = 0.2 * np.sin(np.pi * np.arange(frames) / frames)[:, None, None]
    clip = np.repeat(0.5 + 0.25 * np.sin(2 * np.pi * (np.arange(72) - shift) / LENGTH), 40, axis=1)
    change = magnify_motion(clip, 200, factor=8) - clip
    assert np.abs(change).max() > np.abs(clip - clip[0]).max()


def test_fine_detail_is_spared():
    clip = np.tile(swaying(0.1, 3)[:, :, ::6], (1, 1, 6))
    gains = [
        np.abs(magnify_motion(clip, FPS, (2, 4), 10, shortest_wavelength=shortest) - clip).max()
        for shortest in (4, 16, 64)
    ]
    assert gains[0] > 2 * gains[1] > 4 * gains[2]


@pytest.mark.parametrize("shape", [(9, 33, 21), (8, 16, 16, 1), (8, 17, 16, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_nothing_is_added_for_no_factor_or_no_motion(rng, shape, dtype):
    clip = rng.integers(0, 256, shape, np.uint8)
    clip = clip if dtype == np.uint8 else (clip / 255).astype(dtype)
    same = magnify_motion(clip, FPS, factor=0)
    assert same.shape == shape and same.dtype == dtype
    np.testing.assert_allclose(same, clip, atol=1e-6)
    still = np.repeat(clip[:1], 6, axis=0)
    np.testing.assert_allclose(magnify_motion(still, FPS, factor=20), still, atol=1e-5)


def test_channels_are_magnified_alike():
    clip = swaying(0.1, 3).astype(np.float32)
    grey = magnify_motion(clip, FPS)
    colour = magnify_motion(np.repeat(clip[..., None], 3, axis=-1), FPS)
    np.testing.assert_allclose(colour, np.repeat(grey[..., None], 3, axis=-1), atol=1e-6)
    assert not np.allclose(grey, clip, atol=0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"band": (4, 2)}, "must rise"),
        ({"band": (1, 20)}, "fps / 2 = 15"),
        ({"factor": -1}, "factor must"),
        ({"frames": np.zeros((1, 9, 9))}, "at least 2 frames"),
        ({"frames": np.zeros((4, 9, 9), int)}, "int64"),
    ],
)
def test_errors_say_what_is_wrong(arguments, message):
    with pytest.raises(DataError, match=message):
        magnify_motion(**{"frames": np.zeros((4, 9, 9)), "fps": 30} | arguments)
