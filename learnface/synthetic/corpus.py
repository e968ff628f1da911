"""Writing whole corpora of synthetic learners, in the on-disk layouts of the corpora that learnface reads.

A run that was stopped goes on where it was: finished clips are known by their records in `.synthetic/jobs`.
"""

import json
import multiprocessing
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from learnface.errors import DataError, optional_import
from learnface.files import SYNTHETIC, locked, write_text
from learnface.synthetic.clips import TEMPORAL_TASKS
from learnface.synthetic.expressions import EMOTIONS, expression_for
from learnface.synthetic.layout import Job, Layout, Settings, plan
from learnface.synthetic.layouts_annotated import ANNOTATED_VIDEOS_LAYOUT
from learnface.synthetic.layouts_clips import (
    BNU_LSVED_LAYOUT,
    CK_PLUS_LAYOUT,
    LABELLED_CLIPS_LAYOUT,
    PLAIN_LAYOUT,
)
from learnface.synthetic.layouts_images import FER2013_LAYOUT, FERPLUS_LAYOUT
from learnface.synthetic.layouts_micro import CASME2_LAYOUT, SMIC_LAYOUT
from learnface.synthetic.layouts_videos import AFF_WILD2_LAYOUT, AFF_WILD_LAYOUT, DAISEE_LAYOUT
from learnface.synthetic.renderer import SMALLEST

__all__ = ["LAYOUTS", "write_corpus"]

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        AFF_WILD_LAYOUT,
        AFF_WILD2_LAYOUT,
        ANNOTATED_VIDEOS_LAYOUT,
        BNU_LSVED_LAYOUT,
        CASME2_LAYOUT,
        CK_PLUS_LAYOUT,
        DAISEE_LAYOUT,
        FER2013_LAYOUT,
        FERPLUS_LAYOUT,
        LABELLED_CLIPS_LAYOUT,
        PLAIN_LAYOUT,
        SMIC_LAYOUT,
    )
}
"""Every layout that can be written, by the name of its corpus."""
_README = """SYNTHETIC CORPUS - NO REAL PEOPLE

These pictures were drawn by learnface ({layout} layout). Nobody in them exists; the expressions are recipes
made by hand, not measurements. They serve demonstrations and tests of programs. Accuracies on them say
nothing about real learners and must not be reported as if they did. This is not the corpus whose layout
it borrows, and stands in no relation to its owners.

{describes}

{settings}

The head model is derived from MakeHuman/MPFB2 and "Face Units 01" by Mika Suominen, both CC0.
"""


def write_corpus(
    out: str | Path,
    layout: str,
    *,
    subjects: int = 20,
    clips_per_subject: int = 8,
    size: int | None = None,
    frames: int | None = None,
    seed: int = 0,
    emotions: Sequence[str] | None = None,
    amplitude: float = 1.0,
    occluded: float = 0.0,
    task: str = "emotions",
    supersample: int | None = None,
    processes: int = 1,
    progress: bool = True,
) -> Path:
    """Write a corpus of synthetic learners in another corpus's layout.

    Called again with the same arguments after it was stopped, it goes on where it was. A clip is whole or
    absent. The same arguments give the same pictures and labels, whatever the number of processes.

    Args:
        out: the corpus's folder; must be absent, empty, or one that the same call has begun.
        layout: a name in `LAYOUTS`.
        subjects: number of learners; a learner is in one split only.
        clips_per_subject: clips (or pictures) of each; its emotions take turns.
        size: rows and columns of a frame; the layout's usual one if None.
        frames: of a clip; the layout's usual number if None.
        seed: which learners, and what they do.
        emotions: which of the layout's emotions; all if None.
        amplitude: factor of the layout's usual strengths.
        occluded: share of the clips in which a hand, mask or book hides part of the face.
        task: `"emotions"`; `"temporal"` for clips that only motion tells apart (see `TEMPORAL_TASKS`; layouts
            `plain` and `labelled_clips`); `"late"`, `"marker"` or `"late_marker"` for valence and arousal that
            ask for memory, place or both (`annotated_videos`; see `learnface.synthetic.layouts_annotated`).
        supersample: rows and columns drawn for each one of a picture; the layout's usual number if None.
        processes: worker processes; 1 works in this one.
        progress: show a bar with the time left, on standard error.

    Returns:
        The corpus's folder.

    Raises:
        DataError: an argument is unknown or out of range, or `out` holds something else.
        MissingDependencyError: the layout needs an optional package.
    """
    out, chosen = Path(out), _layout(layout)
    names = _emotions(chosen, task, emotions)
    size, frames, supersample = (
        getattr(chosen, name) if value is None else value
        for name, value in (("size", size), ("frames", frames), ("supersample", supersample))
    )
    settings = Settings(
        layout, subjects, clips_per_subject, size, frames, seed, amplitude, occluded, task, supersample
    )
    _check(chosen, settings, processes)
    state = out / SYNTHETIC
    if _begin(out, state, {**asdict(settings), "emotions": list(names)}):
        return out
    with locked(state, "writing a corpus"):
        _write(chosen, settings, names, out, processes, progress)
    return out


def _write(
    chosen: Layout, settings: Settings, names: tuple[str, ...], out: Path, processes: int, progress: bool
) -> None:
    """Write what is not there yet."""
    state = out / SYNTHETIC
    shutil.rmtree(state / "staging", ignore_errors=True)  # what a killed run left half done
    jobs = plan(chosen, settings, names)
    waiting = [job for job in jobs if not _record_path(state, job.number).exists()]
    _work(waiting, len(jobs), out, processes, progress)
    records = [json.loads(_record_path(state, job.number).read_text(encoding="utf-8")) for job in jobs]
    chosen.finish(out, records)
    write_text(out / "README.txt", _readme(chosen, settings))
    write_text(state / "complete", "")
    for folder in ("jobs", "staging"):
        shutil.rmtree(state / folder, ignore_errors=True)


def _readme(layout: Layout, settings: Settings) -> str:
    values = ", ".join(f"{name}={value}" for name, value in asdict(settings).items())
    lines = (f"What is here: {layout.describes}", f"Settings: {values}")
    described, shown = (textwrap.fill(line, 105, break_on_hyphens=False) for line in lines)
    return _README.format(layout=layout.name, describes=described, settings=shown)


def _layout(name: str) -> Layout:
    if name not in LAYOUTS:
        raise DataError(f"no layout is called {name!r}: choose from {', '.join(LAYOUTS)}")
    return LAYOUTS[name]


def _emotions(layout: Layout, task: str, emotions: Sequence[str] | None) -> tuple[str, ...]:
    tasks = list(dict.fromkeys(task for each in LAYOUTS.values() for task in each.tasks))
    if task not in tasks:
        raise DataError(f"no task is called {task!r}: choose from {', '.join(tasks)}")
    if task not in layout.tasks:
        able = " or ".join(name for name, each in LAYOUTS.items() if task in each.tasks)
        raise DataError(f"the layout {layout.name!r} has no {task} task: use {able}")
    known = TEMPORAL_TASKS if task == "temporal" else layout.emotions
    if emotions is None:
        return known
    names = tuple(name if name in known else _known_name(name) for name in emotions)
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        raise DataError(f"emotions={list(emotions)}: the layout {layout.name!r} has {', '.join(known)}")
    return names


def _known_name(name: str) -> str:
    expression = expression_for(name)
    return next(known for known, recipe in EMOTIONS.items() if recipe is expression)


def _check(layout: Layout, settings: Settings, processes: int) -> None:
    s, usual = settings, f"the layout {layout.name!r}"
    if layout.fixed_size and (s.size != layout.size or s.frames != layout.frames):
        raise DataError(f"{usual} has pictures of {layout.size} x {layout.size}: leave out size and frames")
    if s.size < SMALLEST or (s.frames < 4 and not layout.fixed_size):
        raise DataError(f"size={s.size}, frames={s.frames}: needs size >= {SMALLEST} and frames >= 4")
    if s.size % 2:
        raise DataError(f"size={s.size}: must be even, because videos cannot hold odd sizes")
    fewest = len(layout.splits)  # no learner is in two splits
    if not fewest <= s.subjects <= layout.most_subjects:
        raise DataError(f"subjects={s.subjects}: {usual} needs {fewest} to {layout.most_subjects}")
    if not 0 <= s.occluded <= 1:
        raise DataError(f"occluded={s.occluded}: must be a share from 0 to 1")
    counts = {"clips_per_subject": s.clips_per_subject, "supersample": s.supersample, "processes": processes}
    least = {"amplitude": (s.amplitude, 0), "seed": (s.seed, 0)} | {n: (v, 1) for n, v in counts.items()}
    for name, (value, smallest) in least.items():
        if value < smallest:
            raise DataError(f"{name}={value}: must be at least {smallest}")
    if layout is CASME2_LAYOUT:
        optional_import("openpyxl", extra="sheets")


def _begin(out: Path, state: Path, settings: dict) -> bool:
    """Make the folder ready; return whether the corpus is already complete."""
    marker = state / "settings.json"
    if marker.exists():
        if json.loads(marker.read_text(encoding="utf-8")) != settings:
            raise DataError(
                f"{out}: holds a synthetic corpus with other settings (see {marker}); choose another folder"
            )
        return (state / "complete").exists()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(
            f"{out}: is not an empty folder; choose another one, so that nothing of yours is mixed in"
        )
    write_text(marker, json.dumps(settings, indent=1))
    return False


def _record_path(state: Path, number: int) -> Path:
    return state / "jobs" / f"{number:06d}.json"


def _work(waiting: list[Job], total: int, out: Path, processes: int, progress: bool) -> None:
    """Write the waiting clips, learner by learner, so that each is painted once."""
    batches = [list(jobs) for _, jobs in groupby(waiting, key=lambda job: job.subject)]
    with _bar(progress) as bar:
        task = bar.add_task("synthesising", total=total, completed=total - len(waiting))
        for count in _done(batches, out, processes):
            bar.advance(task, count)


def _done(batches: list[list[Job]], out: Path, processes: int) -> Iterator[int]:
    """Write batches of clips, yielding how many more are done."""
    if processes == 1:
        for batch in batches:
            for job in batch:
                yield _write_batch([job], out)
        return
    spawn = multiprocessing.get_context("spawn")  # forking is unsafe beside TensorFlow's threads
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=_one_thread) as pool:
        futures = [pool.submit(_write_batch, batch, out) for batch in batches]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _one_thread() -> None:
    import cv2

    cv2.setNumThreads(1)


def _write_batch(jobs: list[Job], out: Path) -> int:
    """Write clips and return how many: each beside its place first, then moved there, then recorded."""
    state = out / SYNTHETIC
    for job in jobs:
        staging = state / "staging" / f"{job.number:06d}"
        written = LAYOUTS[job.settings.layout].write(job, staging)
        for unit in written.units:
            target = out / unit
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():  # moved by a run that was stopped before it could record it
                shutil.rmtree(target)
            (staging / unit).replace(target)
        shutil.rmtree(staging, ignore_errors=True)
        write_text(_record_path(state, job.number), json.dumps(written.record))
    return len(jobs)


def _bar(shown: bool):
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not shown)
