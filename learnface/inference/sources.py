"""Tell pictures from videos, and find both in folders."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from learnface.clips.picture_bytes import picture_count
from learnface.errors import reason
from learnface.files import PICTURE_SUFFIXES, VIDEO_SUFFIXES, has_utf8_name, utf8_name

__all__ = ["Source", "find_sources", "kind_of"]

JUNK = {"__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found"}
PICTURE_BRANDS = {b"avif", b"avis", b"heic", b"heix", b"mif1"}  # in the same container as MP4
SOUND_BRANDS = {b"M4A ", b"M4B "}
PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP  ")
VIDEO_STARTS = (b"\x1aE\xdf\xa3", b"FLV\x01", b"0&\xb2u\x8ef\xcf\x11", b"\0\0\x01\xba", b"\0\0\x01\xb3")


@dataclass(frozen=True)
class Source:
    """A file to look at, or the reason why a path cannot be.

    Attributes:
        path: the file or folder.
        kind: `"picture"`, `"video"`, or `"other"`.
        problem: one sentence, or None.
    """

    path: Path
    kind: str
    problem: str | None = None


def find_sources(paths: Iterable[str | Path], exclude: Iterable[str | Path] = ()) -> Iterator[Source]:
    """Yield the pictures and videos among files and in folders, each file once.

    Folders are searched through and through, in order of name; what is hidden or an operating system's junk
    is passed over, and links to a folder that was already seen are not followed again.

    Args:
        paths: files and folders.
        exclude: folders to pass over when they lie in another, such as the one for results.

    Yields:
        One `Source` a file. Files that are neither picture nor video have the kind `"other"`; named in
        `paths` themselves they have a problem too, as have paths that are missing or cannot be read, and a folder
        of `exclude`.
    """
    excluded = {_real(path) for path in exclude}
    seen = set(excluded)
    for path in map(Path, paths):
        if not os.path.lexists(path):
            yield Source(path, "other", f"{path} does not exist: check the path")
        elif _real(path) in excluded:
            yield Source(path, "other", f"{path} is the folder for results: give another with --out")
        elif path.is_dir():
            yield from _in_folder(path, seen)
        elif (real := _real(path)) not in seen:
            seen.add(real)
            yield _named(path)


def kind_of(path: Path) -> str:
    """Return `"picture"`, `"video"` or `"other"`, by the first bytes of a file, else by its name.

    A GIF that moves is a video.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(189)
    kind = _kind_by_content(head) or _kind_by_name(path)
    moves = head.startswith(b"GIF8") and picture_count(path) > 1
    return "video" if moves else kind


def _named(path: Path) -> Source:
    """Return the source of a file that the user named."""
    if not has_utf8_name(path):
        return Source(path, "other", f"{utf8_name(path)} has a name that is not UTF-8: rename it")
    try:
        if not path.exists():
            return Source(path, "other", f"{path} is a link to a file that does not exist: mend or remove it")
        if not path.is_file():
            return Source(path, "other", f"{path} is not a regular file: give a picture, a video or a folder")
        kind = kind_of(path)
    except OSError as error:
        return Source(path, "other", f"{path} cannot be read: {reason(error)}")
    problem = None if kind != "other" else f"{path} is neither a picture nor a video: check the file"
    return Source(path, kind, problem)


def _in_folder(folder: Path, seen: set[Path]) -> Iterator[Source]:
    problems: list[OSError] = []
    for root, folders, files in os.walk(folder, followlinks=True, onerror=problems.append):
        real = _real(root)
        if real in seen:  # reached again through a link
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in sorted(files):
            path = Path(root, name)
            if not _is_hidden(name) and (target := _real(path)) not in seen:
                seen.add(target)
                yield _found(path)
    for error in problems:
        yield Source(
            Path(error.filename), "other", f"{error.filename} cannot be read: {error.strerror.lower()}"
        )


def _found(path: Path) -> Source:
    """Return the source of a file found in a folder: what is neither picture nor video is no problem here."""
    source = _named(path)
    unwanted = source.problem and _kind_by_name(path) == "other"
    return Source(path, "other") if unwanted else source


def _real(path: str | Path) -> Path:
    """Return a path with its links followed; unlike `Path.resolve` it takes links that lead to themselves."""
    return Path(os.path.realpath(path))


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in JUNK


def _kind_by_content(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return None if brand in SOUND_BRANDS else "picture" if brand in PICTURE_BRANDS else "video"
    if head.startswith(b"RIFF"):
        return {b"WEBP": "picture", b"AVI ": "video"}.get(head[8:12])
    if head.startswith(PICTURE_STARTS) or (head.startswith(b"BM") and head[6:10] == b"\0\0\0\0"):
        return "picture"
    transport_stream = len(head) == 189 and head[0] == head[188] == 0x47  # packets of 188 bytes
    return "video" if transport_stream or head.startswith(VIDEO_STARTS) else None


def _kind_by_name(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix == ".ts":  # a program in TypeScript, for a transport stream is told by its content
        return "other"
    return "picture" if suffix in PICTURE_SUFFIXES else "video" if suffix in VIDEO_SUFFIXES else "other"
