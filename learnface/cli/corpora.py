"""`learnface corpora`: which corpora there are, how to get one, and what your copy of it holds."""

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from learnface.cli._corpus import read_index

if TYPE_CHECKING:
    import pandas as pd

    from learnface.corpora import CorpusCard

__all__ = ["corpora"]


def corpora(
    name: Annotated[
        str | None, typer.Argument(help="Show the card of this corpus, and how to get it.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Count your copy in this folder or file.")] = None,
) -> None:
    """List the corpora; show one; or count the samples of your copy."""
    from learnface.corpora import CORPORA, get_corpus

    console = Console()
    if name is None:
        if data is not None:
            raise typer.BadParameter("name the corpus too:  learnface corpora NAME --data FOLDER")
        console.print(_registry_table([module.CARD for module in CORPORA.values()]))
        return
    corpus = get_corpus(name)
    if data is None:
        console.print(_card_table(corpus.CARD))
    else:
        index = read_index(name, data)
        console.print(_counts_table(index, corpus))
        for key, value in index.attrs.items():  # what the loader chose or left out
            console.print(Text(f"{key}: {value}"))


def _registry_table(cards: "list[CorpusCard]") -> Table:
    """Return one line a corpus; its card has the rest."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("name", "kind"):
        table.add_column(name, no_wrap=True)
    for name in ("samples", "subjects", "classes"):
        table.add_column(name, justify="right", no_wrap=True, min_width=8)
    table.add_column("title", no_wrap=True, overflow="ellipsis")
    for card in cards:
        numbers = map(_number, (card.samples, card.subjects, len(card.labels) or None))
        table.add_row(*map(Text, (card.name, card.kind, *numbers, card.title)))
    return table


def _card_table(card: "CorpusCard") -> Table:
    table = Table(title=card.title, show_header=False, box=None, title_justify="left")
    for name, value in (
        ("name", card.name),
        ("kind", card.kind),
        ("samples", _number(card.samples)),
        ("subjects", _number(card.subjects)),
        ("labels", _labels(card)),
        ("licence", card.licence),
        ("how to get it", card.how_to_get),
        ("cite", card.citation),
        ("page", card.url),
    ):
        table.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
    return table


def _counts_table(index: "pd.DataFrame", corpus: ModuleType) -> Table:
    """Count samples by label (rows) and split (columns); what is missing is counted as `-`."""
    labels, splits = index["label"].fillna("-"), index["split"].fillna("-")
    columns = [split for split in ("train", "validation", "test", "-") if (splits == split).any()]
    table = Table("label", *columns, "all", title=corpus.CARD.title, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for label in (*index.attrs.get("labels", corpus.LABELS), "-"):
        chosen = splits[labels == label]
        if label != "-" or len(chosen):
            table.add_row(label, *(f"{(chosen == split).sum():,}" for split in columns), f"{len(chosen):,}")
    table.add_section()
    table.add_row("all", *(f"{(splits == split).sum():,}" for split in columns), f"{len(index):,}")
    return table


def _labels(card: "CorpusCard") -> str:
    numbers = card.kind == "valence-arousal"
    return ", ".join(card.labels) or ("valence, arousal" if numbers else "found in the data")


def _number(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"
