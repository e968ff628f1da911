"""Sphinx extension of the site: writes the pages that are made from the code, and links names in the text.

The pages lie in `docs/models`, `docs/corpora`, `docs/api`, `docs/notebooks` and `docs/commands.md`; git ignores
them. A page is written only where it changes, so that Sphinx builds it again only then.
"""

from pathlib import Path

from learnface_site.docstrings import restructured
from learnface_site.links import NameLinks, resolve_moved_names
from learnface_site.pages import write_pages

__all__ = ["setup"]


def setup(app) -> dict:
    """Join the parts to Sphinx."""
    app.connect("builder-inited", _write)
    app.connect("source-read", _list_results)
    app.connect("autodoc-process-docstring", restructured, priority=100)  # before napoleon
    app.connect("autodoc-skip-member", _skip)
    app.connect("missing-reference", resolve_moved_names)
    app.add_post_transform(NameLinks)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _write(app) -> None:
    write_pages(Path(app.srcdir))


def _list_results(app, name, source) -> None:
    """Add what only the site needs to the page of results: the list of its pages, for the navigation."""
    if name == "results/README":
        source[0] += "\n\n```{toctree}\n:hidden:\n:glob:\n\n*/*\n```\n"


def _skip(app, what, name, member, skip, options) -> bool | None:
    """Leave out what every Keras layer, loss and metric has."""
    return True if name in _OF_KERAS else None


_OF_KERAS = {
    "build",
    "call",
    "compute_mask",
    "compute_output_shape",
    "from_config",
    "get_config",
    "on_batch_end",
    "on_epoch_begin",
    "on_epoch_end",
    "on_train_batch_end",
    "on_train_begin",
    "on_train_end",
    "reset_state",
    "result",
    "update_state",
}
