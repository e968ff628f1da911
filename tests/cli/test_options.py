import importlib
import inspect

import pytest

from learnface.cli import _options
from learnface.cli.main import COMMANDS

OPTIONS = [name for name in _options.__all__ if not isinstance(getattr(_options, name), type)]


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_here_because_several_commands_have_it(name):
    using = []
    for command in COMMANDS:
        module = importlib.import_module(f"learnface.cli.{command}")
        parameters = inspect.signature(getattr(module, command)).parameters.values()
        using += [command for one in parameters if one.annotation is getattr(_options, name)]
    assert len(using) > 1
