"""The folder of prepared faces: what it is for, who works in it, and what may be left over in it."""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from learnface.clips._frames import Row
from learnface.clips._settings import PrepareSettings
from learnface.errors import DataError, reason
from learnface.files import LOCK, locked, write_text
from learnface.version import __version__

__all__ = [
    "MANIFEST",
    "SAMPLES",
    "claim_folder",
    "is_prepared",
    "new_manifest",
    "read_manifest",
    "write_manifest",
]

MANIFEST, SAMPLES, SHARDS, NO_FACE, PROBLEMS = (
    "manifest.json",
    "samples.parquet",
    "shards",
    "no_face.csv",
    "problems.csv",
)
FORMAT = 1  # of the folder; a new one when old folders can no longer be read or gone on with


def new_manifest(settings: PrepareSettings, rows: Sequence[Row], per_shard: int) -> dict[str, Any]:
    """Return the manifest of a folder in which the work begins: whatever decides over its pixels."""
    return {
        "format": FORMAT,
        "learnface": __version__,
        "complete": False,
        "kind": "clips" if rows[0].is_clip else "images",
        "shape": list(settings.shape),
        "samples_per_shard": per_shard,
        "settings": settings.describe(),
        "settings_sha256": settings.sha256,
        "samples_sha256": _rows_sha256(rows),
    }


def is_prepared(folder: Path) -> bool:
    """Tell whether a folder holds prepared faces, of which some may still be missing."""
    return (folder / MANIFEST).is_file() and ((folder / SAMPLES).is_file() or (folder / SHARDS).is_dir())


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder.

    Raises:
        DataError: there is none, it is damaged, or of another format.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        number = manifest["format"]
    except FileNotFoundError:
        raise DataError(f"{folder} holds no prepared faces ({MANIFEST} is missing): check the path") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason(error)}") from None
    except (ValueError, KeyError, TypeError):
        raise DataError(f"{path} is damaged: delete the folder and prepare the faces anew") from None
    if number != FORMAT:
        raise DataError(
            f"{folder} has format {number}, where this learnface reads {FORMAT}: prepare the faces anew"
        )
    return manifest


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write a folder's manifest, atomically."""
    write_text(folder / MANIFEST, json.dumps(manifest, indent=2) + "\n")


@contextlib.contextmanager
def claim_folder(folder: Path, manifest: dict[str, Any]) -> Iterator[None]:
    """Make a folder ready for the work that a manifest describes, and keep others out of it meanwhile.

    Raises:
        DataError: the folder holds something else, faces of other settings or samples, or another process
            works in it, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = folder / LOCK
        ours = lock.exists() or not any(folder.iterdir())
        lock.touch()
    except OSError as error:
        raise DataError(f"{folder} cannot be written ({reason(error)}): give another folder") from None
    with locked(folder, "preparing faces"):
        if (folder / MANIFEST).exists():
            _check_same(folder, read_manifest(folder), manifest)
        elif any(path.name != LOCK for path in folder.iterdir() if not path.name.startswith(".manifest-")):
            if not ours:
                lock.unlink()
            raise DataError(f"{folder} holds other files: give a new or empty folder")
        else:
            write_manifest(folder, manifest)
        (folder / SHARDS).mkdir(exist_ok=True)
        for place in (folder, folder / SHARDS):
            for path in place.glob(".?*-*.*"):  # temporary files of a process that was killed
                path.unlink(missing_ok=True)
        yield


def _check_same(folder: Path, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    remedy = "give another folder, or delete this one"
    if found["settings_sha256"] != wanted["settings_sha256"]:
        there, here = found["settings"], wanted["settings"]
        names = [name for name in sorted({*there, *here}) if there.get(name) != here.get(name)]
        what = ", ".join(f"{name} {there.get(name)!r} there, {here.get(name)!r} here" for name in names)
        raise DataError(f"{folder} holds faces of other settings ({what}): {remedy}")
    if found["samples_sha256"] != wanted["samples_sha256"]:
        raise DataError(f"{folder} holds the faces of other samples or in another order: {remedy}")
    if found["samples_per_shard"] != wanted["samples_per_shard"]:
        number = found["samples_per_shard"]
        raise DataError(
            f"{folder} has {number} samples a shard: pass samples_per_shard={number}, or {remedy}"
        )


def _rows_sha256(rows: Sequence[Row]) -> str:
    """Return the hash of all that decides over the pixels; a corpus that was moved as a whole has the same."""
    parents = {str(Path(row.frames).parent) for row in rows}
    try:
        root = os.path.commonpath(parents)
    except ValueError:  # relative and absolute paths, or two drives
        root = ""
    digest = hashlib.sha256()
    for row in rows:
        name = Path(os.path.relpath(row.frames, root) if root else row.frames).as_posix()
        digest.update(json.dumps([row.sample, name, row.row, row.start, row.stop]).encode() + b"\n")
    return digest.hexdigest()
