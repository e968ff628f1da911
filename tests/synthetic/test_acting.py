import numpy as np
import pytest

from learnface.errors import DataError
from learnface.synthetic.acting import COURSES, act
from learnface.synthetic.expressions import EMOTIONS

HAPPY = EMOTIONS["happy"]


def play(seed=0, expression=HAPPY, **options):
    return act(expression, np.random.default_rng(seed), **options)


@pytest.mark.parametrize("frames", [4, 7, 16, 40])
@pytest.mark.parametrize("speed", [0.5, 1, 3])
def test_full_course_rises_to_the_apex_and_falls_to_the_offset(frames, speed):
    for seed in range(10):
        shown = play(seed, frames=frames, speed=speed)
        assert 0 <= shown.onset < shown.apex < shown.offset < frames
        intensity = shown.intensity
        assert (intensity[: shown.onset + 1] == 0).all() and (intensity[shown.offset :] == 0).all()
        assert intensity[shown.apex] == 1 and (intensity[: shown.apex] < 1).all()
        assert (np.diff(intensity[: shown.apex + 1]) >= 0).all()
        assert (np.diff(intensity[shown.apex :]) <= 0).all()


@pytest.mark.parametrize("frames", [2, 5, 16])
def test_rise_and_fall_are_each_other_backwards(frames):
    for seed in range(5):
        rise, fall = (play(seed, frames=frames, course=course) for course in ("rise", "fall"))
        np.testing.assert_array_equal(rise.intensity, fall.intensity[::-1])
        assert rise.intensity[-1] == fall.intensity[0] == 1 and rise.intensity[0] == 0
        assert (fall.apex, fall.offset) == (frames - 1 - rise.apex, frames - 1 - rise.onset)


def test_hold_stays():
    assert (play(course="hold", frames=1).intensity == 1).all()


def test_faster_is_shorter():
    lengths = [
        np.mean([(s := play(seed, frames=40, speed=speed)).offset - s.onset for seed in range(20)])
        for speed in (1, 2, 4)
    ]
    assert lengths[0] > 1.6 * lengths[1] > 2.5 * lengths[2]


def test_valence_and_arousal_follow_the_strength():
    shown = play(amplitude=0.3)
    np.testing.assert_allclose(shown.valence, 0.3 * shown.intensity * HAPPY.valence)
    np.testing.assert_allclose(shown.arousal, 0.3 * shown.intensity * HAPPY.arousal)


def test_without_motion_only_the_expression_moves():
    shown = play(motion=0, amplitude=0.0)
    assert len(set(map(str, shown.poses))) == 1 and shown.poses[0].yaw == 0
    assert not any(any(weights.values()) for weights in shown.weights)


def test_blinks_close_lids_and_relax_what_would_hold_them_open():
    shown = [play(seed, EMOTIONS["surprise"], frames=60, motion=8) for seed in range(4)]
    moments = [weights for take in shown for weights in take.weights if weights.get("eyeBlinkLeft", 0) > 0.95]
    assert moments and all(weights["eyeWideLeft"] < 0.35 for weights in moments)


def test_still_and_sway_tilt_alike_but_only_sway_moves():
    tilts = {}
    for movement in ("still", "sway"):
        takes = [play(seed, course="hold", movement=movement) for seed in range(300)]
        tilts[movement] = np.array([[pose.roll for pose in take.poses] for take in takes])
    assert np.ptp(tilts["still"], axis=1).max() < 1e-9
    assert np.ptp(tilts["sway"], axis=1).min() > 5
    for quantile in (0.1, 0.25, 0.5, 0.75, 0.9):
        one, other = (np.quantile(tilts[movement], quantile) for movement in ("still", "sway"))
        assert one == pytest.approx(other, abs=2.0)


def test_then_joins():
    joined = play(0, frames=5).then(play(1, frames=4))
    assert len(joined.weights) == len(joined.poses) == len(joined.valence) == 9
    assert joined.onset == play(0, frames=5).onset


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"course": "up"}, "full, rise, fall, hold"),
        ({"movement": "dance"}, "natural, still, sway"),
        ({"frames": 3}, "frames=3.*at least 4"),
        ({"amplitude": -0.1}, "amplitude=-0.1"),
        ({"speed": 0}, "speed=0"),
        ({"motion": -1}, "motion=-1"),
    ],
)
def test_wrong_arguments(options, message):
    with pytest.raises(DataError, match=message):
        play(**options)


def test_courses_say_how_many_frames_they_need():
    for course, frames in COURSES.items():
        play(course=course, frames=frames)
