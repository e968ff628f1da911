import errno

import pytest

from learnface.errors import (
    LearnfaceError,
    MissingDependencyError,
    WriteError,
    first_few,
    is_full_disk,
    itemised,
    optional_import,
    reason,
)


def test_missing_package_names_the_command_to_run():
    with pytest.raises(MissingDependencyError, match=r"pip install 'learnface\[detectors\]'"):
        optional_import("no_such_package_here", extra="detectors")


def test_all_errors_can_be_caught_as_one():
    assert issubclass(MissingDependencyError, LearnfaceError)
    assert issubclass(MissingDependencyError, ImportError)


def test_a_fault_inside_an_installed_package_is_not_hidden(tmp_path, monkeypatch):
    (tmp_path / "broken_package.py").write_text("import no_such_package_inside")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_package_inside"):
        optional_import("broken_package", extra="none")


def test_the_reason_of_a_write_error_is_that_of_its_cause():
    try:
        raise WriteError("a.csv cannot be written") from PermissionError(errno.EACCES, "Permission denied")
    except OSError as error:
        assert reason(error) == "permission denied" and not is_full_disk(error)
    assert reason(OSError(errno.EDQUOT, "Disk quota exceeded")) == "no space left on device"


def test_long_lists_are_counted_not_spelled_out():
    assert first_few(range(5)) == "0, 1, 2, 3, 4"
    assert first_few(list("abcdefg"), most=2, separator="; ") == "a; b and 5 more"
    assert itemised("two", ["x", "y"]) == "two\n  x\n  y"
    lines = itemised("many", [str(number) for number in range(1_030)]).splitlines()
    assert len(lines) == 22 and lines[20:] == ["  19", "  ... and 1,010 more"]
