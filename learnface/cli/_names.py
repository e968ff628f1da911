"""What commands call the pictures that they draw, and say of files that hold several."""

from pathlib import Path

__all__ = ["first_of_many", "free_name"]

_LONGEST = 255  # bytes of a name, on every common file system


def free_name(stem: str, ending: str, taken: set[str]) -> str:
    """Return a name that is not in `taken` yet, and add it there.

    Args:
        stem: how the name begins; it is cut where the name would be too long for a file system.
        ending: how it ends.
        taken: names of this run.

    Example:
        >>> taken = set()
        >>> [free_name("anna", "-faces.jpg", taken) for _ in range(2)]
        ['anna-faces.jpg', 'anna-2-faces.jpg']
    """
    number, name = 1, _fitting(stem, ending)
    while name in taken:
        number += 1
        name = _fitting(stem, f"-{number}{ending}")
    taken.add(name)
    return name


def first_of_many(path: Path) -> str:
    """Return what to tell of a file that holds more pictures than the one that was looked at, or nothing."""
    from learnface.clips.picture_bytes import picture_count  # loads OpenCV

    count = picture_count(path)
    if count == 1:
        return ""
    return f"{path} holds {count:,} pictures, and only the first was looked at: convert it to .mp4 to see all"


def _fitting(stem: str, ending: str) -> str:
    room = _LONGEST - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore") + ending
