"""FER+: the pictures of FER2013 with ten new votes each, from which several kinds of label follow.

Barsoum et al., Training deep networks for facial expression recognition with crowd-sourced label
distribution, ICMI 2016, https://arxiv.org/abs/1608.01041. The votes (MIT licence) are those of
https://github.com/microsoft/FERPlus, the pictures those of FER2013.

Two vote files are published. They differ in the votes of 1,602 pictures, so results depend on which is read:

| `votes` | read from | pictures | kept by majority (train, validation, test) |
|---|---|---|---|
| `"fer2013new.csv"` | one row for each of FER2013 | `fer2013.csv` | 25,060 + 3,199 + 3,153 |
| `"label.csv"` | `FER2013{Train,Valid,Test}/label.csv` | `fer*.png` beside them | 25,045 + 3,191 + 3,137 |

Papers mostly quote the second set. Traps, and what happens here:

- `fer2013new.csv` names its pictures, but the number in a name is not the row of FER2013, and four names
  appear twice: rows are joined by position alone, and only if both files have as many and agree in `Usage`.
- 173 of its rows have no name and 10 votes for "not a face": the rule drops them with all other non-faces.
- The order of classes is not FER2013's; labels are names here, so that they cannot be mixed up.
- FER2013's own label is kept as `fer2013_label` where `fer2013.csv` is read.
"""

import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from learnface import labels
from learnface.corpora import fer2013
from learnface.corpora._card import CorpusCard
from learnface.corpora._index import CountWarning, Problems, make_index, warn_counts
from learnface.corpora._reading import check_root, csv_header, csv_rows, list_files
from learnface.corpora._vote_rule import MODES, apply_rule
from learnface.errors import DataError

__all__ = ["CARD", "LABELS", "MODES", "VOTES", "apply_rule", "index", "targets"]

LABELS = labels.FERPLUS
VOTES = (*(f"votes_{label}" for label in LABELS), "votes_unknown", "votes_not_a_face")
"""The columns of the ten votes, in the order of the vote files."""

CARD = CorpusCard(
    name="ferplus",
    title="FER+",
    kind="images",
    labels=LABELS,
    samples=35_887,
    subjects=None,
    licence="votes: MIT; pictures: those of FER2013",
    how_to_get="Get FER2013 (learnface corpora fer2013), and put fer2013new.csv from "
    "https://github.com/microsoft/FERPlus beside its fer2013.csv. For votes='label.csv' take from there the "
    "folders data/FER2013{Train,Valid,Test} and write the pictures into them with its "
    "src/generate_training_data.py.",
    citation="Barsoum et al., Training deep networks for facial expression recognition with crowd-sourced "
    "label distribution, ICMI 2016",
    url="https://github.com/microsoft/FERPlus",
)

_NEW, _OLD = "fer2013new.csv", "label.csv"
_FOLDERS = {"FER2013Train": "train", "FER2013Valid": "validation", "FER2013Test": "test"}
_EMOTIONS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
_SOURCE_NAMES = (*_EMOTIONS, "unknown", "NF")  # as the vote files spell LABELS and the two others
_SAME_ROWS = "both files must hold the same rows in the same order"
# Pictures that the rule keeps, computed from the published vote files: train, validation and test.
_KEPT = {
    (_NEW, "majority"): (25_060, 3_199, 3_153),
    (_NEW, "probability"): (27_956, 3_505, 3_505),
    (_NEW, "multi_target"): (27_671, 3_472, 3_472),
    (_OLD, "majority"): (25_045, 3_191, 3_137),
    (_OLD, "probability"): (27_947, 3_508, 3_507),
    (_OLD, "multi_target"): (27_667, 3_472, 3_466),
}


def index(
    root: str | Path,
    votes: str | Path = _NEW,
    mode: str = "majority",
    evaluation_mode: str = "majority",
    missing: str = "raise",
) -> pd.DataFrame:
    """Index the pictures that FER+ keeps, with their votes and the label that follows from them.

    Args:
        root: folder that holds `fer2013.csv` (for `"fer2013new.csv"`) or the folders
            `FER2013{Train,Valid,Test}` with their pictures (for `"label.csv"`).
        votes: `"fer2013new.csv"` or `"label.csv"`, sought in `root`; or the path of a file in the form of
            the first, or of a folder that holds the three folders of the second.
        mode: which rule of `apply_rule` chooses the training pictures.
        evaluation_mode: which rule chooses those of validation and test; the paper uses `"majority"` for
            every `mode`, so that scores compare.
        missing: what to do about pictures kept but not on disk, where `label.csv` is read: `"raise"`, or
            `"drop"` them with a warning that counts them.

    Returns:
        The index table of the pictures kept, where `label` has the most votes (the first of equals). Own
        columns: `row` and `fer2013_label` (for `"fer2013new.csv"`), `image` (its published name), the ten
        `VOTES`, and `votes_from`, the name of the vote file. `attrs` holds `votes_from`, `votes_path`,
        `mode`, `evaluation_mode`, and by split how many pictures the rule has `dropped` and are `missing`.

    Raises:
        DataError: files are missing or malformed, the rows of the two CSVs do not correspond, or pictures
            are missing.

    Warns:
        CountWarning: the number of pictures kept is not the published one, or missing pictures are dropped.
    """
    if missing not in ("raise", "drop"):
        raise DataError(f"missing is {missing!r}; use 'raise' or 'drop'")
    table, path = _all_rows(check_root(root), votes)
    counts = table[list(VOTES)].to_numpy()
    evaluates = (table["split"] != "train").to_numpy()
    distribution, keep = _apply_rules(counts, evaluates, mode, evaluation_mode)
    table["label"] = np.array(LABELS, object)[distribution.argmax(1)]
    table["votes_from"] = path.name if "row" in table else _OLD
    dropped = Counter(table["split"][~keep])
    table = table[keep].reset_index(drop=True)
    absent = _absent(table) if "row" not in table else np.zeros(len(table), bool)
    if absent.any():
        _report_absent(table, absent, missing)
    lost = Counter(table["split"][absent])
    table = make_index(table[~absent], "ferplus", LABELS)
    table.attrs = {
        "votes_from": table["votes_from"].iloc[0],
        "votes_path": str(path),
        "mode": mode,
        "evaluation_mode": evaluation_mode,
        "dropped": {split: dropped[split] for split in _FOLDERS.values()},
        "missing": {split: lost[split] for split in _FOLDERS.values()},
    }
    _warn_kept(table, mode, evaluation_mode)
    return table


def targets(index: pd.DataFrame, mode: str = "majority", evaluation_mode: str = "majority") -> np.ndarray:
    """Return what a network is trained towards, for each row of a FER+ index.

    Args:
        index: rows of `index(root, ..., mode, evaluation_mode)`.
        mode: for training rows. `"majority"` and `"crossentropy"` give the distribution itself, and so does
            `"probability"`, for training that draws one class from it anew in each epoch, as
            `learnface.clips.ArraySource(draw=True)` does. `"multi_target"` gives 1 for each class taken and
            0.001 for the others.
        evaluation_mode: for rows of validation and test.

    Returns:
        float32 array of shape `(samples, 8)`, columns as in `LABELS`.

    Raises:
        DataError: the index has no votes, or holds rows that the mode drops.
    """
    lacking = [name for name in VOTES if name not in index]
    if lacking:
        raise DataError(f"the index lacks the columns {lacking}; make it by ferplus.index")
    evaluates = (index["split"] != "train").to_numpy()
    target, keep = _apply_rules(index[list(VOTES)].to_numpy(), evaluates, mode, evaluation_mode)
    if not keep.all():
        first = index["sample"].to_numpy()[~keep][0]
        raise DataError(
            f"mode {mode!r} drops {(~keep).sum():,} samples of the index (the first is {first!r}); "
            f"index with mode={mode!r}, evaluation_mode={evaluation_mode!r} too"
        )
    smoothed = evaluates if evaluation_mode == "multi_target" else np.zeros_like(evaluates)
    if mode == "multi_target":
        smoothed = smoothed | ~evaluates
    target[smoothed] = np.where(target[smoothed] > 0, 1.0, 0.001)
    return target


def _apply_rules(
    votes: np.ndarray, evaluates: np.ndarray, mode: str, evaluation_mode: str
) -> tuple[np.ndarray, np.ndarray]:
    """Apply `mode` to training rows and `evaluation_mode` to the others."""
    target, keep = apply_rule(votes, mode)
    other_target, other_keep = apply_rule(votes, evaluation_mode)
    return np.where(evaluates[:, None], other_target, target), np.where(evaluates, other_keep, keep)


def _all_rows(root: Path, votes: str | Path) -> tuple[pd.DataFrame, Path]:
    """Return every row of the votes chosen with its picture, and where the votes lie."""
    if votes == _OLD:
        return _from_folders(root, root), root
    if votes == _NEW:
        path = root / _NEW if root.is_dir() else root.parent / _NEW
        if not path.is_file():
            raise DataError(
                f"{path} does not exist; take it from {CARD.url}, or pass votes='label.csv' to read the "
                f"folders {', '.join(_FOLDERS)}"
            )
        return _from_csv(root, path), path
    path = Path(votes)
    if path.is_dir():
        return _from_folders(root, path), path
    return _from_csv(root, path), path


def _from_csv(root: Path, votes: Path) -> pd.DataFrame:
    """Join the votes to the rows of FER2013 by position."""
    header = csv_header(votes)
    wanted = ["Usage", "Image name", *_SOURCE_NAMES]
    if set(wanted) - set(header):
        raise DataError(f"{votes} is not in the form of {_NEW}; its header must be {','.join(wanted)}")
    images = root if root.is_file() else fer2013.csv_file(root)
    if images is None:
        raise DataError(
            f"{root} holds no fer2013.csv, whose rows {_NEW} labels; add it, or pass votes='label.csv'"
        )
    problems = Problems("ferplus")
    with warnings.catch_warnings():  # the counts of FER+ are checked instead
        warnings.simplefilter("ignore", CountWarning)
        faces = fer2013.index(images)
    rows = list(csv_rows(votes, wanted))
    if len(rows) != len(faces):
        raise DataError(
            f"{votes} has {len(rows):,} rows and {images} has {len(faces):,}; they are joined row by row, so "
            "take both complete (35,887 rows as published) or with the same rows left out"
        )
    counts = _counts(votes, rows, problems)
    for number, (row, split) in enumerate(zip(rows, faces["split"], strict=True)):
        if row is not None and fer2013.SPLITS.get(row[0].strip()) != split:
            problems.add(f"{votes} row {number}", f"Usage is {row[0]!r}, but {split} in {images}", _SAME_ROWS)
    problems.raise_if_any()
    table = faces[["sample", "split", "frames", "row"]].assign(fer2013_label=faces["label"])
    table["image"] = [row[1].strip() or None for row in rows]
    return table.join(counts)


def _from_folders(root: Path, votes: Path) -> pd.DataFrame:
    """Read the three `label.csv` under `votes`, whose pictures lie in the same folders under `root`."""
    if not any(_folder(votes, name).is_dir() for name in _FOLDERS):
        raise DataError(f"{votes} holds none of the folders {', '.join(_FOLDERS)}; take them from {CARD.url}")
    problems = Problems("ferplus")
    tables = []
    for name, split in _FOLDERS.items():
        path = _folder(votes, name) / _OLD
        if not path.is_file():
            problems.add(path, "does not exist", "take it from data/ of github.com/microsoft/FERPlus")
            continue
        columns = ["image", "box", *_SOURCE_NAMES]
        rows = list(csv_rows(path, columns, header=columns))
        counts = _counts(path, rows, problems)
        images = [row[0].strip() if row else None for row in rows]
        folder = _folder(root, name)
        cells = {
            "sample": [image and image.removesuffix(".png") for image in images],
            "split": split,
            "frames": [image and str(folder / image) for image in images],
            "image": images,
        }
        tables.append(pd.DataFrame(cells, counts.index).join(counts))
    problems.raise_if_any()
    return pd.concat(tables, ignore_index=True)


def _folder(root: Path, name: str) -> Path:
    """Return one of the three folders: in `root`, or in `data` as in the published repository."""
    places = [root / name, root / "data" / name]
    return next((place for place in places if place.is_dir()), places[0])


def _counts(path: Path, rows: list[tuple[str, ...] | None], problems: Problems) -> pd.DataFrame:
    """Return the ten votes of each row, which are its last ten fields."""
    counts = np.zeros((len(rows), len(VOTES)), np.int64)
    for number, row in enumerate(rows):
        if row is None:
            problems.add(f"{path} row {number}", "has a wrong number of fields", "copy the file anew")
        elif all(field.strip().isdecimal() for field in row[2:]):
            counts[number] = [int(field) for field in row[2:]]
        else:
            what = f"the votes are {','.join(row[2:])}"
            problems.add(f"{path} row {number}", what, "use ten whole numbers")
    return pd.DataFrame(counts, columns=list(VOTES))


def _absent(table: pd.DataFrame) -> np.ndarray:
    """Return which pictures are not on disk, listing each folder once."""
    folders = sorted({Path(path).parent for path in table["frames"]})
    present = {str(path) for folder in folders for path in list_files(folder, (".png",))}
    return ~table["frames"].isin(present).to_numpy()


def _report_absent(table: pd.DataFrame, absent: np.ndarray, missing: str) -> None:
    counts = table["split"][absent].value_counts(sort=False)
    message = (
        f"ferplus: {absent.sum():,} of the {len(table):,} pictures kept are not on disk "
        f"({', '.join(f'{split} {count:,}' for split, count in counts.items())}; "
        f"the first is {table['frames'][absent].iloc[0]})"
    )
    if missing == "raise":
        remedy = "write them with generate_training_data.py of FER+, or pass missing='drop'"
        raise DataError(f"{message}; {remedy}")
    warnings.warn(f"{message}; they are left out", CountWarning, stacklevel=3)


def _warn_kept(table: pd.DataFrame, mode: str, evaluation_mode: str) -> None:
    source = _NEW if "row" in table else _OLD
    published = {}
    for place, split in enumerate(_FOLDERS.values()):
        chosen = mode if split == "train" else evaluation_mode
        chosen = "probability" if chosen == "crossentropy" else chosen
        published[split] = _KEPT[source, chosen][place]
    warn_counts("ferplus", Counter(table["split"]), published, stacklevel=4)
