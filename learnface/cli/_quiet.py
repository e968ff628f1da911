"""Keep TensorFlow's greetings off the screen."""

import contextlib
import os
from collections.abc import Iterator

__all__ = ["quiet_start"]


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Silence what TensorFlow says while it is imported: its native code writes to descriptor 2."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)
