"""The split that a folder or a table means, whatever its word, and the rule that no one is in two splits."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from learnface.corpora._index import Problems

__all__ = ["check_subjects", "split_of"]

_WORDS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}


def split_of(name: str) -> str | None:
    """Return the split whose word a name is or begins with, or None.

    Example:
        >>> split_of("Validation"), split_of("Train_AFEW"), split_of("val_set"), split_of("trainer")
        ('validation', 'train', 'validation', None)
    """
    return _WORDS.get(re.split(r"[\s_.-]", name.strip().lower())[0])


def check_subjects(rows: Iterable[Mapping[str, Any]], problems: Problems, remedy: str) -> None:
    """Note each person who is in more than one split, as results on people seen in training mean little.

    Args:
        rows: rows of an index, with `subject` and `split` where they are known.
        problems: where to note them.
        remedy: what the user can do.
    """
    splits: dict[str, set[str]] = {}
    for row in rows:
        if row.get("subject") and row.get("split"):
            splits.setdefault(row["subject"], set()).add(row["split"])
    for subject, names in splits.items():
        if len(names) > 1:
            problems.add(f"subject {subject!r}", f"is in {' and '.join(sorted(names))}", remedy)
