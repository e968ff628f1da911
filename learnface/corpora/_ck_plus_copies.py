"""Two small copies of CK+ that are passed on in its place, and that must not be mistaken for it.

| copy | holds | people told apart |
|---|---|---|
| CK+48 | the last 3 frames of the 327 labelled sequences, cut to 48 x 48 grey pixels | yes, by file name |
| `ckextended.csv` | 920 faces of 48 x 48 as numbers: 327 peaks and 593 neutral faces | no |
"""

import re
from collections import Counter
from pathlib import Path

import pandas as pd

from learnface import labels
from learnface.corpora._index import Problems, make_index, warn_counts
from learnface.corpora._lookup import find_file, find_folder
from learnface.corpora._reading import check_root, csv_rows, list_files, list_folders
from learnface.errors import DataError

__all__ = ["index_ck48", "index_ckextended"]

_SPLITS = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
# Its codes are not those of CK+: FER2013's seven, and contempt after them.
_CSV_LABELS = (*labels.FER2013, "contempt")
_CSV_CODES = {str(code): label for code, label in enumerate(_CSV_LABELS)}
_CSV_NAME = "ckextended.csv"
_FRAME = re.compile(r"((S\d{3})_\d{3})_(\d+)", re.IGNORECASE)
_CK48_COUNTS = {
    "angry": 135,
    "contempt": 54,
    "disgust": 177,
    "fear": 75,
    "happy": 207,
    "sad": 84,
    "surprise": 249,
}


def index_ck48(root: str | Path) -> pd.DataFrame:
    """Index the copy CK+48: `CK+48/<class>/S010_004_00000017.png`, 981 pictures of 7 classes.

    Three neighbouring frames of each sequence are nearly the same picture: split by `subject`, as a random
    split puts such triplets on both sides.

    Args:
        root: the folder `CK+48`, or one that holds it.

    Returns:
        The index table, with the columns `sequence` and `number` as for `index(root, "peaks")`.

    Raises:
        DataError: the folder is missing, or folders or files are misnamed; one error lists them all.

    Warns:
        CountWarning: the counts differ from those of the copy as it is passed on.
    """
    root = check_root(root)
    if root.is_file():
        raise DataError(f"{root} is a file; give the folder CK+48")
    problems = Problems("ck_plus")
    rows = []
    for folder in list_folders(find_folder(root, ("ck+48",)) or root):
        label = labels.canonical(folder.name)
        if label not in _CK48_COUNTS:
            problems.add(folder, "is not a class of CK+48", f"its classes are {', '.join(_CK48_COUNTS)}")
            continue
        for file in list_files(folder):
            match = _FRAME.fullmatch(file.stem)
            if match is None:
                problems.add(file, "does not tell its subject", "keep names such as S010_004_00000017.png")
                continue
            names = {"sample": file.stem.upper(), "subject": match[2].upper(), "sequence": match[1].upper()}
            rows.append(names | {"label": label, "frames": str(file), "number": int(match[3])})
    problems.raise_if_any()
    if not rows:
        raise DataError(f"{root} holds no pictures of CK+48; give the folder with anger, contempt ...")
    table = make_index(rows, "ck_plus", labels.CK_PLUS)
    warn_counts("CK+48", Counter(table["label"]), _CK48_COUNTS)
    return table


def index_ckextended(root: str | Path) -> pd.DataFrame:
    """Index the copy `ckextended.csv`: columns `emotion,pixels,Usage`, 920 rows of 8 classes.

    It does not tell people apart, so the split it gives may have the same people on both sides: results on it
    are not comparable with results on CK+.

    Args:
        root: the CSV file, or the folder that holds it.

    Returns:
        The index table; `frames` is the CSV and `row` the 0-based data row.

    Raises:
        DataError: the file is missing or rows are malformed; one error lists them all.

    Warns:
        CountWarning: the number of rows differs from that of the copy as it is passed on.
    """
    root = check_root(root)
    path = root if root.is_file() else find_file(root, (_CSV_NAME,))
    if path is None:
        raise DataError(f"{root} holds no {_CSV_NAME}; give its path")
    problems = Problems("ck_plus")
    rows = []
    for row, fields in enumerate(csv_rows(path, ["emotion", "Usage", "pixels"])):
        emotion, usage = (field.strip() for field in fields[:2]) if fields else ("", "")
        if fields is None:
            problems.add(f"{path} row {row}", "has another number of fields than the header", "copy it anew")
        elif emotion not in _CSV_CODES:
            problems.add(f"{path} row {row}", f"emotion is {emotion!r}", "use a code from 0 to 7")
        elif usage not in _SPLITS:
            problems.add(f"{path} row {row}", f"Usage is {usage!r}", f"use one of {', '.join(_SPLITS)}")
        else:
            names = {"sample": f"{row:05d}", "split": _SPLITS[usage], "label": _CSV_CODES[emotion]}
            rows.append(names | {"frames": str(path), "row": row})
    problems.raise_if_any()
    table = make_index(rows, "ck_plus", labels.CK_PLUS)
    warn_counts(_CSV_NAME, {"rows": len(table)}, {"rows": 920})
    return table
