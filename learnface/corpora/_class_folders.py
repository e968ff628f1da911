"""Labelled clips as folders of classes: each folder is visited once, and all that is odd is noted."""

import os
import re
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from learnface.corpora._index import Problems
from learnface.corpora._media import SPLIT_NAMES, clean, is_inside
from learnface.corpora._reading import list_files, list_folders, list_other_files, natural_key
from learnface.errors import DataError, first_few
from learnface.files import PICTURE_SUFFIXES, VIDEO_SUFFIXES, has_utf8_name, utf8_name

__all__ = ["PassedOverWarning", "class_folder_rows"]

_READ = (*VIDEO_SUFFIXES, *PICTURE_SUFFIXES)
# Nobody takes these for samples.
_NOTES = (".csv", ".json", ".md", ".npy", ".pts", ".txt", ".xml", ".yaml", ".yml")
_NUMBERED = re.compile(r"\d+[\s._-]*(.*\D.*)")  # `01_happy`, `2 sad`, but not `2`


class PassedOverWarning(UserWarning):
    """Class folders hold files that are no videos and no pictures by their endings."""


def class_folder_rows(
    root: Path, problems: Problems, *, images: str, allow_outside: bool
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return a row for each sample below `root`, and the class names in order.

    Args:
        root: the folder of class folders, or of `train/`, `validation/` and `test/` that hold class folders.
        problems: takes what is wrong.
        images: `"frames"` if the pictures of a folder within a class are one clip, `"samples"` if each is one.
        allow_outside: whether links may lead out of `root`.

    Warns:
        PassedOverWarning: class folders hold files that are neither videos nor pictures.
    """
    walk = _Walk(root, problems, images, allow_outside)
    top = walk.entries(root)
    if top.folders and all(folder.name.lower() in SPLIT_NAMES for folder in top.folders):
        walk.without_class(top)
        for folder in top.folders:
            walk.classes(walk.entries(folder), SPLIT_NAMES[folder.name.lower()])
    else:
        walk.classes(top, None)
    names = _class_names(row["label"] for row in walk.rows)
    _warn_of(walk.others)
    for row in walk.rows:
        row["label"] = names[row["label"]]
    return walk.rows, tuple(names.values())


class _Entries(NamedTuple):
    videos: list[Path]
    pictures: list[Path]
    folders: list[Path]
    others: list[Path]
    readable: bool = True


class _Walk:
    """Visits every folder once, whatever links there are."""

    def __init__(self, root: Path, problems: Problems, images: str, allow_outside: bool):
        self.root, self.problems, self.images = root, problems, images
        self.allow_outside = allow_outside
        self.real_root = os.path.realpath(root)
        self.visited = {self.real_root: root}
        self.rows: list[dict[str, Any]] = []
        self.others: list[Path] = []

    def classes(self, parent: _Entries, split: str | None) -> None:
        """Visit class folders; what lies beside them has no label."""
        self.without_class(parent)
        for folder in parent.folders:
            entries = self.entries(folder)
            self.others += entries.others
            fields = {"split": split, "label": clean(folder.name)}
            for path in (*entries.videos, *entries.pictures):
                self.add(path, None, fields)
            for inner in entries.folders:
                self.clips(inner, None, fields)

    def without_class(self, parent: _Entries) -> None:
        """Note files that lie where class folders should be."""
        for path in (*parent.videos, *parent.pictures):
            self.problems.add(path, "lies outside the class folders", "move it into the folder of its class")

    def clips(self, folder: Path, subject: str | None, fields: dict[str, Any]) -> None:
        """Visit a folder within a class: a clip if it holds nothing but pictures, else that of a subject."""
        videos, pictures, folders, others, _ = entries = self.entries(folder)
        self.others += others
        if pictures and self.images == "frames":
            if videos or folders:
                what = "holds pictures beside videos or folders, so it is neither a clip nor a subject"
                self.problems.add(folder, what, "move the pictures into a folder of their own")
            self.add(folder, subject, fields)
            return
        subject = subject or clean(folder.name)
        for path in (*entries.videos, *entries.pictures):
            self.add(path, subject, fields)
        for inner in folders:
            self.clips(inner, subject, fields)

    def add(self, path: Path, subject: str | None, fields: dict[str, Any]) -> None:
        """Note a sample."""
        name = path.relative_to(self.root).as_posix()
        if not has_utf8_name(name):
            self.problems.add(utf8_name(path), "its name is not UTF-8", "rename it")
            return
        self.rows.append({"sample": name, "subject": subject, **fields, "frames": str(path)})

    def entries(self, folder: Path) -> _Entries:
        """Return what a folder holds; what may not be read, leads outside or is empty is noted."""
        try:
            files = list_files(folder, _READ)
            others = list_other_files(folder, (*_READ, *_NOTES))
            folders = list_folders(folder)
            broken = sorted(path for path in folder.iterdir() if path.is_symlink() and not path.exists())
        except (DataError, PermissionError):
            self.problems.add(folder, "may not be read", "check its permissions")
            return _Entries([], [], [], [], readable=False)
        for path in broken:
            self.problems.add(path, "is a link that leads nowhere", "mend or remove it")
        if not (files or folders or broken) and folder != self.root:
            self.problems.add(folder, "holds no videos and no pictures", "fill it or remove it")
        files = [path for path in files if not path.is_symlink() or self._allowed(path)]
        videos = [path for path in files if path.suffix.lower() in VIDEO_SUFFIXES]
        pictures = [path for path in files if path.suffix.lower() not in VIDEO_SUFFIXES]
        return _Entries(videos, pictures, [path for path in folders if self._is_new(path)], others)

    def _is_new(self, folder: Path) -> bool:
        real = os.path.realpath(folder)
        if real in self.visited:
            what = f"is the same folder as {self.visited[real]}, by a link"
            self.problems.add(folder, what, "remove the link")
            return False
        if not self._allowed(folder):
            return False
        self.visited[real] = folder
        return True

    def _allowed(self, path: Path) -> bool:
        if self.allow_outside or is_inside(path, self.real_root):
            return True
        what = f"is a link out of {self.root}"
        self.problems.add(path, what, "copy it in, or read it in Python with allow_outside=True")
        return False


def _warn_of(others: list[Path]) -> None:
    """Tell of files in class folders that are no samples: a picture in another format must not be missed unseen."""
    if others:
        endings = ", ".join(sorted({path.suffix.lower() or path.name for path in others}))
        message = (
            f"files in class folders passed over, neither videos nor pictures by their endings ({endings}): "
            f"{first_few([str(path) for path in others])}; convert to .mp4 or .png what is one"
        )
        warnings.warn(message, PassedOverWarning, stacklevel=4)


def _class_names(folders: Iterable[str]) -> dict[str, str]:
    """Return, in order, the class name of each folder: without its number, if all have one."""
    folders = sorted(set(folders), key=natural_key)
    matches = [_NUMBERED.fullmatch(folder) for folder in folders]
    names = [match[1] for match in matches if match]
    return dict(zip(folders, names if len(set(names)) == len(folders) else folders, strict=True))
