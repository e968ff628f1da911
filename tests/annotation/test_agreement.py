import numpy as np
import pytest

from learnface.annotation import AnnotationStore, Batch, Stretch, annotator_agreement
from learnface.errors import DataError

RATE = 10
TIMES = np.arange(0, 20.001, 0.1)
LATE = {"Anna": 0.0, "Ben": 0.6, "Eve": 1.2}


def face(times):
    """What the learner feels: no pattern that comes back within a few seconds."""
    return 0.6 * np.sin(0.9 * times) + 0.3 * np.sin(2.3 * times + 1)


@pytest.fixture
def store():
    with AnnotationStore(":memory:") as store:
        numbers = store.clip_ids(["a.mp4", "b.mp4", "c.mp4"])
        for annotator, late in LATE.items():
            store.add_annotator(annotator)
            for number, clip in enumerate(numbers.values(), start=1):
                values = np.round(face(TIMES + 3 * clip - late), 3)
                samples = tuple(zip(np.round(TIMES, 3).tolist(), values.tolist(), strict=True))
                if clip < 3 or annotator == "Anna":  # the third clip has one annotator
                    change = Stretch("valence", 0, 20, samples)
                    store.apply(Batch(f"page-{annotator}", number, annotator, clip, (change,)))
        yield store


def test_it_is_that_of_the_traces(store):
    found = annotator_agreement(store, RATE)
    assert list(found) == ["valence"]
    valence = found["valence"]
    assert valence.clips.index.tolist() == ["a.mp4", "b.mp4"]
    assert valence.clips["annotators"].tolist() == [3, 3] and valence.clips["frames"].tolist() == [201, 201]
    traces = np.array([[face(TIMES + 3 * clip - late) for clip in (1, 2)] for late in LATE.values()])
    # Cronbach's alpha, and Pearson's correlation over both clips, by NumPy.
    for number, alpha in enumerate(valence.clips["alpha"]):
        clip = traces[:, number]
        expected = 3 / 2 * (1 - clip.var(axis=1, ddof=1).sum() / clip.sum(axis=0).var(ddof=1))
        assert alpha == pytest.approx(expected, abs=0.001)
    assert valence.pearson.to_numpy() == pytest.approx(np.corrcoef(traces.reshape(3, -1)), abs=0.001)
    assert valence.pearson.columns.tolist() == list(LATE)
    assert (valence.ccc.to_numpy() <= valence.pearson.to_numpy() + 1e-9).all()
    assert valence.lags.to_dict() == pytest.approx({"Anna": -0.6, "Ben": 0.0, "Eve": 0.6}, abs=0.03)
    assert valence.notes == []


def test_what_cannot_be_told_is_noted(store):
    still = Stretch("valence", 0, 20, tuple((round(time, 3), 0.25) for time in TIMES.tolist()))
    for number, annotator in enumerate(LATE, start=10):
        store.apply(Batch("still", number, annotator, 2, (still,)))
    valence = annotator_agreement(store, RATE)["valence"]
    assert valence.clips.index.tolist() == ["a.mp4"]
    assert len(valence.notes) == 2 and all(note.startswith("b.mp4: ") for note in valence.notes)


def test_one_annotator_agrees_with_nobody():
    with AnnotationStore(":memory:") as store:
        with pytest.raises(DataError, match="agreement needs two"):
            annotator_agreement(store)
        with pytest.raises(DataError, match="the rate must be"):
            annotator_agreement(store, rate=0)
