"""Flow against motions that are known exactly: the pictures are sums of waves, moved by formula."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from learnface.clips import motion
from learnface.errors import DataError, MissingDependencyError

SIZE = 96
Y, X = np.mgrid[:SIZE, :SIZE].astype(float)
CENTRE = (SIZE - 1) / 2
INSIDE = slice(SIZE // 6, -SIZE // 6)


def texture(x, y):
    """Return a smooth random picture at any places, whole or not."""
    random = np.random.default_rng(1)
    frequency, angle, phase = random.uniform([0.02, 0, 0], [0.12, 6.3, 6.3], (60, 3)).T
    waves = [
        np.sin(2 * np.pi * f * (x * np.cos(a) + y * np.sin(a)) + p)
        for f, a, p in zip(frequency, angle, phase, strict=True)
    ]
    return np.clip(127.5 + 7.3 * sum(waves), 0, 255).round().astype(np.uint8)


def moved(linear=((1, 0), (0, 1)), shift=(0.0, 0.0)):
    """Return the picture after a linear map about its centre and a shift, and the true flow."""
    linear = np.array(linear)
    places = np.stack([X - CENTRE, Y - CENTRE])
    flow = np.einsum("ij,jyx->yxi", linear, places) + shift - np.moveaxis(places, 0, -1)
    back = np.einsum("ij,jyx->iyx", np.linalg.inv(linear), places - np.array(shift)[:, None, None])
    return texture(*(back + CENTRE)), flow


def rotation(degrees):
    angle = np.radians(degrees)
    return [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]


MOTIONS = {
    "still": {},
    "small shift": {"shift": (0.3, -0.2)},
    "shift": {"shift": (1.5, 0.7)},
    "large shift": {"shift": (4.2, -3.1)},
    "turn": {"linear": rotation(1)},
    "growth": {"linear": [[1.03, 0], [0, 1.03]]},
}


@pytest.mark.parametrize("method", ["dis", "farneback"])
@pytest.mark.parametrize("name", MOTIONS)
def test_known_motions_within_a_tenth_of_a_pixel(method, name):
    second, truth = moved(**MOTIONS[name])
    flow = motion.dense_flow(texture(X, Y), second, method)
    assert flow.shape == (SIZE, SIZE, 2) and flow.dtype == np.float32
    error = np.linalg.norm(flow - truth, axis=-1)[INSIDE, INSIDE]
    assert error.mean() < (0.02 if "shift" in name else 0.06)
    assert np.percentile(error, 95) < 0.1 or (method, name) == ("farneback", "growth")


def test_dis_follows_a_turn_of_three_degrees():
    second, truth = moved(linear=rotation(3))
    error = np.linalg.norm(motion.dense_flow(texture(X, Y), second) - truth, axis=-1)
    assert error[INSIDE, INSIDE].mean() < 0.1


def test_tvl1_of_scikit_image_finds_a_shift(monkeypatch):
    pytest.importorskip("skimage.registration")
    monkeypatch.delattr("cv2.optflow", raising=False)
    second, truth = moved(shift=(0.8, -0.5))
    error = np.linalg.norm(motion.dense_flow(texture(X, Y), second, "tvl1") - truth, axis=-1)
    assert error[INSIDE, INSIDE].mean() < 0.1


def test_tvl1_takes_rows_and_columns_in_their_order(monkeypatch):
    """scikit-image gives rows first, and wants [0, 1]."""

    def stand_in(first, second):
        assert first.max() <= 1 and first.dtype == np.float32
        return np.stack([np.full(first.shape, 2.0), np.full(first.shape, 5.0)])

    module = SimpleNamespace(optical_flow_tvl1=stand_in)
    monkeypatch.delattr("cv2.optflow", raising=False)
    monkeypatch.setitem(sys.modules, "skimage", SimpleNamespace(registration=module))
    monkeypatch.setitem(sys.modules, "skimage.registration", module)
    flow = motion.dense_flow(texture(X, Y), texture(X, Y), "tvl1")
    assert flow[3, 4].tolist() == [5, 2] and flow.dtype == np.float32


def test_opencv_contrib_comes_first(monkeypatch):
    contrib = SimpleNamespace(calc=lambda first, second, flow: np.ones((*first.shape, 2), np.float32))
    module = SimpleNamespace(DualTVL1OpticalFlow_create=lambda: contrib)
    monkeypatch.setattr("cv2.optflow", module, raising=False)
    assert (motion.dense_flow(texture(X, Y), texture(X, Y), "tvl1") == 1).all()


def test_a_missing_tvl1_names_its_extra(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(name, name=name.split(".")[0])

    monkeypatch.delattr("cv2.optflow", raising=False)
    monkeypatch.setattr("importlib.import_module", absent)
    with pytest.raises(MissingDependencyError, match=r"learnface\[tvl1\]"):
        motion.dense_flow(texture(X, Y), texture(X, Y), "tvl1")


def test_a_clip_of_20_frames_gives_19_flows_with_magnitudes():
    frames = np.stack([moved(shift=(0.1 * i, 0))[0][:48, :48] for i in range(20)])
    flows = motion.flow_clip(frames)
    assert flows.shape == (19, 48, 48, 3) and flows.dtype == np.float32
    np.testing.assert_allclose(flows[..., 2], np.hypot(flows[..., 0], flows[..., 1]), rtol=1e-5)
    assert (flows[7, ..., :2] == motion.dense_flow(frames[7], frames[8])).all()
    np.testing.assert_allclose(flows[:, 8:-8, 8:-8, 0].mean(axis=(1, 2)), 0.1, atol=0.02)


def test_colours_and_floats_give_the_flow_of_their_grey_values():
    first, second = texture(X, Y), moved(shift=(1, 1))[0]
    flow = motion.dense_flow(first, second)
    for change in (lambda f: np.repeat(f[..., None], 3, -1), lambda f: f[..., None], lambda f: f / 255):
        np.testing.assert_array_equal(motion.dense_flow(change(first), change(second)), flow)


def test_strain_is_zero_for_shifts_and_known_for_stretch_and_shear():
    shift = np.broadcast_to([3.0, -2.0], (20, 30, 2))
    assert not motion.optical_strain(shift).any()
    y, x = np.mgrid[:20, :30]
    stretch = np.stack([0.02 * x, -0.05 * y], axis=-1)
    np.testing.assert_allclose(motion.optical_strain(stretch), np.hypot(0.02, 0.05), rtol=1e-4)
    shear = np.stack([0.06 * y, 0.0 * x], axis=-1)
    np.testing.assert_allclose(motion.optical_strain(shear), np.sqrt(2 * 0.03**2), rtol=1e-4)
    _, turn = moved(linear=rotation(1))
    assert motion.optical_strain(turn).max() < 1e-3


def test_onset_apex_flow_has_strain_where_the_face_is_stretched():
    second, truth = moved(linear=[[1.04, 0], [0, 1.0]])
    result = motion.onset_apex_flow(texture(X, Y), second)
    assert result.shape == (SIZE, SIZE, 3)
    np.testing.assert_allclose(result[INSIDE, INSIDE, 0], truth[INSIDE, INSIDE, 0], atol=0.3)
    assert np.median(result[INSIDE, INSIDE, 2]) == pytest.approx(0.04, abs=0.01)


def test_head_motion_goes_and_the_mouth_keeps_moving():
    _, head = moved(linear=np.array(rotation(2)) * 1.02, shift=(3, -1))
    mouth = np.zeros((SIZE, SIZE, 2))
    mouth[64:80, 30:66] = (1.5, 0.5)
    left = motion.remove_head_motion(head + mouth)
    np.testing.assert_allclose(left, mouth, atol=0.02)
    with_magnitude = motion.remove_head_motion(np.dstack([head + mouth, np.zeros((SIZE, SIZE))]))
    np.testing.assert_allclose(with_magnitude[..., :2], left)
    np.testing.assert_allclose(with_magnitude[..., 2], np.linalg.norm(left, axis=-1), rtol=1e-5)


def test_pictures_of_flow_show_direction_and_length():
    flow = np.zeros((2, 2, 2))
    flow[0] = [[2, 0], [1, 0]]
    flow[1, 0] = [-2, 0]
    picture = motion.flow_to_rgb(flow)
    assert picture[0, 0].tolist() == [255, 0, 0] and picture[1, 1].tolist() == [0, 0, 0]
    assert picture[1, 0].tolist() == [0, 255, 255] and picture[0, 1, 0] in (127, 128)
    assert motion.flow_to_rgb(flow, longest=4)[0, 0, 0] in (127, 128)
    assert not motion.flow_to_rgb(np.zeros((2, 2, 2))).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: motion.dense_flow(f, f, "lk"), "choose one of"),
        (lambda f: motion.dense_flow(f, f[:50]), "different sizes"),
        (lambda f: motion.dense_flow(f[:9], f[:9]), "at least 16 x 16"),
        (lambda f: motion.dense_flow(f.astype(int), f.astype(int)), "int64"),
        (lambda f: motion.dense_flow(f[0], f[0]), "expected \\(height"),
        (lambda f: motion.flow_clip(f[None]), "at least 2 frames, got 1"),
    ],
)
def test_errors_say_what_is_wrong(call, message):
    with pytest.raises(DataError, match=message):
        call(texture(X, Y))
