"""FER2013: 35,887 grey faces of 48 x 48 from a web image search, labelled with seven expressions.

Goodfellow et al., Challenges in representation learning: a report on three machine learning contests,
ICONIP 2013, https://arxiv.org/abs/1307.0414.

`index` takes any of the forms in which the corpus is passed on, in this order of preference:

| form | files | what it holds |
|---|---|---|
| the corpus | `fer2013.csv` | `emotion,pixels,Usage` |
| Kaggle's later copy | `icml_face_data.csv` | the same rows, columns in another order |
| the competition | `train.csv`, `test.csv` | the training rows; the 7,178 others without label and split |
| folders | `train/<class>/Training_<n>.jpg`, `test/<class>/PublicTest_<n>.jpg` ... | one picture a file |

PublicTest is the validation split and PrivateTest the test split. The folder `test/` mixes both, so the split
comes from the file name. The corpus does not tell people apart, so a person may be in two splits; labels are
noisy, and some pictures appear more than once.
"""

import re
from collections import Counter
from pathlib import Path

import pandas as pd

from learnface import labels
from learnface.corpora._card import CorpusCard
from learnface.corpora._index import Problems, make_index, warn_counts
from learnface.corpora._reading import check_root, csv_header, csv_rows, list_files, list_folders
from learnface.errors import DataError

__all__ = ["CARD", "LABELS", "SPLITS", "csv_file", "index"]

LABELS = labels.FER2013
SPLITS = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
"""The corpus's word (column `Usage`) to our split."""

CARD = CorpusCard(
    name="fer2013",
    title="FER2013",
    kind="images",
    labels=LABELS,
    samples=35_887,
    subjects=None,
    licence="Kaggle competition rules; faces from a web image search",
    how_to_get="Sign in at kaggle.com, join the competition 'Challenges in Representation Learning: Facial "
    "Expression Recognition Challenge', download fer2013.tar.gz and unpack fer2013.csv; give its path or its "
    "folder.",
    citation="Goodfellow et al., Challenges in representation learning: a report on three machine learning "
    "contests, ICONIP 2013",
    url="https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge",
)

# Published counts, in the order of LABELS.
_COUNTS = {
    "train": (3995, 436, 4097, 7215, 4830, 3171, 4965),
    "validation": (467, 56, 496, 895, 653, 415, 607),
    "test": (491, 55, 528, 879, 594, 416, 626),
}
_CODES = {str(code): label for code, label in enumerate(LABELS)}
_CSV_NAMES = ("fer2013.csv", "icml_face_data.csv")
_COMPETITION_NAMES = ("train.csv", "test.csv")
_FILE_NAME = re.compile(r"(Training|PublicTest|PrivateTest)_\d+", re.IGNORECASE)


def index(root: str | Path) -> pd.DataFrame:
    """Index FER2013, from a CSV file or a folder that holds one of its forms (see the module).

    A row's `emotion`, `Usage` and number of fields are checked here, without parsing its pixels; that it
    holds 2,304 values from 0 to 255 is checked by `load_images`.

    Args:
        root: the CSV file; or the folder that holds it, or that holds `train/` and `test/`.

    Returns:
        The index table. For the CSV forms `frames` is the CSV and `row` the 0-based data row.

    Raises:
        DataError: no form of FER2013 is there, or rows or file names are malformed; one error lists them all.

    Warns:
        CountWarning: the counts of a split and label differ from the published ones.
    """
    root = check_root(root)
    files = [root] if root.is_file() else _csv_files(root)
    table = _from_csv(files) if files else _from_folders(root)
    competition = files and files[0].name in _COMPETITION_NAMES
    splits = ["train"] if competition else SPLITS.values()
    published = {
        (split, label): n for split in splits for label, n in zip(LABELS, _COUNTS[split], strict=True)
    }
    warn_counts("fer2013", Counter(zip(table["split"], table["label"], strict=True)), published)
    return table


def csv_file(root: str | Path) -> Path | None:
    """Return the CSV with all rows as published (`fer2013.csv` or Kaggle's later copy), if it is there."""
    found = [path for name in _CSV_NAMES for path in _places(Path(root), name) if path.is_file()]
    return found[0] if found else None


def _csv_files(root: Path) -> list[Path]:
    whole = csv_file(root)
    if whole:
        return [whole]
    return [path for name in _COMPETITION_NAMES for path in _places(root, name)[:1] if path.is_file()]


def _places(root: Path, name: str) -> list[Path]:
    """Return where a file may lie: in the folder, or in the one that the archive makes."""
    return [root / name, root / "fer2013" / name]


def _from_csv(files: list[Path]) -> pd.DataFrame:
    problems = Problems("fer2013")
    columns = {name: [] for name in ("sample", "split", "label", "frames", "row")}
    for file in files:
        prefix = f"{file.stem}-" if len(files) > 1 else ""
        for row, (label, split) in enumerate(_csv_labels(file, problems)):
            cells = (f"{prefix}{row:05d}", split, label, str(file), row)
            for name, cell in zip(columns, cells, strict=True):
                columns[name].append(cell)
    problems.raise_if_any()
    return make_index(columns, "fer2013", LABELS)


def _csv_labels(file: Path, problems: Problems) -> list[tuple[str | None, str | None]]:
    """Return the (label, split) of each row of a CSV, None where the file does not tell."""
    wanted = ["emotion", "Usage"]
    if file.name in _COMPETITION_NAMES:  # these lack the columns that the contestants had to predict
        wanted = [name for name in wanted if name in csv_header(file)]
    constant = {"Usage": "Training"} if file.name == "train.csv" else {}
    found = []
    for row, fields in enumerate(csv_rows(file, [*wanted, "pixels"])):
        place = f"{file} row {row}"
        if fields is None:
            problems.add(place, "has another number of fields than the header", "copy the file anew")
            continue
        cells = constant | dict(zip(wanted, fields, strict=False))
        found.append((_label(cells, place, problems), _split(cells, place, problems)))
    return found


def _label(cells: dict[str, str], place: str, problems: Problems) -> str | None:
    code = cells.get("emotion")
    if code is None:
        return None
    if code.strip() in _CODES:
        return _CODES[code.strip()]
    problems.add(place, f"emotion is {code!r}", f"use a code from 0 to {len(LABELS) - 1}")
    return None


def _split(cells: dict[str, str], place: str, problems: Problems) -> str | None:
    usage = cells.get("Usage")
    if usage is None:
        return None
    if usage.strip() in SPLITS:
        return SPLITS[usage.strip()]
    problems.add(place, f"Usage is {usage!r}", f"use one of {', '.join(SPLITS)}")
    return None


def _from_folders(root: Path) -> pd.DataFrame:
    """Index `train/<class>/Training_<n>.jpg` and `test/<class>/...`."""
    problems = Problems("fer2013")
    halves = [folder for folder in list_folders(root) if folder.name.lower() in ("train", "test")]
    if not halves:
        names = ", ".join([*_CSV_NAMES, *_COMPETITION_NAMES])
        raise DataError(f"{root} holds no form of FER2013; put {names} or the folders train and test there")
    splits = {usage.lower(): split for usage, split in SPLITS.items()}
    rows = []
    for folder in [folder for half in halves for folder in list_folders(half)]:
        label = labels.canonical(folder.name)
        if label not in LABELS:
            problems.add(folder, "is not a class of FER2013", f"its classes are {', '.join(LABELS)}")
            continue
        for file in list_files(folder):
            match = _FILE_NAME.fullmatch(file.stem)
            if match is None:
                remedy = "keep the names Training_<n>, PublicTest_<n> and PrivateTest_<n>"
                problems.add(file, "does not tell its split", remedy)
                continue
            split = splits[match[1].lower()]
            rows.append({"sample": file.stem, "split": split, "label": label, "frames": str(file)})
    problems.raise_if_any()
    if not rows:
        raise DataError(f"{root} holds no pictures in train and test; unpack the corpus anew")
    return make_index(rows, "fer2013", LABELS)
