import numpy as np
import pytest
from checks.films import patterns, write_video

from learnface.models import load


def test_train_writes_a_model_that_knows_its_labels(trained):
    assert load(trained / "model.keras").card.labels == ("falling", "rising")
    assert {"report.json", "curves1.png", "confusion.png"} <= {path.name for path in trained.iterdir()}


def test_predict_slides_over_a_video(trained, learnface, tmp_path, capsys):
    write_video(tmp_path / "video.avi", patterns(6))
    arguments = ["--model", trained / "model.keras", "--out", tmp_path / "out", tmp_path / "video.avi"]
    assert learnface("predict", *arguments) == 0
    assert "no face found" in capsys.readouterr().out


def test_a_backbone_trained_on_pictures_looks_at_the_frames_of_clips(
    learnface, small_fer2013, motion_clips, tmp_path, capsys
):
    """wang2020's road: pictures first; then its frozen backbone under an LSTM."""
    common = ["--detector", "none", "--size", 24, "--processes", 1]
    pictures = ["--model", "face_classifier", "--corpus", "fer2013", "--data", small_fer2013]
    trained = ["--pretrained", "none", "--head-epochs", 0, "--epochs", 1, "--out", tmp_path / "pictures"]
    assert learnface("train", *pictures, *common, *trained) == 0
    saved = tmp_path / "pictures" / "model.keras"
    clips = ["--data", motion_clips, "--frames", 4, "--head-epochs", 1, "--epochs", 0, *common]
    assert learnface("train", *clips, "--pretrained", saved, "--out", tmp_path / "clips") == 0
    models = (load(saved), load(tmp_path / "clips" / "model.keras"))
    for one, other in zip(*(model.get_layer("fer_vgg").get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(one, other)
    wrong = ["--backbone", "fer_cnn", "--pretrained", saved, "--out", tmp_path / "wrong"]
    capsys.readouterr()
    assert learnface("train", *clips, *wrong) == 2
    assert "model.keras does not fit fer_cnn: the closest in it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--epochs", 0, "--head-epochs", 0], "train nothing"),
        (["--corpus", "none"], "no corpus 'none'"),
        (["--model", "vggface_fusion", "--units", 8], "--units is the width of an LSTM or RNN"),
        (["--detector", "none", "--landmarks", "detector"], "landmarks='detector' needs a detector"),
    ],
)
def test_mistakes_are_told_in_one_sentence(options, message, learnface, motion_clips, capsys):
    assert learnface("train", "--data", motion_clips, *options) == 2
    error = capsys.readouterr().err
    assert message in error and error.startswith("error: ")


def test_prepared_faces_and_clips_of_any_length(learnface, motion_clips, tmp_path, capsys):
    faces, out = tmp_path / "faces", tmp_path / "out"
    arguments = ["--corpus", "labelled_clips", "--data", motion_clips, "--out", faces, "--size", 24]
    assert learnface("prepare", *arguments, "--detector", "none", "--processes", 1) == 0
    assert learnface("train", "--data", faces, "--size", 24, "--frames", 0) == 2
    assert "leave out the options of preparing (size, frames)" in capsys.readouterr().err
    options = ["--head-epochs", 1, "--epochs", 0, "--units", 8, "--layer", "block2_pool"]
    options += ["--monitor", "uar", "--tensorboard", tmp_path / "logs"]
    assert learnface("train", "--data", faces, "--out", out, *options) == 0
    printed = capsys.readouterr().out
    assert "people are in one split only; validation chose the epoch (by uar)" in printed
    model = load(out / "model.keras")
    assert model.card.preparation["frames"] is None and model.get_layer("lstm").units == 8
    assert not (out / "faces").exists()
    assert {path.name for path in (tmp_path / "logs" / "vggface_lstm" / "stage1").iterdir()} >= {
        "train",
        "confusion",
    }
