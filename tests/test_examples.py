"""The examples run as they stand."""

import re
import runpy
from pathlib import Path

import matplotlib
import pytest

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


def test_every_example_is_tested():
    tested = Path(__file__).read_text(encoding="utf-8")
    assert all(path.name in tested for path in (ROOT / "examples").glob("*.py"))
