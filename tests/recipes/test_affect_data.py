import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from checks.faces import write_picture
from checks.films import write_video

from learnface.clips import NoFaceWarning, PrepareSettings
from learnface.corpora import aff_wild, aff_wild2
from learnface.errors import DataError
from learnface.recipes._affect_data import check_prepared, load_videos, split_videos, windows
from learnface.synthetic import write_corpus

PLAIN = PrepareSettings(detector=None, size=4, equalise=None, fps=5.0, missing="drop")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Five videos of 20 frames at 10 fps, rated at 5 fps; valence is time / 10, but not at 0.4 s."""
    root = tmp_path_factory.mktemp("annotated")
    rows = ["video,subject,time,valence,arousal"]
    for video in range(5):
        grey = 10 + 10 * np.arange(20)[:, None, None] + np.zeros((20, 16, 16))
        write_video(root / f"v{video}.avi", grey.astype(np.uint8))
        rows += [f"v{video}.avi,s{video // 2},{t / 5},{t / 50},-0.5" for t in range(10) if t != 2]
    (root / "annotations.csv").write_text("\n".join(rows) + "\n")
    return root


@pytest.fixture(scope="module")
def videos(corpus, tmp_path_factory):
    return load_videos(corpus, "annotated_videos", tmp_path_factory.mktemp("faces") / "out", PLAIN)


def test_each_frame_gets_the_label_of_its_time(videos):
    one = videos.frames[videos.frames["place"] == 0]
    assert one["position"].tolist() == list(range(10))
    expected = np.where(np.arange(10) == 2, np.nan, np.arange(10) / 50)
    np.testing.assert_allclose(one["valence"], expected)
    assert videos.annotated.sum() == 45 and videos.describe()["frames"] == 45


def test_prepared_faces_are_taken_as_they_are(videos, tmp_path):
    again = load_videos(videos.faces.folder, "annotated_videos", tmp_path / "unused", PLAIN)
    pd.testing.assert_frame_equal(again.frames, videos.frames)
    assert not (tmp_path / "unused").exists()


def test_no_subject_is_in_two_splits(videos):
    splits = split_videos(videos, test=0.2, validation=0.2, seed=0)
    who = {name: set(part.faces.samples["subject"]) for name, part in splits.items()}
    assert all(who.values()) and sum(map(len, who.values())) == 3
    assert sum(len(part.faces) for part in splits.values()) == 5
    for part in splits.values():
        assert part.frames["place"].max() == len(part.faces) - 1


def with_splits(videos, splits):
    """Return videos whose corpus has split them; their subjects are two and two, and one."""
    faces = videos.faces[:]
    faces.samples = faces.samples.assign(split=splits)
    return dataclasses.replace(videos, faces=faces)


def parts(videos):
    return {
        name: part.faces.samples["sample"].tolist()
        for name, part in split_videos(videos, 0.2, 0.2, 0).items()
    }


def test_the_corpus_s_own_split_is_kept(videos):
    mine = with_splits(videos, ["test", "test", "train", "train", "validation"])
    assert parts(mine) == {"train": ["v2", "v3"], "validation": ["v4"], "test": ["v0", "v1"]}
    assert {part.split for part in split_videos(mine, 0.2, 0.2, 0).values()} == {"the corpus's own"}
    drawn = with_splits(videos, ["train", "train", "train", "train", "test"])
    found = parts(drawn)
    assert found["test"] == ["v4"] and sorted(found["train"] + found["validation"]) == [
        "v0",
        "v1",
        "v2",
        "v3",
    ]
    assert len(found["validation"]) == 2  # one person
    assert "validation drawn" in split_videos(drawn, 0.2, 0.2, 0)["test"].split
    # As in Aff-Wild, whose training videos alone have labels.
    assert parts(with_splits(videos, ["train"] * 5)) == parts(videos)
    assert split_videos(videos, 0.2, 0.2, 3)["test"].split == "drawn here (seed 3)"


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        (["test", None, "train", "train", "train"], "1 of 5 labelled videos have no split.*: v1;"),
        (["test", None, None, None, None], "no labelled video has the split 'train'"),
        (["train", "train", "train", "train", "validation"], "no labelled video has the split 'test'"),
        (["test", "train", "train", "train", "train"], r"s0 \(train, test\)"),
    ],
)
def test_a_split_that_leaks_or_is_not_whole_is_refused(videos, splits, message):
    with pytest.raises(DataError, match=message):
        split_videos(with_splits(videos, splits), 0.2, 0.2, 0)


def test_prepared_faces_are_not_prepared_otherwise(videos, corpus):
    folder = videos.faces.folder
    check_prepared(folder, {"size": 4, "fps": 5, "grey": True, "detector": "none"})
    check_prepared(folder, dict.fromkeys(("size", "fps", "grey", "detector")))
    check_prepared(corpus, {"size": 224})
    message = r"size=8 \(they have 4\), detector=viola_jones \(they have none\): leave that out"
    with pytest.raises(DataError, match=message):
        check_prepared(folder, {"size": 8, "fps": 5.0, "grey": None, "detector": "viola_jones"})


def test_frames_count_once_and_unlabelled_ones_never(videos):
    source = windows(videos, count=4, stride=4, once=True)
    first = source.places == 0
    assert source.frames[first].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [6, 7, 8, 9]]
    assert source.weights[first].tolist() == [[1, 1, 0, 1], [1, 1, 1, 1], [0, 0, 1, 1]]
    assert np.isfinite(source.targets).all() and source.weights.sum() == videos.annotated.sum()
    twice = windows(videos, count=4, stride=2, once=False)
    assert twice.weights.sum() > source.weights.sum()
    repeated = windows(videos, count=16, stride=4, once=False)  # longer than any video
    assert repeated.weights.sum() == videos.annotated.sum()


def test_key_frames(tmp_path):
    grey = np.full((30, 16, 16), 40, np.uint8)
    grey[10:], grey[20:] = 120, 200
    write_video(tmp_path / "v.avi", grey, fps=5)
    times = "".join(f"v.avi,{t / 5},0.1,0.2\n" for t in range(30))
    (tmp_path / "annotations.csv").write_text("video,time,valence,arousal\n" + times)
    kept = load_videos(tmp_path, "annotated_videos", tmp_path / "faces", PLAIN, only_key_frames=True)
    assert kept.frames["position"].tolist() == [10, 20]


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_labels_by_frame_number_of_a_faster_video(tmp_path):
    options = {"subjects": 5, "clips_per_subject": 1, "size": 24, "frames": 15, "supersample": 1}
    root = write_corpus(tmp_path / "aff_wild", "aff_wild", progress=False, **options)
    videos = load_videos(root, "aff_wild", tmp_path / "faces", PLAIN)  # 5 frames a second of 30
    row = aff_wild.index(root).dropna(subset=["valence"]).iloc[0]
    labels = aff_wild.frame_table(row).set_index("frame")
    mine = videos.frames[videos.frames["place"] == 0]
    assert mine["position"].tolist() == [0, 1, 2]
    expected = labels["valence"].where(labels["valid"])[[0, 6, 12]]
    np.testing.assert_allclose(mine["valence"], expected)
    assert videos.faces.samples["subject"].isna().all()
    assert len(split_videos(videos, 0.2, 0.2, 0)["train"].faces) >= 1


def test_folders_of_frames_rated_by_number(tmp_path):
    for frame in range(6):
        write_picture(tmp_path / "v" / f"{frame:02d}.png", np.full((8, 8), 10 * frame, np.uint8))
    rows = "".join(f"v,{frame},{frame / 10},0\n" for frame in (0, 1, 4, 5))
    (tmp_path / "annotations.csv").write_text("video,frame,valence,arousal\n" + rows)
    videos = load_videos(tmp_path, "annotated_videos", tmp_path / "faces", PLAIN)
    np.testing.assert_allclose(videos.frames["valence"], [0, 0.1, np.nan, np.nan, 0.4, 0.5])


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_labels_of_a_folder_in_which_pictures_are_missing(tmp_path):
    options = {"subjects": 4, "clips_per_subject": 1, "size": 24, "frames": 12, "supersample": 1}
    root = write_corpus(tmp_path / "aff_wild2", "aff_wild2", progress=False, **options)
    row = aff_wild2.index(root).iloc[0]
    sorted(Path(row["frames"]).iterdir())[3].unlink()
    expected = aff_wild2.frame_table(row).dropna(subset=["path"])
    expected = expected["valence"].where(expected["valid"])
    videos = load_videos(root, "aff_wild2", tmp_path / "faces", dataclasses.replace(PLAIN, fps=None))
    place = videos.faces.samples["sample"].tolist().index(row["sample"])
    mine = videos.frames["valence"][videos.frames["place"] == place]
    assert len(mine) == 11 and mine.nunique() > 3
    np.testing.assert_allclose(mine, expected)


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_labels_that_fit_no_frames_are_listed_before_anything_is_prepared(tmp_path):
    options = {"subjects": 3, "clips_per_subject": 1, "size": 24, "frames": 15, "supersample": 1}
    root = write_corpus(tmp_path / "aff_wild", "aff_wild", progress=False, **options)
    files = [path for kind in ("valence", "arousal") for path in sorted(root.rglob(f"{kind}/*.txt"))]
    for path in files:
        path.write_text("\n".join(path.read_text().splitlines()[:-4]) + "\n")
    with pytest.raises(DataError, match=r"(?s)aff_wild: \d problems.*choose align="):
        load_videos(
            root, "aff_wild", tmp_path / "faces", PLAIN, reading={"count_frames": aff_wild.count_frames}
        )
    assert not (tmp_path / "faces").exists()
    forced = {"reading": {"align": "frames"}, "labels": {"align": "frames"}}
    assert load_videos(root, "aff_wild", tmp_path / "faces", PLAIN, **forced).annotated.any()


def test_a_corpus_without_labels_is_refused(tmp_path):
    with pytest.raises(DataError, match="holds no annotations.csv"):
        load_videos(tmp_path, "annotated_videos", tmp_path / "faces", PLAIN)


def test_videos_without_any_face_are_named(tmp_path):
    write_video(tmp_path / "v.avi", np.full((10, 48, 48), 90, np.uint8), fps=5)
    rows = "".join(f"v.avi,{frame},0.1,0\n" for frame in range(10))
    (tmp_path / "annotations.csv").write_text("video,frame,valence,arousal\n" + rows)
    settings = dataclasses.replace(PLAIN, detector="viola_jones")
    wanted = pytest.raises(DataError, match="no frame has both a face and a label.*detector=none")
    with pytest.warns(NoFaceWarning), wanted:
        load_videos(tmp_path, "annotated_videos", tmp_path / "faces", settings)
