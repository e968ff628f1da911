"""The page of the command line: every subcommand with its arguments and options, from their functions."""

import enum
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any

import typer
from typer.models import ArgumentInfo

from learnface.cli.main import app
from learnface_site.writing import as_table

__all__ = ["command_page"]

_METAVARS = {"Path": "PATH", "str": "TEXT", "int": "INTEGER", "float": "NUMBER"}


def command_page() -> str:
    """Return the page as Markdown."""
    rows, parts = [], []
    for command in sorted(app.registered_commands, key=lambda command: command.name):
        text = inspect.getdoc(command.callback)
        link = f"[`learnface {command.name}`](#learnface-{command.name})"
        rows.append((link, text.splitlines()[0]))
        parts.append(_command(command.name, command.callback, text))
    table = as_table(("command", "what it does"), rows)
    return (
        "# Command line\n\n`learnface COMMAND --help` prints the same. A wrong argument or file ends in one sentence "
        f"and exit code 2.\n\n{table}\n\n" + "\n\n".join(parts) + "\n"
    )


def _command(name: str, function: Callable, text: str) -> str:
    given = inspect.signature(function).parameters.values()
    parameters = [_parameter(one) for one in given if one.annotation is not typer.Context]
    arguments = [names.strip("`") for names, _, _ in parameters if not names.startswith("`-")]
    usage = " ".join([f"learnface {name}", *arguments, "[OPTIONS]"])
    head = ("argument or option", "what it says", "default")
    return f"## learnface {name}\n\n    {usage}\n\n{text}\n\n{as_table(head, parameters)}"


def _parameter(one: inspect.Parameter) -> tuple[str, str, str]:
    """Return the names, the help and the default of a command's parameter."""
    kind, info = (
        typing.get_args(one.annotation) if typing.get_args(one.annotation) else (one.annotation, one.default)
    )
    kind = _plain(kind)
    many = typing.get_origin(kind) is list
    kind = typing.get_args(kind)[0] if many else kind
    value = info.metavar or ("" if kind is bool else _METAVARS.get(kind.__name__, _choices(kind)))
    if isinstance(info, ArgumentInfo):
        name = (info.metavar or one.name.upper()) + ("..." if many and not info.metavar else "")
        return f"`{name}`" if one.default is inspect.Parameter.empty else f"`[{name}]`", info.help or "", ""
    # In `Annotated[...]`, the first name of an option stands where its default would.
    given = [name for name in (info.default, *(info.param_decls or ())) if str(name).startswith("-")]
    plain = one.name.replace("_", "-")
    names = ", ".join(given or [f"--{plain}", *([f"--no-{plain}"] if kind is bool else [])])
    return f"`{names}{' ' if value else ''}{value}`", info.help or "", _default(one.default)


def _plain(kind: Any) -> Any:
    """Return the type of `X | None`."""
    if isinstance(kind, types.UnionType):
        return next(one for one in typing.get_args(kind) if one is not type(None))
    return kind


def _choices(kind: type) -> str:
    return "|".join(one.value for one in kind) if issubclass(kind, enum.Enum) else "VALUE"


def _default(value: Any) -> str:
    if value is None or value is inspect.Parameter.empty or isinstance(value, bool):
        return ""
    return f"`{value.value if isinstance(value, enum.Enum) else value}`"
