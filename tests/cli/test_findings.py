import numpy as np
import pandas as pd

from learnface.cli._findings import findings
from learnface.corpora._examining import Examined
from learnface.corpora.duplicates import duplicate_pairs


def test_everything_is_counted():
    index = pd.DataFrame(
        {
            "sample": list("abcd"),
            "subject": ["anna", "anna", "bob", np.nan],
            "split": ["train", "test", "test", np.nan],
            "label": ["sad", "sad", "happy", np.nan],
            "frames": list("abcd"),
            "valence": [0.5, -1, np.nan, 0],
        }
    )
    examined = [
        Examined("video", None, 64, 48, 10, 2.0, 5.0),
        Examined("video", "b is cut short"),
        Examined("frames", None, 64, 48, 1),
        Examined("image", None, 20, 40, 1, remarks={"animated": "d moves"}),
    ]
    pairs = duplicate_pairs(index, np.arange(4), examined)
    found = findings(index, ("happy", "sad", "tired"), np.arange(4), examined, pairs, ["a remark"])
    assert found["samples"] == 4 and found["subjects"] == 2 and found["unreadable"] == 1
    assert found["kinds"] == {"video": 2, "frames": 1, "image": 1}
    counts = [
        (row["label"], row["samples"], row["subjects"], row["train"], row["test"]) for row in found["labels"]
    ]
    assert counts == [("happy", 1, 1, 0, 1), ("sad", 2, 1, 1, 1), ("tired", 0, 0, 0, 0), (None, 1, 0, 0, 0)]
    assert found["splits"] == {"train": {"samples": 1, "subjects": 1}, "test": {"samples": 2, "subjects": 2}}
    assert found["seconds"] == {"min": 2, "median": 2, "max": 2}
    assert found["frames"] == {"min": 1, "median": 5.5, "max": 10}
    assert found["valence"] == {"min": -1, "median": 0, "max": 0.5}
    assert found["sizes"] == {"64 x 48": 2, "20 x 40": 1}
    assert found["fps"] == {"5": 1}
    assert [(problem["kind"], problem["sample"], problem["message"]) for problem in found["problems"]] == [
        ("loader", None, "a remark"),
        ("unreadable", "b", "b is cut short"),
        ("one frame", "c", "c has one frame only"),
        ("small", "d", "d has 20 x 40 pixels"),
        ("animated", "d", "d moves"),
        ("no subject", "d", "d has no subject"),
        ("leak", None, "subject anna is in train and test"),
    ]


def test_copies_that_spoil_something():
    picture = np.random.default_rng(0).integers(0, 255, (1, 32, 32), dtype=np.uint8)
    examined = [
        Examined("image", None, 48, 48, 1, thumbnails=picture, digest=digest) for digest in (b"x", b"x", b"y")
    ]
    index = pd.DataFrame({"sample": list("abc"), "frames": list("abc"), "subject": np.nan})
    index = index.assign(split=["train", "train", "test"], label=["sad", "sad", "happy"])
    pairs = duplicate_pairs(index, np.arange(3), examined)
    found = findings(index, ("happy", "sad"), np.arange(3), examined, pairs)
    assert [(problem["kind"], problem["message"]) for problem in found["problems"]] == [
        ("copy", "a and b show the same"),
        ("near copy", "a and c show the same, in train and test, labelled sad and happy"),
        ("near copy", "b and c show the same, in train and test, labelled sad and happy"),
    ]
    harmless = index.assign(split="train", label="sad")
    pairs = duplicate_pairs(harmless, np.arange(3), examined)
    assert len(findings(harmless, ("sad",), np.arange(3), examined, pairs)["problems"]) == 1
