import numpy as np
import pytest

from learnface.errors import DataError
from learnface.synthetic import (
    EMOTIONS,
    TEMPORAL_TASKS,
    Learner,
    draw,
    synthesise_clip,
    synthesise_temporal_clip,
    synthesise_video,
)


@pytest.fixture(scope="module")
def learner():
    return Learner(0)


def quiet(learner, emotion="happy", **options):
    return synthesise_clip(learner, emotion, **({"size": 40, "motion": 0, "light": 0, "noise": 0} | options))


def test_clip_has_what_it_promises(learner):
    clip = synthesise_clip(learner, "anger", frames=6, size=32)
    assert clip.frames.shape == (6, 32, 32, 3) and clip.frames.dtype == np.uint8
    assert (clip.label, clip.subject) == ("angry", "learner0000")
    assert clip.landmarks.shape == (6, 68, 2) and clip.pupils.shape == (6, 2, 2)
    assert clip.weights.shape == (6, 52) and len(clip.units) == 52 and clip.poses.shape == (6, 3)
    for values in (clip.valence, clip.arousal, clip.intensity):
        assert values.shape == (6,) and values.dtype == np.float32


def test_same_arguments_same_bytes_and_other_seeds_other_takes(learner):
    one, again, other = (
        synthesise_clip(Learner(0), "sad", frames=4, size=32, seed=seed) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one.frames, again.frames)
    np.testing.assert_array_equal(one.landmarks, again.landmarks)
    assert not np.array_equal(one.frames, other.frames)


def test_people_differ():
    faces = [quiet(Learner(seed), "neutral", frames=4).frames[0].astype(int) for seed in (0, 1)]
    assert np.abs(faces[0] - faces[1]).mean() > 5


def test_picture_changes_most_at_the_apex(learner):
    for emotion in ("happy", "surprise", "fear", "disgust"):
        clip = quiet(learner, emotion, frames=9)
        change = np.abs(clip.frames.astype(int) - clip.frames[clip.onset]).mean((1, 2, 3))
        assert change[clip.apex] == change.max() > 1
        assert (np.diff(change[clip.onset : clip.apex + 1]) > 0).all()


def test_amplitude_scales_motion_down_to_micro_expressions(learner):
    motion = []
    for amplitude in (0.0, 0.1, 0.3, 1.0):
        clip = quiet(learner, amplitude=amplitude, frames=5)
        motion.append(np.linalg.norm(clip.landmarks[clip.apex] - clip.landmarks[clip.onset], axis=1).max())
        changed = np.abs(clip.frames[clip.apex].astype(int) - clip.frames[clip.onset]).mean()
        assert (changed > 0) == (amplitude > 0)
    assert motion[0] == 0
    np.testing.assert_allclose(motion[1:3], np.array([0.1, 0.3]) * motion[3], rtol=0.08)
    assert motion[1] < 1  # pixel, at 40 pixels


def test_landmarks_belong_to_the_weights_and_poses_told(learner):
    clip = quiet(learner, "fear", frames=5, motion=1)
    weights = dict(zip(clip.units, clip.weights[clip.apex].tolist(), strict=True))
    rest = draw(learner, weights, size=40).landmarks
    # The head also turns and shifts: compare the shape of the mouth, which does not.
    mouth, expected = (points[48:68] - points[48:68].mean(0) for points in (clip.landmarks[clip.apex], rest))
    np.testing.assert_allclose(mouth, expected, atol=1.0)


def test_occlusion_and_noise_change_pictures_but_not_the_truth(learner):
    plain, masked, noisy = (
        quiet(learner, frames=4, **o) for o in ({}, {"occlusion": "mask"}, {"noise": 1.0})
    )
    for other in (masked, noisy):
        assert not np.array_equal(plain.frames, other.frames)
        np.testing.assert_array_equal(plain.landmarks, other.landmarks)


def test_video_joins_emotions_before_one_camera(learner):
    video = synthesise_video(learner, ["happy", "sad"], frames=5, size=32, noise=0)
    assert len(video.frames) == len(video.valence) == 10
    assert video.valence[:5].max() > 0.2 and video.valence[5:].min() < -0.2
    np.testing.assert_array_equal(video.frames[0, 0, 0], video.frames[9, 0, 0])  # the wall stays


def test_temporal_labels_need_motion(learner):
    clips = {
        label: synthesise_temporal_clip(learner, label, frames=6, size=32, noise=0)
        for label in TEMPORAL_TASKS
    }
    assert {label: clip.label for label, clip in clips.items()} == {label: label for label in TEMPORAL_TASKS}
    assert clips["rising"].intensity[-1] == clips["falling"].intensity[0] == 1
    np.testing.assert_array_equal(clips["rising"].intensity, clips["falling"].intensity[::-1])
    still, sway = (
        np.ptp(clips[label].landmarks[:, 30], axis=0).max() for label in ("concentrated", "confused")
    )  # of the tip of the nose, which no blink moves
    assert still < 0.01 and sway > 1


@pytest.mark.parametrize(
    ("emotion", "options", "message"),
    [
        ("joyous", {}, "'joyous'.*angry"),
        ("happy", {"amplitude": -1}, "amplitude=-1"),
        ("happy", {"size": 8}, "size=8"),
        ("happy", {"frames": 2}, "frames=2"),
        ("happy", {"occlusion": "scarf"}, "book, hand, mask"),
        ("happy", {"noise": -1}, "noise=-1"),
    ],
)
def test_wrong_arguments(learner, emotion, options, message):
    with pytest.raises(DataError, match=message):
        synthesise_clip(learner, emotion, **({"frames": 4, "size": 32} | options))


def test_wrong_labels_of_other_clips(learner):
    with pytest.raises(DataError, match="rising, falling"):
        synthesise_temporal_clip(learner, "happy")
    with pytest.raises(DataError, match="emotions is empty"):
        synthesise_video(learner, [])


def test_every_emotion_can_be_filmed(learner):
    for emotion in EMOTIONS:
        assert quiet(learner, emotion, frames=4, size=24, supersample=1).label == emotion
