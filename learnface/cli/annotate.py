"""`learnface annotate`: label the videos of a folder in a local web page, export, and see how far people agree."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from learnface.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from learnface.annotation import AnnotationStore
    from learnface.annotation.agreement import Agreement

__all__ = ["annotate"]

_FILE = "annotations.sqlite"


class Kind(StrEnum):
    """What to export."""

    emotions = "emotions"
    ratings = "ratings"


def annotate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the videos.")],
    labels: Annotated[
        str | None,
        typer.Option(help="Emotions to choose from, as in bored,curious.", show_default="learning emotions"),
    ] = None,
    database: Annotated[
        Path | None, typer.Option(help="Where annotations are kept.", show_default=f"DIR/{_FILE}")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of 127.0.0.1; 0 takes a free one.")
    ] = 8765,
    browser: Annotated[bool, typer.Option(help="Open the page in your browser.")] = True,
    export: Annotated[
        Path | None, typer.Option(help="Write what is labelled to this .csv or .parquet file, and stop.")
    ] = None,
    kind: Annotated[
        Kind | None, typer.Option(help="Of an export: emotions, or ratings.", show_default="what there is")
    ] = None,
    annotator: Annotated[str | None, typer.Option(help="Of an export: this annotator only.")] = None,
    rate: Annotated[float, typer.Option(help="Ratings a second, for exports and agreement.")] = 5.0,
    agreement: Annotated[
        bool, typer.Option("--agreement", help="Print how far annotators agree, and stop.")
    ] = False,
) -> None:
    """Label the videos of a folder in a local web page: valence and arousal over time, and emotions.

    The page is served to this machine only (127.0.0.1), and everything is saved as you go. An export is the manifest
    that `labelled_clips` reads (emotions) or the CSV that `annotated_videos` reads (ratings). The subject of a video
    is the name of its first folder in DIR, or what DIR/subjects.csv (path, subject) says.
    """
    from learnface.annotation import AnnotationStore
    from learnface.annotation.videos import find_videos

    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; give the folder that holds the videos")
    database = database or folder / _FILE
    reading = export is not None or agreement
    if reading and not database.exists():
        raise DataError(f"{database} does not exist; label something first:  learnface annotate {folder}")
    if not reading:
        find_videos(folder)  # before a file is made in a folder that has none
    with AnnotationStore(database, labels.split(",") if labels else None) as store:
        if export is not None:
            _export(store, folder, export, kind, annotator, rate)
        if agreement:
            _agree(store, rate)
        if not reading:
            from learnface.annotation import serve

            serve(store, folder, port, browser)


def _export(
    store: "AnnotationStore", folder: Path, path: Path, kind: Kind | None, annotator: str | None, rate: float
) -> None:
    from learnface.annotation import emotion_table, rating_table, write_export

    kind = kind or _kind(store)
    if kind is Kind.emotions:
        made, corpus = emotion_table(store, folder, annotator), "labelled_clips"
    else:
        made, corpus = rating_table(store, folder, annotator, rate), "annotated_videos"
    write_export(made, path, folder)
    for note in made.notes:
        Console(stderr=True).print(Text(f"note: {note}", style="yellow"), soft_wrap=True)
    number = len(made.table)
    what = f"{number:,} {kind.value if number != 1 else kind.value[:-1]}" + (
        f" at {rate:g} a second" if kind is Kind.ratings else ""
    )
    typer.echo(f"wrote {path}: {what}")
    if path.absolute().parent.resolve() in (folder.resolve(), *folder.resolve().parents):
        typer.echo(f"check it:  learnface check {path} --corpus {corpus}")
    else:
        typer.echo(f"its paths lead out of its folder; to load it with {corpus}, write it to {folder}")


def _kind(store: "AnnotationStore") -> Kind:
    """Return the one kind of annotation that the store holds."""
    done = store.progress().values()
    has = {
        Kind.emotions: any(entry["marks"] for entry in done),
        Kind.ratings: any(entry["valence"] or entry["arousal"] for entry in done),
    }
    if all(has.values()):
        raise DataError(
            f"{store.path} holds emotions and ratings; choose by --kind emotions or --kind ratings"
        )
    return Kind.ratings if has[Kind.ratings] else Kind.emotions


def _agree(store: "AnnotationStore", rate: float) -> None:
    from learnface.annotation import annotator_agreement

    console = Console()
    for found in annotator_agreement(store, rate).values():
        _print_agreement(console, found, rate)


def _print_agreement(console: Console, found: "Agreement", rate: float) -> None:
    console.print(Text(f"{found.dimension}, {rate:g} values a second", style="bold"))
    if len(found.clips):
        columns = ("alpha", "icc", "pearson", "ccc")
        table = Table("clip", "annotators", "frames", "alpha", "ICC(2,1)", "Pearson", "CCC", box=None)
        for name, row in found.clips.iterrows():
            numbers = [f"{row[column]:.2f}" for column in columns]
            table.add_row(Text(name), f"{row['annotators']:.0f}", f"{row['frames']:.0f}", *numbers)
        if len(found.clips) > 1:
            for name, row in found.clips[list(columns)].agg(["mean", "min"]).iterrows():
                table.add_row(name, "", "", *(f"{row[column]:.2f}" for column in columns), style="bold")
        console.print(table)
    for title, pairs in (("Pearson", found.pearson), ("CCC", found.ccc)):
        console.print(_pair_table(title, pairs))
    table = Table("annotator", "later than the mean by", box=None)
    for name, lag in found.lags.items():
        table.add_row(Text(name), "cannot be told" if lag != lag else f"{lag:+.2f} s")
    console.print(table)
    for note in found.notes:
        console.print(Text(f"note: {note}", style="yellow"), soft_wrap=True)
    console.print()


def _pair_table(title: str, pairs: "pd.DataFrame") -> Table:
    """Show a score of each two annotators, over all that both rated."""
    table = Table(title, *map(str, pairs.columns), box=None)
    for name, row in pairs.iterrows():
        table.add_row(Text(name), *("-" if value != value else f"{value:.2f}" for value in row))
    return table
