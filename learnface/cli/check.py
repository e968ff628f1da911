"""`learnface check`: what a folder of labelled clips, or your copy of a corpus, holds, and what is wrong with it."""

import json
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from learnface.cli._amounts import counted
from learnface.errors import DataError
from learnface.files import write_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check"]

_EXAMPLES = 5  # of each kind of problem on screen
_VALUES = 5  # sizes and rates on screen
_HEADINGS = {
    "loader": "while indexing",
    "unreadable": "damaged or unreadable",
    "one frame": "clips of one frame",
    "small": "tiny pictures",
    "animated": "pictures that move",
    "too long": "parts that end after their video",
    "no subject": "samples without a subject, which cannot be split by people",
    "leak": "subjects in two splits",
    "copy": "exact copies",
    "near copy": "near copies in two splits or with two labels",
}


def check(
    data: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the clips, or a manifest.")],
    corpus: Annotated[
        str, typer.Option(help="Which corpus it is, as `learnface corpora` lists them.")
    ] = "labelled_clips",
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Of videos, read the header and first frame only; finds no copies of them."
        ),
    ] = False,
    duplicates: Annotated[bool, typer.Option(help="Look for copies and near copies.")] = True,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all findings to this file.")] = None,
    sheet: Annotated[Path | None, typer.Option(help="Draw the worst near copies to this picture.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Files decoded at once.", show_default="number of processors")
    ] = None,
) -> None:
    """Check a folder of labelled clips, or your copy of a corpus: every file is opened.

    Counts classes, clips, subjects and splits; measures lengths, sizes and frame rates; finds what cannot be
    read, clips of one frame, tiny pictures, subjects in two splits, copies and near copies.
    Exit code: 0 all is fine, 1 there are problems, 2 it cannot be used.
    """
    from learnface.cli._findings import findings
    from learnface.corpora import get_corpus
    from learnface.corpora._examining import distinct_rows
    from learnface.corpora.duplicates import duplicate_pairs

    module = get_corpus(corpus)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        index = module.index(data)
    rows = distinct_rows(index)
    examined = _examine(index.iloc[rows], quick, workers)
    pairs = duplicate_pairs(index, rows, examined if duplicates else [])  # none among no samples
    labels = index.attrs.get("labels", module.LABELS)
    remarks = [warning.message for warning in caught]
    found = {"corpus": corpus, "data": str(data), **findings(index, labels, rows, examined, pairs, remarks)}
    if json_file:
        records = json.loads(pairs.to_json(orient="records"))
        text = json.dumps({**found, "pairs": records}, indent=1, ensure_ascii=False)
        write_text(json_file, text + "\n")
    _report(found)
    if sheet:
        _draw(index, pairs, sheet)
    if found["unreadable"] == len(examined):
        raise DataError(f"none of the {len(examined):,} files of {data} can be read; copy them anew")
    raise typer.Exit(1 if found["problems"] else 0)


def _examine(index: "pd.DataFrame", quick: bool, workers: int | None) -> list:
    """Open every file, with the time left on a terminal."""
    from learnface.corpora._examining import examine_index

    console = Console(stderr=True)
    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TextColumn("left"))
    with Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("checking", total=len(index))
        return examine_index(index, quick=quick, workers=workers, advance=lambda: bar.advance(task))


def _report(found: dict[str, Any]) -> None:
    console = Console()
    if found["labels"]:
        console.print(_label_table(found))
    console.print(_measure_table(found))
    _print_problems(console, found["problems"])


def _label_table(found: dict[str, Any]) -> Table:
    """Count clips and subjects by class, and clips by split."""
    splits = list(found["splits"])
    table = Table(
        "class", "samples", "subjects", *splits, title=escape(str(found["data"])), title_justify="left"
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for row in found["labels"]:
        counts = [row["samples"], row["subjects"] or "-", *(row[name] for name in splits)]
        table.add_row(Text(row["label"] or "no label"), *map(_number, counts))
    table.add_section()
    totals = [
        found["samples"],
        found["subjects"] or "-",
        *(found["splits"][name]["samples"] for name in splits),
    ]
    table.add_row("all", *map(_number, totals))
    people = [found["splits"][name]["subjects"] or "-" for name in splits]
    if splits and found["subjects"]:
        table.add_row("subjects", "", _number(found["subjects"]), *map(_number, people))
    return table


def _measure_table(found: dict[str, Any]) -> Table:
    """Show what the files are like."""
    table = Table(show_header=False, box=None)
    nouns = {"video": ("video",), "frames": ("folder of frames", "folders of frames"), "image": ("picture",)}
    table.add_row(
        "files", ", ".join(counted(number, *nouns[kind]) for kind, number in found["kinds"].items())
    )
    for name in ("seconds", "frames", "valence", "arousal"):
        spread = found.get(name)
        if spread:
            parts = (f"{spread[key]:,.4g} {key}" for key in ("min", "median", "max"))
            table.add_row(name, ", ".join(parts))
    for name, heading in (("sizes", "size"), ("fps", "frames a second")):
        values = list(found[name].items())
        texts = [f"{value} ({number:,})" for value, number in values[:_VALUES]]
        texts += [f"and {len(values) - _VALUES:,} more"] if len(values) > _VALUES else []
        if texts:
            table.add_row(heading, ", ".join(texts))
    for name, counts in found["duplicates"].items():
        if counts["pairs"]:
            pairs, *others = counts.items()
            parts = [counted(pairs[1], "pair"), *(f"{number:,} {what}" for what, number in others)]
            table.add_row("exact copies" if name == "exact" else "near copies", ", ".join(parts))
    table.columns[0].style = "bold"
    table.columns[0].no_wrap = True
    return table


def _print_problems(console: Console, problems: list[dict[str, Any]]) -> None:
    if not problems:
        console.print("no problems", style="green")
        return
    for kind, heading in _HEADINGS.items():
        messages = [problem["message"] for problem in problems if problem["kind"] == kind]
        if messages:
            console.print(Text(f"{heading}: {len(messages):,}", style="bold yellow"))
        for message in messages[:_EXAMPLES]:
            console.print(Text(f"  {message}"), soft_wrap=True)
        if len(messages) > _EXAMPLES:
            console.print(Text(f"  ... and {len(messages) - _EXAMPLES:,} more (--json FILE lists all)"))


def _draw(index: "pd.DataFrame", pairs: "pd.DataFrame", path: Path) -> None:
    """Draw near copies, or exact ones if there are no near ones."""
    from learnface.corpora.duplicates import load_pictures, worst_pairs

    if pairs.empty:
        Console(stderr=True).print("there are no copies to draw", style="yellow")
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # other reports load TensorFlow, which greets
    from learnface.reports import duplicates_picture, save_picture

    near = pairs[~pairs["exact"]]
    kind, pairs = ("near", near) if len(near) else ("exact", pairs)
    shown = worst_pairs(pairs)
    pictures = load_pictures(index, {*shown["first"], *shown["second"]})
    save_picture(duplicates_picture(shown, pictures, f"{len(shown):,} of {len(pairs):,} {kind} copies"), path)


def _number(count: int | str) -> str:
    return count if isinstance(count, str) else f"{count:,}"
