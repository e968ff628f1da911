import warnings

import numpy as np
import pytest
from checks.corpora import check_corpus, quiet_index

from learnface.corpora import CountWarning, aff_wild
from learnface.errors import DataError

FRAMES = {"105": 5, "7": 4, "20": 3}


def count(path):
    """Stand in for decoding."""
    return FRAMES[path.rsplit("/", 1)[1].split(".")[0]]


def write_labels(root, name, valence, arousal, inner=""):
    for kind, values in (("valence", valence), ("arousal", arousal)):
        path = root / f"annotations/train/{inner}{kind}/{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{value}\n" for value in values))


def write_pts(path, points=((10, 20), (10, 60), (40, 60), (40, 20))):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{x} {y}" for x, y in points]
    path.write_text("\n".join(["version: 1", f"n_points: {len(points)}", "{", *lines, "}", ""]))


def write_corpus(root, inner="", boxes="bboxes"):
    """105 is labelled by frame, 7 by face, and 20 has as many lines as frames and no box file at all."""
    for name in (
        f"train/{inner}105.mp4",
        f"train/{inner}7.AVI",
        f"train/{inner}20.avi",
        f"test/{inner.replace('train', 'test')}9.mp4",
    ):
        path = root / "videos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    write_labels(root, "105", [0.1, 0.2, 0.3, 0.4, 0.5], [0, 0, 0, 0, -1], inner)
    write_labels(root, "7", [0.5, -0.5], [1, 1], inner)
    write_labels(root, "20", [0.5, 0.25, 0.75], [0, 0, 0], inner)
    for name in ("105/1", "105/2", "105/5", "7/3", "7/10"):
        write_pts(root / boxes / f"train/{inner}{name}.pts")
    write_pts(root / f"landmarks/train/{inner}7/3.pts", [(0, 0)] * 68)
    return root


@pytest.mark.parametrize("inner", ["", "train/"])
@pytest.mark.parametrize("boxes", ["bboxes", "bboxs"])
def test_index(tmp_path, inner, boxes):
    index = check_corpus(
        aff_wild, write_corpus(tmp_path / "aff wild", inner, boxes), samples=4, splits={"train": 3, "test": 1}
    )
    assert index["sample"].tolist() == ["7", "20", "105", "9"]
    assert index["valence"].tolist()[:3] == pytest.approx([0, 0.5, 0.3])
    assert index["arousal"].tolist()[:3] == pytest.approx([1, 0, -0.2])
    assert np.isnan(index["valence"].tolist()[3])
    assert index["lines"].fillna(-1).tolist() == [2, 3, 5, -1]
    assert index["box_count"].fillna(-1).tolist() == [2, -1, 3, -1]
    assert index["align"].fillna("?").tolist() == ["faces", "?", "?", "?"]
    assert index["landmarks"].notna().tolist() == [True, False, False, False]


def test_an_outer_folder_may_be_given(tmp_path):
    write_corpus(tmp_path / "aff_wild_annotations_bboxes_landmarks_new")
    assert len(quiet_index(aff_wild, tmp_path)) == 4


def test_counting_frames_decides_what_boxes_do_not(tmp_path):
    index = quiet_index(aff_wild, write_corpus(tmp_path), count_frames=count)
    assert index["align"].fillna("?").tolist() == ["faces", "frames", "frames", "?"]


def test_no_fitting_alignment_fails_for_all_videos_in_one_error(tmp_path):
    index = quiet_index(aff_wild, write_corpus(tmp_path))
    match = r"(?s)2 problems.*video 20: has 3 labels for 99 frames; .*video 105: has 5 labels for 99 frames, 3 with"
    with pytest.raises(DataError, match=match):
        aff_wild.index(tmp_path, count_frames=lambda path: 99)
    with pytest.raises(DataError, match=r"video 20: has 3 labels .*choose align='frames' or 'faces'"):
        aff_wild.frame_table(index.iloc[1], count_frames=lambda path: 99)


def test_frames_by_face(tmp_path):
    index = quiet_index(aff_wild, write_corpus(tmp_path))
    table = aff_wild.frame_table(index.iloc[0], count_frames=count)
    assert table["frame"].tolist() == [2, 9]  # 3.pts and 10.pts, in the order of their numbers
    assert table["valence"].tolist() == [0.5, -0.5]
    assert [path[-6:] for path in table["box"]] == ["/3.pts", "10.pts"]
    assert table["valid"].all()


def test_frames_by_number(tmp_path):
    index = quiet_index(aff_wild, write_corpus(tmp_path))
    table = aff_wild.frame_table(index.iloc[2], count_frames=count)
    assert table["frame"].tolist() == [0, 1, 2, 3, 4]
    assert table["arousal"].tolist() == [0, 0, 0, 0, -1]
    assert table["valid"].tolist() == [True, True, False, False, True]
    table = aff_wild.frame_table(index.iloc[1], count_frames=count)
    assert table["valid"].all()
    assert table["box"].isna().all()


def test_a_forced_alignment_is_cut_to_the_shorter(tmp_path):
    row = quiet_index(aff_wild, write_corpus(tmp_path)).iloc[2]
    table = aff_wild.frame_table(row, align="faces")
    assert table[["frame", "valence"]].to_numpy().tolist() == [[0, 0.1], [1, 0.2], [4, 0.3]]
    index = quiet_index(aff_wild, tmp_path, align="frames")
    assert index["align"].tolist()[:3] == ["frames"] * 3
    assert aff_wild.frame_table(index.iloc[0])["frame"].tolist() == [0, 1]


def test_labels_by_face_need_boxes(tmp_path):
    index = quiet_index(aff_wild, write_corpus(tmp_path))
    match = r"video 20: has no boxes, .*; unpack bboxes beside the videos, or choose align='frames'"
    with pytest.raises(DataError, match=match):
        aff_wild.frame_table(index.iloc[1], align="faces")
    with pytest.raises(DataError, match=match):
        aff_wild.index(tmp_path, align="faces")


def test_frames_are_counted_by_decoding(tmp_path, monkeypatch):
    row = quiet_index(aff_wild, write_corpus(tmp_path)).iloc[1]
    monkeypatch.setattr(aff_wild, "read_video", lambda path: iter(range(3)))
    assert aff_wild.frame_table(row)["frame"].tolist() == [0, 1, 2]


def test_test_videos_have_no_labels(tmp_path):
    row = quiet_index(aff_wild, write_corpus(tmp_path)).iloc[3]
    with pytest.raises(DataError, match="video 9 is of the test set"):
        aff_wild.frame_table(row)


def test_points(tmp_path):
    write_pts(tmp_path / "1.pts")
    points = aff_wild.read_pts(tmp_path / "1.pts")
    assert points.tolist() == [[10, 20], [10, 60], [40, 60], [40, 20]]
    assert aff_wild.box(points) == (10, 20, 30, 40)
    for text in ("", "n_points: 4\n{\n1 2\n}\n", "n_points: 1\n{\n1 x\n}\n", "n_points: 1\n{\n1 2 3\n}\n"):
        (tmp_path / "2.pts").write_text(text)
        with pytest.raises(DataError, match=r"2.pts does not hold the points"):
            aff_wild.read_pts(tmp_path / "2.pts")
    with pytest.raises(DataError, match="cannot be read"):
        aff_wild.read_pts(tmp_path / "3.pts")


def test_all_that_is_wrong_comes_in_one_error(tmp_path):
    write_corpus(tmp_path)
    (tmp_path / "videos/train/105.avi").touch()
    (tmp_path / "annotations/train/arousal/20.txt").write_text("0\n")
    (tmp_path / "annotations/train/valence/7.txt").write_text("0.5\n1.5\n")
    with pytest.raises(DataError) as error:
        aff_wild.index(tmp_path)
    text = str(error.value)
    for part in (
        "3 problems",
        "105.mp4: is there as 105.avi too",
        "7.txt: line 2 is '1.5'; use numbers from -1 to 1",
        "video 20: has 3 labels of valence and 1 of arousal",
    ):
        assert part in text
    (tmp_path / "annotations/train/arousal/20.txt").unlink()
    with pytest.raises(DataError, match=r"valence/20.txt: is without its twin"):
        aff_wild.index(tmp_path)


def test_missing_videos_and_labels(tmp_path):
    write_corpus(tmp_path)
    (tmp_path / "videos/train/20.avi").rename(tmp_path / "videos/train/21.avi")
    with pytest.raises(DataError, match="video 20: has labels but is not in"):
        aff_wild.index(tmp_path)
    with pytest.warns(CountWarning) as caught:
        assert len(aff_wild.index(tmp_path, missing="drop")) == 3
    texts = [str(one.message) for one in caught]
    assert texts[0].endswith("with labels left out, not on disk: 20")
    assert texts[1].endswith("left out, without labels: 21")
    assert "train 2 (published: 252)" in texts[2]
    assert {one.filename for one in caught} == {__file__}


def test_wrong_arguments(tmp_path):
    row = quiet_index(aff_wild, write_corpus(tmp_path)).iloc[0]
    with pytest.raises(DataError, match="align is 'zip'; use one of 'auto', 'frames', 'faces'"):
        aff_wild.index(tmp_path, align="zip")
    with pytest.raises(DataError, match="align is 'zip'"):
        aff_wild.frame_table(row, align="zip")


def test_published_counts_do_not_warn(tmp_path):
    (tmp_path / "videos/train").mkdir(parents=True)
    (tmp_path / "videos/test").mkdir()
    for number in range(252):
        (tmp_path / f"videos/train/{number}.mp4").touch()
        write_labels(tmp_path, str(number), [0], [0])
    for number in range(46):
        (tmp_path / f"videos/test/{number + 300}.mp4").touch()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(aff_wild.index(tmp_path)) == aff_wild.CARD.samples
