"""The errors that learnface raises: one clear sentence each, saying what is wrong and what to do.

LearnfaceError                 everything below; the command line prints it and exits with code 2
├── DataError                  a file, table or label is not as expected
└── MissingDependencyError     an optional package is not installed
"""

import importlib
from types import ModuleType

__all__ = ["DataError", "LearnfaceError", "MissingDependencyError", "optional_import"]


class LearnfaceError(Exception):
    """Base class of all errors that a user of learnface can mend."""


class DataError(LearnfaceError, ValueError):
    """A file, table or label is not as expected; the message names it and says what to do."""


class MissingDependencyError(LearnfaceError, ImportError):
    """An optional package is not installed; the message names the `pip install` to run."""


def optional_import(module: str, extra: str) -> ModuleType:
    """Import `module`, or say which extra of learnface installs it.

    Args:
        module: dotted name of the module to import, such as `"mtcnn"`.
        extra: the extra of learnface that installs it, such as `"detectors"`.

    Returns:
        The imported module.

    Raises:
        MissingDependencyError: the module is not installed.

    Example:
        >>> optional_import("json", extra="none").dumps([1])
        '[1]'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.split(".")[0]:
            raise
        raise MissingDependencyError(
            f"{module!r} is not installed: run  pip install 'learnface[{extra}]'"
        ) from error
