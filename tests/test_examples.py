"""The examples run as they stand."""

import re
import runpy
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest

from learnface.synthetic import Learner, synthesise_video, write_corpus
from learnface.synthetic.media import write_video

ROOT = Path(__file__).parents[1]
PHOTO = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"


def run(monkeypatch, name, *arguments):
    monkeypatch.setattr("sys.argv", [name, *map(str, arguments)])
    runpy.run_path(str(ROOT / "examples" / name), run_name="__main__")


def test_recognise_a_photo(monkeypatch, capsys):
    run(monkeypatch, "01_recognise_a_photo.py", PHOTO)
    assert re.fullmatch(r"face 0 at \(\d+, \d+\): \w+, \d+%", capsys.readouterr().out.strip())


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_train_on_fer2013(monkeypatch, capsys, small_fer2013, tmp_path):
    run(monkeypatch, "02_train_on_fer2013.py", small_fer2013, tmp_path / "out", 1)
    assert "best epoch 1, test accuracy" in capsys.readouterr().out
    assert (tmp_path / "out" / "confusion.png").stat().st_size > 5000


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Class folders of four learners, two of them in training, with a clip of each of two classes."""
    folder = tmp_path_factory.mktemp("clips")
    options = {"subjects": 4, "clips_per_subject": 2, "frames": 4, "size": 64, "supersample": 1}
    return write_corpus(folder, "labelled_clips", emotions=("happy", "sad"), progress=False, **options)


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    """Two learners before one camera, two seconds at five frames a second."""
    path = tmp_path_factory.mktemp("video") / "lesson.mp4"
    seen = [synthesise_video(Learner(seed), ["happy"], frames=10, size=96, zoom=1.3) for seed in (3, 8)]
    write_video(path, np.concatenate([one.frames for one in seen], axis=2), fps=5)
    return path


def test_recognise_a_video(monkeypatch, capsys, video, tmp_path):
    run(monkeypatch, "03_recognise_a_video.py", video, tmp_path / "out")
    assert re.match(r"\d+ faces in 1\.8 s", capsys.readouterr().out)
    table = pd.read_csv(tmp_path / "out" / "expressions.csv")
    assert table["frame"].is_monotonic_increasing and {"face", "label", "p_happy"} <= set(table)
    assert (tmp_path / "out" / "timeline.png").stat().st_size > 5000


def test_fine_tune_on_your_clips(monkeypatch, capsys, clips, tmp_path):
    run(monkeypatch, "04_fine_tune_on_your_clips.py", clips, tmp_path, 1)
    out = capsys.readouterr().out
    assert "UAR" in out and f"saved {tmp_path / 'model.keras'}" in out
    assert (tmp_path / "confusion.png").stat().st_size > 5000


def test_prepare_a_corpus(monkeypatch, capsys, clips, tmp_path):
    monkeypatch.setattr("learnface.processes.usable_cores", lambda: 1)
    run(monkeypatch, "05_prepare_a_corpus.py", "labelled_clips", clips, tmp_path / "faces")
    assert "8 clips of (64, 64, 1)" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_leave_one_subject_out(monkeypatch, capsys, tmp_path):
    options = {"subjects": 3, "clips_per_subject": 3, "frames": 8, "size": 48, "supersample": 1}
    write_corpus(tmp_path / "smic", "smic", progress=False, **options)
    run(monkeypatch, "06_leave_one_subject_out.py", tmp_path / "smic", tmp_path / "cache")
    out = capsys.readouterr().out
    assert re.search(r"uf1 +0\.\d+ +0\.\d+", out) and "the facial dynamics map gains" in out


def test_valence_arousal_live(monkeypatch, capsys, video, tmp_path):
    from learnface.labels import VALENCE_AROUSAL
    from learnface.models import ModelCard, cnn_lstm, save

    model = cnn_lstm((None, 32, 32, 1), backbone="fer_vgg", cell="gru", units=(8,))
    save(model, tmp_path / "affect.keras", ModelCard("cnn_lstm", VALENCE_AROUSAL, (None, 32, 32, 1)))
    run(monkeypatch, "07_valence_arousal_live.py", tmp_path / "affect.keras", video)
    lines = capsys.readouterr().out.strip().splitlines()
    assert all(
        re.fullmatch(r"frame \d, face \d: valence [+-]\d\.\d\d, arousal [+-]\d\.\d\d", line) for line in lines
    )
    assert {line.split(",")[0] for line in lines} == {f"frame {number}" for number in range(10)}
    with pytest.raises(SystemExit, match="nothing can be read from"):
        run(monkeypatch, "07_valence_arousal_live.py", tmp_path / "affect.keras", tmp_path / "none.mp4")


def test_explain_a_prediction(monkeypatch, capsys, tmp_path):
    run(monkeypatch, "08_explain_a_prediction.py", PHOTO, tmp_path / "a.png", "happy")
    assert re.fullmatch(r"happy: \d+%", capsys.readouterr().out.strip())
    assert (tmp_path / "a.png").stat().st_size > 5000


def test_export_to_onnx_gives_what_the_network_gives(monkeypatch, capsys, tmp_path):
    from learnface.inference import Recognizer

    run(monkeypatch, "09_export_to_onnx.py", PHOTO, tmp_path)
    (row,) = Recognizer().predict(PHOTO).itertuples()
    assert capsys.readouterr().out.strip() == f"{row.label}, {row.confidence:.0%}"


def test_add_your_own_model(monkeypatch, capsys, clips, tmp_path):
    run(monkeypatch, "10_add_your_own_model.py", clips, tmp_path, 1)
    assert re.search(r"accuracy \d+%; the first clip ends as (happy|sad)", capsys.readouterr().out)


def test_layers_in_your_own_network(monkeypatch, capsys):
    run(monkeypatch, "11_layers_in_your_own_network.py", 10)
    assert (
        int(re.search(r"new walks: (\d+)%", capsys.readouterr().out)[1]) >= 90
    )  # a frame alone tells nothing: 50 %


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_train_on_several_gpus(monkeypatch, capsys, small_fer2013, tmp_path):
    run(monkeypatch, "12_train_on_several_gpus.py", small_fer2013, tmp_path / "out", 1)
    assert re.search(r"1 device\(s\), test accuracy \d+\.\d\d%", capsys.readouterr().out)


def test_every_example_is_tested():
    tested = Path(__file__).read_text(encoding="utf-8")
    assert all(path.name in tested for path in (ROOT / "examples").glob("*.py"))
