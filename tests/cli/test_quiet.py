import os

from learnface.cli._quiet import quiet_start


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
