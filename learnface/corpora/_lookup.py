"""Finding what a corpus names, however an archive was unpacked: wrapper folders, letter case, extensions."""

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from learnface.corpora._index import CountWarning, Problems
from learnface.corpora._reading import list_files, list_folders
from learnface.errors import DataError
from learnface.files import PICTURE_SUFFIXES

__all__ = [
    "FileLookup",
    "check_choice",
    "files_below",
    "find_file",
    "find_folder",
    "read_words",
    "report_missing",
]


def find_folder(
    root: Path,
    names: Collection[str] | None,
    holds: Callable[[Path], bool] = lambda _: True,
    depth: int = 2,
) -> Path | None:
    """Return the folder with one of `names` (lower case) that lies nearest to `root`, itself included.

    Args:
        root: the folder to begin at.
        names: names to look for; the case on disk does not matter. None takes any.
        holds: tells by its contents whether a folder so named is the one, and not a wrapper of that name.
        depth: how many folders deep to look.

    Returns:
        The folder, or None where there is none.
    """
    level = [root]
    for remaining in range(depth, -1, -1):
        for folder in level:
            if (names is None or folder.name.lower() in names) and holds(folder):
                return folder
        if remaining:
            level = [inner for folder in level for inner in list_folders(folder)]
    return None


def find_file(root: Path, names: Collection[str], depth: int = 2) -> Path | None:
    """Return the file with one of `names` (lower case) that lies nearest to `root`, or None."""
    suffixes = {Path(name).suffix for name in names}
    level = [root]
    for _ in range(depth + 1):
        for folder in level:
            for file in list_files(folder, suffixes):
                if file.name.lower() in names:
                    return file
        level = [inner for folder in level for inner in list_folders(folder)]
    return None


def files_below(folder: Path, suffixes: Collection[str], depth: int) -> Iterator[Path]:
    """Yield the files with one of `suffixes` in a folder and up to `depth` folders below it."""
    yield from list_files(folder, suffixes)
    if depth:
        for inner in list_folders(folder):
            yield from files_below(inner, suffixes, depth - 1)


class FileLookup:
    """Finds files that a label file names, listing each folder once.

    A name is found whatever its extension and case on disk, because copies are often converted: a list may
    say `1100011002.avi` where `1100011002.mp4` lies. The exact name goes before any other.

    Args:
        suffixes: extensions that may be meant.
    """

    def __init__(self, suffixes: Collection[str] = PICTURE_SUFFIXES):
        self._suffixes = suffixes
        self._folders: dict[Path, Mapping[str, Path]] = {}

    def find(self, path: Path) -> Path | None:
        """Return the file that `path` means, or None where it is missing."""
        if path.parent not in self._folders:
            self._folders[path.parent] = self._listed(path.parent)
        files = self._folders[path.parent]
        return files.get(path.name) or files.get(path.stem.lower())

    def _listed(self, folder: Path) -> dict[str, Path]:
        """Return the files of a folder by name and, lower-cased, by stem."""
        files = list_files(folder, self._suffixes) if folder.is_dir() else []
        by_stem = {file.stem.lower(): file for file in reversed(files)}
        return by_stem | {file.name: file for file in files}


def check_choice(**choices: tuple[Any, Collection[Any]]) -> None:
    """Check arguments that must be one of a few: `check_choice(kind=(kind, ("images", "clips")))`.

    Raises:
        DataError: one is not; the message names the argument and the choices.
    """
    for name, (value, allowed) in choices.items():
        if value not in allowed:
            raise DataError(f"{name} is {value!r}; use one of {', '.join(map(repr, allowed))}")


def report_missing(
    corpus: str, absent: Collection[object], missing: str, problems: Problems, stacklevel: int = 3
) -> None:
    """Note files that labels name and that are not on disk: problems, or one warning if `missing` is "drop"."""
    if missing == "raise":
        for path in absent:
            problems.add(path, "does not exist", "restore it, or pass missing='drop'")
    elif absent:
        message = (
            f"{corpus}: {len(absent):,} labelled files are not on disk (the first is {next(iter(absent))})"
        )
        warnings.warn(f"{message}; they are left out", CountWarning, stacklevel=stacklevel)


def read_words(path: Path, problems: Problems) -> list[list[str]]:
    """Return the words of each line of a small text file that is not blank; what fails becomes a problem."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        problems.add(path, "cannot be read as text", "copy it anew")
        return []
    return [line.split() for line in text.splitlines() if line.strip()]
