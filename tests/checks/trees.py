"""Writing the fake trees of corpora in tests."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from learnface.corpora import CORPORA
from learnface.errors import DataError

__all__ = ["problems_of", "register", "write_tree"]


def write_tree(root: Path, files: Mapping[str, str] | Iterable[str]) -> Path:
    """Write files by their path below `root`, with their text if given; `name/` makes an empty folder."""
    texts = files if isinstance(files, Mapping) else dict.fromkeys(files, "")
    for name, text in texts.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return root


def problems_of(function, *arguments, **options) -> list[str]:
    """Call what must fail, and return the problems that its error lists."""
    with pytest.raises(DataError) as error:
        function(*arguments, **options)
    lines = str(error.value).splitlines()
    return [line.strip() for line in (lines[1:] if len(lines) > 1 else lines)]


def register(monkeypatch, module) -> None:
    """Let a stand-in of a corpus take its place in the registry."""
    monkeypatch.setitem(CORPORA, module.CARD.name, module)
