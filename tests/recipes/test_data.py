import numpy as np
import pandas as pd

from learnface.recipes import _data


def test_splits_keep_rows_images_and_codes_together(monkeypatch):
    index = pd.DataFrame(
        {
            "sample": ["a", "b", "c", "d"],
            "split": ["test", "train", "train", "validation"],
            "label": ["sad", "happy", None, "sad"],
        }
    )
    images = np.arange(4, dtype=np.uint8).reshape(4, 1, 1, 1)
    monkeypatch.setattr(_data, "load_images", lambda index, size: images)
    splits = _data.load_splits(index, ("happy", "sad"))
    assert list(splits["train"].index["sample"]) == ["b", "c"]
    assert splits["train"].images.ravel().tolist() == [1, 2]
    assert splits["train"].codes.tolist() == [0, -1]
    assert splits["test"].describe()["samples"] == 1
    assert splits["test"].describe()["sha256"] != splits["validation"].describe()["sha256"]
