"""Commands start TensorFlow before anything of theirs imports it, or it would greet."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "start",
    [
        "from learnface.cli._training import chosen_stages; chosen_stages(1, 1, 1e-3, True)",
        """
import contextlib, pathlib, tempfile
from learnface.cli.explain import explain
with tempfile.TemporaryDirectory() as empty, contextlib.suppress(Exception):
    explain([pathlib.Path(empty)])
""",
    ],
    ids=["train", "explain"],
)
def test_tensorflow_starts_without_a_word(start):
    code = f"{start}\nimport tensorflow as tf; tf.zeros(1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
