import numpy as np
import pytest
from checks.corpora import check_corpus, quiet_index

from learnface.corpora import CountWarning, annotated_videos
from learnface.errors import DataError

HEADER = "video,subject,split,annotator,time,valence,arousal,emotion"
ROWS = [
    "videos/ada-10.mp4,ada,train,anna,1.0,0.5,-1,confused",
    "videos/ada-10.mp4,ada,train,ben,1.0,-0.5,0,confused",
    "videos/ada-10.mp4,ada,train,carl,1.0,0.3,-0.5,tired",
    "videos/ada-10.mp4,ada,train,anna,0.2,1,1,",
    "videos/ada-2.mp4,ada,train,anna,0,0.25,0.75,bored",
    '"videos/eve, 1.mp4",eve,test,ben,0.2,0,0,bored',
]


def write_corpus(root, header=HEADER, rows=ROWS):
    (root / "videos").mkdir(parents=True, exist_ok=True)
    for name in ("ada-10.mp4", "ada-2.mp4", "eve, 1.mp4"):
        (root / "videos" / name).touch()
    (root / "annotations.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8-sig")
    return root


def test_index(tmp_path):
    index = check_corpus(
        annotated_videos, write_corpus(tmp_path), samples=3, subjects=2, splits={"train": 2, "test": 1}
    )
    assert index["sample"].tolist() == ["videos/ada-2", "videos/ada-10", "videos/eve, 1"]
    assert index["labelled_frames"].tolist() == [1, 2, 1]
    assert index["annotators"].tolist() == [1, 3, 1]
    assert index["valence"].tolist() == pytest.approx([0.25, (0.1 + 1) / 2, 0])
    assert index["arousal"].tolist() == pytest.approx([0.75, (-0.5 + 1) / 2, 0])


def test_the_csv_may_be_given(tmp_path):
    (write_corpus(tmp_path) / "annotations.csv").rename(tmp_path / "mine.csv")
    assert len(quiet_index(annotated_videos, tmp_path / "mine.csv")) == 3


def test_frames_have_the_means_of_their_annotators_in_order_of_time(tmp_path):
    index = quiet_index(annotated_videos, write_corpus(tmp_path))
    table = annotated_videos.frame_table(index.iloc[1])
    assert table["time"].tolist() == [0.2, 1.0]
    assert table["valence"].tolist() == pytest.approx([1, 0.1])
    assert table["annotators"].tolist() == [1, 3]
    assert table["emotion"].fillna("?").tolist() == ["?", "confused"]
    assert table["valid"].all()


def test_ratings(tmp_path):
    index = quiet_index(annotated_videos, write_corpus(tmp_path))
    table = annotated_videos.ratings(index, "arousal")
    assert table.columns.tolist() == ["anna", "ben", "carl"]
    assert table.loc[("videos/ada-10", 1.0)].tolist() == [-1, 0, -0.5]
    assert len(table) == 4
    assert np.isnan(table.loc[("videos/ada-2", 0.0), "ben"])
    with pytest.raises(DataError, match="dimension is 'power'; use 'valence' or 'arousal'"):
        annotated_videos.ratings(index, "power")
    with pytest.raises(DataError, match="the index has no rows"):
        annotated_videos.ratings(index[:0], "valence")


def test_the_least_form_has_frames_and_one_annotator(tmp_path):
    rows = ["videos/ada-2.mp4,12,0.5,0.5", "videos/ada-2.mp4,3,0,1", "stills,0,0,0"]
    write_corpus(tmp_path, "video,frame,valence,arousal", rows)
    (tmp_path / "stills").mkdir()
    (tmp_path / "stills/0.png").touch()
    index = check_corpus(annotated_videos, tmp_path, samples=2)
    assert index["sample"].tolist() == ["stills", "videos/ada-2"]
    table = annotated_videos.frame_table(index.iloc[1])
    assert table["frame"].tolist() == [3, 12]
    assert "emotion" not in table
    assert annotated_videos.ratings(index, "valence").columns.tolist() == ["1"]


def test_a_changed_file_is_read_anew(tmp_path):
    index = quiet_index(annotated_videos, write_corpus(tmp_path))
    write_corpus(tmp_path, rows=[*ROWS[:4], ROWS[4].replace("0.25", "-0.125"), ROWS[5]])
    assert annotated_videos.frame_table(index.iloc[0])["valence"].tolist() == [-0.125]


def test_all_malformed_rows_come_in_one_error(tmp_path):
    rows = [
        "videos/ada-2.mp4,ada,train,anna,0,1.5,x,",
        "videos/ada-2.mp4,ada,train,anna,-1,0,0,",
        ",ada,train,anna,0,0,0,",
        "videos/ada-2.mp4,ada,dev,anna,1,0,0,",
        "videos/ada-2.mp4,ada",
    ]
    with pytest.raises(DataError) as error:
        annotated_videos.index(write_corpus(tmp_path, rows=rows))
    text = str(error.value)
    for part in (
        "6 problems",
        "row 0: valence is '1.5'; use a number from -1 to 1",
        "row 0: arousal is 'x'",
        "row 1: time is '-1'; use seconds from 0",
        "row 2: names no video",
        "row 3: split is 'dev'; use one of train, validation, test",
        "row 4: has another number of fields",
    ):
        assert part in text


def test_videos_that_are_absent_or_in_two_splits(tmp_path):
    rows = [ROWS[4], ROWS[4].replace("train,anna", "test,ben"), ROWS[5].replace("eve, 1", "eve, 2"), ROWS[0]]
    write_corpus(tmp_path, rows=rows)
    with pytest.raises(
        DataError, match=r"(?s)2 problems.*more than one split \(test, train\).*eve, 2.mp4: is not"
    ):
        annotated_videos.index(tmp_path)
    write_corpus(tmp_path, rows=rows[2:])
    with pytest.warns(CountWarning, match="left out, not on disk: videos/eve, 2.mp4") as caught:
        assert len(annotated_videos.index(tmp_path, missing="drop")) == 1
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        (HEADER, [ROWS[0], ROWS[0]], "row 1: 'anna' has rated this frame of videos/ada-10.mp4 before"),
        (HEADER, [], "holds no ratings"),
        ("video,valence,arousal", ["videos/ada-2.mp4,0,0"], "has neither time nor frame"),
        ("video,time,frame,valence,arousal", [], "has time and frame; give one"),
        (
            "video,frame,valence,arousal",
            ["videos/ada-2.mp4,1.5,0,0"],
            "frame is '1.5'; use a whole number from 0",
        ),
        ("video,frame,valence", ["a,0,0"], r"lacks the columns \['arousal'\]"),
        ("video,frame,valence,arousal", ["gone.mp4,0,0,0"], "gone.mp4: is not there, but in annotations.csv"),
    ],
)
def test_other_files_are_refused(tmp_path, header, rows, message):
    with pytest.raises(DataError, match=message):
        annotated_videos.index(write_corpus(tmp_path, header, rows))


@pytest.mark.parametrize(
    ("when", "names", "message"),
    [
        (
            "time",
            ("0.png", "1.png"),
            "stills: is a folder of pictures, which have no times; rate by the column",
        ),
        (
            "frame",
            ("f1.png", "f2.png", "f5.png"),
            "stills: has no picture between 2 and 5, and 'frame' counts",
        ),
    ],
)
def test_folders_whose_ratings_belong_to_no_picture(tmp_path, when, names, message):
    (tmp_path / "stills").mkdir()
    for name in names:
        (tmp_path / "stills" / name).touch()
    write_corpus(tmp_path, f"video,{when},valence,arousal", ["stills,0,0,0", "gone,0,0,0"])
    with pytest.raises(DataError, match=rf"(?s)2 problems.*{message}.*gone: is not there"):
        annotated_videos.index(tmp_path)


def test_gold_standard_by_the_evaluator_weighted_estimator(tmp_path):
    rng = np.random.default_rng(0)
    traces = rng.uniform(-0.9, 0.9, (2, 3, 8)).round(3)  # dimension, annotator, time
    traces[0, 1] = (traces[0, 0] + 0.1 * traces[0, 1]).round(3)
    rows = [
        f"videos/ada-2.mp4,{who},{t},{traces[0, n, t]},{traces[1, n, t]}"
        for n, who in enumerate(("anna", "ben", "carl"))
        for t in range(8)
    ]
    rows.append("videos/ada-10.mp4,anna,0,0.25,0.5")
    index = quiet_index(
        annotated_videos, write_corpus(tmp_path, "video,annotator,time,valence,arousal", rows)
    )
    table = annotated_videos.frame_table(index.iloc[0], gold="ewe")
    for values, name in zip(traces, ("valence", "arousal"), strict=True):
        weights = [max(np.corrcoef(trace, values.mean(axis=0))[0, 1], 0) for trace in values]
        np.testing.assert_allclose(table[name], np.average(values, axis=0, weights=weights))
    assert not np.allclose(table["valence"], annotated_videos.frame_table(index.iloc[0])["valence"])
    assert annotated_videos.frame_table(index.iloc[1], gold="ewe")["valence"].tolist() == [0.25]
    with pytest.raises(DataError, match="gold is 'median'; use one of 'mean', 'ewe'"):
        annotated_videos.frame_table(index.iloc[0], gold="median")


def test_paths_of_videos_may_be_whole(tmp_path):
    elsewhere = tmp_path / "videos" / "a.mp4"
    elsewhere.parent.mkdir()
    elsewhere.touch()
    root = tmp_path / "labels"
    root.mkdir()
    (root / "annotations.csv").write_text(f"video,frame,valence,arousal\n{elsewhere},0,0.5,-0.5\n")
    table = annotated_videos.frame_table(quiet_index(annotated_videos, root).iloc[0])
    assert table[["valence", "arousal"]].to_numpy().tolist() == [[0.5, -0.5]]


def test_ratings_beyond_the_last_picture_are_told(tmp_path):
    (tmp_path / "v").mkdir()
    for frame in range(3):
        (tmp_path / "v" / f"{frame}.png").touch()
    (tmp_path / "annotations.csv").write_text("video,frame,valence,arousal\nv,0,0,0\nv,900,0,0\n")
    with pytest.raises(DataError, match="v: has 3 pictures, but a rating of frame 900; restore"):
        annotated_videos.index(tmp_path)
