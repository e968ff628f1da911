"""The rule is held to the published label files (`tests/data/ferplus_labels.md`) and to a slow one by row."""

import numpy as np
import pytest
from checks.ferplus_labels import label_csv, new_csv

from learnface.corpora._vote_rule import MODES, apply_rule
from learnface.errors import DataError

# What the authors' own program keeps: images by split, and by class and split for "majority".
KEPT = {
    ("label.csv", "majority"): (25045, 3191, 3137),
    ("label.csv", "probability"): (27947, 3508, 3507),
    ("label.csv", "crossentropy"): (27947, 3508, 3507),
    ("label.csv", "multi_target"): (27667, 3472, 3466),
    ("fer2013new.csv", "majority"): (25060, 3199, 3153),
    ("fer2013new.csv", "probability"): (27956, 3505, 3505),
    ("fer2013new.csv", "crossentropy"): (27956, 3505, 3505),
    ("fer2013new.csv", "multi_target"): (27671, 3472, 3472),
}
CLASSES = {
    "label.csv": [
        (8733, 7284, 3136, 3022, 2098, 116, 536, 120),
        (1180, 862, 411, 348, 289, 25, 60, 16),
        (1083, 892, 394, 382, 269, 16, 86, 15),
    ],
    "fer2013new.csv": [
        (8740, 7287, 3149, 3014, 2100, 119, 532, 119),
        (1182, 865, 415, 351, 287, 24, 62, 13),
        (1090, 893, 396, 384, 273, 18, 83, 16),
    ],
}
FILES = {"label.csv": label_csv, "fer2013new.csv": new_csv}


@pytest.mark.parametrize(("file", "mode"), KEPT)
def test_kept_images(file, mode):
    votes, split, _ = FILES[file]()
    _, keep = apply_rule(votes, mode)
    assert tuple(np.bincount(split[keep])) == KEPT[file, mode]


@pytest.mark.parametrize("file", CLASSES)
def test_classes_by_majority(file):
    votes, split, _ = FILES[file]()
    targets, keep = apply_rule(votes)
    for number, counts in enumerate(CLASSES[file]):
        assert tuple(targets[keep & (split == number)].sum(0).astype(int)) == counts


def test_published_files_have_the_known_oddities():
    """They guard the test data itself."""
    votes, split, number = new_csv()
    assert votes.shape == (35887, 10)
    assert np.bincount(split).tolist() == [28709, 3589, 3589]
    assert np.unique(votes.sum(1), return_counts=True)[1].tolist() == [1, 35886]
    assert number[votes.sum(1) == 9].tolist() == [10406]
    assert np.bincount(split[number < 0]).tolist() == [148, 10, 15]
    assert (votes[number < 0, 9] == 10).all()
    names, times = np.unique(number[number >= 0], return_counts=True)
    assert names[times == 2].tolist() == [6953, 8403, 11785, 33120]
    old_votes, old_split, old_number = label_csv()
    assert np.bincount(old_split).tolist() == [28558, 3579, 3573]
    newest = dict(zip(number.tolist(), votes, strict=True))
    differ = [(newest[name] != row).any() for name, row in zip(old_number.tolist(), old_votes, strict=True)]
    assert np.bincount(old_split[differ]).tolist() == [1073, 246, 283]


@pytest.mark.parametrize("mode", MODES)
def test_rule_agrees_with_the_slow_one(mode, rng):
    """On all votes published, and on many that were not: ties, other sums, leading unknowns."""
    odd = rng.multinomial(10, rng.dirichlet(np.full(10, 0.4), 2000))
    votes = np.unique(np.concatenate([new_csv()[0], odd, rng.integers(0, 4, (1000, 10))]), axis=0)
    targets, keep = apply_rule(votes, mode)
    expected = [slow_rule(row, mode) for row in votes.tolist()]
    assert keep.tolist() == [row is not None for row in expected]
    np.testing.assert_allclose(targets, [row or [0] * 8 for row in expected], atol=1e-6)


def slow_rule(votes: list[int], mode: str) -> list[float] | None:
    """The rule as the paper's text tells it, one picture at a time: the distribution, or None if dropped."""
    left = [0 if count <= 1 else count for count in votes]
    total = sum(left)
    taken = dict.fromkeys(range(10), 0)
    if mode == "majority":
        taken.update({c: n for c, n in enumerate(left) if n > total / 2})
    elif mode == "multi_target":
        taken.update({c: n for c, n in enumerate(left) if 10 * n >= 3 * total})
    else:
        covered, classes, stop = 0, 0, False
        while covered < 0.75 * total and classes < 3 and not stop:
            most = max(left)
            for c in [c for c in range(10) if left[c] == most]:
                taken[c], left[c] = most, 0
                covered += most
                classes += 1
                if c >= 8:
                    stop = True
                    if sum(taken.values()) > most:
                        taken[c] = 0
                        classes -= 1
                    break
        if classes > 3:
            return None
    if sum(taken.values()) <= total / 2 or max(range(10), key=taken.get) >= 8:
        return None
    whole = sum(taken[c] for c in range(8))
    return [taken[c] / whole for c in range(8)]


def test_targets_are_distributions_in_float32():
    for mode in MODES:
        targets, keep = apply_rule(new_csv()[0], mode)
        assert targets.dtype == np.float32
        np.testing.assert_allclose(targets.sum(1), keep, atol=1e-6)


@pytest.mark.parametrize(
    ("votes", "message"), [([1, 2], "shape"), (np.zeros((3, 8)), r"\(3, 8\); give one row of 10")]
)
def test_wrong_shape(votes, message):
    with pytest.raises(DataError, match=message):
        apply_rule(votes)


def test_unknown_mode():
    with pytest.raises(DataError, match="mode is 'vote'; use one of majority"):
        apply_rule(np.zeros((1, 10)), "vote")
