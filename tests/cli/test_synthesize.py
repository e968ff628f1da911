import re
import sys

import cv2
import pytest

from learnface.cli import main
from learnface.corpora import CORPORA, get_corpus
from learnface.synthetic import LAYOUTS


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["learnface", "synthesize", *map(str, arguments)])
    with pytest.raises(SystemExit) as stopped:
        main.main()
    return stopped.value.code


def test_writes_a_corpus(tmp_path, monkeypatch, capsys):
    out = tmp_path / "ck"
    code = run(
        monkeypatch, "--layout", "ck_plus", out, "--subjects", 1, "--clips", 2, "--size", 24, "--frames", 4
    )
    assert code == 0
    assert "1 learners, 2 clips in the layout of ck_plus" in capsys.readouterr().out
    assert len(list(out.glob("cohn-kanade-images/S005/*"))) == 2


def test_the_command_told_next_reads_what_was_written(tmp_path, monkeypatch, capsys):
    assert run(monkeypatch, tmp_path / "a", "--subjects", 3, "--clips", 1, "--size", 24, "--frames", 4) == 0
    (corpus,) = re.findall(r"learnface check .* --corpus (\w+)", capsys.readouterr().out.replace("\n", " "))
    assert len(get_corpus(corpus).index(tmp_path / "a")) == 3
    assert {*LAYOUTS} - {"plain"} <= {*CORPORA}  # every other layout is read by the corpus of its name


def test_writes_a_sheet(tmp_path, monkeypatch):
    path = tmp_path / "sheet.png"
    code = run(
        monkeypatch, "--sheet", path, "--subjects", 2, "--size", 32, "--emotion", "happy", "--emotion", "sad"
    )
    assert code == 0 and cv2.imread(str(path)).shape == (18 + 2 * 32, 2 * 32, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((), "name the folder"), (("--layout", "imagenet", "out"), "no layout is called 'imagenet'")],
)
def test_one_clear_error(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *arguments) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
