import numpy as np
import pandas as pd
import pytest
from checks.faces import write_picture

from learnface.clips import PrepareSettings, prepare
from learnface.errors import DataError
from learnface.training import LabelledFaces, split_prepared
from learnface.training.labelled_faces import images_hash

PLAIN = PrepareSettings(detector=None, size=4, equalise=None)
LABELS = ("happy", "sad")


def prepared(tmp_path, splits=None, lengths=(2, 3)):
    """Eight clips of four people, each happy and sad; every frame as bright as the clip's number."""
    rows = []
    for clip in range(8):
        for frame in range(lengths[clip % 2]):
            write_picture(tmp_path / f"c{clip}" / f"{frame}.png", np.full((4, 4), clip, np.uint8))
        person = clip // 2
        row = {"sample": f"c{clip}", "frames": str(tmp_path / f"c{clip}"), "label": LABELS[clip % 2]}
        rows.append(row | {"subject": f"p{person}", "split": splits[person] if splits else None})
    return prepare(pd.DataFrame(rows), tmp_path / "out", PLAIN)


def people(part):
    return set(part.images.samples["subject"])


@pytest.mark.parametrize(
    ("splits", "test"),
    [
        (None, None),
        (["train", "train", "train", "test"], {"p3"}),
        (["test", "validation", "train", "train"], {"p0"}),
    ],
)
def test_no_person_is_on_two_sides_and_the_own_split_is_kept(tmp_path, splits, test):
    parts = split_prepared(prepared(tmp_path, splits), LABELS, validation=0.25, test=0.25, seed=1)
    assert set(parts) == {"train", "validation", "test"}
    assert sum(len(part) for part in parts.values()) == 8
    assert not people(parts["train"]) & people(parts["validation"])
    assert not people(parts["test"]) & (people(parts["train"]) | people(parts["validation"]))
    assert test is None or people(parts["test"]) == test
    for part in parts.values():
        assert [LABELS[code] for code in part.codes] == part.images.samples["label"].tolist()


def test_clips_of_different_lengths_are_masked(tmp_path):
    part = split_prepared(prepared(tmp_path), LABELS, seed=1)["train"]
    assert part.shape == (None, 4, 4, 1)
    assert part.mask.sum(1).tolist() == part.images.frame_counts.tolist()
    (images, mask), codes = next(iter(part.source(2, mask=True).dataset()))
    assert images.shape == (2, 3, 4, 4, 1) and mask.shape == (2, 3) and codes.shape == (2,)
    (images, mask), codes = next(iter(part.dataset(mask=True)))
    assert len(images) == len(codes) == len(part)


def test_clips_of_one_length_need_no_mask(tmp_path):
    part = split_prepared(prepared(tmp_path, lengths=(3, 3)), LABELS)["train"]
    assert part.shape == (3, 4, 4, 1)
    images, codes = next(iter(part.source(2, balance=True).dataset()))
    assert images.shape == (2, 3, 4, 4, 1)


def test_arrays():
    images, codes = np.zeros((3, 4, 4, 1), "uint8"), np.array([0, 1, 0])
    samples = LabelledFaces(images, codes)
    assert samples.shape == (4, 4, 1) and samples.mask is None and len(samples) == 3
    assert samples.source(2).steps_per_epoch == 2
    changed = LabelledFaces(images, codes[::-1].copy() + 1)
    assert samples.describe() == LabelledFaces(images.copy(), codes).describe() != changed.describe()
    with pytest.raises(DataError, match="for prepared faces"):
        samples.source(2, balance=True)


def test_what_identifies_prepared_samples(tmp_path):
    faces = prepared(tmp_path)
    codes = np.arange(8) % 2
    assert LabelledFaces(faces, codes).describe() != LabelledFaces(faces, 1 - codes).describe()
    assert LabelledFaces(faces, codes).describe() != LabelledFaces(faces[::-1], codes).describe()


@pytest.mark.parametrize(
    ("splits", "message"),
    [(["test"] * 4, "no train and no validation"), (["train", "test", "train", "train"], None)],
)
def test_splits_that_cannot_be_used(tmp_path, splits, message):
    faces = prepared(tmp_path, splits)
    if message:
        with pytest.raises(DataError, match=message):
            split_prepared(faces, LABELS)
    with pytest.raises(DataError, match="not one of"):
        split_prepared(faces, ("happy",))


def test_a_person_on_two_sides_is_refused_unless_one_says_so(tmp_path):
    faces = prepared(tmp_path, ["train", "validation", "test", "train"])
    faces.samples.loc[7, "split"] = "test"
    with pytest.raises(DataError, match="p3"):
        split_prepared(faces, LABELS)
    assert len(split_prepared(faces, LABELS, disjoint=False)["test"]) == 3


def test_classes_must_be_as_many_as_images():
    with pytest.raises(DataError, match="3 images but 2 classes"):
        LabelledFaces(np.zeros((3, 4, 4, 1), "uint8"), np.zeros(2, int))


def test_the_hash_tells_images_and_classes_apart(rng):
    images = rng.integers(0, 255, (3, 4, 4, 1), np.uint8)
    hashes = {images_hash(images), images_hash(images, np.arange(3)), images_hash(images[::-1], np.arange(3))}
    assert len(hashes) == 3 and LabelledFaces(images, np.arange(3)).describe()["sha256"] in hashes
