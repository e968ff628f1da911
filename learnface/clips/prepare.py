"""Index -> faces on disk: detect, align, cut, grey, equalise and resize once, train many times.

    index = learnface.corpora.get_corpus("ferplus").index("data")
    faces = prepare(index, "prepared/ferplus", PrepareSettings(size=48, detector=None))

| in the folder | is |
|---|---|
| `shards/shard-00000.tfrecord` | faces of the first samples, as `tf.train.Example` (see `_tfrecord`) |
| `shards/shard-00000.parquet` | where each face came from; a shard counts as finished when this is there |
| `samples.parquet` | the index's columns, and where each sample's faces are |
| `manifest.json` | settings, their hash, counts, the hashes of all shards |
| `no_face.csv` | each frame in which no face was found |
| `problems.csv` | each file that is broken and was left out |

Labels are in the table alone: an index of the same samples with other labels takes the same faces.
"""

import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from learnface.clips._collect import RESERVED, collect, column_to_store
from learnface.clips._cutter import FaceCutter
from learnface.clips._frames import Row
from learnface.clips._manifest import SHARDS, claim_folder, new_manifest, read_manifest
from learnface.clips._settings import PrepareSettings
from learnface.clips._shard import ShardJob, ShardResult, ShardWriter, finished
from learnface.clips.prepared import Prepared
from learnface.errors import DataError, itemised, reason
from learnface.processes import Event, run_inline, run_jobs

__all__ = ["NoFaceWarning", "PrepareSettings", "prepare"]

_PER_SHARD = {"images": 256, "clips": 32}


class NoFaceWarning(UserWarning):
    """No face was found in some frames; the message says in how many, and which file lists them."""


def prepare(
    index: pd.DataFrame,
    out: str | Path,
    settings: PrepareSettings | None = None,
    *,
    processes: int = 1,
    broken: str = "raise",
    samples_per_shard: int | None = None,
    timeout: float = 300.0,
    progress: bool = True,
) -> Prepared:
    """Make the faces of all samples of an index, and write them to a folder.

    A run that was stopped or killed at any moment goes on where it was when the same call is made again; the
    files are the same, byte by byte, as those of an unbroken run and of any number of processes.

    Args:
        index: an index table (see `learnface.corpora`) of pictures, or of clips: folders of pictures, and
            videos. The columns `start` and `stop` may choose a part: of a video in seconds, of a folder by the
            places of its pictures, from 0, as the corpora of micro-expressions have it.
        out: the folder; new, empty, or one that the same call made.
        settings: how to make faces; by default those of wang2020.
        processes: how many processes to share the work among. With more than one, a script needs the usual
            `if __name__ == "__main__":`, and a file that ends or hangs its process is reported as broken.
        broken: what to do about files that cannot be read: `"raise"` an error that lists them, once all the
            others are done, or `"drop"` them, and list them in `problems.csv`.
        samples_per_shard: how many samples go into one file; by default 256 pictures or 32 clips.
        timeout: seconds without a sign of life after which a process counts as hung.
        progress: show progress on a terminal.

    Returns:
        The prepared faces.

    Raises:
        DataError: files are broken (one error lists them all), the index or an argument is not as described,
            `out` holds something else, or cannot be written.

    Warns:
        NoFaceWarning: in some frames no face was found.
    """
    settings, out = settings or PrepareSettings(), Path(out)
    _check_arguments(processes, broken, samples_per_shard, timeout)
    rows = _rows(index)
    FaceCutter(settings)  # a detector that cannot be built is one error here, not one in every process
    per_shard = samples_per_shard or _PER_SHARD["clips" if rows[0].is_clip else "images"]
    with claim_folder(out, new_manifest(settings, rows, per_shard)):
        jobs = [
            ShardJob(number, first, tuple(rows[first : first + per_shard]))
            for number, first in enumerate(range(0, len(rows), per_shard))
        ]
        missing = deque(job for job in jobs if finished(out / SHARDS, job.number, broken) is None)
        writer = ShardWriter(out / SHARDS, settings, broken)
        done = len(rows) - sum(len(job.rows) for job in missing)
        problems = _run(writer, missing, processes, timeout, _Bar(len(rows), done, progress))
        if problems and broken == "raise":
            raise DataError(_listed(problems, len(rows), out))
        try:
            manifest = collect(out, read_manifest(out), index, rows, len(jobs))
        except OSError as error:
            raise DataError(
                f"{out} cannot be written ({reason(error)}): make room or check the "
                "folder, and run again; finished shards are kept"
            ) from error
    _warn(manifest["counts"], out)
    return Prepared(out)


def _check_arguments(processes: int, broken: str, per_shard: int | None, timeout: float) -> None:
    if broken not in ("raise", "drop"):
        raise DataError(f"broken={broken!r}: choose 'raise' or 'drop'")
    for name, value in (("processes", processes), ("samples_per_shard", per_shard), ("timeout", timeout)):
        if value is not None and not value > 0:
            raise DataError(f"{name}={value}: give a number above 0")


def _rows(index: pd.DataFrame) -> list[Row]:
    """Return what there is to do, once it is sure to be either pictures or clips."""
    lacking = [name for name in ("sample", "frames") if name not in index]
    taken = sorted(RESERVED & set(index.columns))
    if lacking or taken or index.empty:
        what = f"lacks the columns {lacking}" if lacking else "has no rows"
        what = f"has columns {taken}, whose names `prepare` uses itself: rename them" if taken else what
        raise DataError(f"the index {what}")
    columns = [name for name in ("sample", "frames", "row", "start", "stop") if name in index]
    missing = index[["sample", "frames"]].isna().any(axis=1)
    twice = index["sample"].duplicated()
    if missing.any() or twice.any():
        number = int((missing | twice).to_numpy().argmax())
        what = "has no sample or frames" if missing.iloc[number] else "names a sample that came before"
        raise DataError(f"row {number} of the index {what}: give each sample a name of its own, and frames")
    rows = []
    for cells in zip(*(index[name].tolist() for name in columns), strict=True):
        known = {name: cell for name, cell in zip(columns, cells, strict=True) if not pd.isna(cell)}
        known |= {"sample": str(known["sample"]), "frames": str(known["frames"])}
        known |= {"row": int(known["row"])} if "row" in known else {}
        rows.append(Row(**known))
    _check_storable(index, rows)
    pictures = [row for row in rows if not row.is_clip]
    if pictures and len(pictures) < len(rows):
        clip = next(row for row in rows if row.is_clip)
        raise DataError(
            f"the index mixes pictures ({len(pictures):,}, such as {pictures[0].frames}) with clips "
            f"({len(rows) - len(pictures):,}, such as {clip.frames}): prepare each alone"
        )
    return rows


def _check_storable(index: pd.DataFrame, rows: Sequence[Row]) -> None:
    """Say before any work what could not be written at its end."""
    for row in rows:
        try:
            row.sample.encode("utf-8")
        except UnicodeEncodeError:
            raise DataError(
                f"the sample {row.sample!r} has a name that is no Unicode: rename its file"
            ) from None
    for name in index.columns:
        try:
            pa.array(column_to_store(index[name]), from_pandas=True)
        except pa.ArrowException as error:
            raise DataError(
                f"the column {name!r} of the index mixes types or holds what a table cannot ({error}): make it "
                f"text, as by index[{name!r}].astype(str), or leave it out"
            ) from None


def _run(
    writer: ShardWriter, jobs: deque[ShardJob], processes: int, timeout: float, bar: "_Bar"
) -> list[str]:
    """Do the jobs and return what was broken; a sample that ends a process is left out of its shard."""
    problems: dict[int, tuple[str, ...]] = {}
    with bar:
        for event in _events(writer, jobs, processes, timeout):
            if event.kind == "beat":
                bar.beat(event.job.number, event.value[0])
            elif event.kind == "done":
                problems[event.job.number] = event.value.problems
                bar.done(event.value, len(event.job.rows))
            else:
                jobs.appendleft(_without_last(event))
    return [problem for number in sorted(problems) for problem in problems[number]]


def _events(writer: ShardWriter, jobs: deque, processes: int, timeout: float) -> Iterator[Event]:
    if processes == 1 or len(jobs) < 2:
        return run_inline(writer, jobs)
    return run_jobs(writer, jobs, processes, timeout)


def _without_last(event: Event) -> ShardJob:
    """Return a lost job again, without the sample during which it was lost."""
    last_beat, fate = event.value
    if not last_beat or last_beat[1] in event.job.lost:
        raise DataError(f"a worker process {fate} before it could begin: free memory, or use fewer processes")
    return replace(event.job, lost={**event.job.lost, last_beat[1]: fate})


def _listed(problems: list[str], samples: int, out: Path) -> str:
    title = (
        f"{len(problems):,} of {samples:,} samples cannot be read; the others are kept in {out}, in shards that "
        "are whole. Mend the files and run again, or leave them out by broken='drop' (--broken drop)"
    )
    return itemised(title, problems)


def _warn(counts: dict[str, int], out: Path) -> None:
    if counts["frames_without_face"]:
        dropped = counts["samples_dropped"]
        message = (
            f"no face was found in {counts['frames_without_face']:,} of {counts['frames']:,} frames"
            f"{f'; {dropped:,} samples were left out for it' if dropped else ''}: see {out / 'no_face.csv'}"
        )
        warnings.warn(message, NoFaceWarning, stacklevel=3)
    if counts["samples_broken"]:
        broken = counts["samples_broken"]
        what = "1 sample is" if broken == 1 else f"{broken:,} samples are"
        message = f"{what} broken and left out: see {out / 'problems.csv'}"
        warnings.warn(message, UserWarning, stacklevel=3)


class _Bar:
    """Progress over samples, with the time left and the frames without a face."""

    def __init__(self, total: int, done: int, shown: bool):
        console = Console(stderr=True)
        columns = (
            *(TextColumn("preparing"), BarColumn(), MofNCompleteColumn(), TextColumn("samples, left")),
            *(TimeRemainingColumn(), TextColumn("{task.fields[missed]} frames without a face")),
        )
        hidden = not (shown and console.is_terminal)
        self._bar = Progress(*columns, console=console, transient=True, disable=hidden)
        self._task = self._bar.add_task("preparing", total=total, completed=done, missed=0)
        self._finished, self._missed = done, 0
        self._at_work: dict[int, int] = {}

    def __enter__(self) -> "_Bar":
        self._bar.start()
        return self

    def __exit__(self, *_) -> None:
        self._bar.stop()

    def beat(self, shard: int, samples: int) -> None:
        """Note how far a shard is."""
        self._at_work[shard] = samples
        self._show()

    def done(self, result: ShardResult, samples: int) -> None:
        """Note that a shard is done."""
        self._at_work.pop(result.number, None)
        self._finished += samples
        self._missed += result.missed
        self._show()

    def _show(self) -> None:
        completed = self._finished + sum(self._at_work.values())
        self._bar.update(self._task, completed=completed, missed=self._missed)
