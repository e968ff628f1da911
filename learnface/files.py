"""Files that are whole or absent: atomic writes, hashes, and the cache folder."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from learnface.errors import DataError, WriteError, is_full_disk, reason

__all__ = [
    "LOCK",
    "PICTURE_SUFFIXES",
    "SYNTHETIC",
    "VIDEO_SUFFIXES",
    "atomic_path",
    "cache_dir",
    "has_utf8_name",
    "locked",
    "make_folder",
    "sha256",
    "utf8_name",
    "write_text",
]

SYNTHETIC = ".synthetic"
"""Folder in a corpus that was drawn: `learnface.synthetic.write_corpus` notes there what is done."""

# Places in a folder of frames are counted by corpora and looked up by clips: both must see the same files.
PICTURE_SUFFIXES = (
    *(".avif", ".bmp", ".gif", ".jfif", ".jp2", ".jpe", ".jpeg"),
    *(".jpg", ".png", ".tif", ".tiff", ".webp"),
)
"""Endings of the files that count as pictures in a folder, in lower case."""

VIDEO_SUFFIXES = (
    *(".3g2", ".3gp", ".asf", ".avi", ".dv", ".f4v", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4"),
    *(".mpeg", ".mpg", ".mts", ".mxf", ".ogv", ".ts", ".vob", ".webm", ".wmv"),
)
"""Endings of the files that count as videos, in lower case."""


LOCK = ".lock"
"""Name of the file by which `locked` keeps other processes out of a folder."""


@contextlib.contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its place only when the block succeeds.

    A reader sees the old file or the new one, never half of one; an error or a kill leaves the old.

    Args:
        path: the file to write. Missing parent folders are made. The temporary file keeps the
            suffix, because many writers choose their format by it.

    Raises:
        WriteError: the disk is full, the folder cannot be written to, or `path` is a folder.

    Example:
        >>> folder = Path(tempfile.mkdtemp())
        >>> with atomic_path(folder / "table.csv") as temporary:
        ...     _ = temporary.write_text("a,b")
        >>> [p.name for p in folder.iterdir()]
        ['table.csv']
    """
    path = Path(path)
    temporary = _temporary(path)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        with temporary.open("r+b") as file:  # some systems write out only what may be written to
            os.fsync(file.fileno())  # else a power cut may leave the new name on an empty file
        temporary.replace(path)
    except OSError as error:
        if is_full_disk(error) and not isinstance(error, WriteError):
            raise WriteError(
                f"{path} cannot be written (the disk is full): make room and run again"
            ) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _temporary(path: Path) -> Path:
    """Make an empty file beside `path`."""
    if path.is_dir():
        raise WriteError(f"{path} cannot be written (it is a folder): give the name of a file, or remove it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name may be as long as a file system allows, but not longer.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:40]}-", suffix=path.suffix)
    except OSError as error:
        what = "make room" if is_full_disk(error) else "give a folder that you may write to"
        raise WriteError(f"{path} cannot be written ({reason(error)}): {what}, and run again") from error
    os.close(handle)
    return Path(name)


def write_text(path: str | Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def make_folder(path: str | Path) -> Path:
    """Make a folder, and those around it, if it is not there: before long work, so that a mistake shows at once.

    Raises:
        WriteError: it cannot be made, or a file has its name.

    Example:
        >>> make_folder(Path(tempfile.mkdtemp()) / "runs" / "lenet5").is_dir()
        True
    """
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"the folder {path} cannot be made ({reason(error)}): give another") from error
    return path


@contextlib.contextmanager
def locked(folder: str | Path, work: str) -> Iterator[None]:
    """Keep other processes out of a folder meanwhile, by its file `LOCK`.

    The lock ends with the block or with this process, however it ends; the file stays.

    Args:
        folder: an existing folder.
        work: what is done in it, as in `"training"`, for the message that others get.

    Raises:
        DataError: another process, or another block of this one, holds the lock.
        WriteError: the folder may not be written to.

    Example:
        >>> folder = tempfile.mkdtemp()
        >>> with locked(folder, "training"):
        ...     [path.name for path in Path(folder).iterdir()]
        ['.lock']
    """
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows: two processes in one folder are the user's care
        yield
        return
    try:
        file = (Path(folder) / LOCK).open("w")
    except OSError as error:
        remedy = "give a folder that you may write to"
        raise WriteError(f"{folder} cannot be written to ({reason(error)}): {remedy}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError(f"another process is {work} in {folder}: wait for it, or end it") from None
        except OSError:  # a file system without locks, as some of networks
            pass
        yield


def has_utf8_name(path: str | Path) -> bool:
    r"""Tell whether a path can be written into tables, and shown: names of old archives may be in another encoding.

    Example:
        >>> has_utf8_name("anna.jpg"), has_utf8_name(os.fsdecode(b"Ren\xe9.jpg"))
        (True, False)
    """
    return utf8_name(path) == str(path)


def utf8_name(path: str | Path) -> str:
    r"""Return a path as text for tables and screens, with `\udce9` for each byte that is not UTF-8."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits, reading it in pieces."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cache_dir() -> Path:
    """Return the folder for downloads: `$LEARNFACE_CACHE`, or `~/.cache/learnface`."""
    return Path(os.environ.get("LEARNFACE_CACHE") or Path.home() / ".cache" / "learnface")


def _umask() -> int:
    """Return this process's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
