"""The notebooks are clean files, use the public API only, and run from top to bottom on their small settings."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
TIMEOUT = 600  # seconds a cell; on two idle cores a whole notebook takes less than forty


def code_of(notebook):
    """The code of all cells, without the lines that are IPython's own."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return [re.sub(r"^%.*$", "", source, flags=re.MULTILINE) for source in cells]


def test_the_six_are_there():
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06"]


@every_notebook
def test_the_file_is_clean(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[a-z0-9-]+", one) for one in ids)
    assert not any(cell.outputs or cell.execution_count for cell in notebook.cells if "outputs" in cell)
    assert not any(cell.metadata for cell in notebook.cells) and set(notebook.metadata) == {
        "kernelspec",
        "language_info",
    }


@every_notebook
def test_the_first_cells_say_what_for_how_long_and_where_ones_own_data_go(path):
    text, settings = nbformat.read(path, as_version=4).cells[:2]
    assert text.source.startswith("# ") and "You will learn" in text.source.replace("\n", " ")
    assert "*Time:" in text.source and "nobody in" in text.source  # what is drawn proves the machinery only
    assert 'os.environ.get("LEARNFACE_SMALL")' in settings.source and "WORK = " in settings.source


@every_notebook
def test_only_public_names_are_used(path):
    for source in code_of(nbformat.read(path, as_version=4)):
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in getattr(node, "names", [])] if hasattr(node, "names") else []
            module = getattr(node, "module", "") or ""
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert not any(part.startswith("_") for name in [module, *names] for part in name.split("."))
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_")


@every_notebook
def test_links_lead_to_what_is_there(path):
    text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    named = re.findall(r"`(docs/[^`]+)`", text)
    assert all((path.parent / link).exists() for link in links)
    assert all((ROOT / name).exists() for name in named)


@pytest.mark.notebooks
@every_notebook
def test_it_runs(path, monkeypatch, tmp_path):
    """What a reader sees holds no error, no warning, no chatter on standard error, and no path of this machine."""
    monkeypatch.setenv("LEARNFACE_SMALL", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=TIMEOUT, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert "stderr" not in [output.get("name") for output in outputs]
    text = "\n".join(
        output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in outputs
    )
    assert not re.search(r"warning|traceback|deprecat", text, flags=re.IGNORECASE)
    assert str(tmp_path) not in text and str(ROOT) not in text and str(Path.home()) not in text
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= 3 and not re.search(
        r"<Figure|<Axes", re.sub(r"<Figure size \S+ with \d+ Axes>", "", text)
    )
