import keras
import numpy as np
import pandas as pd
import pytest
from checks.faces import write_picture

from learnface.clips import PrepareSettings, prepare
from learnface.training import LabelledFaces
from learnface.transfer._scoring import score

LABELS = ("dark", "bright")


def told_apart_by_brightness():
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.GlobalAveragePooling2D()])
    model.add(keras.layers.Dense(2, "softmax"))
    model.layers[-1].set_weights([np.array([[-9.0, 9.0]]), np.array([4.5, -4.5])])
    return keras.Model(model.inputs, model.outputs)


def pictures(folder, people, corpora=("one",) * 4):
    """Two pictures of each of two people: those of the first are called what they are, of the second not."""
    rows = []
    for place, level in enumerate([0, 255, 0, 255]):
        path = folder / f"{place}.png"
        write_picture(path, np.full((4, 4), level, np.uint8))
        label = LABELS[(level == 255) == (place < 2)]
        rows.append({"sample": str(place), "frames": str(path), "label": label})
    index = pd.DataFrame(rows).assign(subject=people, corpus=corpora)
    faces = prepare(index, folder / "faces", PrepareSettings(detector=None, size=4, equalise=None))
    return LabelledFaces(faces, faces.one_hot(LABELS).argmax(1))


@pytest.mark.parametrize(
    ("people", "corpora", "count", "interval"),
    [
        (
            ["anna", "anna", "ben", "ben"],
            ["one"] * 4,
            2,
            [0.0, 1.0],
        ),  # both drawn twice: all wrong, all right
        (["S1", "S1", "S1", "S1"], ["one", "one", "two", "two"], 2, [0.0, 1.0]),
        (["anna"] * 4, ["one"] * 4, 1, None),
        (["anna", "anna", "ben", None], ["one"] * 4, None, None),
    ],
)
def test_the_interval_is_over_people(people, corpora, count, interval, tmp_path):
    scores = score(told_apart_by_brightness(), pictures(tmp_path, people, corpora), LABELS)
    assert scores["accuracy"] == 0.5
    assert scores.get("people") == count and scores.get("people_interval") == interval
    low, high = scores["accuracy_interval"]
    assert 0.1 < low < high < 0.9  # of four samples that would not belong together


def test_pixels_in_memory_name_no_people():
    images = np.zeros((2, 4, 4, 1), np.uint8)
    scores = score(told_apart_by_brightness(), LabelledFaces(images, np.array([0, 1])), LABELS)
    assert scores["accuracy"] == 0.5 and "people" not in scores
