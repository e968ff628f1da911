import json

import keras
import matplotlib
import numpy as np
import pandas as pd
import pytest
from checks.films import write_video
from keras import layers
from PIL import Image
from typer.testing import CliRunner

from learnface.cli.main import app
from learnface.models import ModelCard, save

SAMPLE = f"{matplotlib.get_data_path()}/sample_data/grace_hopper.jpg"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    inputs = keras.Input((None, 8, 8, 1))
    flat = layers.Reshape((-1, 64))(inputs)
    outputs = layers.Dense(2, activation="tanh")(layers.GRU(3, return_sequences=True)(flat))
    path = tmp_path_factory.mktemp("va") / "va.keras"
    card = ModelCard("own", labels=("valence", "arousal"), input_shape=(None, 8, 8, 1))
    save(keras.Model(inputs, outputs), path, card)
    return path


def predict(*words):
    return CliRunner().invoke(app, ["predict", *map(str, words)], env={"COLUMNS": "160"})


@pytest.fixture
def files(tmp_path):
    """A photograph, and a video in which it moves to the right."""
    portrait = np.asarray(Image.open(SAMPLE).convert("L").resize((128, 150)))
    frames = []
    for number in range(12):
        image = np.full((150, 160), 90, np.uint8)
        image[:, number : number + 128] = portrait
        frames.append(image)
    folder = tmp_path / "in"
    folder.mkdir()
    write_video(folder / "clip.avi", frames, fps=10)
    Image.fromarray(portrait).save(folder / "photo.png")
    (folder / "bad.jpg").write_text("no picture")
    return folder


def test_pictures_and_videos(model, files, tmp_path):
    result = predict(files, "--va", "--model", model, "--out", tmp_path / "out")
    assert result.exit_code == 1, result.output  # one file was bad
    assert "valence" in result.output and "3 files, 2 faces, 0 without a face, 1 failed" in result.output
    table = pd.read_csv(tmp_path / "out" / "predictions.csv")
    assert list(table)[:4] == ["source", "frame", "time", "face"]
    assert list(table)[-2:] == ["valence", "arousal"] and table[["valence", "arousal"]].abs().max().max() <= 1
    clip = table[table["frame"].notna()]
    assert clip["time"].tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])  # 5 frames a second
    assert clip["valence"].nunique() > 1 and clip["face"].nunique() == 1
    for name in ("clip-affect.png", "photo-faces.jpg"):
        assert (tmp_path / "out" / name).stat().st_size > 3000
    assert set(pd.read_csv(tmp_path / "out" / "files.csv")["status"]) == {"faces", "failed"}


def test_json_without_pictures(model, files, tmp_path):
    words = (files / "clip.avi", "--va", "--model", model, "--every", 6, "--format", "json", "--no-pictures")
    result = predict(*words, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    rows = json.loads((tmp_path / "out" / "predictions.json").read_text())
    assert [row["frame"] for row in rows] == [0, 6] and not list((tmp_path / "out").glob("*.png"))


@pytest.mark.parametrize("words", [(), ("--model", "m.keras", "--smooth"), ("--model", "m.keras", "--flip")])
def test_options_that_do_not_go_together(words):
    result = predict(SAMPLE, "--va", *words)
    assert result.exit_code == 2 and "--va needs --model" in result.output


def test_a_model_of_classes_is_refused(tmp_path):
    inputs = keras.Input((8, 8, 1))
    classes = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(inputs)))
    save(classes, tmp_path / "m.keras", ModelCard("own", labels=("glad", "sad"), input_shape=(8, 8, 1)))
    result = predict(SAMPLE, "--va", "--model", tmp_path / "m.keras", "--out", tmp_path / "out")
    assert "leave out --va" in str(result.exception) + result.output
