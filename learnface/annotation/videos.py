"""The videos of a folder, who is seen in each, and whether a path stays inside the folder."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from learnface.corpora._index import Problems
from learnface.corpora._media import clean, is_inside
from learnface.corpora._reading import check_root, natural_key
from learnface.errors import DataError
from learnface.files import VIDEO_SUFFIXES

__all__ = ["SUBJECTS", "find_subjects", "find_videos", "video_path"]

SUBJECTS = "subjects.csv"
_MOST = 20_000


def find_videos(folder: str | Path) -> list[str]:
    """Return the videos in a folder and below it, as paths from the folder with `/`, `clip9` before `clip10`.

    Hidden files and folders are passed over, linked folders are not entered, and a linked video counts only if
    it lies in the folder itself.

    Raises:
        DataError: the folder is missing, holds no video or more than 20,000, or a name has control characters.
    """
    root = check_root(folder)
    if not root.is_dir():
        raise DataError(f"{folder} is a file; give the folder that holds the videos")
    found, problems, real = [], Problems("videos"), os.path.realpath(root)
    for parent, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(parent, name)
            if name.startswith(".") or path.suffix.lower() not in VIDEO_SUFFIXES or not is_inside(path, real):
                continue
            relative = path.relative_to(root).as_posix()
            if not relative.isprintable():
                problems.add(repr(relative), "has control characters in its name", "rename it")
            found.append(relative)
        if len(found) > _MOST:
            raise DataError(f"{folder} holds more than {_MOST:,} videos; give a folder within it")
    problems.raise_if_any()
    if not found:
        raise DataError(f"{folder} holds no videos ({', '.join(VIDEO_SUFFIXES)}); check the path")
    return sorted(found, key=natural_key)


def video_path(folder: str | Path, relative: str) -> Path | None:
    """Return where a video lies, or None if it is not there or leads out of the folder.

    Args:
        folder: the folder of videos.
        relative: path from the folder, as `find_videos` gives it.
    """
    path = Path(folder, relative)
    parts = Path(relative).parts
    if path.suffix.lower() not in VIDEO_SUFFIXES or any(part.startswith(".") for part in parts):
        return None
    try:
        inside = is_inside(path, os.path.realpath(folder)) and path.is_file()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        return None
    return path if inside else None


def find_subjects(folder: str | Path, videos: Iterable[str]) -> dict[str, str]:
    """Return who is seen in each video; one of unknown subject is left out.

    `subjects.csv` in the folder (UTF-8, columns `path` and `subject`) names the subject of a video, or of all
    videos in a folder. Without an entry it is the name of the video's first folder: `anna/monday/1.mp4` shows
    `anna`, and the subject of `1.mp4` is unknown.

    Raises:
        DataError: `subjects.csv` lacks a column, names a path twice or one that is not there, or a cell is empty.
    """
    videos, named = list(videos), _read_subjects(Path(folder))
    subjects = {}
    for video in videos:
        parts = video.split("/")
        above = ["/".join(parts[:depth]) for depth in range(len(parts), 0, -1)]
        subject = next((named[path] for path in above if path in named), None)
        if subject or len(parts) > 1:
            subjects[video] = subject or clean(parts[0])
    return subjects


def _read_subjects(folder: Path) -> dict[str, str]:
    """Return the subject of each path in `subjects.csv`, or nothing if there is no such file."""
    path = folder / SUBJECTS
    if not path.exists():
        return {}
    problems, subjects = Problems(str(path)), {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            lacking = [name for name in ("path", "subject") if name not in (reader.fieldnames or ())]
            if lacking:
                raise DataError(f"{path} lacks the columns {lacking}; give it path and subject")
            for row in reader:
                place = f"{path} line {reader.line_num}"
                name, subject = ((row[key] or "").strip() for key in ("path", "subject"))
                name = name.replace("\\", "/").rstrip("/")
                if not name or not subject:
                    problems.add(place, "has an empty path or subject", "fill it in or leave the row out")
                elif name in subjects:
                    problems.add(place, f"{name!r} is there twice", "keep one row of it")
                elif not (folder / name).exists():
                    problems.add(place, f"{name!r} does not exist", "write its path from the folder")
                subjects.setdefault(name, clean(subject))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read ({error}); save it as 'CSV UTF-8'") from None
    problems.raise_if_any()
    return subjects
