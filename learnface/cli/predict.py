"""`learnface predict`: the expressions of all faces in photographs, folders and videos."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from learnface.cli._quiet import start_tensorflow
from learnface.errors import DataError
from learnface.files import atomic_path

if TYPE_CHECKING:
    from learnface.cli._prediction import Outcome, Prediction
    from learnface.inference.sources import Source

__all__ = ["predict"]

MOST_ROWS = 40  # of pictures in the table on screen
MOST_FACES = 8  # of a video in the table on screen
DEFAULT_FPS = 5.0
SMOOTHING = 0.6
INTERRUPTED = 130


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
        typer.Option(help="viola_jones, dlib_hog, mtcnn or yunet. [default: the model's, or viola_jones]"),
    ] = None,
    min_size: Annotated[
        float | None, typer.Option(help="Side of the smallest face in pixels (default: 1/20 of the picture).")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="A .keras file (default: the built-in network).")] = None,
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
            help=f"Of a video, look at so many frames a second. [default: the model's, or {DEFAULT_FPS:g}]"
        ),
    ] = None,
    smooth: Annotated[
        bool, typer.Option("--smooth", help="Smooth each face's probabilities over time.")
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
    if fps is not None and fps <= 0:
        raise typer.BadParameter("--fps must be above 0")
    if not (paths or sample):
        raise typer.BadParameter("give PATH..., or --sample")
    if va and (model is None or labels or smooth):
        raise typer.BadParameter("--va needs --model, and takes neither --labels nor --smooth")
    start_tensorflow()
    from learnface.cli._prediction import Prediction
    from learnface.inference import Recognizer
    from learnface.inference.sources import find_sources
    from learnface.inference.writer import PredictionWriter

    names = [*(paths or []), *([_sample()] if sample else [])]
    sources = list(find_sources(names, exclude=[out]))
    if not any(source.problem or source.kind != "other" for source in sources):
        raise DataError(f"there is no picture and no video in {', '.join(map(str, names))}: check the path")
    _make_folder(out)
    if va:
        from learnface.cli._affect_prediction import AffectPrediction as Prediction
        from learnface.cli._affect_prediction import show_affect as show
        from learnface.inference import AffectRecognizer

        recognizer = AffectRecognizer(model, detector=detector, min_size=min_size)
        stream = {}
    else:
        recognizer = Recognizer(model, _split(labels), detector=detector, min_size=min_size)
        stream, show = {"smoothing": SMOOTHING if smooth else 0.0}, _show_expressions
    stream |= {"every": every} if every else {"fps": fps or recognizer.frame_rate or DEFAULT_FPS}
    outcomes: list[Outcome] = []
    table = out / f"predictions.{table_format.value}"
    interrupted = False
    try:
        with PredictionWriter(table, recognizer.labels) as writer:
            prediction = Prediction(recognizer, writer, out if pictures else None, stream)
            _run(prediction, sources, outcomes)
    except KeyboardInterrupt:
        interrupted = True
    _write_files(out / "files.csv", outcomes)
    _report(outcomes, table, show)
    if interrupted:
        done = (
            f"stopped: {len(outcomes)} of {len(sources)} files are done; rows of an unfinished video are kept"
        )
        _errors().print(done, style="bold red", soft_wrap=True)
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(_exit_code(outcomes))


def _split(labels: str | None) -> list[str] | None:
    return [label.strip() for label in labels.split(",")] if labels else None


def _make_folder(path: Path) -> None:
    """Make the folder for results now: a mistake in its name must not come to light after hours."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DataError(f"the folder {path} cannot be made ({reason}): give another with --out") from error


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
            done = f"{_clock(seconds)} of {_clock(duration) if total else '?'}"
            progress.update(video, completed=seconds, total=total, done=done, visible=True)

        prediction.on_time = on_time
        for number, source in enumerate(sources, start=1):
            progress.reset(video, visible=False, description=escape(source.path.name))
            progress.update(files, description=escape(source.path.name))
            outcome = prediction.run(source)
            outcomes.append(outcome)
            if outcome.status == "failed":
                console.print(
                    f"[bold red]failed:[/] {escape(outcome.message)}", soft_wrap=True, highlight=False
                )
            progress.update(files, completed=number, done=f"{number} of {len(sources)} files")


def _report(outcomes: list["Outcome"], table: Path, show: Callable[[Console, list["Outcome"]], None]) -> None:
    """Print what was found, what became of the files, and where the results are."""
    console = Console()
    show(console, outcomes)
    drawn = [outcome.picture for outcome in outcomes if outcome.picture]
    for path in [table, *drawn[:3]]:
        console.print(f"wrote {path}", soft_wrap=True, markup=False, highlight=False)
    if len(drawn) > 3:
        console.print(f"... and {len(drawn) - 3} more pictures", highlight=False)
    console.print(_counts(outcomes), highlight=False)


def _show_expressions(console: Console, outcomes: list["Outcome"]) -> None:
    """Print the expressions of the faces in pictures, and of each video."""
    pictures = [o for o in outcomes if o.source.kind == "picture" and o.status != "failed"]
    if pictures:
        console.print(_picture_table(pictures))
    rows = sum(max(len(outcome.faces), 1) for outcome in pictures)
    if rows > MOST_ROWS:
        console.print(f"... and {rows - MOST_ROWS} more rows in the table")
    for outcome in outcomes:
        if outcome.source.kind == "video" and outcome.frames:
            console.print(_video_table(outcome))


def _picture_table(outcomes: list["Outcome"]) -> Table:
    table = Table("picture", "face", "expression", "probability", "next", box=None, header_style="bold")
    for outcome in outcomes:
        name = escape(outcome.source.path.name)
        for face in outcome.faces:
            (label, share), *others = face.shares.items()
            following = ", ".join(f"{other} {value:.0%}" for other, value in others[:2])
            table.add_row(name, str(face.face), escape(label), f"{share:.0%}", escape(following))
        if not outcome.faces:
            table.add_row(name, "", "no face found", "", "", style="dim")
        if table.row_count >= MOST_ROWS:
            break
    return table


def _video_table(outcome: "Outcome") -> Table:
    title = f"{outcome.source.path.name}: {_count(outcome.frames, 'frame')} looked at"
    table = Table("face", "seen for", "share of each expression", title=escape(title), title_justify="left")
    table.box = None
    for face in outcome.faces[:MOST_FACES]:
        shares = ", ".join(f"{label} {share:.0%}" for label, share in face.shares.items() if share >= 0.01)
        table.add_row(str(face.face), _clock(face.seconds), escape(shares))
    hidden = len(outcome.faces) - MOST_FACES
    if hidden > 0:
        table.add_row("...", "", f"{hidden} more, seen for a shorter time", style="dim")
    if not outcome.faces:
        table.add_row("", "", "no face found", style="dim")
    return table


def _counts(outcomes: list["Outcome"]) -> str:
    read = [outcome for outcome in outcomes if outcome.status != "skipped"]
    none, failed = (sum(outcome.status == status for outcome in read) for status in ("no face", "failed"))
    faces = sum(len(outcome.faces) for outcome in read)
    skipped = len(outcomes) - len(read)
    passed = f" ({_count(skipped, 'other file')} passed over)" if skipped else ""
    found = f"{_count(len(read), 'file')}, {_count(faces, 'face')}"
    return f"{found}, {none} without a face, {failed} failed{passed}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _write_files(path: Path, outcomes: list["Outcome"]) -> None:
    """Write one row for each file: also those without a face leave a trace."""
    import pandas as pd

    columns = ["source", "kind", "status", "faces", "frames", "message"]
    rows = [
        (str(o.source.path), o.source.kind, o.status, len(o.faces), o.frames, o.message)
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
    return 2 if nothing else 1 if failed else 0


def _clock(seconds: float) -> str:
    """Return seconds as `1:02:03` or `2:03`, below ten seconds with tenths."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _errors() -> Console:
    return Console(stderr=True)
