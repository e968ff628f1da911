"""Cross-validation over people, for any method: pooled predictions, parallel folds, resumable.

    index = smic.index("SMIC")
    features = ...                                                     # (samples, features), in its order
    method = GridSearch(make_pipeline(StandardScaler(), LinearSVC()), {"linearsvc__C": (0.01, 0.1, 1)})
    result = cross_validate(method, index, features, workers=2, run_dir="runs/smic")
    print(result.summary())

Predictions of all folds are pooled before anything is scored, as MEGC 2019 does: of one person's fold, which may
lack whole classes, neither F1 nor recall mean much. Test classes are not given to the method.
"""

import contextlib
import os
import pickle
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from learnface.arguments import check_least
from learnface.corpora.splits import check_disjoint, fold_rows, leave_one_subject_out, subject_folds
from learnface.errors import DataError, LearnfaceError, first_few
from learnface.metrics.classification import class_codes
from learnface.processes import Event, run_inline, run_jobs, usable_cores
from learnface.training._cross_validation import RESERVED, CrossValidation
from learnface.training._fold_files import FoldFiles, run_description
from learnface.training._fold_work import FoldJob, FoldWork
from learnface.training.samples import Inputs, Method, open_inputs

__all__ = ["CrossValidation", "cross_validate"]


def cross_validate(
    method: Method | Any,
    index: pd.DataFrame,
    inputs: Inputs | None = None,
    *,
    labels: Sequence[str] | None = None,
    folds: int | None = None,
    seed: int = 0,
    workers: int = 1,
    run_dir: str | Path | None = None,
    name: str = "",
    settings: Mapping[str, Any] | None = None,
    progress: bool = True,
) -> CrossValidation:
    """Learn from all people but those of a fold, predict these, and so for every fold.

    With a `run_dir`, a run that was stopped or killed goes on when the same call is made again: every
    finished fold is a file there.

    Args:
        method: an object with `fit_predict(train, test, seed)` (see `learnface.training.Method`), a function
            of these arguments, or an estimator of scikit-learn.
        index: an index table with `sample`, `subject` and `label`. With a column `fold`, whose folds must be
            disjoint in people, these are the folds.
        inputs: an array whose entries are in the order of the index, the path of one in a `.npy` file (which
            is mapped, not copied to every process), or several of these by name. None if the method reads
            its inputs itself, by `train.index` or `train.rows`.
        labels: class names in the order of their codes; by default the labels that occur, in the order of the
            corpus (`index.attrs["labels"]`), or else sorted.
        folds: number of folds, whole people in each; None leaves out one person at a time.
        seed: of folds and methods; each fold has a seed of its own, made of this.
        workers: processes to do folds in. More than one needs a method that can be pickled; results are the
            same. With more than one, numerical libraries get their share of the cores.
        run_dir: folder for the folds' results, `predictions.csv`, `folds.csv` and `report.json`.
        name: of the run, for its tables.
        settings: what else the method depends on; a resumed run must have the same.
        progress: whether to show progress, with the time left.

    Returns:
        The pooled predictions and their scores.

    Raises:
        DataError: index, inputs or predictions are not as described, or `run_dir` holds another run, or another
            process works in it.
        LearnfaceError: worker processes died; the other folds are done and kept.

    Example:
        >>> from sklearn.dummy import DummyClassifier
        >>> index = pd.DataFrame({"sample": list("abcd"), "subject": list("ppqq"), "label": ["happy", "sad"] * 2})
        >>> result = cross_validate(DummyClassifier(), index, np.zeros((4, 1)), progress=False)
        >>> result.predictions["predicted"].tolist(), result.scores["accuracy"]["value"]
        (['happy', 'happy', 'happy', 'happy'], 0.5)
    """
    check_least(1, workers=workers)
    labels = _labels(index, labels)
    index = _with_folds(index, folds, seed)
    codes = class_codes(index["label"].astype(object).to_numpy(), labels, "the index's labels")
    open_inputs(inputs, len(index))
    run = run_description(method, index, labels, inputs, seed, settings)
    files = FoldFiles(run_dir, run)
    jobs = [FoldJob(number, title) for number, title in enumerate(_titles(index))]
    work = FoldWork(method, index, codes, labels, inputs, seed)
    with files.claimed():
        results = _results(work, jobs, files, workers, progress)
        result = CrossValidation.pool(index, labels, results, name, run)
        if run_dir is not None:
            result.save(run_dir)
    return result


def _results(
    work: FoldWork, jobs: list[FoldJob], files: FoldFiles, workers: int, progress: bool
) -> list[dict[str, Any]]:
    """Return the result of each fold, doing those that the folder does not hold."""
    results = {job.number: files.read(job.number) for job in jobs}
    waiting = deque(job for job in jobs if results[job.number] is None)
    lost = []
    with _Bar(len(jobs), len(jobs) - len(waiting), progress) as bar:
        for event in _events(work, waiting, workers):
            if event.kind == "done":
                results[event.job.number] = event.value
                files.write(event.job.number, event.value)
                bar.done(event.job, _right(event, work.index, work.codes))
            elif event.kind == "lost":
                lost.append(f"{event.job.name}: its process {event.value[1]}")
    if lost:
        raise LearnfaceError(
            f"{len(lost)} of {len(jobs)} folds were lost ({'; '.join(lost)}): use fewer workers or free memory, "
            "and run again; the other folds are kept if there is a run_dir"
        )
    return [results[job.number] for job in jobs]


def _labels(index: pd.DataFrame, labels: Sequence[str] | None) -> tuple[str, ...]:
    lacking = [name for name in ("sample", "subject", "label") if name not in index]
    if lacking or index.empty:
        raise DataError(f"the index lacks the columns {lacking}" if lacking else "the index has no rows")
    if index["label"].isna().any():
        raise DataError(
            f"{index['label'].isna().sum()} samples have no label: leave them out, as with "
            "index.dropna(subset='label')"
        )
    if labels is None:
        found = set(index["label"])
        labels = [name for name in index.attrs.get("labels") or sorted(found) if name in found]
    wrong = [name for name in labels if not isinstance(name, str) or name in RESERVED]
    if wrong:
        raise DataError(
            f"classes are called {first_few(wrong)}: give them names, as text, other than {', '.join(RESERVED)}"
        )
    return tuple(labels)


def _with_folds(index: pd.DataFrame, folds: int | None, seed: int) -> pd.DataFrame:
    index = index.reset_index(drop=True)
    index["subject"] = index["subject"].map(str, na_action="ignore")  # some tables number people
    if "fold" in index:
        if folds is not None:
            raise DataError("the index has folds of its own: leave out `folds`, or drop its column 'fold'")
    elif folds is None:
        index = leave_one_subject_out(index)
    else:
        index = subject_folds(index, folds, seed)
    check_disjoint(index)
    if index["fold"].nunique() < 2:
        raise DataError("all samples are in one fold: there is nothing left to learn from")
    return index


def _titles(index: pd.DataFrame) -> list[str]:
    """Return what messages call each fold, as in `fold 3 of 16 (s4)`."""
    count = index["fold"].nunique()
    titles = []
    for number, (_, test) in enumerate(fold_rows(index), 1):
        people = list(dict.fromkeys(index["subject"].iloc[test]))
        titles.append(f"fold {number} of {count} ({first_few(people, most=3)})")
    return titles


def _events(work: FoldWork, jobs: deque[FoldJob], workers: int) -> Iterator[Event]:
    if workers == 1 or len(jobs) < 2:
        yield from run_inline(work, jobs)
        return
    try:
        pickle.dumps(work.method)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise DataError(
            f"the method cannot be sent to worker processes ({error}): define it at the top level of a module, "
            "or use workers=1"
        ) from error
    with _shared_cores(workers):
        yield from run_jobs(work, jobs, workers, timeout=float("inf"))


@contextlib.contextmanager
def _shared_cores(workers: int) -> Iterator[None]:
    """Let processes that start meanwhile use their share of the cores, where the user has said nothing."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "OPENCV_FOR_THREADS_NUM")
    names = [name for name in names if name not in os.environ]
    os.environ.update(dict.fromkeys(names, str(max(1, usable_cores() // workers))))
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)


def _right(event: Event, index: pd.DataFrame, codes: np.ndarray) -> tuple[int, int]:
    """Return how many of a fold's samples are right, and how many there are."""
    _, test = list(fold_rows(index))[event.job.number]
    return int((codes[test] == event.value["predicted"]).sum()), len(test)


class _Bar:
    """A line a fold, and in a terminal a bar with the time left."""

    def __init__(self, total: int, done: int, shown: bool):
        self._console = Console(stderr=True, quiet=not shown)
        columns = (TextColumn("folds"), BarColumn(), MofNCompleteColumn(), TextColumn("left"))
        hidden = not (shown and self._console.is_terminal)
        self._bar = Progress(
            *columns, TimeRemainingColumn(), console=self._console, transient=True, disable=hidden
        )
        self._task = self._bar.add_task("folds", total=total, completed=done)
        if done:
            self._console.print(f"{done} of {total} folds were done before", highlight=False)

    def __enter__(self) -> "_Bar":
        self._bar.start()
        return self

    def __exit__(self, *_) -> None:
        self._bar.stop()

    def done(self, job: FoldJob, right: tuple[int, int]) -> None:
        self._console.print(f"{job.name}: {right[0]} of {right[1]} right", highlight=False, soft_wrap=True)
        self._bar.advance(self._task)
