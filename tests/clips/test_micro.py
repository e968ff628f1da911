"""Clips whose motion is known, small enough that flow takes milliseconds."""

import cv2
import numpy as np
import pytest
from checks.films import patterns

from learnface.clips import (
    MicroSettings,
    flow_clip,
    interpolate_clip,
    magnify_motion,
    micro_clip,
    onset_apex_flow,
)
from learnface.clips._cutter import FaceCutter
from learnface.clips.micro import align_to_first
from learnface.clips.motion import optical_strain
from learnface.errors import DataError
from learnface.faces import align_clip
from learnface.faces.align import MEAN_FACE

PLAIN = MicroSettings(size=32, normalise=False)


def numbered(count, size=32):
    """Frames that tell their own number by their brightness."""
    texture = patterns(1, size=(size, size))[0] // 4
    return np.stack([texture + 3 * number for number in range(count)]).astype(np.uint8)


def smiling(count=8, size=128, lift=1.5):
    """A textured face whose lower half rises by `lift` pixels over the clip, and its landmarks."""
    texture = cv2.resize(patterns(1, seed=3, size=(size, size))[0], (size, size)).astype(np.float32)
    noise = np.random.default_rng(4).normal(0, 20, (size // 2, size // 2)).astype(np.float32)
    texture = np.clip(texture * 0.6 + 60 + cv2.resize(noise, (size, size)), 0, 255)
    y, x = np.mgrid[:size, :size].astype(np.float32)
    part = np.clip((y / size - 0.55) / 0.2, 0, 1)
    frames = [
        cv2.remap(
            texture,
            x,
            y + lift * part * number / (count - 1),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        for number in range(count)
    ]
    return np.stack(frames).round().astype(np.uint8), MEAN_FACE * size * 0.7 + size * 0.15


@pytest.mark.parametrize("count", [2, 19, 20, 21, 30, 31])
def test_the_20_frame_rule(count):
    """(X - 20) / 2 frames go at each end, or the ends are repeated; an odd one at the end."""
    frames = numbered(count)
    clip = micro_clip(frames, PLAIN)
    shown = [
        int(np.abs(frames.astype(int) - frame[..., 0]).mean(axis=(1, 2)).argmin()) for frame in clip.frames
    ]
    if count >= 20:
        first = (count - 20) // 2
        expected = list(range(first, first + 20))
    else:
        before = (20 - count) // 2
        expected = [0] * before + list(range(count)) + [count - 1] * (20 - count - before)
    assert shown == expected
    assert clip.frames.shape == (20, 32, 32, 3) and clip.flow.shape == (19, 32, 32, 3)


def test_flow_and_strain_are_those_of_the_frames():
    frames, _ = smiling(25)
    clip = micro_clip(frames, MicroSettings(size=64, normalise=False), apex=24)
    np.testing.assert_array_equal(clip.flow, flow_clip(clip.frames).astype(np.float16))
    faces = align_to_first(frames, FaceCutter(MicroSettings(size=64).faces))
    np.testing.assert_array_equal(clip.onset_apex, onset_apex_flow(faces[0], faces[24]).astype(np.float16))
    dx, dy, length = np.moveaxis(clip.flow.astype(np.float64), -1, 0)
    np.testing.assert_allclose(length, np.hypot(dx, dy), rtol=2e-3, atol=1e-4)
    strain = optical_strain(clip.onset_apex.astype(np.float32))
    np.testing.assert_allclose(clip.onset_apex[..., 2], strain, atol=2e-3)


def test_without_an_apex_the_middle_frame_is_taken():
    frames, _ = smiling(9)
    np.testing.assert_array_equal(
        micro_clip(frames, PLAIN).onset_apex, micro_clip(frames, PLAIN, 4).onset_apex
    )
    at_onset = micro_clip(frames, PLAIN, 0).onset_apex  # where nothing has moved yet
    np.testing.assert_array_equal(at_onset, micro_clip(frames, PLAIN, 4).onset_apex)
    assert (micro_clip(frames, PLAIN, 8).onset_apex != micro_clip(frames, PLAIN).onset_apex).any()


def test_alignment_frame_by_frame_destroys_the_motion_that_the_first_frames_keeps(rng):
    """The mouth rises by 1.5 pixels; landmarks jitter by half a pixel, as a good predictor's do."""
    frames, points = smiling(12)
    jittered = points + rng.normal(0, 0.5, (len(frames), *points.shape))
    truth = flow_clip(align_clip(frames, points, size=(64, 64))[0])
    first = flow_clip(align_clip(frames, jittered, size=(64, 64))[0])
    each = flow_clip(align_clip(frames, jittered, size=(64, 64), reference="each")[0])
    inside = (slice(None), slice(8, 56), slice(8, 56), slice(0, 2))
    signal = np.linalg.norm(truth[inside], axis=-1).mean()
    kept = np.linalg.norm(first[inside] - truth[inside], axis=-1).mean()
    lost = np.linalg.norm(each[inside] - truth[inside], axis=-1).mean()
    assert kept < 0.25 * signal  # the motion survives
    assert lost > 2 * signal  # the jitter is larger than the motion


def test_a_clip_is_placed_by_its_first_face_alone():
    """Landmarks are looked for once, and every frame goes through the same transform."""
    frames, points = smiling(6)
    calls = []

    class Cutter(FaceCutter):
        def __init__(self):
            super().__init__(MicroSettings(size=48).faces)

        def place(self, image):
            calls.append(image)
            return (
                None if len(calls) == 1 else super().place(image)
            )  # no face in the first frame: the next one

    faces = align_to_first(frames, Cutter())
    assert len(calls) == 2 and faces.shape == (6, 48, 48, 3)
    assert points.shape == (68, 2)


def test_interpolated_lengths_are_those_of_the_sampling_module():
    """On a clip that brightens by a line the linear result is that line; the manifold's is its own module's."""
    ramp = np.linspace(20, 220, 6)[:, None, None] * np.ones((1, 32, 32))
    frames = ramp.round().astype(np.uint8)
    linear = micro_clip(frames, MicroSettings(size=32, frames=11, length="linear", normalise=False))
    np.testing.assert_allclose(linear.frames[:, 3, 3, 0], np.linspace(20, 220, 11), atol=1)
    manifold = micro_clip(frames, MicroSettings(size=32, frames=11, length="manifold", normalise=False))
    np.testing.assert_array_equal(manifold.frames[..., 0], interpolate_clip(frames, 11))


def test_normalising_is_one_line_for_the_whole_clip():
    frames = np.clip(numbered(8).astype(int) + 60, 0, 255).astype(np.uint8)
    clip = micro_clip(frames, MicroSettings(size=32, frames=8))
    assert clip.frames.min() == 0 and clip.frames.max() == 255
    inner = (clip.frames[..., 0] > 0) & (clip.frames[..., 0] < 255)
    slope, shift = np.polyfit(frames[inner].astype(float), clip.frames[..., 0][inner].astype(float), 1)
    line = slope * frames[inner] + shift
    assert slope > 1
    np.testing.assert_allclose(clip.frames[..., 0][inner], line, atol=1)  # rounding, and no frame of its own
    plain = np.full((4, 32, 32), 90, np.uint8)
    assert (micro_clip(plain, MicroSettings(size=32)).frames == 90).all()


def test_stabilising_takes_a_shift_of_the_head_out_and_leaves_the_expression():
    frames, _ = smiling(4, size=96, lift=3.0)
    moved = np.stack([np.roll(frame, number, axis=1) for number, frame in enumerate(frames)])
    settings = {"size": 96, "frames": 4, "normalise": False}
    raw = micro_clip(moved, MicroSettings(**settings), 3)
    still = micro_clip(moved, MicroSettings(**settings, stabilise=True), 3)
    upper = (slice(10, 45), slice(15, 80))
    assert abs(float(raw.onset_apex[upper][..., 0].mean()) - 3) < 0.3
    assert abs(float(still.onset_apex[upper][..., 0].mean())) < 0.3
    assert float(still.onset_apex[75:90, 15:80, 1].mean()) < -1.5  # the lower face still rises
    np.testing.assert_allclose(
        still.flow[..., 2], np.hypot(still.flow[..., 0], still.flow[..., 1]), atol=2e-3
    )


def test_magnification_is_that_of_its_module():
    frames, _ = smiling(10, size=48)
    settings = MicroSettings(size=48, frames=10, normalise=False, magnify=4, fps=100, band=(10, 40))
    expected = magnify_motion(align_to_first(frames, FaceCutter(settings.faces)), 100, (10, 40), 4)
    np.testing.assert_array_equal(micro_clip(frames, settings).frames, expected)
    assert (expected != micro_clip(frames, MicroSettings(size=48, frames=10, normalise=False)).frames).any()


def test_the_hash_is_of_every_setting():
    changes = [
        {"size": 48},
        {"frames": 10},
        {"length": "linear"},
        {"normalise": False},
        {"flow": "farneback"},
    ]
    changes += [
        {"stabilise": True},
        {"detector": "viola_jones"},
        {"margin": 0.2},
        {"magnify": 2.0, "fps": 100},
    ]
    hashes = {MicroSettings(**change).sha256 for change in changes} | {MicroSettings().sha256}
    assert len(hashes) == len(changes) + 1
    assert MicroSettings(landmarks="mesh").faces.template == "rigid"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"length": "tim"}, "choose one of .*manifold"),
        ({"flow": "lucas"}, "choose one of .*dis"),
        ({"size": 8}, "16 pixels"),
        ({"frames": 1}, "2 frames"),
        ({"magnify": 5}, "frame rate as fps"),
        ({"landmarks": "haar"}, "choose one of"),
    ],
)
def test_wrong_settings_are_named(settings, message):
    with pytest.raises(DataError, match=message):
        MicroSettings(**settings)


@pytest.mark.parametrize(
    ("frames", "apex", "message"),
    [
        (np.zeros((0, 32, 32), np.uint8), None, "no face was found in any of 0"),
        (np.zeros((1, 32, 32), np.uint8), None, "needs at least 2"),
        (np.zeros((3, 32, 32), np.uint8), 3, "apex=3 is not among the clip's 3"),
        ([np.zeros((32, 32), np.uint8), np.zeros((32, 30), np.uint8)], None, "different sizes"),
    ],
)
def test_wrong_clips_are_named(frames, apex, message):
    with pytest.raises(DataError, match=message):
        micro_clip(frames, PLAIN, apex)


@pytest.mark.parametrize(
    ("landmarks", "template"), [("mesh", "rigid"), ("dlib68", "rigid"), ("dlib5", None), (None, None)]
)
def test_the_template_has_the_landmarks_it_needs(landmarks, template):
    assert MicroSettings(landmarks=landmarks).faces.template == template
