import re

import keras
import matplotlib
import numpy as np
import pytest
from checks.films import write_video
from keras import layers
from PIL import Image
from typer.testing import CliRunner

from learnface.cli.main import app, main
from learnface.models import ModelCard, save, vggface_lstm

SAMPLE = f"{matplotlib.get_data_path()}/sample_data/grace_hopper.jpg"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((16, 16, 1))
    maps = layers.Conv2D(4, 3, activation="relu", name="conv")(inputs)
    outputs = layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling2D()(maps))
    path = tmp_path_factory.mktemp("model") / "model.keras"
    keras.Model(inputs, outputs, name="tiny").save(path)
    return path


@pytest.fixture
def explain(model, tmp_path):
    def run(*arguments):
        options = ["--model", str(model), "--labels", "light, dark", "--out", str(tmp_path / "out")]
        result = CliRunner().invoke(app, ["explain", *map(str, arguments), *options])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run


def test_pictures_of_a_folder(explain, tmp_path):
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    portrait = Image.open(SAMPLE).resize((128, 150))
    for path in (folder / "a.png", folder / "sub" / "a.png"):
        portrait.save(path)
    Image.new("RGB", (64, 64)).save(folder / "black.png")
    (folder / "notes.txt").write_text("notes")
    code, screen = explain(folder, tmp_path / "missing.jpg")
    assert code == 1
    assert "black.png: no face found" in screen and "missing.jpg does not exist" in screen
    assert screen.count("; wrote") == 2
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a-grad-cam.png", "a-2-grad-cam.png"}


def test_a_cropped_face_and_a_label(explain, tmp_path):
    Image.fromarray(np.full((20, 20), 80, np.uint8)).save(tmp_path / "face.png")
    code, screen = explain(tmp_path / "face.png", "--cropped", "--label", "dark", "--layer", "conv")
    assert code == 0 and "face.png: dark" in screen
    assert (tmp_path / "out" / "face-grad-cam.png").exists()


def test_the_default_network(tmp_path):
    Image.open(SAMPLE).resize((128, 150)).save(tmp_path / "photo.png")
    result = CliRunner().invoke(app, ["explain", str(tmp_path / "photo.png"), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert re.match(r"photo\.png: \w+ \d+%; wrote", result.output)
    assert (tmp_path / "out" / "photo-grad-cam.png").stat().st_size > 5000


def test_a_video_by_what_train_saves_for_clips_of_different_lengths(tmp_path, rng):
    inputs = keras.Input((16, 16, 1))
    body = keras.Model(inputs, layers.Conv2D(4, 3, strides=2, name="conv")(inputs), name="body")
    model = vggface_lstm((None, 16, 16, 1), 2, units=2, backbone=body, masked=True)
    card = ModelCard(model="vggface_lstm", labels=("calm", "bored"), input_shape=(None, 16, 16, 1))
    save(model, tmp_path / "model.keras", card)
    write_video(tmp_path / "clip.mp4", list(rng.integers(0, 256, (12, 32, 32), dtype=np.uint8)))
    options = ["--model", str(tmp_path / "model.keras"), "--cropped", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, ["explain", str(tmp_path / "clip.mp4"), *options, "--label", "bored"])
    assert result.exit_code == 0, result.output
    assert re.match(r"clip\.mp4: bored \d+%; wrote", result.output)
    assert (tmp_path / "out" / "clip-grad-cam.png").stat().st_size > 5000


def test_nothing_could_be_read(explain, tmp_path):
    (tmp_path / "text.jpg").write_text("no picture")
    code, screen = explain(tmp_path / "text.jpg")
    assert code == 2 and "text.jpg is not a picture" in screen


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--layer", "block5"], "tiny has no maps 'block5': choose one of conv"),
        (["--label", "happy"], "no label 'happy': choose one of light, dark"),
    ],
)
def test_wrong_names_stop_before_any_file(model, tmp_path, monkeypatch, capsys, arguments, message):
    options = ["--model", str(model), "--labels", "light,dark", "--out", str(tmp_path / "out"), *arguments]
    monkeypatch.setattr("sys.argv", ["learnface", "explain", SAMPLE, *options])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_nothing_to_explain(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["learnface", "explain", str(tmp_path)])
    with pytest.raises(SystemExit):
        main()
    assert "there is no picture and no video in" in capsys.readouterr().err
