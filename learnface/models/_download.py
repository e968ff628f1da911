"""Downloads that are whole, checked and remembered, or not there at all.

`keras.utils.get_file` writes to the final name, so that a killed download leaves half a file there, and leaves
a file of a wrong hash where it is; here neither happens.
"""

import sys
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from learnface import files
from learnface.errors import DataError

__all__ = ["download", "remember", "verify"]

TIMEOUT_S = 30.0
PIECE = 1 << 20


def download(
    url: str, path: Path, *, sha256: str = "", check: Callable[[Path], None] | None = None, notice: str = ""
) -> None:
    """Download a file to `path`, and remember its SHA-256 beside it; or raise, and leave nothing.

    Args:
        url: what to download, `https:`, `http:` or `file:`.
        path: where it goes. A file that is there is replaced.
        sha256: the file's hash, empty where none is known.
        check: raises `DataError` if the file is not what it should be.
        notice: one line to print first, such as the licence.

    Raises:
        DataError: there is no network, the transfer breaks off, the hash is wrong, or `check` refuses; the
            message has the URL and where to put the file by hand.
    """
    if notice:
        print(notice, file=sys.stderr)
    with files.atomic_path(path) as temporary:
        _transfer(url, temporary, path)
        found = files.sha256(temporary)
        if sha256 and found != sha256:
            raise DataError(
                f"{url} gave a file with SHA-256 {found}, not {sha256}: it was not kept; try again, or get "
                f"the right file elsewhere and put it at {path}"
            )
        if check is not None:
            try:
                check(temporary)
            except DataError as error:
                reason = str(error).replace(str(temporary), path.name)
                raise DataError(f"{url} did not give the file expected; it was not kept: {reason}") from error
    _write_memo(path, found)


def verify(path: Path, sha256: str = "") -> None:
    """Check a file of the cache against its known hash, or else the one remembered of its first use.

    Raises:
        DataError: the file is another one.
    """
    memo = _memo(path)
    if not sha256 and memo.exists():
        sha256 = memo.read_text(encoding="ascii").split(maxsplit=1)[0]
    if sha256 and files.sha256(path) != sha256:
        raise DataError(
            f"{path} is damaged or another file than at first (its SHA-256 is not {sha256}): delete it and "
            f"{memo.name} to download it again"
        )


def remember(path: Path) -> None:
    """Write the SHA-256 of a file that has proved good beside it, unless it is there."""
    if not _memo(path).exists():
        _write_memo(path, files.sha256(path))


def _memo(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _write_memo(path: Path, sha256: str) -> None:
    files.write_text(_memo(path), f"{sha256}  {path.name}\n")  # `sha256sum -c` reads it


def _transfer(url: str, temporary: Path, path: Path) -> None:
    by_hand = f"get it by hand and put it at {path}"
    try:
        with urlopen(Request(url, headers={"User-Agent": "learnface"}), timeout=TIMEOUT_S) as response:
            length = response.headers.get("Content-Length")
            received = _copy(response, temporary, int(length) if length else None, path.name)
    except HTTPError as error:
        raise DataError(f"{url} cannot be downloaded ({error.code} {error.reason}): {by_hand}") from error
    except URLError as error:
        raise DataError(f"{url} cannot be reached ({error.reason}): {by_hand}") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise DataError(f"the download of {url} broke off ({reason}): try again, or {by_hand}") from error
    if length and received != int(length):
        raise DataError(
            f"the download of {url} broke off after {received:,} of {int(length):,} bytes: try again, or "
            f"{by_hand}"
        )


def _copy(response, temporary: Path, length: int | None, name: str) -> int:
    """Write the response to a file with a bar of progress, and return the number of bytes."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    columns = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    received = 0
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(name, total=length)
        with temporary.open("wb") as file:
            while piece := response.read(PIECE):
                file.write(piece)
                received += len(piece)
                progress.update(task, completed=received)
    return received
