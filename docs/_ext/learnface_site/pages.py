"""All pages that are made from the code, and the notebooks, which are copied."""

from pathlib import Path

from learnface_site.api_pages import api_pages
from learnface_site.command_pages import command_page
from learnface_site.corpus_pages import corpus_pages
from learnface_site.model_pages import model_pages
from learnface_site.writing import write_file, write_folder

__all__ = ["GENERATED", "write_pages"]

GENERATED = ("api", "commands.md", "corpora", "models", "notebooks")
"""Folders and files in `docs` that are written here; git ignores them."""


def write_pages(docs: Path) -> None:
    """Write the generated pages into `docs`."""
    write_folder(docs / "models", model_pages(docs))
    write_folder(docs / "corpora", corpus_pages())
    write_folder(docs / "api", api_pages())
    write_folder(docs / "notebooks", notebook_pages(docs.parent / "notebooks"))
    write_file(docs / "commands.md", command_page())


def notebook_pages(folder: Path) -> dict[str, str]:
    """Return the notebooks of a folder and the page that lists them; Sphinx runs them."""
    notebooks = sorted(folder.glob("*.ipynb"))
    if notebooks:
        toc = "\n".join(path.stem for path in notebooks)
        text = (
            "Each tells one job from beginning to end, and was run, in a small form, when this site was built. Faces "
            "are drawn or come with a dependency: what is printed of drawn faces says nothing about real people. The "
            f"notebooks are in the folder `notebooks/` of the source.\n\n```{{toctree}}\n:maxdepth: 1\n\n{toc}\n```\n"
        )
    else:
        text = "There are none yet.\n"
    # A link to a page in docs/ is one folder shorter from docs/notebooks/.
    pages = {path.name: path.read_text(encoding="utf-8").replace("](../docs/", "](../") for path in notebooks}
    return {"index.md": f"# Notebooks\n\n{text}", **pages}
