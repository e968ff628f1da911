"""Worker processes whose death or silence is noticed, told, and survived.

`concurrent.futures` gives up all work when one process dies, and waits for ever for one that hangs; a corpus
of a hundred thousand videos needs neither.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from learnface.errors import LearnfaceError

__all__ = ["Event", "run_inline", "run_jobs", "usable_cores"]

_BEAT_SECONDS = 0.25  # between two signs of life from the same sample
_START_SECONDS = 300.0  # for Python and its packages to load on a busy machine


@dataclass(frozen=True)
class Event:
    """What happened to a job.

    Attributes:
        kind: `"beat"` (it goes on), `"done"`, or `"lost"` (its process died or hung).
        job: the job.
        value: the beat's arguments; the result; or `(last beat, reason)`.
    """

    kind: str
    job: Any
    value: Any


def usable_cores() -> int:
    """Return how many cores this process may use, which in a container are fewer than the machine has.

    Example:
        >>> usable_cores() >= 1
        True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_inline(work: Callable, jobs: deque) -> Iterator[Event]:
    """Do all jobs in this process; `work` and the events are those of `run_jobs`."""
    while jobs:
        job = jobs.popleft()
        yield Event("done", job, work(job, lambda *_: None))


def run_jobs(work: Callable, jobs: deque, processes: int, timeout: float) -> Iterator[Event]:
    """Do all jobs in worker processes, and yield what happens. Jobs may be added meanwhile.

    Args:
        work: a function `(job, beat) -> result` that can be pickled; it calls `beat` as a sign of life, with
            arguments of its own.
        jobs: the jobs, taken from the left.
        processes: how many processes.
        timeout: seconds without a beat after which a process counts as hung, and is ended.

    Raises:
        LearnfaceError: `work` raised one, or a process could not start.
        RuntimeError: `work` raised another error; its traceback is in the message.
    """
    context = multiprocessing.get_context("spawn")  # forking a process that has threads may hang it
    workers: list[_Worker] = []
    try:
        while jobs or any(worker.job is not None for worker in workers):
            workers = [worker for worker in workers if worker.process.is_alive() or worker.job is not None]
            busy = sum(worker.job is not None for worker in workers)
            while len(workers) < min(processes, busy + len(jobs)):
                workers.append(_Worker(context, work))
            for worker in workers:
                if worker.job is None and jobs:
                    worker.give(jobs.popleft())
            yield from _events(workers, timeout)
    finally:
        for worker in workers:
            worker.end()


@dataclass(eq=False)
class _Worker:
    context: Any
    work: Callable
    job: Any = None
    ready: bool = False
    last_beat: tuple = ()
    heard: float = field(default_factory=time.monotonic)

    def __post_init__(self):
        self.connection, other = self.context.Pipe()
        self.process = self.context.Process(target=_main, args=(other, self.work), daemon=True)
        self.process.start()
        other.close()  # else its end would not be noticed

    def give(self, job: Any) -> None:
        self.job, self.last_beat, self.heard = job, (), time.monotonic()
        with contextlib.suppress(OSError):  # it has died: that is noticed next
            self.connection.send(job)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def _events(workers: list[_Worker], timeout: float) -> Iterator[Event]:
    """Wait a moment, and yield what the workers say, or that they say nothing any more."""
    speaking = {worker.connection: worker for worker in workers if worker.job is not None}
    for connection in wait(list(speaking), timeout=0.2):
        worker = speaking[connection]
        try:
            kind, value = connection.recv()
        except (EOFError, OSError):
            worker.process.join(timeout=5)
            yield _lost(worker, _death(worker.process.exitcode))
            continue
        yield from _said(worker, kind, value)
    for worker in workers:
        limit = timeout if worker.ready else max(timeout, _START_SECONDS)
        if worker.job is not None and time.monotonic() - worker.heard > limit:
            worker.end()
            yield _lost(worker, f"took longer than {limit:g} s")


def _said(worker: _Worker, kind: str, value: Any) -> Iterator[Event]:
    worker.heard = time.monotonic()
    if kind == "ready":
        worker.ready = True
    elif kind == "beat":
        worker.last_beat = value
        yield Event("beat", worker.job, value)
    elif kind == "done":
        job, worker.job = worker.job, None
        yield Event("done", job, value)
    elif kind == "refused":
        raise value
    else:
        raise RuntimeError(f"a worker process failed at {worker.last_beat}:\n{value}")


def _lost(worker: _Worker, reason: str) -> Event:
    if not worker.ready:
        raise LearnfaceError(
            f"a worker process could not start (it {reason}): call this function under "
            "`if __name__ == '__main__':`, or with processes=1"
        )
    job, worker.job = worker.job, None
    return Event("lost", job, (worker.last_beat, reason))


def _death(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"ended its process by {signal.Signals(-code).name}"
    return f"ended its process with code {code}"


def _main(connection: Connection, work: Callable) -> None:
    """Do the jobs that come through a connection, until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the parent ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    connection.send(("ready", None))
    while True:
        try:
            job = connection.recv()
        except (EOFError, OSError):
            return
        try:
            message = ("done", work(job, _Beat(connection)))
        except LearnfaceError as error:
            message = ("refused", error)
        except Exception:
            message = ("failed", traceback.format_exc())
        connection.send(message)


class _Beat:
    """Sends a beat whenever its arguments change, and otherwise now and then."""

    def __init__(self, connection: Connection):
        self.connection, self.sent, self.last = connection, 0.0, ()

    def __call__(self, *value) -> None:
        now = time.monotonic()
        if value != self.last or now - self.sent > _BEAT_SECONDS:
            self.connection.send(("beat", value))
            self.sent, self.last = now, value


def _end_with_parent() -> None:
    """End this process as soon as its parent has ended, even by SIGKILL, so that none is left behind."""
    wait([multiprocessing.parent_process().sentinel])
    os._exit(1)
