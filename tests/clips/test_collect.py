import numpy as np
import pandas as pd
import pytest
from checks.faces import BrightDetector, draw_face, write_picture

from learnface.clips import PrepareSettings
from learnface.clips._collect import RESERVED, collect
from learnface.clips._frames import Row
from learnface.clips._manifest import claim_folder, new_manifest, read_manifest
from learnface.clips._shard import ShardJob, ShardWriter


@pytest.fixture
def shards(tmp_path):
    """Three samples in two shards: a face, none, a broken file."""
    paths = [
        write_picture(tmp_path / f"{n}.png", draw_face(box=box)) for n, box in enumerate([(2, 3, 9, 9), None])
    ]
    rows = [Row("a", paths[0]), Row("b", paths[1]), Row("c", str(tmp_path / "gone.png"))]
    settings = PrepareSettings(detector=BrightDetector(), size=8)
    out = tmp_path / "out"
    with claim_folder(out, new_manifest(settings, rows, 2)):
        writer = ShardWriter(out / "shards", settings, "drop")
        for number, part in enumerate((rows[:2], rows[2:])):
            writer(ShardJob(number, 2 * number, tuple(part)), lambda *_: None)
    return out, rows


def test_one_table_of_all_shards(shards):
    out, rows = shards
    index = pd.DataFrame(
        {"sample": list("abc"), "label": ["x", None, "y"], "own": [1.0, np.nan, 3.0]}, [7, 8, 9]
    )
    index.attrs["what"] = object()
    manifest = collect(out, read_manifest(out), index, rows, 2)
    assert manifest == read_manifest(out) and manifest["complete"]
    table = pd.read_parquet(out / "samples.parquet")
    assert table["sample"].tolist() == ["a", "b"] and table["own"].tolist()[0] == 1.0
    assert table["shard"].tolist() == [0, 0] and table["position"].tolist() == [0, 1]
    assert set(table.columns) == RESERVED | set(index.columns)
    assert manifest["counts"] == {
        "samples": 3,
        "samples_prepared": 2,
        "samples_dropped": 0,
        "samples_broken": 1,
        "frames": 2,
        "frames_with_face": 1,
        "frames_without_face": 1,
    }
    assert manifest["labels"] == {"x": 1, "y": 1}
    assert [shard["samples"] for shard in manifest["shards"]] == [2, 0]
    assert pd.read_csv(out / "no_face.csv")["sample"].tolist() == ["b"]
    problems = pd.read_csv(out / "problems.csv")
    assert problems["sample"].tolist() == ["c"] and "gone.png does not exist" in problems["problem"][0]


def test_an_index_without_labels(shards):
    out, rows = shards
    assert collect(out, read_manifest(out), pd.DataFrame({"sample": list("abc")}), rows, 2)["labels"] == {}
