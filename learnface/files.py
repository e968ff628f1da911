"""Files that are whole or absent: atomic writes, hashes, and the cache folder."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from learnface.errors import DataError, WriteError, is_full_disk, reason

__all__ = ["LOCK", "PICTURE_SUFFIXES", "atomic_path", "cache_dir", "locked", "sha256", "write_text"]

# Places in a folder of frames are counted by corpora and looked up by clips: both must see the same files.
PICTURE_SUFFIXES = (".avif", ".bmp", ".gif", ".jp2", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
"""Endings of the files that count as pictures in a folder, in lower case."""


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
        WriteError: the disk is full, or the folder cannot be written to.

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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    except OSError as error:
        what = "make room" if is_full_disk(error) else "give a folder that you may write to"
        raise WriteError(f"{path} cannot be written ({reason(error)}): {what}, and run again") from error
    os.close(handle)
    return Path(name)


def write_text(path: str | Path, text: str) -> None:
    """Write `text` to `path` as UTF-8, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


@contextlib.contextmanager
def locked(folder: str | Path, work: str) -> Iterator[None]:
    """Keep other processes out of a folder meanwhile, by its file `LOCK`.

    The lock ends with the block or with this process, however it ends; the file stays.

    Args:
        folder: an existing folder.
        work: what is done in it, as in `"training"`, for the message that others get.

    Raises:
        DataError: another process, or another block of this one, holds the lock.

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
    with (Path(folder) / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError(f"another process is {work} in {folder}: wait for it, or end it") from None
        except OSError:  # a file system without locks, as some of networks
            pass
        yield


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
