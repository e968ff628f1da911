"""`learnface predict`: the expressions of all faces in photographs, folders and videos."""

import math
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from learnface.cli._amounts import clock, counted
from learnface.cli._stopped import stopped
from learnface.errors import DataError
from learnface.files import atomic_path, make_folder, utf8_name
from learnface.quiet import start_tensorflow

if TYPE_CHECKING:
    from learnface.cli._prediction import Outcome, Prediction
    from learnface.inference.sources import Source

__all__ = ["predict"]

DEFAULT_FPS = 5.0
SMOOTHING = 0.6
NOTHING = 2  # exit code


class _NothingRead(Exception):
    """No file could be read: the table of an earlier run is not replaced by an empty one."""


class TableFormat(StrEnum):
    """Format of the table of predictions."""

    csv = "csv"
    parquet = "parquet"
    json = "json"


def predict(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="Pictures, videos and folders.")
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="Try it on a portrait that comes with matplotlib.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("predictions"),
    table_format: Annotated[
        TableFormat, typer.Option("--format", help="Format of the table of predictions.")
    ] = TableFormat.csv,
    detector: Annotated[
        str | None,
        typer.Option(
            help="viola_jones, dlib_hog, mtcnn or yunet.", show_default="the model's, or viola_jones"
        ),
    ] = None,
    min_size: Annotated[
        float | None,
        typer.Option(help="Side of the smallest face in pixels.", show_default="1/20 of the picture"),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="A .keras file.", show_default="the built-in network")
    ] = None,
    va: Annotated[
        bool, typer.Option("--va", help="Valence and arousal, by a --model that gives them.")
    ] = False,
    labels: Annotated[
        str | None, typer.Option(help="Labels of a model that carries none, as in happy,sad,neutral.")
    ] = None,
    every: Annotated[int | None, typer.Option(min=1, help="Of a video, look at every Nth frame.")] = None,
    fps: Annotated[
        float | None,
        typer.Option(
            help="Of a video, look at so many frames a second.",
            show_default=f"the model's, or {DEFAULT_FPS:g}",
        ),
    ] = None,
    smooth: Annotated[
        bool, typer.Option("--smooth", help="Smooth each face's probabilities over time.")
    ] = False,
    flip: Annotated[
        bool,
        typer.Option("--flip", help="Average each face with its mirror image: twice the network's time."),
    ] = False,
    pictures: Annotated[
        bool, typer.Option(help="Draw faces on pictures, and a timeline of each video.")
    ] = True,
) -> None:
    """Recognise the expressions of all faces in photographs, folders and videos.

    Writes predictions.csv (one row a face), files.csv (what became of each file), pictures with boxes, and a
    timeline of each video, or with --va its curve of valence and arousal. Exit code: 0 all files were read, 1
    some failed, 2 none could be read.
    """
    if every and fps:
        raise typer.BadParameter("give --every or --fps, not both")
    if fps is not None and not 0 < fps < math.inf:
        raise typer.BadParameter("--fps must be above 0")
    if not (paths or sample):
        raise typer.BadParameter("give PATH..., or --sample")
    if va and (model is None or labels or smooth or flip):
        raise typer.BadParameter("--va needs --model, and takes none of --labels, --smooth and --flip")
    start_tensorflow()
    from learnface.cli._affect_prediction import AffectPrediction, show_affect
    from learnface.cli._expression_prediction import ExpressionPrediction, show_expressions
    from learnface.inference import AffectRecognizer, Recognizer
    from learnface.inference.sources import find_sources
    from learnface.inference.writer import PredictionWriter

    names = [*(paths or []), *([_sample()] if sample else [])]
    sources = list(find_sources(names, exclude=[out]))
    if not any(source.problem or source.kind != "other" for source in sources):
        raise DataError(f"there is no picture and no video in {', '.join(map(str, names))}: check the path")
    make_folder(out)  # a mistake in its name must not come to light after hours
    if va:
        recognizer = AffectRecognizer(model, detector=detector, min_size=min_size)
        kind, show, stream = AffectPrediction, show_affect, {}
    else:
        recognizer = Recognizer(model, _split(labels), detector=detector, min_size=min_size, flip=flip)
        kind, show = ExpressionPrediction, show_expressions
        stream = {"smoothing": SMOOTHING if smooth else 0.0}
    stream |= {"every": every} if every else {"fps": fps or recognizer.frame_rate or DEFAULT_FPS}
    outcomes: list[Outcome] = []
    table = out / f"predictions.{table_format.value}"
    tables, interrupted = [table], False
    try:
        with PredictionWriter(table, recognizer.labels) as writer:
            prediction = kind(recognizer, writer, out if pictures else None, stream)
            _run(prediction, sources, outcomes)
            if _exit_code(outcomes) == NOTHING:
                raise _NothingRead
    except _NothingRead:
        tables = []
    except KeyboardInterrupt:
        interrupted = True
    _write_files(out / "files.csv", outcomes)
    _report(outcomes, tables, show)
    if interrupted:
        raise stopped(
            f"{len(outcomes)} of {len(sources)} files are done; rows of an unfinished video are kept"
        )
    raise typer.Exit(_exit_code(outcomes))


def _split(labels: str | None) -> list[str] | None:
    return [label.strip() for label in labels.split(",")] if labels else None


def _sample() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"


def _run(prediction: "Prediction", sources: list["Source"], outcomes: list["Outcome"]) -> None:
    """Recognise all sources, with progress; a failure is told at once."""
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[done]}")
    console = _errors()
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        files = progress.add_task("files", total=len(sources), done="")
        video = progress.add_task("video", total=None, done="", visible=False)

        def on_time(seconds: float, duration: float) -> None:
            total = duration if duration == duration else None  # NaN: unknown
            done = f"{clock(seconds)} of {clock(duration) if total else '?'}"
            progress.update(video, completed=seconds, total=total, done=done, visible=True)

        prediction.on_time = on_time
        for number, source in enumerate(sources, start=1):
            name = escape(utf8_name(source.path.name))
            progress.reset(video, visible=False, description=name)
            progress.update(files, description=name)
            outcome = prediction.run(source)
            outcomes.append(outcome)
            if outcome.status == "failed":
                console.print(
                    f"[bold red]failed:[/] {escape(outcome.message)}", soft_wrap=True, highlight=False
                )
            elif outcome.message:
                console.print(f"[yellow]note:[/] {escape(outcome.message)}", soft_wrap=True, highlight=False)
            progress.update(files, completed=number, done=f"{number} of {len(sources)} files")


def _report(
    outcomes: list["Outcome"], tables: list[Path], show: Callable[[Console, list["Outcome"]], None]
) -> None:
    """Print what was found, what became of the files, and where the results are."""
    console = Console()
    show(console, outcomes)
    drawn = [outcome.picture for outcome in outcomes if outcome.picture]
    for path in [*tables, *drawn[:3]]:
        console.print(f"wrote {path}", soft_wrap=True, markup=False, highlight=False)
    if len(drawn) > 3:
        console.print(f"... and {len(drawn) - 3} more pictures", highlight=False)
    console.print(_counts(outcomes), highlight=False)


def _counts(outcomes: list["Outcome"]) -> str:
    read = [outcome for outcome in outcomes if outcome.status != "skipped"]
    none, failed = (sum(outcome.status == status for outcome in read) for status in ("no face", "failed"))
    faces = sum(len(outcome.faces) for outcome in read)
    skipped = len(outcomes) - len(read)
    passed = f" ({counted(skipped, 'other file')} passed over)" if skipped else ""
    found = f"{counted(len(read), 'file')}, {counted(faces, 'face')}"
    return f"{found}, {none} without a face, {failed} failed{passed}"


def _write_files(path: Path, outcomes: list["Outcome"]) -> None:
    """Write one row for each file: also those without a face leave a trace."""
    import pandas as pd

    columns = ["source", "kind", "status", "faces", "frames", "message"]
    rows = [
        (utf8_name(o.source.path), o.source.kind, o.status, len(o.faces), o.frames, o.message)
        for o in outcomes
        if o.status != "skipped"
    ]
    with atomic_path(path) as temporary:
        pd.DataFrame(rows, columns=columns).to_csv(temporary, index=False)


def _exit_code(outcomes: list["Outcome"]) -> int:
    """0 all files were read, 1 some failed, 2 none could be read."""
    read = [outcome for outcome in outcomes if outcome.status != "skipped"]
    failed = sum(outcome.status == "failed" for outcome in read)
    nothing = all(outcome.status == "failed" and not outcome.frames for outcome in read)
    return NOTHING if nothing else 1 if failed else 0


def _errors() -> Console:
    return Console(stderr=True)
