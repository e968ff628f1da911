import numpy as np
import pandas as pd
import pytest
from checks.films import write_video

from learnface.clips import PrepareSettings, prepare
from learnface.corpora import annotated_videos
from learnface.errors import DataError
from learnface.models import load
from learnface.recipes.mi2020 import _tables, networks, run

TINY = {
    "backbone": "fer_vgg", "backbone_weights": "none", "width": 0.05, "kernel_size": 3, "size": 16, "frames": 4,
    "epochs": 1, "detector": "none", "grey": True,
}  # fmt: skip


@pytest.fixture
def corpus(tmp_path):
    """Five videos of ten frames; arousal is the brightness."""
    rng, rows = np.random.default_rng(0), ["video,subject,time,valence,arousal"]
    for video in range(5):
        light = rng.uniform(0, 200, 10)
        write_video(
            tmp_path / f"v{video}.avi",
            np.full((10, 16, 16), 10, np.uint8) + light[:, None, None].astype(np.uint8),
            fps=5,
        )
        rows += [
            f"v{video}.avi,s{video},{t / 5},{-light[t] / 200:.3f},{light[t] / 200:.3f}" for t in range(10)
        ]
    (tmp_path / "annotations.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def test_the_whole_recipe_on_a_small_corpus(corpus, tmp_path):
    out = tmp_path / "runs"
    options = {"tables": ["1"], "models": ["fer_vgg_lstm", "fer_vgg_per_frame_map"], **TINY}
    reports = run(corpus, out, **options)
    assert set(reports) == {f"annotated_videos/fer_vgg_{head}-adam" for head in ("lstm", "per_frame_map")}
    (report,) = reports["annotated_videos/fer_vgg_lstm-adam"]
    table = pd.read_csv(out / "annotated_videos/fer_vgg_lstm-adam/seed0/predictions.csv")
    assert len(table) == report.scores["test"]["frames"] == report.data["test"]["frames"] == 10
    assert sum(report.data[part]["videos"] for part in ("train", "validation", "test")) == 5
    assert "val_ccc" in report.history
    text = (out / "table.md").read_text()
    assert "fer_vgg_lstm, mean" in text and "fer_vgg_per_frame_map" in text
    for name in ("1-error.png", "1-predicted.png", "1-ccc.png"):
        assert (out / name).exists()
    card = load(out / "annotated_videos/fer_vgg_lstm-adam/seed0/model.keras").card
    assert card.labels == ("valence", "arousal") and card.input_shape == (4, 16, 16, 1)
    assert card.scores["ccc_mean"] == pytest.approx(report.scores["test"]["ccc"], abs=1e-4)
    assert set(report.scores) == {"test", "test_streamed"}
    assert "the split is drawn here (seed 0)" in text and "CCC, state carried on" in text
    # Called again, nothing is trained anew.
    (again,) = run(corpus, out, **options)["annotated_videos/fer_vgg_lstm-adam"]
    assert again == report


def test_networks_of_the_tables():
    assert networks("1")[0] == "vgg19_per_frame" and "inception_v3_lstm" in networks("1")
    assert networks("2", "fer_vgg") == networks("optimizers", "fer_vgg") == ["fer_vgg_conv_lstm"]
    assert networks("1", models=["vgg16_gru"]) == ["vgg16_gru"]
    chosen = ["vgg16_lstm", "vgg16_conv_lstm"]
    assert networks("optimizers", "vgg16", chosen) == ["vgg16_conv_lstm"]


def test_models_that_are_no_convlstms_leave_the_optimisers_out(corpus):
    assert _tables(corpus, None, None) == ["1", "optimizers"]
    assert _tables(corpus, None, ["vgg19_lstm"]) == ["1"]
    assert _tables(corpus, None, ["vgg19_lstm", "vgg16_conv_lstm"]) == ["1", "optimizers"]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"tables": ["3"]}, "no table '3'"),
        ({"backbone": "vgg99"}, "no backbone 'vgg99'"),
        ({"models": ["vgg19_tree"], "tables": ["1"]}, "as in vgg19_lstm"),
        ({"seeds": 0}, "seeds is 0"),
        (
            {"tables": ["optimizers"], "models": ["vgg19_lstm"]},
            "trains a ConvLSTM, and there is none in vgg19_lstm",
        ),
        ({"models": ["vgg19_lstm"], "backbone": "vgg16"}, "the backbone is 'vgg16', and that of vgg19_lstm"),
        ({"gold": "median"}, "gold is 'median'"),
        ({"align": "boxes"}, "align is 'boxes'"),
        ({"optimizer": "nadam"}, "optimizer is 'nadam'"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_prepared(corpus, tmp_path, options, message):
    with pytest.raises(DataError, match=message):
        run(corpus, tmp_path / "runs", **options)
    assert not (tmp_path / "runs").exists()


def test_prepared_faces_and_other_settings_contradict(corpus, tmp_path):
    how = PrepareSettings(size=16, detector=None, equalise=None, missing="drop", fps=5)
    faces = prepare(annotated_videos.index(corpus), tmp_path / "faces", how).folder
    with pytest.raises(DataError, match=r"fps=10 \(they have 5"):
        run(faces, tmp_path / "runs", tables=["1"], **TINY, fps=10)


def test_wrong_folders(tmp_path):
    with pytest.raises(DataError, match="neither annotations.csv"):
        run(tmp_path, tmp_path / "runs")
    with pytest.raises(DataError, match="does not exist"):
        run(tmp_path / "none", tmp_path / "runs")
