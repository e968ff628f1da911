"""Jobs for worker processes, which import this module by its name; it loads nothing else."""

import os
import signal
import time

__all__ = ["fragile", "refusing", "wrong"]


def fragile(job, beat):
    """Return ten times the job, or die, hang or wait as it says."""
    beat("at", job)
    if job == "die":
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "hang":
        time.sleep(600)
    while job == "wait":
        beat("pid", os.getpid())
        time.sleep(0.05)
    return 10 * job


def refusing(job, beat):
    """Raise an error of learnface's own."""
    from learnface.errors import DataError

    raise DataError(f"mend {job}")


def wrong(job, beat):
    """Raise any other error."""
    beat("at", job)
    return job / 0
