import dataclasses
import re
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from checks.twitches import twitching_frames

from learnface.cli import main
from learnface.clips import PrepareSettings
from learnface.clips._cutter import FaceCutter
from learnface.clips.video import DamagedVideoWarning, probe_video, read_video
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


@pytest.mark.parametrize("name", ["lesson [dQw4w9WgXcQ].mp4", "a{1}[bold].mp4"])
@pytest.mark.parametrize("duration", [2.0, float("nan")])
def test_any_name_and_length_are_told_on_a_terminal(film, name, duration, tmp_path, monkeypatch, capsys):
    """Brackets and braces are no markup, and recordings of a browser declare no length."""
    info = dataclasses.replace(probe_video(film), duration=duration)
    monkeypatch.setattr("learnface.clips.video.probe_video", lambda path: info)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    path = film.rename(film.with_name(name))
    assert run(monkeypatch, path, "--out", tmp_path / "out", "--no-pictures") == 0
    captured = capsys.readouterr()
    assert name in captured.out and name in captured.err
    assert run(monkeypatch, path, "--out", tmp_path / "out", "--no-pictures", "--threshold", 1000) == 0
    assert f"{name}: nothing was spotted" in re.sub("\x1b.*?m", "", capsys.readouterr().out)


def test_what_could_be_read_of_a_video_cut_short_is_kept(film, tmp_path, monkeypatch, capsys):
    def cut_short(path, *arguments, **options):
        yield from read_video(path, *arguments, **options)
        warnings.warn(f"{path} is cut short", DamagedVideoWarning, stacklevel=2)

    monkeypatch.setattr("learnface.micro.spotting.read_video", cut_short)
    out = tmp_path / "out"
    assert run(monkeypatch, film, "--out", out, "--no-pictures") == 1
    assert "lesson.mp4 is cut short" in capsys.readouterr().err.replace("\n", "")
    assert len(pd.read_csv(out / "lesson-intervals.csv")) == 1


def test_two_videos_of_one_name_are_refused(film, monkeypatch, capsys):
    assert run(monkeypatch, film, film) == 2
    assert "two videos are called 'lesson'" in capsys.readouterr().err
