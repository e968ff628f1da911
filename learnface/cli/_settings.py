"""The settings of a recipe that come as text, `--set NAME=VALUE`: read, and held against what the recipe takes."""

import ast
import inspect
import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from learnface.errors import DataError

__all__ = ["checked_settings", "read_settings"]

_LITERALS = {"true": True, "false": False, "none": None}
_WORDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    type(None): "none",
}


def read_settings(texts: Sequence[str]) -> dict[str, Any]:
    """Return `NAME=VALUE` texts by name; a value that reads as a Python literal is one, and so are true and none.

    Example:
        >>> read_settings(["size=48", "margins=[0.1, 0.2]", "votes=true", "corpus=smic"])
        {'size': 48, 'margins': [0.1, 0.2], 'votes': True, 'corpus': 'smic'}
    """
    settings = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise DataError(f"--set {text} is not NAME=VALUE, such as --set size=48")
        settings[name] = _literal(value)
    return settings


def checked_settings(recipe: str, run: Callable, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as a recipe's `run` takes them: one value where it takes several is a list of one.

    Raises:
        DataError: `run` has no keyword of a name, or its annotation does not allow the value.
    """
    parameters = inspect.signature(run).parameters.values()
    known = [each.name for each in parameters if each.kind is each.KEYWORD_ONLY]
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise DataError(f"{recipe} has no setting {', '.join(unknown)}: it has {', '.join(known)}")
    kinds = typing.get_type_hints(getattr(run, "func", run))  # a recipe may be a partial function
    return {name: _fitting(name, value, kinds[name]) for name, value in settings.items()}


def _literal(text: str) -> Any:
    if text.lower() in _LITERALS:
        return _LITERALS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _fitting(name: str, value: Any, kind: Any) -> Any:
    for candidate in (value, [value]):
        if _fits(candidate, kind):
            return candidate
    raise DataError(f"{name}={value} does not fit: give {_words(kind)}, as in --set {name}=VALUE")


def _fits(value: Any, kind: Any) -> bool:
    """Tell whether an annotation allows a value."""
    if kind is Any:
        return True
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, each) for each in arguments)
    if origin is Sequence:
        return isinstance(value, list | tuple) and all(_fits(each, arguments[0]) for each in value)
    if kind in (int, float):
        whole_or_not = int if kind is int else int | float
        return isinstance(value, whole_or_not) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, origin or kind)


def _words(kind: Any) -> str:
    """Say in words what an annotation allows."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_words(each) for each in arguments)
    if origin is Sequence:
        return f"{_words(arguments[0])}, or several as in [..., ...]"
    return _WORDS.get(kind, str(kind))
