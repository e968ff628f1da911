import math

import cv2
import numpy as np
import pandas as pd
import pytest
from checks.films import patterns, write_video
from PIL import Image

from learnface.corpora._examining import (
    distinct_rows,
    examine_index,
    examine_pictures,
    middle_picture,
    thumbnail,
)


def table(*paths, **columns) -> pd.DataFrame:
    return pd.DataFrame({"sample": [path.name for path in paths], "frames": list(map(str, paths)), **columns})


def test_a_video(tmp_path):
    path = tmp_path / "上课.mp4"
    write_video(path, [image for image in patterns(8, size=(48, 64)) for _ in range(5)])
    steps = []
    whole, part = examine_index(
        table(path, path, start=[math.nan, 1.0], stop=[math.nan, 2.0]), advance=lambda: steps.append(1)
    )
    assert (whole.kind, whole.problem, whole.width, whole.height) == ("video", None, 64, 48)
    assert (whole.frames, whole.seconds, whole.fps) == pytest.approx((40, 4, 10))
    assert (part.frames, part.seconds, part.fps) == pytest.approx((10, 1, 10))
    assert 3 <= len(whole.thumbnails) <= 16 and whole.thumbnails.shape[1:] == (32, 32)
    assert whole.digest != part.digest
    assert len(steps) == 2


def test_quickly(tmp_path, monkeypatch):
    write_video(tmp_path / "a.mp4", list(patterns(12)))
    monkeypatch.setattr("learnface.corpora._examining.read_video", None)
    (header,) = examine_index(table(tmp_path / "a.mp4"), quick=True)
    assert (header.frames, header.seconds, header.fps) == pytest.approx((12, 1.2, 10))
    assert len(header.thumbnails) == 0


def test_pictures_and_folders(tmp_path):
    (tmp_path / "clip").mkdir()
    images = patterns(12, size=(40, 50))
    for number, image in enumerate(images):
        cv2.imwrite(str(tmp_path / f"clip/{number}.png"), image)
    colour = np.stack([images[0], images[1], images[2]], axis=-1)
    cv2.imwrite(str(tmp_path / "face.png"), colour)
    clip, face = examine_index(table(tmp_path / "clip", tmp_path / "face.png"))
    assert (clip.kind, clip.width, clip.height, clip.frames) == ("frames", 50, 40, 12)
    assert math.isnan(clip.seconds) and math.isnan(clip.fps)
    assert (face.kind, face.width, face.height, face.frames) == ("image", 50, 40, 1)
    parts = table(*[tmp_path / "clip"] * 3, start=[0, 6, 6], stop=[6, 12, 13])
    one, other, beyond = examine_index(parts)
    assert (one.frames, other.frames, one.problem) == (
        6,
        6,
        None,
    ) and one.digest != other.digest != clip.digest
    assert "has no part from 6 to 13" in beyond.problem
    np.testing.assert_array_equal(middle_picture(parts, 1), images[9])
    np.testing.assert_array_equal(middle_picture(table(tmp_path / "face.png"), 0), colour[..., ::-1])
    np.testing.assert_array_equal(face.thumbnails[0], thumbnail(np.ascontiguousarray(colour[..., ::-1])))


def test_csv_rows_stand_among_files(tmp_path):
    lines = ["emotion,pixels", *(f"0,{' '.join([str(value)] * 2304)}" for value in (7, 8))]
    (tmp_path / "x.csv").write_text("\n".join(lines))
    cv2.imwrite(str(tmp_path / "a.png"), patterns(1)[0])
    index = table(tmp_path / "x.csv", tmp_path / "a.png", tmp_path / "x.csv", row=[1, np.nan, 0])
    found = examine_index(index)
    assert [int(sample.thumbnails.max()) for sample in found][::2] == [8, 7]
    np.testing.assert_array_equal(found[1].thumbnails[0], thumbnail(patterns(1)[0]))


def test_what_cannot_be_read(tmp_path):
    write_video(tmp_path / "cut.avi", list(patterns(40)))
    data = (tmp_path / "cut.avi").read_bytes()
    (tmp_path / "cut.avi").write_bytes(data[: len(data) // 2])
    for name in ("empty.mp4", "empty.png"):
        (tmp_path / name).touch()
    for name in ("text.mp4", "text.png"):
        (tmp_path / name).write_text("neither")
    (tmp_path / "clip").mkdir()
    (tmp_path / "clip/1.png").write_text("no picture")
    names = ["cut.avi", "empty.mp4", "empty.png", "text.mp4", "text.png", "clip", "gone.png"]
    found = examine_index(table(*(tmp_path / name for name in names)), workers=2)
    said = [
        "is damaged",
        "0 bytes",
        "0 bytes",
        "not a video",
        "broken or not an image",
        "broken",
        "cannot be read",
    ]
    for sample, name, text in zip(found, names, said, strict=True):
        assert str(tmp_path / name) in sample.problem and text in sample.problem
        assert len(sample.thumbnails) == 0


def test_a_part_after_the_end(tmp_path):
    write_video(tmp_path / "a.mp4", list(patterns(5)))
    (sample,) = examine_index(table(tmp_path / "a.mp4", start=[9.0]))
    assert "a.mp4 has no frame from 9 s on; correct start and stop" in sample.problem


def test_equal_pixels_have_equal_digests():
    images = patterns(2)[[0, 1, 0]]
    first, second, third = (sample.digest for sample in examine_pictures(images))
    assert first == third != second
    assert examine_pictures(images.reshape(3, 24, 96))[0].digest != first


def test_rows_of_one_file():
    index = pd.DataFrame({"frames": list("aabb"), "start": [0, 0, 0, 1]})
    assert distinct_rows(index).tolist() == [0, 2, 3]


def test_what_is_odd_is_remarked(tmp_path, rng):
    first, *others = (Image.fromarray(rng.integers(0, 256, (40, 40, 3), np.uint8)) for _ in range(3))
    first.save(tmp_path / "a.gif", save_all=True, append_images=others)
    write_video(tmp_path / "b.mp4", list(patterns(12)))  # 1.2 s
    samples = table(*[tmp_path / name for name in ("a.gif", "b.mp4", "b.mp4")], stop=[math.nan, 1.5, 9.0])
    for quick in (False, True):
        gif, rounded, late = examine_index(samples, quick=quick)
        assert gif.remarks == {"animated": f"{tmp_path}/a.gif holds 3 pictures, and the first alone counts"}
        assert rounded.remarks == {}
        assert "b.mp4 is 1.2 s long, and a part of it is said to end at 9 s" in late.remarks["too long"]
