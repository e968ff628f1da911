import os
import signal
import time
from collections import deque

import pytest
from checks.work import fragile, refusing, wrong

from learnface.errors import DataError
from learnface.processes import run_inline, run_jobs


def run(work, jobs, **options):
    return list(run_jobs(work, deque(jobs), **{"processes": 2, "timeout": 3.0} | options))


def test_the_dead_and_the_hung_are_told_and_the_others_go_on():
    events = run(fragile, [1, "die", 2, "hang", 3, 4])
    done = sorted(event.value for event in events if event.kind == "done")
    assert done == [10, 20, 30, 40]
    lost = {event.job: event.value for event in events if event.kind == "lost"}
    assert lost["die"] == (("at", "die"), "ended its process by SIGKILL")
    assert lost["hang"] == (("at", "hang"), "took longer than 3 s")
    assert ("beat", 1, ("at", 1)) in [(e.kind, e.job, e.value) for e in events]


def test_jobs_may_be_added_meanwhile():
    jobs, found = deque([1]), []
    for event in run_jobs(fragile, jobs, processes=1, timeout=30.0):
        if event.kind == "done":
            found.append(event.value)
            if event.job < 3:
                jobs.append(event.job + 1)
    assert found == [10, 20, 30]


def test_an_error_that_the_user_can_mend_comes_as_it_is():
    with pytest.raises(DataError, match="^mend 1$"):
        run(refusing, [1], processes=1)


def test_another_error_comes_with_its_traceback():
    with pytest.raises(RuntimeError, match="(?s)failed at \\('at', 1\\).*in wrong.*ZeroDivisionError"):
        run(wrong, [1], processes=1)


def test_no_process_is_left_behind_when_the_loop_is_left():
    jobs = deque(["wait", "wait"])
    events = run_jobs(fragile, jobs, processes=2, timeout=30.0)
    pids = set()
    while len(pids) < 2:
        event = next(events)
        if event.kind == "beat" and event.value[0] == "pid":
            pids.add(event.value[1])
    events.close()
    for pid in pids:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                break
            time.sleep(0.05)
        else:
            os.kill(pid, signal.SIGKILL)
            pytest.fail("a worker outlived the loop")


def test_inline():
    events = list(run_inline(fragile, deque([1, 2])))
    assert [(event.kind, event.job, event.value) for event in events] == [("done", 1, 10), ("done", 2, 20)]
