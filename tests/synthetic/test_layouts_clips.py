import re

import av
import cv2
import numpy as np
import pandas as pd
import pytest

from learnface.labels import CK_PLUS, canonical
from learnface.synthetic import write_corpus

OPTIONS = {"subjects": 3, "size": 24, "frames": 6, "supersample": 1, "progress": False}


@pytest.fixture(scope="module")
def ck_plus(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("ck"), "ck_plus", clips_per_subject=4, **OPTIONS)


def files(root, pattern="*"):
    return sorted(path for path in root.rglob(pattern) if path.is_file())


def test_ck_plus_names(ck_plus):
    for path in files(ck_plus / "cohn-kanade-images"):
        subject, sequence, number = re.fullmatch(r"(S\d{3})_(\d{3})_(\d{8})\.png", path.name).groups()
        assert path.parent.parent.name == subject and path.parent.name == sequence and int(number) >= 1
    for path in files(ck_plus / "Emotion"):
        assert re.fullmatch(r"S\d{3}_\d{3}_\d{8}_emotion\.txt", path.name)
        assert re.fullmatch(r"   \d\.\d{7}e\+00\n", path.read_text())


def test_ck_plus_labels_belong_to_the_last_frame(ck_plus):
    found = []
    for path in files(ck_plus / "Emotion"):
        frames = files(ck_plus / "cohn-kanade-images" / path.parent.relative_to(ck_plus / "Emotion"))
        assert frames[-1].name == path.name.replace("_emotion.txt", ".png")
        found.append(CK_PLUS[int(float(path.read_text()))])
    assert len(found) == 10 and "neutral" not in found  # of 12 sequences, every fifth has no label
    empty = [folder for folder in (ck_plus / "Emotion").glob("*/*") if not any(folder.iterdir())]
    assert len(empty) == 1  # of the two without label, one has an empty folder


def test_ck_plus_landmarks_are_68_points_inside_of_every_frame(ck_plus):
    for path in files(ck_plus / "Landmarks")[::7]:
        points = np.loadtxt(path)
        image = ck_plus / "cohn-kanade-images" / path.parent.relative_to(ck_plus / "Landmarks")
        assert (image / path.name.replace("_landmarks.txt", ".png")).is_file()
        assert points.shape == (68, 2) and np.median(points) == pytest.approx(12, abs=4)


def test_ck_plus_goes_from_neutral_to_peak(ck_plus):
    folder = files(ck_plus / "Emotion")[0].parent.relative_to(ck_plus / "Emotion")
    clip = [
        cv2.imread(str(p), cv2.IMREAD_GRAYSCALE).astype(int)
        for p in files(ck_plus / "cohn-kanade-images" / folder)
    ]
    change = [np.abs(frame - clip[0]).mean() for frame in clip]
    assert change[-1] == max(change)


def test_bnu_lsved(tmp_path):
    root = write_corpus(tmp_path, "bnu_lsved", clips_per_subject=3, **OPTIONS)
    assert (
        (root / "manifest.csv")
        .read_bytes()
        .startswith(b"\xef\xbb\xbfpath,subject,label,valence,arousal,split")
    )
    manifest = pd.read_csv(root / "manifest.csv", encoding="utf-8-sig")
    assert len(manifest) == 9 and manifest.groupby("subject")["split"].nunique().eq(1).all()
    for row in manifest.itertuples():
        assert row.path.split("/")[0] == row.label and len(files(root / row.path, "*.bmp")) == 6
        assert -1 <= row.valence <= 1 and -1 <= row.arousal <= 1


def test_labelled_clips(tmp_path):
    root = write_corpus(
        tmp_path, "labelled_clips", clips_per_subject=2, emotions=["Happiness", "sad"], **OPTIONS
    )
    manifest = pd.read_csv(root / "manifest.csv")
    assert sorted(manifest["path"]) == [str(path.relative_to(root)) for path in files(root, "*.mp4")]
    assert (
        set(manifest["label"])
        == {"happy", "sad"}
        == {canonical(name.split("/")[0]) for name in manifest["path"]}
    )
    with av.open(str(root / manifest["path"][0])) as container:
        assert len(list(container.decode(video=0))) == 6


def test_temporal_task(tmp_path):
    root = write_corpus(tmp_path, "labelled_clips", clips_per_subject=4, task="temporal", **OPTIONS)
    assert set(pd.read_csv(root / "manifest.csv")["label"]) == {
        "rising",
        "falling",
        "concentrated",
        "confused",
    }


def test_plain(tmp_path):
    root = write_corpus(tmp_path, "plain", clips_per_subject=2, **OPTIONS)
    manifest = pd.read_csv(root / "manifest.csv")
    assert manifest["sample"].is_unique and (manifest["onset"] < manifest["apex"]).all()
    for row in manifest.itertuples():
        with np.load(root / row.frames / "truth.npz", allow_pickle=False) as truth:
            assert truth["landmarks"].shape == (6, 68, 2) and truth["weights"].shape == (
                6,
                len(truth["units"]),
            )
            assert truth["valence"][row.apex] == pytest.approx(row.valence, abs=1e-4)
            assert truth["intensity"].argmax() == row.apex
        assert len(files(root / row.frames, "*.png")) == 6
