import importlib
import inspect

import pytest

from learnface.cli import _options
from learnface.cli.main import COMMANDS


@pytest.mark.parametrize("name", [name for name in _options.__all__ if name != "Broken"])
def test_an_option_is_here_because_several_commands_have_it(name):
    using = []
    for command in COMMANDS:
        module = importlib.import_module(f"learnface.cli.{command}")
        parameters = inspect.signature(getattr(module, command)).parameters.values()
        using += [command for one in parameters if one.annotation is getattr(_options, name)]
    assert len(using) > 1
