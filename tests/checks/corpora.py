"""What every corpus must do, checked on a small fake tree that the corpus's test writes."""

import contextlib
import os
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import av
import cv2
import pandas as pd
import pytest

from learnface.corpora import CORPORA, CountWarning
from learnface.corpora._index import COLUMNS, SPLITS
from learnface.errors import DataError

__all__ = ["check_corpus", "write_junk"]


def check_corpus(
    module: ModuleType,
    root: Path,
    *,
    samples: int,
    labels: dict[str, int] | None = None,
    splits: dict[str, int] | None = None,
    subjects: int = 0,
    **options,
) -> pd.DataFrame:
    """Check all that every corpus promises, and return its index.

    Junk files are written into the tree, so give it a fresh one.

    Args:
        module: the corpus, such as `learnface.corpora.fer2013`.
        root: the fake tree, a folder in which all its files lie, or one of these files.
        samples: how many samples the tree holds.
        labels: how many of each label; None leaves them unchecked.
        splits: how many of each split; None leaves them unchecked.
        subjects: how many people.
        options: further arguments of `module.index`.
    """
    assert CORPORA[module.CARD.name] is module, "the registry does not know the corpus"
    assert tuple(module.CARD.labels) == tuple(module.LABELS)
    index = quiet_index(module, root, **options)
    check_table(index, module)
    assert len(index) == samples
    assert index["subject"].nunique() == subjects
    if labels is not None:
        assert Counter(index["label"].dropna()) == labels
    if splits is not None:
        assert Counter(index["split"].dropna()) == splits
    pd.testing.assert_frame_equal(quiet_index(module, str(root), **options), index)
    with reversed_file_system():
        pd.testing.assert_frame_equal(quiet_index(module, root, **options), index, obj="order of files")
    write_junk(root if root.is_dir() else root.parent)
    pd.testing.assert_frame_equal(quiet_index(module, root, **options), index, obj="index beside junk")
    check_refusals(module, (root if root.is_dir() else root.parent) / "empty-folder", **options)
    return index


def check_table(index: pd.DataFrame, module: ModuleType) -> None:
    """Check the table alone."""
    assert tuple(index.columns[: len(COLUMNS)]) == COLUMNS
    assert list(index.index) == list(range(len(index)))
    assert (index["corpus"] == module.CARD.name).all()
    assert index["sample"].is_unique
    assert index["sample"].notna().all()
    assert set(index["label"].dropna()) <= set(index.attrs.get("labels", module.LABELS))
    assert set(index["split"].dropna()) <= set(SPLITS)
    assert [path for path in index["frames"] if not Path(path).exists()] == []
    if module.CARD.kind == "valence-arousal":
        assert not index[["valence", "arousal"]].abs().gt(1).any(axis=None)  # missing where not given out
    people = index[["subject", "split"]].dropna().drop_duplicates()
    assert people["subject"].is_unique, "a subject is in two splits"


def check_refusals(module: ModuleType, folder: Path, **options) -> None:
    """A missing folder and an empty one are refused, each by an error that names it."""
    with pytest.raises(DataError, match=folder.name):
        module.index(folder, **options)
    folder.mkdir()
    with pytest.raises(DataError, match=folder.name):
        module.index(folder, **options)
    folder.rmdir()


def quiet_index(module: ModuleType, root: Path | str, **options) -> pd.DataFrame:
    """Index without the count warnings that a fake tree must cause, and with all readers of pixels broken."""
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore", CountWarning)
        for owner, name in ((cv2, "imread"), (cv2, "imdecode"), (cv2, "VideoCapture"), (av, "open")):
            patch.setattr(owner, name, _refuse)
        return module.index(root, **options)


def write_junk(root: Path) -> None:
    """Write what file managers leave behind into every folder."""
    for folder in [root, *(path for path in root.rglob("*") if path.is_dir())]:
        twins = [f"._{path.name}" for path in folder.iterdir() if path.is_file()]
        for name in (".DS_Store", "Thumbs.db", "._x", *twins):
            (folder / name).write_bytes(b"\0\5\x16\7junk")


@contextlib.contextmanager
def reversed_file_system() -> Iterator[None]:
    """Let the file system list every folder the other way round."""
    listdir, scandir = os.listdir, os.scandir
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "listdir", lambda *path: listdir(*path)[::-1])
        patch.setattr(os, "scandir", lambda *path: _Reversed(scandir(*path)))
        yield


class _Reversed:
    """An `os.scandir` iterator that goes backwards."""

    def __init__(self, entries):
        with entries:
            self._entries = iter(list(entries)[::-1])

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._entries)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        pass


def _refuse(*_, **__):
    raise AssertionError("an index reads no pixels")
