"""The errors that learnface raises: one clear sentence each, saying what is wrong and what to do.

LearnfaceError                 everything below; the command line prints it and exits with code 2
├── DataError                  a file, table or label is not as expected
├── MissingDependencyError     an optional package is not installed
└── WriteError                 a file cannot be written: the disk is full, the folder is not one's own
"""

import errno
import importlib
import os
from collections.abc import Sequence
from types import ModuleType

__all__ = [
    "DataError",
    "LearnfaceError",
    "MissingDependencyError",
    "WriteError",
    "first_few",
    "is_full_disk",
    "itemised",
    "optional_import",
    "reason",
]

_FULL = (errno.ENOSPC, errno.EDQUOT)
_ITEMISED = 20  # problems spelled out in one message; the rest are counted


class LearnfaceError(Exception):
    """Base class of all errors that a user of learnface can mend."""


class DataError(LearnfaceError, ValueError):
    """A file, table or label is not as expected; the message names it and says what to do."""


class MissingDependencyError(LearnfaceError, ImportError):
    """An optional package is not installed; the message names the `pip install` to run."""


class WriteError(LearnfaceError, OSError):
    """A file cannot be written; the message names it and says what to do."""


def reason(error: OSError) -> str:
    """Return in a few small words what went wrong, as the operating system has it.

    Example:
        >>> reason(FileNotFoundError(2, "No such file or directory", "a.csv"))
        'no such file or directory'
    """
    if isinstance(error, WriteError) and isinstance(error.__cause__, OSError):
        error = error.__cause__
    return (
        os.strerror(errno.ENOSPC).lower() if is_full_disk(error) else (error.strerror or str(error)).lower()
    )


def is_full_disk(error: OSError) -> bool:
    """Tell whether an error says that a disk, or one's share of it, is full; some libraries say it in words."""
    return error.errno in _FULL or os.strerror(errno.ENOSPC) in str(error)


def first_few(items: Sequence[object], most: int = 5, separator: str = ", ") -> str:
    """Return the first items as text, and how many more there are.

    Example:
        >>> first_few(["S001", "S002", "S003"], most=2)
        'S001, S002 and 1 more'
    """
    more = f" and {len(items) - most:,} more" if len(items) > most else ""
    return separator.join(map(str, items[:most])) + more


def itemised(title: str, problems: Sequence[str]) -> str:
    """Return a message with a line for each problem, or for the first of very many.

    Example:
        >>> print(itemised("labels.csv: 2 problems", ["row 3: no label", "row 7: no label"]))
        labels.csv: 2 problems
          row 3: no label
          row 7: no label
    """
    lines = [title, *problems[:_ITEMISED]]
    if len(problems) > _ITEMISED:
        lines.append(f"... and {len(problems) - _ITEMISED:,} more")
    return "\n  ".join(lines)


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
