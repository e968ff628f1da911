import json

import cv2
import numpy as np
import pytest
from checks.faces import BrightDetector, draw_face

from learnface.cli import main as cli
from learnface.cli._stopped import INTERRUPTED
from learnface.faces import detect

BOXES = [(16, 12, 20, 20), None, (10, 14, 24, 28)]


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Three rows of a fer2013.csv, and the stub detector in the registry."""
    monkeypatch.setitem(detect.DETECTORS, "bright", BrightDetector)
    rows = ["emotion,pixels,Usage"]
    for box, usage in zip(BOXES, ("Training", "Training", "PublicTest"), strict=True):
        rows.append(f"3,{' '.join(map(str, draw_face((48, 48), box).ravel()))},{usage}")
    (tmp_path / "fer2013.csv").write_text("\n".join(rows))
    return tmp_path / "fer2013.csv"


def run(monkeypatch, *arguments) -> int:
    monkeypatch.setattr("sys.argv", ["learnface", "prepare", "--corpus", "fer2013", *map(str, arguments)])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return stop.value.code or 0


def test_faces_are_prepared_and_what_is_missing_is_drawn(data, tmp_path, monkeypatch, capsys):
    options = ("--data", data, "--out", tmp_path / "out", "--detector", "bright", "--size", 16)
    assert run(monkeypatch, *options, "--processes", 1, "--equalise", "none") == 0
    out = capsys.readouterr().out
    assert "33.3%" in out and "no_face.png" in out and "problems.csv" not in out
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["shape"] == [16, 16, 1] and manifest["settings"]["equalise"] is None
    assert manifest["counts"]["frames_without_face"] == 1
    sheet = cv2.imread(str(tmp_path / "out" / "no_face.png"))
    assert sheet.shape[1] == 128 + 2 * 6
    assert np.count_nonzero(sheet == 40) > 128 * 128  # the background of the drawn picture

    assert run(monkeypatch, *options, "--processes", 1) == 2
    assert "holds faces of other settings (equalise None there, 'histogram' here)" in capsys.readouterr().err


def test_a_split(data, tmp_path, monkeypatch, capsys):
    options = ("--data", data, "--out", tmp_path / "out", "--detector", "none", "--processes", 1)
    assert run(monkeypatch, *options, "--split", "validation") == 0
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["counts"]["samples"] == 1
    assert not (tmp_path / "out" / "no_face.png").exists()
    assert run(monkeypatch, *options, "--split", "exam") == 2
    assert "has no split 'exam' (it has ['train', 'validation'])" in capsys.readouterr().err


def test_ctrl_c_says_how_to_go_on(data, tmp_path, monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(BrightDetector, "_find", interrupt)
    options = ("--data", data, "--out", tmp_path / "out", "--detector", "bright", "--processes", 1)
    assert run(monkeypatch, *options) == INTERRUPTED
    assert "same command again to go on" in capsys.readouterr().err
    assert not list((tmp_path / "out" / "shards").iterdir())
