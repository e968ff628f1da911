"""Find the folders and sheets of a corpus, however deep its archives were unpacked."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from learnface.corpora._reading import list_files, list_folders
from learnface.corpora._sheets import SHEET_SUFFIXES
from learnface.errors import DataError
from learnface.files import PICTURE_SUFFIXES

__all__ = ["choose", "find_sheet", "form_of", "holders", "outer_folders", "part"]


def outer_folders(root: Path, inside: re.Pattern, depth: int = 4) -> list[Path]:
    """Return `root` and the folders below it, from the top down, without those that `inside` names.

    Args:
        root: where to begin.
        inside: full name of a folder that is part of the corpus proper, such as a subject's; it is not
            entered, so that a large corpus is not listed to find its outermost folders.
        depth: how many levels below `root` to look.
    """
    found, level = [root], [root]
    for _ in range(depth):
        below = [folder for parent in level for folder in list_folders(parent)]
        level = [folder for folder in below if not inside.fullmatch(folder.name)]
        found += level
    return found


def holders(folders: Sequence[Path], inside: re.Pattern) -> list[Path]:
    """Return those folders that hold at least one folder that `inside` names."""
    return [
        folder for folder in folders if any(inside.fullmatch(child.name) for child in list_folders(folder))
    ]


def find_sheet(
    folders: Sequence[Path], patterns: Sequence[str], sheet: str | Path | None, corpus: str
) -> Path:
    """Return the label sheet: the one given, or the first that a pattern finds in `folders` or above them.

    Args:
        folders: where to look; the first one's parent is looked at last.
        patterns: regular expressions searched in file names, without case, the preferred one first.
        sheet: a path that takes the place of the search.
        corpus: its name, for the message.

    Raises:
        DataError: there is none.
    """
    if sheet is not None:
        if not Path(sheet).is_file():
            raise DataError(f"sheet {sheet} is not a file; give the path of the label sheet of {corpus}")
        return Path(sheet)
    places = [*folders, folders[0].absolute().parent]
    files = [file for folder in places for file in list_files(folder, SHEET_SUFFIXES)]
    files = [file for file in files if not file.name.startswith("~$")]  # Excel's lock of an open file
    for pattern in patterns:
        for file in files:
            if re.search(pattern, file.name, re.IGNORECASE):
                return file
    raise DataError(f"{folders[0]} holds no label sheet of {corpus}; put it there or give its path by sheet=")


def form_of(root: Path, folder: Path, patterns: Mapping[str, str], asked: str | None) -> str | None:
    """Return the form of a micro-expression corpus that a folder of subjects holds; None if nothing tells.

    The folders' names tell, as `part` reads them; else pictures called `reg_...`, which are cropped; else the form
    that was asked for.
    """
    form = part(root, folder, patterns)
    if form is None and _first_picture(folder).lower().startswith("reg_"):
        form = "cropped"
    return form or asked


def _first_picture(folder: Path) -> str:
    """Return the name of a picture below a folder, without listing all of them."""
    for _, _, files in os.walk(folder):
        pictures = [name for name in files if name.lower().endswith(PICTURE_SUFFIXES)]
        if pictures:
            return min(pictures)
    return ""


def choose(
    found: Mapping[str | None, list[Path]], form: str | None, forms: Sequence[str], root: Path, title: str
) -> tuple[str, Path]:
    """Return the form of a corpus to read, and its folder.

    Args:
        found: the folders on disk of each form; under None those that do not tell theirs.
        form: the form asked for, or None for the first of `forms` that is there.
        forms: all forms, the preferred one first.
        root: the folder that was searched.
        title: what the corpus is called in messages.

    Raises:
        DataError: the form is unknown, absent, there twice, or not to be told.
    """
    if form is not None and form not in forms:
        raise DataError(f"form is {form!r}; use one of {', '.join(map(repr, forms))}")
    there = [name for name in forms if found.get(name)]
    if not there and found.get(None):
        raise DataError(
            f"{found[None][0]}: neither folders nor pictures tell by their names which form of {title} this is; "
            f"give form={' or form='.join(map(repr, forms))}"
        )
    if not there:
        raise DataError(f"{root} holds no form of {title} ({', '.join(forms)}); check the folder given")
    chosen = form or there[0]
    if chosen not in there:
        raise DataError(f"{root} holds {title} as {', '.join(there)}, not as {form}; use form={there[0]!r}")
    if len(found[chosen]) > 1:
        copies = " and ".join(str(path) for path in found[chosen])
        raise DataError(f"{root} holds {title} as {chosen} more than once, in {copies}; give one of them")
    return chosen, found[chosen][0]


def part(root: Path, folder: Path, patterns: Mapping[str, str]) -> str | None:
    """Return which part of a corpus a folder is: the key whose pattern its name, or one above it, matches.

    The lowest name that matches decides. As `root` may itself be such a part, its name and its parent's are
    asked last.

    Args:
        root: the folder given.
        folder: it, or a folder below it.
        patterns: names of parts to regular expressions, searched without case; the first of equals wins.
    """
    names = [*root.absolute().parts[-2:], *folder.relative_to(root).parts]
    for name in reversed(names):
        for key, pattern in patterns.items():
            if re.search(pattern, name, re.IGNORECASE):
                return key
    return None
