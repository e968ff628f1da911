"""The Python code of every page runs as it stands, from top to bottom."""

import ast
import shutil
from pathlib import Path

import matplotlib
import pytest
from checks.markdown import name_of, pages, python_blocks

PHOTO = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
WITH_CODE = [page for page in pages() if python_blocks(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_code_runs(page, monkeypatch, tmp_path):
    """Blocks marked `python skip` need files of the reader's, or the network: of these the imports run."""
    shutil.copy(PHOTO, tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    names = {}
    for skipped, code in python_blocks(page.read_text(encoding="utf-8")):
        tree = ast.parse(code)
        if skipped:
            tree.body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        exec(compile(tree, name_of(page), "exec"), names)


def test_there_is_code_to_run():
    assert {"README.md", "docs/start.md", "docs/start.zh.md", "docs/guides/transfer.md"} <= set(
        map(name_of, WITH_CODE)
    )
