import pytest

from learnface.errors import LearnfaceError, MissingDependencyError, optional_import


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
