"""Pages of the reference: one a package, with every public name of it."""

import importlib
import inspect
import re
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

from learnface.corpora import CORPORA
from learnface.models import MODELS
from learnface.recipes import RECIPES
from learnface_site.writing import as_table, linked

__all__ = ["PACKAGES", "api_pages", "describe", "module_text", "public_objects"]

PACKAGES = (
    "learnface.models",
    "learnface.models.backbones",
    "learnface.corpora",
    "learnface.corpora.splits",
    "learnface.corpora.duplicates",
    "learnface.faces",
    "learnface.faces.regions",
    "learnface.faces.occlusion",
    "learnface.clips",
    "learnface.micro",
    "learnface.layers",
    "learnface.losses",
    "learnface.metrics",
    "learnface.reliability",
    "learnface.callbacks",
    "learnface.training",
    "learnface.transfer",
    "learnface.inference",
    "learnface.annotation",
    "learnface.reports",
    "learnface.synthetic",
    "learnface.recipes",
    "learnface.labels",
    "learnface.files",
    "learnface.errors",
    "learnface.quiet",
)


@cache
def public_objects(package: str) -> tuple[tuple[str, Any], ...]:
    """Return the public names of a package and what they are; modules are left out."""
    module = importlib.import_module(package)
    objects = ((name, getattr(module, name)) for name in module.__all__)
    return tuple((name, thing) for name, thing in objects if not isinstance(thing, ModuleType))


def api_pages() -> dict[str, str]:
    """Return the pages of the reference by file name."""
    pages = {f"{package}.md": _page(package) for package in PACKAGES}
    rows = [(f"[`{package}`]({package}.md)", _first_line(module_text(package))) for package in PACKAGES]
    toc = "\n".join(PACKAGES)
    pages["index.md"] = (
        "# Reference\n\nEverything public, from the docstrings; what begins with an underscore may change at any "
        "time.\nThe command line has [its own page](../commands.md).\n\n"
        f"{as_table(('package', 'holds'), rows)}\n\n```{{toctree}}\n:hidden:\n\n{toc}\n```\n"
    )
    return pages


def module_text(package: str) -> str:
    """Return the docstring of a module; it is Markdown."""
    text = inspect.getdoc(importlib.import_module(package)) or ""
    text = re.sub(
        r"(?m)(^\S.*:)\n(    >>>)", r"\1\n\n\2", text
    )  # Markdown wants an empty line in front of code
    return linked(re.sub(r" *# doctest: .*", "", text))


def describe(package: str, name: str, thing: Any) -> str:
    """Return the directive that documents an object."""
    full = f"{package}.{name}"
    if inspect.isclass(thing):
        bases = "   :show-inheritance:\n" if thing.__base__ is not object else ""
        return f"```{{eval-rst}}\n.. autoclass:: {full}\n   :members:\n{bases}```\n"
    if callable(thing):
        return f"```{{eval-rst}}\n.. autofunction:: {full}\n```\n"
    text = _constant_text(package, name) or f"{_value_text(thing)}"
    return f"```{{py:data}} {full}\n{text}\n```\n"


def _page(package: str) -> str:
    title, _, rest = module_text(package).partition("\n")
    rows, parts = [], []
    for name, thing in public_objects(package):
        page = _own_page(package, name)
        link = f"[`{name}`]({page})" if page else f"{{py:obj}}`{name} <{package}.{name}>`"
        rows.append((link, summary(package, name, thing)))
        if not page:
            parts.append(describe(package, name, thing))
    if package == "learnface.corpora":
        rows += [
            (f"[`{name}`](../corpora/{name}.md)", _first_line(inspect.getdoc(m)))
            for name, m in CORPORA.items()
        ]
    if package == "learnface.recipes":
        parts += [_recipe(name) for name in RECIPES]
    return (
        f"# {package}\n\n{title}\n{rest}\n\n{as_table(('name', 'what it is'), rows)}\n\n"
        + "\n".join(parts)
        + "\n"
    )


def _own_page(package: str, name: str) -> str | None:
    return f"../models/{name}.md" if package == "learnface.models" and name in MODELS else None


def _recipe(name: str) -> str:
    return f"## {name}\n\n{module_text(f'learnface.recipes.{name}')}\n\n    learnface reproduce {name} --data DIR\n"


def summary(package: str, name: str, thing: Any) -> str:
    """Return the first line of what is said of an object."""
    if inspect.isclass(thing) or callable(thing):
        return _first_line(inspect.getdoc(thing) or "")
    return _first_line(_constant_text(package, name) or _value_text(thing))


def _value_text(thing: Any) -> str:
    """Return what a constant without a word below it holds, cut short."""
    names = list(thing) if isinstance(thing, Mapping | tuple | list | set | frozenset) else []
    if not names or not all(isinstance(name, str) for name in names):
        return ""
    shown = ", ".join(f"`{name}`" for name in names[:12])
    return f"{shown}{', ...' if len(names) > 12 else ''}"


def _constant_text(package: str, name: str) -> str:
    """Return the string below a constant; Python drops it, and Sphinx reads it from the source."""
    from sphinx.pycode import ModuleAnalyzer

    for module in (package, *_sources(package)):
        texts = ModuleAnalyzer.for_module(module).find_attr_docs()
        if ("", name) in texts:
            return "\n".join(texts["", name])
    return ""


def _sources(package: str) -> list[str]:
    """Return the modules from which a package takes its names."""
    module = importlib.import_module(package)
    return sorted(
        {thing.__module__ for _, thing in public_objects(package) if hasattr(thing, "__module__")}
        - {module.__name__}
        & {name for name in __import__("sys").modules if name.startswith("learnface.")}
    )


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0] if lines else ""
