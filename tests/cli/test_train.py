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


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--epochs", 0, "--head-epochs", 0], "train nothing"), (["--corpus", "none"], "no corpus 'none'")],
)
def test_mistakes_are_told_in_one_sentence(options, message, learnface, motion_clips, capsys):
    assert learnface("train", "--data", motion_clips, *options) == 2
    error = capsys.readouterr().err
    assert message in error and error.startswith("error: ")
