import re

import av
import numpy as np
import pandas as pd
import pytest

from learnface.synthetic import write_corpus

OPTIONS = {"subjects": 3, "clips_per_subject": 2, "size": 24, "supersample": 1, "progress": False}


def frames_of(path):
    with av.open(str(path)) as container:
        return len(list(container.decode(video=0)))


def test_daisee(tmp_path):
    root = write_corpus(tmp_path, "daisee", frames=5, **OPTIONS)
    clips = sorted((root / "DataSet").rglob("*.avi"))
    assert len(clips) == 6 and frames_of(clips[0]) == 5
    listed = {}
    for split in ("Train", "Validation", "Test"):
        text = (root / f"Labels/{split}Labels.csv").read_text()
        assert text.startswith("ClipID,Boredom,Engagement,Confusion,Frustration \n")
        table = pd.read_csv(root / f"Labels/{split}Labels.csv").rename(columns=str.strip)
        levels = table[["Boredom", "Engagement", "Confusion", "Frustration"]]
        assert levels.isin(range(4)).all(axis=None) and (levels.max(axis=1) > 0).all()
        listed |= dict.fromkeys(table["ClipID"], split)
    for clip in clips:
        assert re.fullmatch(r"\d{10}\.avi", clip.name) and clip.parent.name == clip.stem
        assert clip.parents[1].name == clip.stem[:6] and clip.parents[2].name == listed[clip.name]
    assert len(pd.read_csv(root / "Labels/AllLabels.csv")) == 6


@pytest.fixture(scope="module")
def aff_wild(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("aff"), "aff_wild", frames=15, **OPTIONS)


def test_aff_wild_has_one_line_a_frame_and_no_labels_of_the_test_videos(aff_wild):
    videos = sorted((aff_wild / "videos/train").iterdir())
    assert len(videos) == 4 and {path.suffix for path in videos} == {".mp4", ".avi"}
    for path in videos:
        for name in ("valence", "arousal"):
            values = np.loadtxt(aff_wild / f"annotations/train/{name}/{path.stem}.txt")
            assert len(values) == frames_of(path) == 15 and np.abs(values).max() <= 1
    assert len(list((aff_wild / "videos/test").iterdir())) == 2
    assert not (aff_wild / "annotations/test").exists()


def test_aff_wild_points(aff_wild):
    boxes = sorted((aff_wild / "bboxes").rglob("*.pts"))
    assert 0.8 * 90 < len(boxes) < 90  # frames without a face have no file
    for path in boxes[::9]:
        lines = path.read_text().splitlines()
        assert lines[:3] == ["version: 1", "n_points: 4", "{"] and lines[7] == "}" and len(lines) == 8
        corners = np.array([line.split() for line in lines[3:7]], float)
        marks = (
            (aff_wild / "landmarks" / path.relative_to(aff_wild / "bboxes")).read_text().splitlines()[3:-1]
        )
        points = np.array([line.split() for line in marks], float)
        assert points.shape == (68, 2)
        assert (points >= corners.min(0) - 1e-3).all() and (points <= corners.max(0) + 1e-3).all()


def test_aff_wild2(tmp_path):
    root = write_corpus(tmp_path, "aff_wild2", frames=36, **OPTIONS)
    tables = sorted((root / "Third ABAW Annotations/VA_Estimation_Challenge").rglob("*.txt"))
    assert [path.parent.name for path in tables].count("Validation_Set") == 2
    unrated = missing = 0
    for path in tables:
        header, *lines = path.read_text().splitlines()
        values = np.array([line.split(",") for line in lines], float)
        assert header == "valence,arousal" and values.shape == (36, 2)
        invalid = (values == -5).any(1)
        assert np.abs(values[~invalid]).max() <= 1 and (values[invalid] == -5).all()
        crops = list((root / "cropped_aligned" / path.stem).iterdir())
        assert all(re.fullmatch(r"\d{5}\.jpg", crop.name) and 1 <= int(crop.stem) <= 36 for crop in crops)
        unrated, missing = unrated + invalid.sum(), missing + 36 - len(crops)
    assert unrated > 0 and missing > 0
    assert any(re.fullmatch(r"\d+-\d+-\d+x\d+", path.stem) for path in tables)
