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


def test_pictures_are_not_given_to_a_model_of_clips(trained, learnface, motion_clips, tmp_path, capsys):
    for label in ("rising", "falling"):
        (tmp_path / "stills" / label).mkdir(parents=True)
        picture = next((motion_clips / label).rglob("*.png"))
        shutil.copy(picture, tmp_path / "stills" / label / "p0.png")
    assert learnface("evaluate", "--model", trained / "model.keras", "--data", tmp_path / "stills") == 2
    assert "the corpus holds pictures, but vggface_lstm takes clips" in capsys.readouterr().err.replace(
        "\n", " "
    )


def test_a_model_that_is_not_there(learnface, motion_clips, capsys):
    assert learnface("evaluate", "--model", "none.keras", "--data", motion_clips) == 2
    assert "error: none.keras does not exist" in capsys.readouterr().err


def test_broken_clips_are_left_out_if_one_says_so(trained, learnface, motion_clips, tmp_path, capsys):
    shutil.copytree(motion_clips, tmp_path / "clips")
    (tmp_path / "clips" / "rising" / "p0" / "c0" / "2.png").write_bytes(b"")
    arguments = ["--model", trained / "model.keras", "--data", tmp_path / "clips", "--processes", 1]
    assert learnface("evaluate", *arguments) == 2
    assert "1 of 20 samples cannot be read" in capsys.readouterr().err
    assert learnface("evaluate", *arguments, "--broken", "drop") == 0
    printed = capsys.readouterr()
    assert "19 samples" in printed.out and "over 5 people" in printed.out
    assert "broken and left out" in printed.err
