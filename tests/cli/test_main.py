import errno
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from learnface.cli import main as cli
from learnface.errors import DataError
from learnface.version import __version__


def run(monkeypatch, *arguments) -> int:
    monkeypatch.setattr("sys.argv", ["learnface", *arguments])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return stop.value.code or 0


def test_version(monkeypatch, capsys):
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out.strip() == f"learnface {__version__}"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_help_is_shown_whole(name, monkeypatch):
    """Typer takes "[default: ...]" in a help text for markup, and in some versions breaks lines as docstrings do."""
    monkeypatch.setenv("COLUMNS", "1000")
    shown = CliRunner().invoke(cli.app, [name, "--help"]).output
    lines = [line.strip() for line in shown.splitlines()]
    command = get_command(cli.app).commands[name]
    assert all(paragraph in lines for paragraph in command.help.split("\n\n"))
    for option in command.params:
        assert (option.help or "") in shown
        if isinstance(option.show_default, str):
            assert f"({option.show_default})" in shown


def test_error_is_one_sentence_and_exit_code_2(monkeypatch, capsys):
    def fail():
        raise DataError("labels.csv has no column 'label': add it")

    monkeypatch.setattr(cli, "app", fail)
    assert run(monkeypatch) == 2
    assert capsys.readouterr().err.strip() == "error: labels.csv has no column 'label': add it"


def test_brackets_in_an_error_are_printed(monkeypatch, capsys):
    """Rich would take [0, 1] for markup."""

    def fail():
        raise DataError("run pip install 'learnface[detectors]'")

    monkeypatch.setattr(cli, "app", fail)
    run(monkeypatch)
    assert "learnface[detectors]" in capsys.readouterr().err


def test_a_full_disk_is_one_sentence_and_other_faults_are_not_hidden(monkeypatch, capsys):
    def fail():
        raise OSError(errno.ENOSPC, "No space left on device", "out/clip.mp4")

    monkeypatch.setattr(cli, "app", fail)
    assert run(monkeypatch) == 2
    sentence = "error: out/clip.mp4 cannot be written (the disk is full): make room and run again"
    assert capsys.readouterr().err.strip() == sentence
    monkeypatch.setattr(cli, "app", Path("/no/such/file").read_text)
    with pytest.raises(FileNotFoundError):
        cli.main()
