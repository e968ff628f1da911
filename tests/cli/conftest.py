"""The command line, called as a user would, and a model that it has trained."""

import pytest
from checks.clips import write_motion_clips

from learnface.cli import main as cli


def call(patch, *arguments) -> int:
    """Return the exit code of `learnface` with these arguments."""
    patch.setattr("sys.argv", ["learnface", *map(str, arguments)])
    patch.setenv("COLUMNS", "200")
    try:
        cli.main()
    except SystemExit as stop:
        return stop.code or 0
    return 0


@pytest.fixture
def learnface(monkeypatch):
    """`learnface(...)` runs the command line and returns its exit code."""
    return lambda *arguments: call(monkeypatch, *arguments)


@pytest.fixture(scope="session")
def motion_clips(tmp_path_factory):
    """Class folders of clips that only time tells apart."""
    return write_motion_clips(tmp_path_factory.mktemp("clips"))


@pytest.fixture(scope="session")
def trained(motion_clips, tmp_path_factory):
    """The folder of `learnface train` on them."""
    out = tmp_path_factory.mktemp("runs") / "first"
    with pytest.MonkeyPatch.context() as patch:
        arguments = ["--data", motion_clips, "--out", out, "--detector", "none", "--size", 24, "--frames", 4]
        assert call(patch, "train", *arguments, "--head-epochs", 1, "--epochs", 0, "--processes", 1) == 0
    return out
