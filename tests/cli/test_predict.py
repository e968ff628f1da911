import json
import os
from pathlib import Path

import av
import keras
import matplotlib
import numpy as np
import pandas as pd
import pytest
from keras import layers
from PIL import Image
from typer.testing import CliRunner

from learnface.cli.main import app, main
from learnface.inference import Recognizer

SAMPLE = f"{matplotlib.get_data_path()}/sample_data/grace_hopper.jpg"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    inputs = keras.Input((8, 8, 1))
    light = layers.GlobalAveragePooling2D()(inputs)
    dense = layers.Dense(2, activation="softmax", kernel_initializer="ones")
    path = tmp_path_factory.mktemp("model") / "model.keras"
    keras.Model(inputs, dense(light)).save(path)
    return path


@pytest.fixture
def predict(model, tmp_path, monkeypatch):
    """Run `learnface predict` with a stand-in network; returns (exit code, screen)."""
    monkeypatch.setenv("COLUMNS", "160")

    def run(*arguments, out="out"):
        options = ["--model", str(model), "--labels", "light,dark", "--out", str(tmp_path / out)]
        result = CliRunner().invoke(app, ["predict", *options, *map(str, arguments)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run


def write_clip(path, count=30):
    """The sample, moving to the right at 10 frames a second."""
    portrait = np.asarray(Image.open(SAMPLE).convert("RGB").resize((128, 150)))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.height, stream.width, stream.pix_fmt = 150, 160, "yuv420p"
        for number in range(count):
            image = np.full((150, 160, 3), 90, np.uint8)
            image[:, number % 32 : number % 32 + 128] = portrait
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return path


def files(tmp_path):
    return pd.read_csv(tmp_path / "out" / "files.csv").set_index("source")["status"].to_dict()


def test_sample(predict, tmp_path):
    code, screen = predict("--sample")
    assert code == 0
    assert "grace_hopper.jpg" in screen and "50%" in screen
    assert "1 file, 1 face, 0 without a face, 0 failed" in screen
    assert str(tmp_path / "out" / "grace_hopper-faces.jpg") in screen.replace("\n", "")
    table = pd.read_csv(tmp_path / "out" / "predictions.csv")
    assert table["label"].tolist() == ["light"]
    assert table["frame"].isna().all()


def test_a_folder_with_good_and_bad_files(predict, tmp_path):
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    portrait = Image.open(SAMPLE).resize((128, 150))
    portrait.save(folder / "ü [x].png")
    portrait.save(folder / "sub" / "same.png")
    portrait.save(folder / "same.png")
    Image.new("RGB", (64, 64)).save(folder / "black.png")
    (folder / "text.jpg").write_text("no picture")
    (folder / "notes.txt").write_text("notes")
    latin = Path(os.fsdecode(os.fsencode(folder) + b"/Ren\xe9.png"))
    portrait.save(latin)
    portrait.save(folder / "moves.webp", save_all=True, append_images=[portrait.rotate(3)])
    portrait.convert("RGB").save(folder / f"{'long' * 62}.png")  # 252 bytes, without room for an ending
    write_clip(folder / "clip.mp4", 5)
    code, screen = predict(folder, tmp_path / "missing.jpg")
    assert code == 1
    assert "no face found" in screen
    assert "text.jpg is not a picture" in screen and "missing.jpg does not exist" in screen
    assert r"Ren\udce9.png has a name that is not UTF-8: rename it" in screen
    assert "moves.webp holds 2 pictures, and only the first was looked at" in screen
    assert "10 files, 6 faces, 1 without a face, 3 failed (1 other file passed over)" in screen
    status = files(tmp_path)
    assert status[str(folder / "black.png")] == "no face"
    assert sorted(status.values()) == ["faces"] * 6 + ["failed"] * 3 + ["no face"]
    names = {path.name for path in (tmp_path / "out").iterdir()}
    pictures = {"ü [x]-faces.jpg", "same-faces.jpg", "same-2-faces.jpg", "clip-timeline.png"}
    pictures |= {"moves-faces.jpg", f"{'long' * 61}l-faces.jpg"}
    assert names == pictures | {"predictions.csv", "files.csv"}


def test_results_in_the_folder_are_not_predicted_again(predict, tmp_path):
    Image.open(SAMPLE).resize((128, 150)).save(tmp_path / "a.png")
    for _ in range(2):
        assert "1 file, 1 face" in predict(tmp_path, "--no-pictures")[1]


def test_flip_averages_with_the_mirror_image(predict, tmp_path):
    inputs = keras.Input((8, 8, 1))
    kernel = keras.initializers.RandomNormal(seed=1)
    lopsided = layers.Dense(2, activation="softmax", kernel_initializer=kernel)
    network = keras.Model(inputs, lopsided(layers.Flatten()(inputs)))
    network.save(tmp_path / "lopsided.keras")
    labels = ("light", "dark")
    once, both = (
        Recognizer(network, labels, flip=flip).predict(SAMPLE)["p_light"].tolist() for flip in (False, True)
    )
    assert predict(SAMPLE, "--flip", "--no-pictures", "--model", tmp_path / "lopsided.keras")[0] == 0
    written = pd.read_csv(tmp_path / "out" / "predictions.csv")["p_light"]
    assert written.tolist() == pytest.approx(both, abs=1e-5)
    assert written.tolist() != pytest.approx(once, abs=1e-3)


def test_video(predict, tmp_path):
    code, screen = predict(write_clip(tmp_path / "clip.mp4"), "--format", "parquet", "--smooth")
    assert code == 0
    assert "clip.mp4: 15 frames looked at" in screen and "light 100%" in screen
    table = pd.read_parquet(tmp_path / "out" / "predictions.parquet")
    assert table["frame"].tolist() == list(range(0, 30, 2))  # 5 of 10 frames a second
    assert table["face"].unique().tolist() == [0]
    assert (tmp_path / "out" / "clip-timeline.png").exists()


def test_sampling_formats_and_no_pictures(predict, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4")
    predict(clip, "--every", 10, "--format", "json", "--no-pictures")
    rows = json.loads((tmp_path / "out" / "predictions.json").read_text())
    assert [row["frame"] for row in rows] == [0, 10, 20]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"predictions.json", "files.csv"}
    predict(clip, "--fps", 1, out="slow")
    assert pd.read_csv(tmp_path / "slow" / "predictions.csv")["frame"].tolist() == [0, 10, 20]


def test_a_cut_video_keeps_its_rows_and_counts_as_failed(predict, tmp_path):
    whole = write_clip(tmp_path / "whole.mkv", 60)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    code, screen = predict(cut)
    assert code == 1
    assert "cut.mkv is" in screen and "frames looked at" in screen
    assert len(pd.read_csv(tmp_path / "out" / "predictions.csv")) > 5
    assert files(tmp_path) == {str(cut): "failed"}


def test_nothing_can_be_done(predict, tmp_path, monkeypatch, capsys):
    (tmp_path / "text.jpg").write_text("no picture")
    assert predict(tmp_path / "text.jpg")[0] == 2
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr("sys.argv", ["learnface", "predict", str(tmp_path / "empty")])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert "there is no picture and no video in" in capsys.readouterr().err


def test_the_folder_for_results_cannot_be_made(model, tmp_path, monkeypatch, capsys):
    (tmp_path / "out").write_text("a file")
    options = ["--model", str(model), "--labels", "light, dark", "--out", str(tmp_path / "out")]
    monkeypatch.setattr("sys.argv", ["learnface", "predict", "--sample", *options])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert "cannot be made (file exists): give another" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [[], ["a.jpg", "--every", "2", "--fps", "3"], ["a.jpg", "--fps", "0"], ["a.jpg", "--fps", "nan"]]
)
def test_wrong_usage(predict, wrong):
    assert predict(*wrong)[0] == 2


def test_ctrl_c_keeps_what_is_finished(predict, tmp_path, monkeypatch):
    from learnface.cli._prediction import Prediction

    for name in ("a.png", "b.png", "c.png"):
        Image.open(SAMPLE).resize((128, 150)).save(tmp_path / name)
    run = Prediction.run

    def interrupted(self, source):
        if source.path.name == "c.png":
            raise KeyboardInterrupt
        return run(self, source)

    monkeypatch.setattr(Prediction, "run", interrupted)
    code, screen = predict(tmp_path)
    assert code == 130
    assert "stopped: 2 of 3 files are done" in screen
    assert len(pd.read_csv(tmp_path / "out" / "predictions.csv")) == 2
    assert len(files(tmp_path)) == 2


def test_where_nothing_can_be_read_an_earlier_table_stays(predict, tmp_path):
    (tmp_path / "out").mkdir(exist_ok=True)
    (tmp_path / "out" / "predictions.csv").write_text("of an earlier run")
    (tmp_path / "text.jpg").write_text("no picture")
    code, screen = predict(tmp_path / "text.jpg")
    assert code == 2 and "wrote" not in screen
    assert (tmp_path / "out" / "predictions.csv").read_text() == "of an earlier run"
    assert list(files(tmp_path).values()) == ["failed"]


def test_ctrl_c_in_the_first_file_names_the_table_of_its_rows(predict, tmp_path, monkeypatch):
    from learnface.cli._prediction import Prediction

    def interrupted(self, source):
        self.writer.write(self.recognizer.predict(SAMPLE))
        raise KeyboardInterrupt

    monkeypatch.setattr(Prediction, "run", interrupted)
    code, screen = predict(SAMPLE)
    assert code == 130 and "stopped: 0 of 1 files" in screen and "predictions.csv" in screen
    assert len(pd.read_csv(tmp_path / "out" / "predictions.csv")) == 1
