"""What tells one copy of a micro-expression corpus from another: its frames, and whether they were drawn."""

import hashlib
import json
from pathlib import Path

import pandas as pd

from learnface.clips._frames import folder_part, list_pictures
from learnface.files import SYNTHETIC

__all__ = ["drawn_faces", "pictures_hash"]


def drawn_faces(index: pd.DataFrame) -> bool:
    """Return whether any frames of an index were drawn by `learnface.synthetic`, wherever its folder was given.

    A corpus that was drawn has a folder `.synthetic` beside its own.
    """
    folders = {
        parent for frames in index["frames"].astype(str).unique() for parent in Path(frames).resolve().parents
    }
    return any((folder / SYNTHETIC).is_dir() for folder in folders)


def pictures_hash(index: pd.DataFrame) -> str:
    """Return a hash of the clips' frames: of all their names and sizes, and of the first and last one's bytes.

    Another copy of the same corpus has the same; a mended one, or another one with the same names, has not.
    """
    digest = hashlib.sha256()
    for frames, start, stop in zip(index["frames"], index["start"], index["stop"], strict=True):
        files = folder_part(list_pictures(Path(frames)), frames, start, stop)
        digest.update(json.dumps([(file.name, file.stat().st_size) for file in files]).encode())
        for file in files[:1] + files[-1:]:
            digest.update(file.read_bytes())
    return digest.hexdigest()
