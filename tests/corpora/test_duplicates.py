from itertools import combinations

import cv2
import numpy as np
import pandas as pd
import pytest
from checks.films import patterns, write_video
from scipy.fft import dct

from learnface.corpora import duplicates
from learnface.errors import DataError


def film(order, seed=0, room=None) -> list[np.ndarray]:
    """A film of 4 s that cuts between patterns, each held for some frames; a room stays where it is."""
    scenes = patterns(10, seed)
    frames = [scenes[scene] for scene in order for _ in range(5)]
    if room is not None:
        frames = [np.where(np.arange(48)[:, None] < 40, room, frame) for frame in frames]
    return frames


def table(count, **columns) -> pd.DataFrame:
    index = {"sample": [f"s{i}" for i in range(count)], "frames": [f"{i}.png" for i in range(count)]}
    return pd.DataFrame(index | columns)


def test_difference_hash_by_hand():
    image = np.zeros((8, 9), np.uint8)
    image[0] = [0, 1, 1, 2, 1, 0, 5, 9, 9]
    image[7, 8] = 1
    assert f"{duplicates.difference_hash(image[None])[0]:064b}" == "10100110" + "0" * 55 + "1"


def test_perceptual_hash_by_hand():
    image = patterns(1, size=(32, 32))[0]
    waves = dct(dct(image.astype(float), axis=0), axis=1)[:8, :8].ravel()
    bits = "".join("1" if wave > np.median(waves) else "0" for wave in waves)
    assert f"{duplicates.perceptual_hash(image[None])[0]:064b}" == bits


@pytest.mark.parametrize("hashed", [duplicates.perceptual_hash, duplicates.difference_hash])
def test_hashes_outlast_size_colour_and_light(hashed):
    images = patterns(6, size=(96, 96))
    smaller = np.stack([cv2.resize(image, (50, 60), interpolation=cv2.INTER_AREA) for image in images])
    darker = np.repeat((smaller * 0.8 + 20).astype(np.uint8)[..., None], 3, axis=3)
    same = np.bitwise_count(hashed(images) ^ hashed(darker))
    other = np.bitwise_count(hashed(images) ^ hashed(np.roll(images, 1, axis=0)))
    assert same.max() <= 6 < 16 <= other.min()


@pytest.mark.parametrize("distance", [0, 1, 5, 64])
def test_near_pairs_are_those_of_brute_force(distance, monkeypatch):
    monkeypatch.setattr(duplicates, "_BLOCK", 100)  # many blocks
    rng = np.random.default_rng(1)
    hashes = rng.integers(0, 2**64, 40, dtype=np.uint64)
    hashes[20:] = hashes[:20] ^ np.uint64(1) << rng.integers(0, 64, 20, dtype=np.uint64)
    hashes[39] = hashes[3]
    expected = {(i, j): (int(hashes[i]) ^ int(hashes[j])).bit_count() for i, j in combinations(range(40), 2)}
    expected = {pair: bits for pair, bits in expected.items() if bits <= distance}
    pairs, bits = duplicates.near_pairs(hashes, distance)
    assert dict(zip(map(tuple, pairs.tolist()), bits.tolist(), strict=True)) == expected
    assert pairs.tolist() == sorted(pairs.tolist())


def test_near_pairs_refusals(monkeypatch):
    monkeypatch.setattr(duplicates, "_TOO_MANY", 100)
    with pytest.raises(DataError, match="more than 100 pairs are within 0 bits; give a smaller distance"):
        duplicates.near_pairs(np.zeros(20, np.uint64), 0)
    with pytest.raises(DataError, match="from 0 to 64"):
        duplicates.near_pairs(np.zeros(2, np.uint64), 65)
    assert len(duplicates.near_pairs(np.zeros(0, np.uint64))[0]) == 0


def test_pictures(rng):
    """Copies, a marked copy and a darker one are found; the rest is not."""
    images = patterns(12)
    images[3] = images[0]
    images[5] = images[1]
    images[5, 22:25, 12:36] = 200  # a mark on it
    images[7] = images[2] * 0.7 + rng.integers(0, 8, images[2].shape)
    index = table(12, split=["train"] * 5 + ["test"] * 7, label=list("aabacabbcccc"))
    pairs = duplicates.find_duplicates(index, images[..., None])
    found = pairs.set_index(["first", "second"])
    assert set(found.index) == {(0, 3), (1, 5), (2, 7)}
    assert found["exact"].to_dict() == {(0, 3): True, (1, 5): False, (2, 7): False}
    assert found["across"].to_dict() == {(0, 3): False, (1, 5): True, (2, 7): True}
    assert found["conflicting"].tolist() == [False, False, False]
    assert found.loc[(0, 3), "distance"] == 0
    assert pairs["similarity"].between(0.9, 1.0001).all()
    assert pairs["group"].nunique() == 3
    assert duplicates.duplicate_counts(pairs) == {
        "exact": {"pairs": 1, "across splits": 0, "conflicting labels": 0},
        "near": {"pairs": 2, "across splits": 2, "conflicting labels": 0},
    }
    strict = duplicates.find_duplicates(index, images, similarity=0.9999)
    assert strict["exact"].tolist() == [True]


def test_conflicts_groups_and_the_worst_pairs():
    images = patterns(8)
    images[[1, 2]] = images[0]
    images[4] = images[3]
    index = table(
        8, split=[*["train"] * 4, "test", *["test"] * 3], label=["a", "b", np.nan, "a", "b", *"aaa"]
    )
    pairs = duplicates.find_duplicates(index, images)
    assert pairs[["first", "second"]].to_numpy().tolist() == [[0, 1], [0, 2], [1, 2], [3, 4]]
    assert pairs["conflicting"].tolist() == [True, False, False, True]
    assert pairs["group"].tolist() == [0, 0, 0, 1]
    worst = duplicates.worst_pairs(pairs)
    assert worst[["sample_1", "sample_2"]].to_numpy().tolist() == [["s3", "s4"], ["s0", "s1"]]
    assert len(duplicates.worst_pairs(pairs, most=1)) == 1


def test_plain_pictures_are_alike():
    images = np.stack([np.zeros((48, 48), np.uint8), np.full((48, 48), 90, np.uint8), patterns(1)[0]])
    pairs = duplicates.find_duplicates(table(3), images)
    assert pairs[["first", "second", "exact"]].to_numpy().tolist() == [[0, 1, False]]


def test_nothing_alike():
    pairs = duplicates.find_duplicates(table(5), patterns(5))
    assert pairs.empty and {"across", "group", "label_2"} <= set(pairs)
    assert duplicates.duplicate_counts(pairs)["near"]["pairs"] == 0
    assert duplicates.worst_pairs(pairs).empty
    with pytest.raises(DataError, match="images has 4 pictures and the index 5 rows"):
        duplicates.find_duplicates(table(5), patterns(4))


def test_one_file_in_two_rows_is_no_copy():
    index = table(3).assign(frames=["a.csv"] * 3, row=[0, 1, 0])
    images = patterns(2)[[0, 1, 0]]
    assert duplicates.find_duplicates(index, images).empty


def test_clips(tmp_path):
    """A copy, and a copy with another codec, size and rate; not another film, nor another in the same room."""
    room = patterns(1, seed=9)[0]
    order = [0, 1, 2, 3, 4, 5, 6, 7]
    write_video(tmp_path / "a.mp4", film(order))
    (tmp_path / "b.mp4").write_bytes((tmp_path / "a.mp4").read_bytes())
    larger = [cv2.resize(frame, (96, 96)) for frame in film(order) for _ in range(2)]
    write_video(tmp_path / "c.avi", larger, fps=20, codec="mjpeg")
    write_video(tmp_path / "d.mkv", film([8, 3, 9, 0, 5, 8, 2, 6], seed=1))
    write_video(tmp_path / "e.mov", film(order, room=room))
    write_video(tmp_path / "f.mp4", film(order, seed=5, room=room))
    (tmp_path / "broken.mp4").write_bytes(b"no film")
    names = ["a.mp4", "b.mp4", "c.avi", "d.mkv", "e.mov", "f.mp4", "broken.mp4"]
    index = pd.DataFrame({"sample": names, "frames": [str(tmp_path / name) for name in names]})
    pairs = duplicates.find_duplicates(index, workers=2)
    assert pairs[["sample_1", "sample_2", "exact"]].to_numpy().tolist() == [
        ["a.mp4", "b.mp4", True],
        ["a.mp4", "c.avi", False],
        ["b.mp4", "c.avi", False],
    ]


def test_still_clips_of_one_room_are_alike(tmp_path):
    for number, rate in enumerate((200_000, 2_000_000)):
        write_video(tmp_path / f"{number}.mp4", [patterns(1)[0]] * 10, rate=rate)
    index = table(2).assign(frames=[str(tmp_path / f"{i}.mp4") for i in range(2)])
    assert len(duplicates.find_duplicates(index)) == 1


def test_pictures_to_look_at(tmp_path):
    images = patterns(4)
    cv2.imwrite(str(tmp_path / "a.png"), images[0])
    (tmp_path / "frames").mkdir()
    for number in (1, 2, 3):
        cv2.imwrite(str(tmp_path / f"frames/{number}.png"), images[number])
    write_video(tmp_path / "film.mp4", [images[0]] * 5 + [images[1]] * 10 + [images[2]] * 5)
    index = table(3).assign(frames=[str(tmp_path / name) for name in ("a.png", "frames", "film.mp4")])
    pictures = duplicates.load_pictures(index, [0, 1, 2, 2])
    np.testing.assert_array_equal(pictures[0], images[0])
    np.testing.assert_array_equal(pictures[1], images[2])
    assert pictures[2].shape == (48, 48, 3)
    assert np.corrcoef(pictures[2][..., 0].ravel(), images[1].ravel())[0, 1] > 0.95


def test_pictures_of_a_csv_to_look_at(tmp_path):
    lines = ["emotion,pixels", *(f"0,{' '.join([str(value)] * 2304)}" for value in (7, 8, 9))]
    (tmp_path / "x.csv").write_text("\n".join(lines))
    index = table(3).assign(frames=str(tmp_path / "x.csv"), row=[0, 1, 2])
    pictures = duplicates.load_pictures(index, [2, 0])
    assert {row: int(image.max()) for row, image in pictures.items()} == {0: 7, 2: 9}
