"""Clips of numbered frames: what the corpora of micro-expressions have in common.

A sample is a part of a folder of frames. These columns say which part, beside those of every index:

| column | holds |
|---|---|
| `onset`, `apex`, `offset` | the corpus's frame numbers, missing where the corpus does not tell |
| `start`, `stop` | the clip is `list_files(frames)[start:stop]`: see `clip_paths` |
| `apex_place` | place of the apex in the clip; the nearest frame where its own is not on disk; never the onset |
| `frames_missing` | how many frames from onset to offset are not on disk |
| `mended` | what is wrong in the corpus's own row and how it was read instead |
"""

import bisect
import re
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learnface.corpora._index import CountWarning, Problems, make_index
from learnface.corpora._reading import list_files, list_folders
from learnface.corpora._sheets import whole_number
from learnface.errors import DataError, first_few

__all__ = [
    "Folder",
    "NUMBERS",
    "check_missing",
    "clip",
    "clip_paths",
    "clip_table",
    "frame_folder",
    "numbers_of",
    "report_absent",
    "warn_incomplete",
    "warn_of",
]

NUMBERS = ("onset", "apex", "offset", "start", "stop", "apex_place", "frames_missing")
_REMEDY = "copy the clip anew from the corpus"


def clip_paths(row: pd.Series) -> list[str]:
    """Return the paths of a clip's frames, in order.

    Args:
        row: a row of an index whose `frames` are folders, such as `index.iloc[0]`. Where the index has the
            columns `start` and `stop`, the frames are those from place `start` to before place `stop`.

    Raises:
        DataError: `frames` is not a folder of pictures.
    """
    folder = Path(row["frames"])
    paths = [str(path) for path in list_files(folder)]
    if not paths:
        raise DataError(f"{folder} holds no pictures; index the corpus anew")
    if "start" not in row or pd.isna(row["start"]):
        return paths
    return paths[int(row["start"]) : int(row["stop"])]


class Folder:
    """A folder of frames: its path, and the numbers of its frames in order."""

    def __init__(self, path: Path, numbers: Sequence[int]):
        self.path, self.numbers = path, list(numbers)


def frame_folder(path: Path, problems: Problems) -> Folder | None:
    """List the frames of a clip's folder, or of the one folder in it; None, and a problem, if it has none.

    A frame's number is the last number in its name. Numbers must rise in the order in which files are
    listed, which fails where two sets of frames lie in one folder.
    """
    files, folders = list_files(path), list_folders(path)
    while not files and len(folders) == 1:
        path = folders[0]
        files, folders = list_files(path), list_folders(path)
    if not files:
        problems.add(path, "holds no frames", _REMEDY)
        return None
    names = [re.findall(r"\d+", file.stem) for file in files]
    unnumbered = [file for file, found in zip(files, names, strict=True) if not found]
    if unnumbered:
        problems.add(unnumbered[0], "has no frame number in its name", _REMEDY)
        return None
    numbers = [int(found[-1]) for found in names]
    for place in np.flatnonzero(np.diff(numbers) <= 0)[:1]:
        what = f"holds two sets of frames ({files[place].name}, {files[place + 1].name})"
        problems.add(path, what, "leave one of them there")
        return None
    return Folder(path, numbers)


def clip(
    folder: Folder, onset: int | None, apex: int | None, offset: int | None, name: str, problems: Problems
) -> dict[str, Any] | None:
    """Return the columns that place a clip in its folder; None, and a problem, if it is not there.

    An onset or offset that is missing, or an offset before the onset, is read as the end of the folder; an
    apex outside the clip as missing. An apex on the onset frame has no place: nothing has moved there, and who
    needs an apex takes the middle. All of this is noted in `mended`.
    """
    mended = []
    numbers = folder.numbers
    if onset is None:
        onset = numbers[0]
        mended.append(f"no onset, read as {onset}, the first frame on disk")
    if offset is None or offset < onset:
        wrong = "no offset" if offset is None else f"offset {offset} is before onset {onset}"
        offset = numbers[-1]
        mended.append(f"{wrong}, read as {offset}, the last frame on disk")
    if apex is not None and not onset <= apex <= offset:
        mended.append(f"apex {apex} is outside {onset} to {offset}, read as missing")
        apex = None
    start, stop = bisect.bisect_left(numbers, onset), bisect.bisect_right(numbers, offset)
    if start >= stop:
        what = f"frames {onset} to {offset} are not in {folder.path} ({numbers[0]} to {numbers[-1]})"
        problems.add(name, what, "keep the corpus's own frame numbers")
        return None
    place = None
    if apex is not None:
        place = min(range(start, stop), key=lambda p: abs(numbers[p] - apex)) - start
        if place == 0 and stop - start > 1:
            mended.append(f"apex {apex} is on the onset frame, its place is left out")
            place = None
    return {
        "frames": str(folder.path),
        "onset": onset,
        "apex": apex,
        "offset": offset,
        "start": start,
        "stop": stop,
        "apex_place": place,
        "frames_missing": max(0, offset - onset + 1 - (stop - start)),
        "mended": "; ".join(mended) or None,
    }


def numbers_of(row: dict[str, Any], names: Iterable[str], problems: Problems) -> dict[str, int | None]:
    """Read cells of a sheet's row as whole numbers, noting each that holds something else."""
    found = {}
    for name in names:
        try:
            found[name] = whole_number(row[name])
        except ValueError:
            problems.add(row["place"], f"{name} is {row[name]!r}", "write a whole number")
            found[name] = None
    return found


def clip_table(rows: list[dict[str, Any]], corpus: str, labels: Sequence[str]) -> pd.DataFrame:
    """Make the index of clips, with whole numbers that may be missing, and `mended` last."""
    table = make_index(rows, corpus, labels)
    for name in NUMBERS:
        table[name] = table[name].astype("Int64")
    table["mended"] = table.pop("mended").astype(pd.StringDtype(na_value=np.nan))
    table.attrs["labels"] = tuple(labels)
    return table


def warn_of(corpus: str, what: str, names: Iterable[str], stacklevel: int = 3) -> None:
    """Warn, by `CountWarning`, of some clips: how many, what of them, and the first few names."""
    names = list(names)
    if not names:
        return
    message = f"{corpus}: {len(names)} clip(s) {what}: {first_few(names)}"
    warnings.warn(message, CountWarning, stacklevel=stacklevel)


def warn_incomplete(table: pd.DataFrame, corpus: str) -> None:
    """Warn of clips that lack frames. To be called by the corpus's `index` itself."""
    lacking = table[table["frames_missing"] > 0]
    names = [
        f"{sample} ({count})"
        for sample, count in zip(lacking["sample"], lacking["frames_missing"], strict=True)
    ]
    warn_of(corpus, "without some of their frames", names, stacklevel=4)


def check_missing(missing: str) -> None:
    """Refuse another word than the two for `missing`."""
    if missing not in ("raise", "drop"):
        raise DataError(f"missing is {missing!r}; use 'raise' or 'drop'")


def report_absent(absent: Sequence[str], corpus: str, missing: str, base: Path, problems: Problems) -> None:
    """Report the clips of a sheet that are not on disk. To be called by the corpus's `index` itself."""
    if missing == "drop":
        warn_of(corpus, f"of the sheet left out, not in {base}", absent, stacklevel=4)
        return
    for name in absent:
        problems.add(name, f"is in the sheet but not in {base}", "restore it, or pass missing='drop'")
