import numpy as np
import pytest
from scipy.fft import dct

from learnface.clips import sampling
from learnface.errors import DataError


def by_zhou(frames: np.ndarray, n: int) -> np.ndarray:
    """TIM as Zhou et al. 2011 write it: centre, decompose, map the curve on the path graph back."""
    count = len(frames)
    mean = frames.mean(axis=0)
    left, values, right = np.linalg.svd((frames - mean).T, full_matrices=False)
    keep = values > 1e-9 * values[0]
    reduced = values[keep, None] * right[keep]
    laplacian = 2 * np.eye(count) - np.eye(count, k=1) - np.eye(count, k=-1)
    laplacian[0, 0] = laplacian[-1, -1] = 1
    _, vectors = np.linalg.eigh(laplacian)
    vectors = vectors[:, 1:]
    time = np.linspace(1 / count, 1, n)[:, None]
    order = np.arange(1, count)
    curve = np.sin(np.pi * order * time + np.pi * (count - order) / (2 * count))
    at_frames = np.sin(
        np.pi * order * np.arange(1, count + 1)[:, None] / count + np.pi * (count - order) / (2 * count)
    )
    curve *= np.sign((at_frames * vectors).sum(axis=0)) / np.linalg.norm(at_frames, axis=0)
    to_manifold = np.linalg.solve(reduced @ reduced.T, reduced @ vectors)
    return curve @ np.linalg.inv(to_manifold) @ left[:, keep].T + mean


def test_every_nth_takes_ten_of_forty():
    assert sampling.every_nth(40, 4).tolist() == list(range(40))[::4]
    assert sampling.every_nth(7, 3, start=2).tolist() == [2, 5]


@pytest.mark.parametrize("count", [1, 2, 19, 20, 21, 26, 30, 61])
def test_centre_trim_pad_follows_the_paper(count):
    indices = sampling.centre_trim_pad(count, 20)
    if count >= 20:
        dropped = (count - 20) // 2
        expected = list(range(count))[dropped : dropped + 20]
    else:
        front = (20 - count) // 2
        expected = [0] * front + list(range(count)) + [count - 1] * (20 - count - front)
    assert indices.tolist() == expected


def test_uniform_has_both_ends_and_even_steps():
    for count in range(2, 40):
        for n in range(2, 15):
            indices = sampling.uniform(count, n)
            assert indices[0] == 0 and indices[-1] == count - 1 and len(indices) == n
            assert np.ptp(np.diff(indices)) <= 1


@pytest.mark.parametrize("count", [3, 16, 17, 40])
@pytest.mark.parametrize("stride", [1, 5, 16, 30])
def test_windows_see_every_frame_when_shifted(count, stride):
    windows = sampling.sliding_windows(count, 16, stride)
    assert windows.shape[1] == 16 and windows.min() == 0 and windows.max() == count - 1
    if stride <= 16:
        assert set(windows.ravel()) == set(range(count))
    dropped = sampling.sliding_windows(count, 16, stride, last="drop")
    assert dropped.tolist() == [list(range(s, s + 16)) for s in range(0, count - 15, stride)]
    assert dropped.shape[1] == 16


@pytest.mark.parametrize("method", ["linear", "manifold"])
def test_interpolation_to_the_same_length_changes_nothing(rng, method):
    frames = rng.integers(0, 256, (9, 5, 4), np.uint8)
    assert (sampling.interpolate_clip(frames, 9, method) == frames).all()


@pytest.mark.parametrize("method", ["linear", "manifold"])
@pytest.mark.parametrize(("count", "n"), [(1, 4), (2, 7), (5, 17), (12, 5), (6, 1)])
def test_a_still_clip_stays_still_and_ends_are_kept(rng, method, count, n):
    still = np.repeat(rng.uniform(0, 1, (1, 3)), count, axis=0)
    np.testing.assert_allclose(
        sampling.interpolate_clip(still, n, method), np.repeat(still[:1], n, axis=0), rtol=1e-5
    )
    frames = rng.uniform(0, 1, (count, 3))
    if n > 1:
        np.testing.assert_allclose(
            sampling.interpolate_clip(frames, n, method)[[0, -1]], frames[[0, -1]], atol=1e-6
        )


@pytest.mark.parametrize(("count", "n"), [(4, 11), (10, 10), (17, 6), (23, 40)])
def test_the_manifold_is_zhous(rng, count, n):
    frames = rng.normal(size=(count, 60))
    np.testing.assert_allclose(
        sampling.interpolation_weights(count, n) @ frames, by_zhou(frames, n), atol=1e-8
    )


def test_the_manifold_is_the_cosine_series(rng):
    signal = rng.normal(size=8)
    coefficients = dct(signal, type=2, norm="forward") * 2
    times = np.linspace(0, 7, 30)
    series = coefficients[0] / 2 + sum(
        coefficients[k] * np.cos(np.pi * k * (times + 0.5) / 8) for k in range(1, 8)
    )
    np.testing.assert_allclose(sampling.interpolation_weights(8, 30) @ signal, series, atol=1e-12)


def test_manifold_and_linear_meet_on_simple_cases():
    """On frames they agree; between two frames a fade differs by 0.021, and not half way."""
    weights = [sampling.interpolation_weights(5, 9, method) for method in ("linear", "manifold")]
    np.testing.assert_allclose(weights[0][::2], weights[1][::2], atol=1e-12)
    fade = [sampling.interpolation_weights(2, 101, method)[:, 1] for method in ("linear", "manifold")]
    assert np.abs(fade[0] - fade[1]).max() == pytest.approx(0.021, abs=0.0005)
    assert fade[0][50] == pytest.approx(fade[1][50])
    slow = np.cos(np.pi * (np.arange(20) + 0.5) / 20)
    truth = np.cos(np.pi * (np.linspace(0, 19, 77) + 0.5) / 20)
    errors = [
        np.abs(sampling.interpolation_weights(20, 77, method) @ slow - truth).max()
        for method in ("linear", "manifold")
    ]
    assert errors[1] < 1e-12 < errors[0] < 0.01


def test_weights_sum_to_one():
    for method in ("linear", "manifold"):
        np.testing.assert_allclose(sampling.interpolation_weights(13, 29, method).sum(axis=1), 1)


def test_bytes_are_clipped_and_floats_are_not():
    frames = np.array([0, 255, 255, 0, 255], np.uint8)[:, None]
    overshoot = sampling.interpolate_clip(frames.astype(float), 33)
    assert overshoot.max() > 256 and overshoot.dtype == np.float32
    clipped = sampling.interpolate_clip(frames, 33)
    assert clipped.dtype == np.uint8
    np.testing.assert_array_equal(clipped, np.clip(np.round(overshoot), 0, 255))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sampling.uniform(0, 5), "no frames"),
        (lambda: sampling.centre_trim_pad(5, 0), "n=0"),
        (lambda: sampling.every_nth(5, 2, start=5), "start=5"),
        (lambda: sampling.sliding_windows(5, 2, stride=0), "stride=0"),
        (lambda: sampling.sliding_windows(5, 2, last="pad"), "'shift' or 'drop'"),
        (lambda: sampling.interpolate_clip(np.zeros((3, 2)), 5, "cubic"), "'linear' or 'manifold'"),
        (lambda: sampling.interpolate_clip(np.zeros((0, 2)), 5), "no frames"),
    ],
)
def test_errors_say_what_is_wrong(call, message):
    with pytest.raises(DataError, match=message):
        call()
