import os
import subprocess
import sys

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


def test_tensorflow_starts_without_a_word():
    code = "from learnface.quiet import start_tensorflow; start_tensorflow(); import tensorflow as tf; tf.zeros(1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
