import sys

import numpy as np
import pandas as pd
import pytest
from checks.twitches import twitching_frames

from learnface.cli import main
from learnface.clips import PrepareSettings
from learnface.clips._cutter import FaceCutter
from learnface.micro import SpottingSettings
from learnface.synthetic.media import write_video


@pytest.fixture
def film(tmp_path, monkeypatch):
    """A video of a patch that twitches once; it is taken for a face as it is."""
    faces = PrepareSettings(detector=None, size=64, equalise=None)
    monkeypatch.setattr(SpottingSettings, "cutter", lambda self: FaceCutter(faces))
    path = tmp_path / "lesson.mp4"
    frames = twitching_frames(60, [25])
    write_video(path, np.repeat(frames[..., None], 3, axis=-1), fps=30)
    return path


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["learnface", "spot", *map(str, arguments)])
    with pytest.raises(SystemExit) as stopped:
        main.main()
    return stopped.value.code


def test_writes_tables_and_a_picture_and_prints_the_intervals(film, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    assert run(monkeypatch, film, "--out", out) == 0
    assert sorted(p.name for p in out.iterdir()) == ["lesson-curve.csv", "lesson-intervals.csv", "lesson.png"]
    table = pd.read_csv(out / "lesson-intervals.csv")
    assert len(table) == 1 and table["apex"].item() == pytest.approx(29, abs=1)
    assert len(pd.read_csv(out / "lesson-curve.csv")) == 60
    printed = capsys.readouterr().out
    assert f"{table['onset'].item()}-{table['offset'].item()}" in printed


def test_a_broken_video_does_not_stop_the_others(film, tmp_path, monkeypatch, capsys):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    out = tmp_path / "out"
    assert run(monkeypatch, broken, film, "--out", out, "--threshold", 1000, "--no-pictures") == 1
    captured = capsys.readouterr()
    assert "broken.mp4 is not a video" in captured.err and "nothing was spotted" in captured.out
    assert run(monkeypatch, broken, "--out", out) == 2
    assert "broken.mp4 is not a video" in capsys.readouterr().err


def test_two_videos_of_one_name_are_refused(film, monkeypatch, capsys):
    assert run(monkeypatch, film, film) == 2
    assert "two videos are called 'lesson'" in capsys.readouterr().err
