"""What labelled clips are made of: videos, pictures and folders of pictures, and the words for splits."""

import os
import unicodedata
from pathlib import Path

from learnface.corpora._reading import list_files
from learnface.files import PICTURE_SUFFIXES, VIDEO_SUFFIXES

__all__ = ["SPLIT_NAMES", "clean", "is_inside", "path_problem"]

SPLIT_NAMES = {
    **{"train": "train", "training": "train"},
    **{"validation": "validation", "valid": "validation", "val": "validation", "dev": "validation"},
    **{"test": "test", "testing": "test"},
}
"""What people write for a split, in lower case, to our word."""


def clean(name: str) -> str:
    """Return a name without blanks around it, and with each accented letter as one character.

    File systems differ in how they store accents, and one person must not become two.

    Example:
        >>> len("Jose\u0301 "), len(clean("Jose\u0301 "))
        (6, 4)
    """
    return unicodedata.normalize("NFC", name.strip())


def path_problem(path: Path) -> tuple[str, str] | None:
    """Return why a path is no sample, as far as names tell, and the remedy; None if it is one."""
    if path.is_dir():
        if list_files(path):
            return None
        return "is a folder without pictures", "name a video, a picture or a folder of frames"
    if not path.exists():
        return "does not exist", "restore it or leave it out"
    if path.suffix.lower() not in (*VIDEO_SUFFIXES, *PICTURE_SUFFIXES):
        return "is neither a video nor a picture by its suffix", "convert it to .mp4 or .png, or leave it out"
    return None


def is_inside(path: Path, real_root: str) -> bool:
    """Tell whether a path, its links followed, lies in `real_root`, a path that holds no links itself."""
    return Path(os.path.realpath(path)).is_relative_to(real_root)
