import json

import numpy as np
import pytest
from checks.clips import write_motion_clips

from learnface.errors import DataError
from learnface.recipes import wang2020
from learnface.recipes._wang2020_tables import PUBLISHED_CONFUSION

SMALL = {
    "backbones": "fer_vgg:ferplus",
    "stills": "fer2013",
    "clips": "labelled_clips",
    "pretraining_epochs": 1,
    "epochs": 1,
    "units": 4,
    "dense": (4, 4),
    "size": 24,
    "frames": 4,
    "detector": "none",
}


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_tables_on_small_corpora_of_other_names(small_fer2013, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for name in ("fer2013.csv", "fer2013new.csv"):
        (small_fer2013 / name).rename(data / name)
    write_motion_clips(data / "labelled_clips")
    out = tmp_path / "out"
    scores = wang2020.run(data, out, **SMALL)
    assert set(scores) == {f"{row}/fer_vgg" for row in ("stills", "lstm", "rnn", "fusion", "image")}
    text = (out / "table.md").read_text()
    assert "## Table 1" in text and "## Table 5" in text and "## Table 6" not in text
    assert f"{100 * scores['lstm/fer_vgg'][0]['accuracy']:.2f}" in text
    report = json.loads((out / "fer_vgg/seed0/lstm/vggface_lstm/stage1/report.json").read_text())
    assert report["scores"]["test"]["accuracy"] == scores["lstm/fer_vgg"][0]["accuracy"]
    assert (out / "fer_vgg/seed0/lstm-confusion.png").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tables": ["7"]}, "has no table 7: choose from 1, 2"),
        ({"split": "random"}, "split must be"),
        ({"backbones": ","}, "names none"),
        (
            {"tables": ["2"], "clips": "labelled_clips"},
            "tables 2 cannot be had of labelled_clips with vggface, vgg19",
        ),
        ({"tables": ["3"], "backbones": "vgg19"}, "tables 3 cannot be had of bnu_lsved with vgg19"),
    ],
)
def test_wrong_arguments_are_named_before_anything_is_read(options, message, tmp_path):
    with pytest.raises(DataError, match=message):
        wang2020.run(tmp_path / "none", tmp_path, **options)


def test_the_papers_rows_are_percent_of_the_true_class():
    for name, matrix in PUBLISHED_CONFUSION.items():
        np.testing.assert_allclose(np.sum(matrix, axis=1), 100, atol=0.35, err_msg=name)
