import os
import subprocess
import sys

import pytest

from learnface.quiet import quiet_start


def test_native_greetings_are_dropped_and_errors_come_back(capfd):
    with quiet_start():
        os.write(2, b"greeting")
    os.write(2, b"error")
    assert capfd.readouterr().err == "error"


def test_errors_pass_through(capfd):
    try:
        with quiet_start():
            raise ValueError("no")
    except ValueError:
        os.write(2, b"seen")
    assert capfd.readouterr().err == "seen"


@pytest.mark.parametrize(
    "start",
    [
        "from learnface.quiet import start_tensorflow; start_tensorflow()",
        "from learnface.cli._training import chosen_stages; chosen_stages(1, 1, 1e-3, True)",
        """
import contextlib, pathlib, tempfile
from learnface.cli.explain import explain
with tempfile.TemporaryDirectory() as empty, contextlib.suppress(Exception):
    explain([pathlib.Path(empty)])
""",
    ],
    ids=["quiet", "train", "explain"],
)
def test_tensorflow_starts_without_a_word(start):
    """Commands start it before anything of theirs imports it, or it would greet."""
    code = f"{start}\nimport tensorflow as tf; tf.zeros(1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
