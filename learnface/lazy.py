"""Public names that load their module on first use, so that light parts of a package stay light.

Workers that only cut faces or read an index must not wait for TensorFlow.
"""

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["lazy_names"]


def lazy_names(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a module's `__getattr__` (PEP 562) that imports a name's module when the name is used.

    Args:
        package: the package's `__name__`.
        modules: for each public name, the module of the package that defines it.

    Example:
        >>> __getattr__ = lazy_names("json", {"JSONDecoder": "decoder"})
        >>> __getattr__("JSONDecoder").__name__
        'JSONDecoder'
    """

    def __getattr__(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{modules[name]}"), name)
        # Importing a module makes it an attribute of its package, in place of a public name that is spelled alike.
        setattr(sys.modules[package], name, value)
        return value

    return __getattr__
