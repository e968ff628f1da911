"""Keep TensorFlow's greetings off the screen, and out of notebooks.

Its native code writes some of them before it reads any setting, `TF_CPP_MIN_LOG_LEVEL` included. So it is imported
while standard error leads nowhere:

    from learnface.quiet import start_tensorflow

    start_tensorflow()  # before anything else imports TensorFlow or Keras
"""

import contextlib
import logging
import os
from collections.abc import Iterator

__all__ = ["quiet_start", "start_tensorflow"]


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


def start_tensorflow() -> None:
    """Import TensorFlow and let it look for accelerators, which is when it talks; later it says only errors."""
    with quiet_start():
        import tensorflow as tf

        tf.config.list_physical_devices()
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
