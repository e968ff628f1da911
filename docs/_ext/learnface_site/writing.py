"""Writing generated pages: Markdown tables, and files that are touched only where they change."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

__all__ = ["as_table", "linked", "table", "write_file", "write_folder"]


def table(rows: Sequence[tuple[str, str]]) -> str:
    """Return a Markdown table of names and values without a heading row; empty values are left out."""
    lines = [f"| **{name}** | {_cell(value)} |" for name, value in rows if value]
    return "\n".join(["| | |", "|---|---|", *lines])


def as_table(head: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[int] = ()) -> str:
    """Return a Markdown table; the columns of `right` are aligned to the right."""
    rules = ["---:" if place in right else "---" for place in range(len(head))]
    lines = [head, rules, *([_cell(str(value)) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def linked(text: str) -> str:
    """Return Markdown whose bare addresses, DOIs and arXiv numbers are links."""
    text = re.sub(r"(?<![<(`\w/])(https?://[^\s)>`]*[^\s)>`.,;])", r"<\1>", text)
    text = re.sub(r"\bdoi (10\.\d{4,}/[^\s;)]*[^\s;).,])", r"[doi \1](https://doi.org/\1)", text)
    return re.sub(r"\barXiv[ :](\d{4}\.\d{4,5})", r"[arXiv \1](https://arxiv.org/abs/\1)", text)


def write_file(path: Path, content: str) -> None:
    """Write a file, unless that is what it holds."""
    data = content.encode()
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)


def write_folder(folder: Path, pages: Mapping[str, str]) -> None:
    """Make a folder hold exactly these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in pages.items():
        write_file(folder / name, content)
    for path in folder.iterdir():
        if path.name not in pages:
            path.unlink()


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
