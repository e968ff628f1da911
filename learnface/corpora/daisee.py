"""DAiSEE: 9,068 clips of 10 seconds of 112 students who watch lessons, with the levels of four affects.

Gupta et al., DAiSEE: Towards User Engagement Recognition in the Wild, 2016, https://arxiv.org/abs/1609.01885.

    DataSet/{Train,Validation,Test}/110001/1100011002/1100011002.avi
    Labels/{TrainLabels,ValidationLabels,TestLabels}.csv

A clip has four labels side by side, each a level from 0 (very low) to 3 (very high); `target` says which of
them becomes `label`. Traps, and what happens here:

- Several hundred clips have no label: they are left out, counted in `attrs["unlabelled"]`, and warned of.
- `AllLabels.csv` names clips that are in no split, so the files of the splits are read.
- Some copies hold `.mp4` where the labels say `.avi`: clips are joined by their number.
- The levels are very uneven (34 of 5,358 training clips have engagement 0), so that accuracy alone says
  little: report macro-F1 or balanced accuracy beside it.
"""

import re
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from learnface import labels
from learnface.corpora._card import CorpusCard
from learnface.corpora._index import CountWarning, Problems, make_index, warn_counts
from learnface.corpora._lookup import check_choice, files_below, find_folder, report_missing
from learnface.corpora._reading import check_root, csv_rows, list_files, list_folders
from learnface.corpora._split_names import check_subjects, split_of
from learnface.errors import DataError
from learnface.files import VIDEO_SUFFIXES

__all__ = ["AFFECTS", "CARD", "LABELS", "index"]

LABELS = labels.DAISEE
AFFECTS = ("boredom", "engagement", "confusion", "frustration")

CARD = CorpusCard(
    name="daisee",
    title="DAiSEE",
    kind="clips",
    labels=LABELS,
    samples=9_068,
    subjects=112,
    licence="research only, by agreement",
    how_to_get="Fill in the form at https://people.iith.ac.in/vineethnb/resources/daisee, unpack DAiSEE.zip, "
    "and give the folder that holds DataSet and Labels.",
    citation="Gupta et al., DAiSEE: towards user engagement recognition in the wild, arXiv:1609.01885, 2016",
    url="https://people.iith.ac.in/vineethnb/resources/daisee",
)

_COUNTS = {"train": 5_358, "validation": 1_429, "test": 1_784}  # labelled clips
_COLUMNS = ["ClipID", *(affect.capitalize() for affect in AFFECTS)]
_LEVELS = {str(level): level for level in range(len(LABELS))}
_CLIP = re.compile(r"(\d{6})\d+")


def index(
    root: str | Path, target: str = "engagement", *, binary: bool = False, missing: str = "raise"
) -> pd.DataFrame:
    """Index the labelled clips of DAiSEE.

    Args:
        root: folder with `DataSet` and `Labels`, or with the folder that wraps these.
        target: the affect whose level is the label, one of `AFFECTS`.
        binary: join the two lower levels to `"low"` and the two higher ones to `"high"`.
        missing: what becomes of labelled clips that are not on disk: `"raise"` or `"drop"`.

    Returns:
        The index table; `frames` are videos, and the columns `boredom`, `engagement`, `confusion` and
        `frustration` hold the four levels, 0 to 3. `attrs` tells the target and how many clips are
        unlabelled.

    Raises:
        DataError: an argument is unknown, folders or files are missing, or rows are malformed; one error lists
            them all.

    Warns:
        CountWarning: clips have no label, missing ones are left out, or the counts of a split differ from the
            published ones.
    """
    check_choice(target=(target, AFFECTS), missing=(missing, ("raise", "drop")))
    root = check_root(root)
    if root.is_file():
        raise DataError(f"{root} is a file; give the folder that holds DataSet and Labels")
    problems = Problems("daisee")
    data = find_folder(root, ("dataset",), _holds_splits)
    tables = find_folder(root, ("labels",))
    if data is None:
        problems.add(
            root, "holds no folder DataSet with Train, Validation and Test", "unpack DAiSEE.zip there"
        )
    if tables is None:
        problems.add(root, "holds no folder Labels", "unpack DAiSEE.zip there")
    problems.raise_if_any()
    rows, absent, unlabelled = [], [], []
    for split, folder, table in _split_files(data, tables, problems):
        clips = {clip.stem: clip for clip in files_below(folder, VIDEO_SUFFIXES, depth=2)}
        levels = _levels(table, problems)
        absent += [folder / f"{clip}.avi" for clip in levels if clip not in clips]
        unlabelled += [path for clip, path in clips.items() if clip not in levels]
        rows += [
            _row(clip, split, clips[clip], cells, problems) for clip, cells in levels.items() if clip in clips
        ]
    report_missing("daisee", absent, missing, problems)
    check_subjects(rows, problems, "take the split of the corpus as it is")
    problems.raise_if_any()
    if not rows:
        raise DataError(f"{data} holds no clip that {tables} labels; unpack DAiSEE.zip anew")
    for row in rows:
        level = row[target]
        row["label"] = ("low", "high")[level > 1] if binary else LABELS[level]
    table = make_index(rows, "daisee", LABELS)
    table.attrs = {"target": target, "unlabelled": len(unlabelled)}
    if unlabelled:
        message = (
            f"daisee: {len(unlabelled):,} clips have no label and are left out (the first is {unlabelled[0]})"
        )
        warnings.warn(message, CountWarning, stacklevel=2)
    warn_counts("daisee", Counter(table["split"]), _COUNTS)
    return table


def _holds_splits(folder: Path) -> bool:
    return any(split_of(inner.name) for inner in list_folders(folder))


def _split_files(data: Path, tables: Path, problems: Problems) -> Iterator[tuple[str, Path, Path]]:
    """Yield each split that the copy has: its name, its folder of clips and its table of labels."""
    folders = {split_of(folder.name): folder for folder in list_folders(data)}
    files = {
        split_of(file.stem.lower().removesuffix("labels")): file for file in list_files(tables, (".csv",))
    }
    for split in _COUNTS:
        if split in folders and split in files:
            yield split, folders[split], files[split]
        elif split in folders:
            name = f"{split.capitalize()}Labels.csv"
            problems.add(tables / name, "does not exist", f"restore it, or move {folders[split]} away")
        elif split in files:
            problems.add(
                data / split.capitalize(), "does not exist", f"restore it, or move {files[split]} away"
            )


def _levels(table: Path, problems: Problems) -> dict[str, dict[str, int]]:
    """Return the four levels of each clip of a table, by the clip's number."""
    levels = {}
    for row, fields in enumerate(csv_rows(table, _COLUMNS)):
        place = f"{table} row {row}"
        if fields is None:
            problems.add(place, "has another number of fields than the header", "copy the file anew")
            continue
        clip, *cells = (field.strip() for field in fields)
        if any(cell not in _LEVELS for cell in cells):
            problems.add(place, f"the levels are {','.join(cells)}", "use four whole numbers from 0 to 3")
            continue
        clip = Path(clip).stem
        if clip in levels:
            problems.add(place, f"labels {clip} for the second time", "keep the right row")
        levels[clip] = dict(zip(AFFECTS, (_LEVELS[cell] for cell in cells), strict=True))
    return levels


def _row(clip: str, split: str, path: Path, levels: dict[str, int], problems: Problems) -> dict:
    match = _CLIP.fullmatch(clip)
    if match is None:
        problems.add(path, "does not tell its subject", "keep names of ten digits, such as 1100011002.avi")
    return {"sample": clip, "subject": match and match[1], "split": split, "frames": str(path), **levels}
