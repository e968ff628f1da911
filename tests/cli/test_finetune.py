import pytest


def test_a_saved_model_is_fine_tuned(trained, learnface, motion_clips, tmp_path, capsys):
    arguments = ["--model", trained / "model.keras", "--data", motion_clips, "--out", tmp_path / "second"]
    arguments += ["--head-epochs", 1, "--epochs", 0, "--processes", 1]
    assert learnface("finetune", *arguments, "--map", "rising=falling") == 0
    assert "95 % interval" in capsys.readouterr().out
    assert learnface("finetune", *arguments, "--map", "glad=happy") == 2
    assert "label_map cannot map 'glad'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "fer_vgg"], "is not a saved model"),
        (["--model", "model.keras", "--map", "glad"], "is not NEW=OLD"),
        (["--model", "none.keras"], "none.keras does not exist"),
    ],
)
def test_mistakes_are_told_in_one_sentence(options, message, learnface, motion_clips, capsys):
    assert learnface("finetune", "--data", motion_clips, *options) == 2
    error = capsys.readouterr().err
    assert message in error and error.startswith("error: ")
