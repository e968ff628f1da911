"""The examples and the README's code run as they stand."""

import ast
import re
import runpy
import shutil
from pathlib import Path

import matplotlib
import pytest

ROOT = Path(__file__).parents[1]
PHOTO = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
README_CODE = re.findall(
    r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL
)


GUIDES = sorted((ROOT / "docs").glob("*.md"))


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


@pytest.mark.parametrize("code", README_CODE, ids=range(len(README_CODE)))
def test_readme_code(code, monkeypatch, tmp_path):
    shutil.copy(PHOTO, tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_code_of_a_guide_runs_from_top_to_bottom(guide, monkeypatch, tmp_path):
    """Blocks marked `python skip` need files of the reader's, or the network: of these the imports run."""
    monkeypatch.chdir(tmp_path)
    names = {}
    blocks = re.findall(r"```python( skip)?\n(.*?)```", guide.read_text(encoding="utf-8"), flags=re.DOTALL)
    for skipped, code in blocks:
        tree = ast.parse(code)
        if skipped:
            tree.body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        exec(compile(tree, guide.name, "exec"), names)


def test_readme_names_only_commands_that_exist():
    from learnface.cli.main import app

    known = {command.name for command in app.registered_commands}
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"learnface ([a-z]+)", text)) - {"sends"} <= known
