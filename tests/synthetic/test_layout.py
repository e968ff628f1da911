import numpy as np
import pytest

from learnface.synthetic import LAYOUTS
from learnface.synthetic.layout import Settings, film, learner_of, plan

SETTINGS = Settings("plain", 10, 5, 32, 4, 3, 1.0, 0.0, "emotions", 1)


@pytest.fixture
def jobs():
    return plan(LAYOUTS["plain"], SETTINGS, ("happy", "sad", "fear"))


def test_plan_takes_turns_and_numbers_takes(jobs):
    assert [job.number for job in jobs] == list(range(50))
    assert [job.emotion for job in jobs[5:10]] == ["sad", "fear", "happy", "sad", "fear"]
    assert [job.take for job in jobs[5:10]] == [0, 0, 0, 1, 1]


def test_no_learner_is_in_two_splits_and_every_split_has_one(jobs):
    splits = {}
    for job in jobs:
        splits.setdefault(job.split, set()).add(job.subject)
    assert {name: len(subjects) for name, subjects in splits.items()} == {
        "train": 6,
        "validation": 2,
        "test": 2,
    }
    assert not splits["train"] & splits["test"] and not splits["train"] & splits["validation"]
    few = plan(LAYOUTS["plain"], Settings("plain", 3, 1, 32, 4, 0, 1.0, 0.0, "emotions", 1), ("happy",))
    assert [job.split for job in few] == ["train", "validation", "test"]


def test_film_follows_the_settings_and_its_own_options(jobs):
    clip = film(jobs[0], LAYOUTS["plain"], frames=5)
    assert clip.frames.shape == (5, 32, 32, 3) and clip.label == "happy" and clip.subject == "learner30000"
    again = film(jobs[0], LAYOUTS["plain"], frames=5)
    np.testing.assert_array_equal(clip.frames, again.frames)
    assert learner_of(jobs[0]) is learner_of(jobs[1]) is not learner_of(jobs[9])


def test_takes_of_one_emotion_differ(jobs):
    one, other = (film(jobs[place], LAYOUTS["plain"]) for place in (0, 3))
    assert one.label == other.label and not np.array_equal(one.weights, other.weights)
