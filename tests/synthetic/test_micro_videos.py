import numpy as np
import pytest

from learnface.errors import DataError
from learnface.synthetic import Learner, synthesise_micro_video


def video(**options):
    return synthesise_micro_video(
        Learner(7), **{"seconds": 12, "fps": 20, "size": 24, "supersample": 1} | options
    )


def test_the_same_arguments_give_the_same_frames():
    first, second = (list(video(seconds=2, events=0, macro=0).frames()) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert len(first) == 40 and first[0].shape == (24, 24, 3)
    assert not np.array_equal(first[0], next(video(seconds=2, events=0, macro=0, seed=1).frames()))


def test_events_are_short_apart_and_in_order():
    for seed in range(8):
        film = video(seed=seed)
        micro = [event for event in film.events if event.micro]
        assert (len(micro), len(film.events)) == (3, 4)
        for event in film.events:
            assert event.onset < event.apex < event.offset <= film.length
            assert (event.offset - event.onset <= 0.5 * film.fps) == event.micro
        for one, other in zip(film.events, film.events[1:], strict=False):
            assert other.onset - one.offset >= film.fps


def test_the_face_moves_during_an_event_and_rests_outside():
    film = video(
        events=1, macro=0, seconds=4, motion=0, noise=0, amplitudes=(0.4, 0.4), emotions=("surprise",)
    )
    frames = [frame.astype(int) for frame in film.frames()]
    (event,) = film.events
    change = [np.abs(frame - frames[0]).mean() for frame in frames]
    assert max(change[: event.onset + 1]) == max(change[event.offset :]) == 0
    assert change[event.apex] > 0.2
    assert event.emotion == "surprise"


def test_what_does_not_fit_is_refused():
    with pytest.raises(DataError, match="40 frames are too few for 4 expressions"):
        video(seconds=2)
    with pytest.raises(DataError, match="fps=5"):
        video(fps=5)
