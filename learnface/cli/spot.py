"""`learnface spot`: where in long videos micro-expressions begin, culminate and end."""

import math
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from learnface.cli._options import Landmarks
from learnface.errors import DataError
from learnface.files import atomic_path

if TYPE_CHECKING:
    import pandas as pd

    from learnface.micro import Spotting, SpottingSettings

__all__ = ["spot"]

_MOST_ROWS = 40  # of a video on screen


def spot(
    paths: Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="Videos of one face each.")],
    out: Annotated[Path, typer.Option(help="Folder for tables and pictures.")] = Path("spotted"),
    threshold: Annotated[
        float, typer.Option(help="How many times the usual strain a peak must be; higher spots fewer.")
    ] = 3.5,
    longest: Annotated[float, typer.Option(help="Seconds that a micro-expression may last.")] = 0.5,
    detector: Annotated[str, typer.Option(help="viola_jones, dlib_hog, mtcnn or yunet.")] = "viola_jones",
    landmarks: Landmarks = "none",
    pictures: Annotated[bool, typer.Option(help="Draw the curve of each video.")] = True,
) -> None:
    """Spot micro-expressions in long videos by the strain of the skin that comes and goes within half a second.

    Writes NAME-intervals.csv (onset, apex and offset in frames and seconds), NAME-curve.csv and NAME.png for each
    video. The settings were chosen on synthetic faces, not on people: look at the picture before you trust them.
    Of a video that is damaged or cut short, what could be read is kept, and it counts as failed.
    Exit code: 0 all videos were read, 1 some failed, 2 none could be read.
    """
    from learnface.micro import SpottingSettings

    names = [path.stem for path in paths]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(
            f"two videos are called {twice[0]!r}, and would write the same files: give each an --out of its own"
        )
    settings = SpottingSettings(
        threshold=threshold,
        longest=longest,
        detector=detector,
        landmarks=None if landmarks == "none" else landmarks,
    )
    failed, read = [], 0
    for path in paths:
        try:
            found, problem = _spot(path, settings)
        except DataError as error:
            failed.append(str(error))
            continue
        read += 1
        failed += [problem] if problem else []
        _write(found, path, out, pictures)
        _show(found.intervals, path)
    for message in failed:
        Console(stderr=True).print(Text.assemble(("error: ", "bold red"), message), soft_wrap=True)
    raise typer.Exit(0 if not failed else 1 if read else 2)


def _spot(path: Path, settings: "SpottingSettings") -> tuple["Spotting", str | None]:
    """Spot one video, with the time left on a terminal; return what is wrong with the file, too."""
    from learnface.clips.video import DamagedVideoWarning, probe_video
    from learnface.micro import spot as spot_video

    console, duration = Console(stderr=True), probe_video(path).duration
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("left"), TimeRemainingColumn()
    with (
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always", DamagedVideoWarning)
        task = bar.add_task(escape(path.name), total=None if math.isnan(duration) else duration)
        found = spot_video(
            path, settings, damaged="warn", beat=lambda seconds: bar.update(task, completed=seconds)
        )
    damage = (str(one.message) for one in caught if issubclass(one.category, DamagedVideoWarning))
    return found, next(damage, None)


def _write(found: "Spotting", path: Path, out: Path, pictures: bool) -> None:
    for name, table in (("intervals", found.intervals), ("curve", found.curve)):
        with atomic_path(out / f"{path.stem}-{name}.csv") as temporary:
            table.round(6).to_csv(temporary, index=False)
    if pictures:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from learnface.reports import save_picture, spotting_picture

        save_picture(spotting_picture(found, title=path.name), out / f"{path.stem}.png")


def _show(intervals: "pd.DataFrame", path: Path) -> None:
    console = Console()
    if intervals.empty:
        console.print(f"{escape(str(path))}: nothing was spotted", highlight=False)
        return
    table = Table(
        *("onset, s", "apex, s", "offset, s", "frames", "strength"),
        title=escape(str(path)),
        title_justify="left",
    )
    for column in table.columns:
        column.justify = "right"
    for row in intervals.head(_MOST_ROWS).itertuples():
        times = (f"{time:.2f}" for time in (row.onset_time, row.apex_time, row.offset_time))
        table.add_row(*times, f"{row.onset}-{row.offset}", f"{row.strength:.1f}")
    console.print(table)
    if len(intervals) > _MOST_ROWS:
        console.print(f"and {len(intervals) - _MOST_ROWS:,} more in the table of intervals")
