import warnings

import pytest

from learnface.cli._warnings import tell_warnings


def warn(message, module):
    warnings.warn_explicit(message, UserWarning, "file.py", 1, module=module)


def test_our_warnings_are_told_once_and_those_of_others_dropped(capsys):
    with tell_warnings():
        for _ in range(2):
            warn("3 clips are broken [sic]", "learnface.transfer.fine_tuning")
        warn("deprecated", "keras.src")
    assert capsys.readouterr().err == "warning: 3 clips are broken [sic]\n"


def test_they_are_told_even_if_an_error_follows(capsys):
    with pytest.raises(KeyError), tell_warnings():
        warn("look", "learnface.cli.train")
        raise KeyError
    assert "warning: look" in capsys.readouterr().err
