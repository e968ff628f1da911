import json
import shutil


def test_scores_of_a_saved_model(trained, learnface, motion_clips, tmp_path, capsys):
    arguments = ["--model", trained / "model.keras", "--data", motion_clips, "--out", tmp_path]
    assert learnface("evaluate", *arguments, "--processes", 1) == 0
    assert "20 samples" in capsys.readouterr().out
    assert json.loads((tmp_path / "scores.json").read_text())["samples"] == 20
    assert (tmp_path / "confusion.png").exists()


def test_labels_that_the_model_does_not_know_are_told_before_faces_are_cut(
    trained, learnface, motion_clips, tmp_path, capsys, monkeypatch
):
    shutil.copytree(motion_clips, tmp_path / "clips")
    (tmp_path / "clips" / "rising").rename(tmp_path / "clips" / "bored")
    monkeypatch.setattr("learnface.clips.prepare", None)  # it is not called
    assert learnface("evaluate", "--model", trained / "model.keras", "--data", tmp_path / "clips") == 2
    assert "holds ['bored'], which the label set" in capsys.readouterr().err


def test_a_model_that_is_not_there(learnface, motion_clips, capsys):
    assert learnface("evaluate", "--model", "none.keras", "--data", motion_clips) == 2
    assert "error: none.keras does not exist" in capsys.readouterr().err
