import numpy as np
import pandas as pd
import pytest
from checks.films import patterns, write_video

from learnface.annotation import (
    AnnotationStore,
    Batch,
    Mark,
    Stretch,
    emotion_table,
    rating_table,
    write_export,
)
from learnface.annotation.export import resample
from learnface.cli import main as cli
from learnface.corpora import annotated_videos, labelled_clips
from learnface.errors import DataError

CLIPS = ("ada/lesson 1.mp4", "ben/lesson, 2.mp4", "loose.mp4")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "clips"
    for seed, name in enumerate(CLIPS):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_video(folder / name, patterns(30, seed), codec="libx264")  # 3 s
    return folder


@pytest.fixture
def store(folder):
    with AnnotationStore(folder / "annotations.sqlite") as store:
        for name in ("Anna", "Ben"):
            store.add_annotator(name)
        store.clip_ids(CLIPS)
        yield store


def send(store, annotator, clip, *changes):
    send.number += 1
    store.apply(Batch("p", send.number, annotator, store.clip_ids([])[CLIPS[clip]], changes))


send.number = 0


def curve(dimension, start, stop, value, step=0.04):
    times = np.round(np.arange(start, stop + step / 2, step), 3).tolist()
    return Stretch(dimension, start, stop, tuple((time, value(time)) for time in times))


def check(path, corpus, monkeypatch, capsys):
    """Run `learnface check` and return its exit code and what it printed."""
    monkeypatch.setattr("sys.argv", ["learnface", "check", str(path), "--corpus", corpus, "--no-duplicates"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return stop.value.code or 0, capsys.readouterr().out


def test_emotions_are_the_manifest_of_labelled_clips(store, folder, monkeypatch, capsys):
    send(store, "Anna", 1, Mark("a", "happy", 0.25, 1.5), Mark("b", "confused", 1.0, 2.75))
    send(store, "Ben", 0, Mark("a", "confused", 0.0, 1.125), Mark("open", "happy", 2.0))
    send(store, "Ben", 2, Mark("a", "happy", 0.5, 1.0))
    (folder / "subjects.csv").write_text("path,subject\nloose.mp4,eve\n")
    export = emotion_table(store, folder)
    assert export.notes == ["marks without a stop, left out: 1"]
    for name in ("manifest.csv", "manifest.parquet"):
        path = write_export(export, folder / name, folder)
        code, out = check(path, "labelled_clips", monkeypatch, capsys)
        assert code == 0, out
        index = labelled_clips.index(path)
        assert [str(path) for path in index["frames"]] == [str(folder / CLIPS[n]) for n in (0, 1, 1, 2)]
        assert index["label"].tolist() == ["confused", "happy", "confused", "happy"]
        assert index["subject"].tolist() == ["ada", "ben", "ben", "eve"]
        assert index["start"].tolist() == [0.0, 0.25, 1.0, 0.5] and index["stop"].tolist() == [
            1.125,
            1.5,
            2.75,
            1.0,
        ]
        assert index["annotator"].tolist() == ["Ben", "Anna", "Anna", "Ben"]
        path.unlink()
    write_export(export, folder / "manifest.parquet", folder)
    assert labelled_clips.index(folder).attrs["labels"] == store.labels  # in the order that was given
    assert len(emotion_table(store, folder, "Anna").table) == 2


def test_two_who_marked_the_same_stretch(store, folder):
    send(store, "Anna", 0, Mark("a", "happy", 0.0, 3.0))
    send(store, "Ben", 0, Mark("b", "happy", 0.0, 3.0))
    assert emotion_table(store, folder).table["annotator"].tolist() == ["Anna; Ben"]
    send(store, "Ben", 0, Mark("b", "confused", 0.0, 3.0))
    with pytest.raises(
        DataError, match=r"lesson 1.mp4: 0-3 s is happy \(Anna\) and confused \(Ben\); choose one"
    ):
        emotion_table(store, folder)
    assert emotion_table(store, folder, "Ben").table["label"].tolist() == ["confused"]


def test_ratings_are_the_file_of_annotated_videos(store, folder, monkeypatch, capsys):
    wave = {"Anna": lambda t: 0.25 * t - 0.25, "Ben": lambda t: 0.2 - 0.1 * t}
    for name, value in wave.items():
        for clip in (0, 1):
            both = (curve("valence", 0, 2.4, value), curve("arousal", 0, 3.0, lambda t: -value(t)))  # noqa: B023
            send(store, name, clip, *both)
    send(store, "Anna", 0, Mark("a", "happy", 1.0, 2.0), Mark("b", "surprise", 1.5, 1.8))
    export = rating_table(store, folder, rate=10)
    assert export.notes == ["rated in one dimension only, left out: 2.4 s"]
    path = write_export(export, folder / "annotations.csv", folder)
    code, out = check(folder, "annotated_videos", monkeypatch, capsys)
    assert code == 0, out
    index = annotated_videos.index(folder)
    assert index["labelled_frames"].tolist() == [25, 25] and index["annotators"].tolist() == [2, 2]
    assert index["subject"].tolist() == ["ada", "ben"]
    ratings = annotated_videos.ratings(index[:1], "valence")
    times = ratings.index.get_level_values("time").to_numpy()
    assert times == pytest.approx(np.arange(25) / 10)
    for name, value in wave.items():
        assert ratings[name].to_numpy() == pytest.approx(value(times), abs=1e-4)
    assert annotated_videos.ratings(index, "arousal")["Ben"].iloc[30] == pytest.approx(
        0.1 * 0.5 - 0.2, abs=1e-4
    )
    words = annotated_videos.frame_table(index.iloc[0]).set_index("time")["emotion"].dropna()
    assert words.to_dict() == {
        **{round(t / 10, 1): "happy" for t in (*range(10, 15), 18, 19)},
        **{round(t / 10, 1): "surprise" for t in range(15, 18)},
    }
    assert path.read_text().splitlines()[0] == "video,subject,annotator,time,valence,arousal,emotion"


@pytest.mark.filterwarnings("ignore::learnface.corpora.labelled_clips.SubjectWarning")
def test_overlapping_stretches_with_other_labels_are_noted(store, folder):
    send(store, "Anna", 0, Mark("a", "happy", 0.5, 2.0), Mark("b", "confused", 2.2, 2.3))
    send(
        store,
        "Ben",
        0,
        Mark("c", "surprise", 0.51, 2.0),
        Mark("d", "happy", 1.0, 2.0),
        Mark("e", "surprise", 2.2, 3.0),
    )
    export = emotion_table(store, folder)
    assert len(export.table) == 5
    (note,) = export.notes
    # Ben's last is eight times as long as what it overlaps, and his second has the same label as Anna's first.
    assert note == (
        "stretches that overlap under different labels, both kept: 1 "
        f"({CLIPS[0]} 0.5-2 s happy (Anna), 0.51-2 s surprise (Ben))"
    )
    assert emotion_table(store, folder, "Ben").notes == []


def test_resampling_agrees_with_a_straight_line(rng):
    times = np.sort(rng.choice(np.arange(0, 20_000), 900, replace=False)) / 1000
    values = rng.uniform(-1, 1, 900)
    found = resample(list(zip(times.tolist(), values.tolist(), strict=True)), rate=7)
    grid = found.index.to_numpy() / 7
    assert found.to_numpy() == pytest.approx(np.interp(grid, times, values), abs=1e-6)
    assert len(found) == np.floor(times[-1] * 7) - np.ceil(times[0] * 7) + 1


def test_resampling_leaves_gaps_open():
    trace = [(0.0, 0.0), (0.5, 0.5), (1.2, 0.9), (1.233, -1.0), (3.0, 1.0)]
    expected = {0: 0.0, 1: 0.2, 2: 0.4, 6: 0.9, 15: 1.0}
    assert resample(trace, 5).to_dict() == pytest.approx(expected)
    assert resample([(1.0, 0.3)], 5).to_dict() == {5: 0.3}
    assert resample([(1.1, 0.3)], 5).empty and resample([], 5).empty
    assert resample([(0.0, 0.0), (0.033, 0.3), (0.067, 0.6)], 30).to_dict() == pytest.approx(
        {0: 0.0, 1: 0.3, 2: 0.6}, abs=0.01
    )


def test_videos_that_are_gone_are_left_out_and_said(store, folder):
    send(store, "Anna", 0, Mark("a", "happy", 0.0, 1.0))
    send(store, "Anna", 2, Mark("a", "happy", 0.0, 1.0))
    (folder / CLIPS[2]).unlink()
    export = emotion_table(store, folder)
    assert export.table["path"].tolist() == [CLIPS[0]]
    assert export.notes == [f"labelled videos no longer in {folder}, left out: 1 (loose.mp4)"]


@pytest.mark.filterwarnings("ignore::learnface.corpora.labelled_clips.SubjectWarning")
def test_paths_are_told_from_where_the_file_is(store, folder, tmp_path):
    send(store, "Anna", 0, Mark("a", "happy", 0.0, 1.0))
    export = emotion_table(store, folder)
    for name, path in (("m.csv", "clips/ada/lesson 1.mp4"), ("other/m.csv", "../clips/ada/lesson 1.mp4")):
        write_export(export, tmp_path / name, folder)
        assert pd.read_csv(tmp_path / name)["path"].tolist() == [path]
    assert len(labelled_clips.index(tmp_path / "m.csv")) == 1
    assert len(labelled_clips.index(tmp_path / "other" / "m.csv", allow_outside=True)) == 1


def test_what_cannot_be_exported(store, folder):
    for make in (emotion_table, rating_table):
        with pytest.raises(DataError, match="holds no"):
            make(store, folder)
        with pytest.raises(DataError, match="no annotator is called 'Eve'; there are Anna, Ben"):
            make(store, folder, "Eve")
    for rate in (0, -1, 101, float("nan")):
        with pytest.raises(DataError, match="the rate must be from 0.1 to 100"):
            rating_table(store, folder, rate=rate)
    send(store, "Anna", 0, curve("valence", 0, 1, abs), curve("arousal", 0, 1, abs), Mark("a", "happy", 0, 1))
    with pytest.raises(DataError, match="ends in .csv or .parquet, not '.xlsx'"):
        write_export(emotion_table(store, folder), folder / "a.xlsx", folder)
    with pytest.raises(DataError, match="ratings are written as .csv"):
        write_export(rating_table(store, folder), folder / "a.parquet", folder)
    assert not (folder / "a.parquet").exists()
