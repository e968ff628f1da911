import sys

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from learnface.reports._face_history import MOST_BINS, MOST_FACES
from learnface.reports.timeline import Timeline

LABELS = ("glad", "sad")


def table(times, glad, face=0):
    glad = np.broadcast_to(np.asarray(glad, float), (len(times),))
    return pd.DataFrame({"time": np.asarray(times, float), "face": face, "p_glad": glad, "p_sad": 1 - glad})


def test_probabilities_are_kept_while_there_is_room(rng):
    times, glad = np.arange(300) / 25, rng.random(300)
    timeline = Timeline(LABELS)
    for start in range(0, 300, 32):
        timeline.add(table(times[start : start + 32], glad[start : start + 32]))
    kept_times, kept = timeline.probabilities(0)
    assert kept_times == pytest.approx(times, abs=timeline.width)
    assert kept == pytest.approx(np.stack([glad, 1 - glad], 1))


def test_a_long_video_is_binned_by_means(rng):
    times, glad = np.arange(20_000) / 25, rng.random(20_000)  # 800 s
    timeline = Timeline(LABELS)
    for start in range(0, 20_000, 77):
        timeline.add(table(times[start : start + 77], glad[start : start + 77]))
    kept_times, kept = timeline.probabilities(0)
    assert MOST_BINS / 2 <= len(kept_times) <= MOST_BINS
    places = (times / timeline.width).astype(int)
    expected = np.bincount(places, glad) / np.bincount(places)
    assert kept[:, 0] == pytest.approx(expected)


def test_memory_does_not_grow():
    timeline = Timeline(LABELS)

    def size():
        return sum(sys.getsizeof(f.sums) + sys.getsizeof(f.counts) for f in timeline._faces.values())

    timeline.add(table([0, 1, 2], 0.5))
    first = size()
    for hour in range(30):
        timeline.add(table(np.arange(100) + 3600 * hour, 0.5))
    assert size() == first


def test_of_many_faces_the_longest_are_kept():
    timeline = Timeline(LABELS)
    timeline.add(table(np.arange(50), 0.5, face=7))
    for face in range(100, 300):
        timeline.add(table([50 + face], 0.5, face=face))
    assert len(timeline.faces) == MOST_FACES
    assert timeline.faces[0] == 7
    assert timeline.dropped == 201 - MOST_FACES


def colours(path, box):
    """The share of each colour in a part of a picture, given as shares of its size."""
    image = np.round(plt.imread(path)[..., :3] * 255).astype(int)
    height, width = image.shape[:2]
    left, top, right, bottom = box
    part = image[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
    values, counts = np.unique(part.reshape(-1, 3), axis=0, return_counts=True)
    return {tuple(value): count / counts.sum() for value, count in zip(values.tolist(), counts, strict=True)}


def test_the_picture_shows_shares_and_gaps(tmp_path):
    timeline = Timeline(("happy", "sad"), "lesson.mp4")
    first, second = np.arange(0, 30, 0.2), np.arange(70, 100, 0.2)
    for times in (first, second):
        timeline.add(table(times, 0.25).rename(columns={"p_glad": "p_happy"}))
    timeline.save(tmp_path / "a.png")
    left = colours(tmp_path / "a.png", (0.1, 0.35, 0.25, 0.6))
    gap = colours(tmp_path / "a.png", (0.42, 0.35, 0.5, 0.6))
    assert left.get((77, 126, 168), 0) > 0.9  # the upper part is sad's
    assert gap.get((255, 255, 255), 0) > 0.99


def test_a_face_seen_once_is_as_wide_as_a_step(tmp_path):
    timeline = Timeline(("happy", "sad"))
    seen = table(np.arange(30), 0.25), table([15], 0.25, face=1)
    timeline.add(pd.concat(seen).rename(columns={"p_glad": "p_happy"}))
    timeline.save(tmp_path / "a.png")
    lower = colours(tmp_path / "a.png", (0.06, 0.6, 0.85, 0.75))
    assert lower.get((77, 126, 168), 0) == pytest.approx(1 / 29, abs=0.01)


def test_pictures_of_nothing_of_one_frame_and_of_many_faces(tmp_path):
    empty = Timeline(LABELS)
    empty.add(table([], []))
    empty.extend(20)
    empty.save(tmp_path / "empty.png")
    one = Timeline(LABELS)
    one.add(table([0], 1))
    one.save(tmp_path / "one.png")
    many = Timeline(LABELS)
    for face in range(20):
        many.add(table(np.arange(20), 0.5, face))
    many.save(tmp_path / "many.png")
    heights = {path.stem: plt.imread(path).shape[0] for path in tmp_path.iterdir()}
    assert heights["empty"] == heights["one"] < heights["many"] < 2000


def test_pyplot_keeps_no_figure(tmp_path):
    before = plt.get_fignums()
    Timeline(LABELS).save(tmp_path / "a.png")
    assert plt.get_fignums() == before


def test_the_figure_is_what_is_saved(tmp_path):
    timeline = Timeline(LABELS, "lesson.mp4")
    timeline.add(table(np.arange(5), 0.5))
    figure = timeline.figure()
    assert [axes.get_ylabel() for axes in figure.axes] == ["face 0"]
    assert timeline.save(tmp_path / "a.png") == tmp_path / "a.png"
    figure.savefig(tmp_path / "b.png", dpi=110)
    assert (plt.imread(tmp_path / "a.png") == plt.imread(tmp_path / "b.png")).all()
