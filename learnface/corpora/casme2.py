"""CASME II: 255 spontaneous micro-expressions of 26 people, filmed at 200 frames a second.

Yan et al., CASME II: an improved spontaneous micro-expression database and the baseline evaluation, PLoS ONE
9(1), 2014, https://doi.org/10.1371/journal.pone.0086041.

| `form` | folders | frames |
|---|---|---|
| `"cropped"` | `Cropped/sub01/EP02_01f/reg_img46.jpg` | registered faces, onset to offset |
| `"raw_selected"` | `CASME2_RAW_selected/sub01/EP02_01f/img46.jpg` | whole pictures, onset to offset |
| `"raw"` | `CASME2_RAW/CASME2-RAW/sub01/EP02_01f/img1.jpg` | whole pictures, with those before and after |

Labels come from `CASME2-coding-20140508.xlsx`, or the versions of 2019 or before, never from folder names.

| `emotions` | `label` | clips |
|---|---|---|
| `"all"` | the seven estimated emotions | 255 |
| `"5-class"` | without sadness and fear | 246 (247 in the paper; 249 and 254 are counted from later sheets) |
| `"objective"` | seven classes of action units, Davison et al. 2018, of `CASME2-ObjectiveClasses.xlsx` | 255 |

Traps, and what happens here:

- Subjects are text in one sheet and numbers in another; here they are `sub01`.
- Frame numbers are unpadded, so that sorting names as text is wrong.
- About 20 apexes are `/`: `apex` is missing. Some equal the onset or the offset; `apex` keeps them, but an apex on
  the onset is no place to take motion to, so that `apex_place` is missing there and `mended` says so.
- One offset is 0 in some versions: the last frame of the folder is taken, or 91 (as readers of the corpus do)
  in the form `"raw"`, whose folders go on.

There is no fixed split: papers leave one subject out at a time. Some folds then hold one class only, so pool
their predictions before scoring.
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from learnface import labels
from learnface.corpora._card import CorpusCard
from learnface.corpora._index import Problems, warn_counts
from learnface.corpora._micro_clips import (
    check_missing,
    clip,
    clip_table,
    frame_folder,
    numbers_of,
    report_absent,
    warn_incomplete,
    warn_of,
)
from learnface.corpora._reading import check_root, list_folders
from learnface.corpora._sheets import read_sheet, text
from learnface.corpora._tree import choose, find_sheet, form_of, holders, outer_folders
from learnface.errors import DataError

__all__ = ["CARD", "FORMS", "LABELS", "LABEL_SETS", "index"]

LABELS = ("happy", "surprise", "disgust", "repression", "others", "sad", "fear")
LABEL_SETS = {
    "all": LABELS,
    "5-class": LABELS[:5],
    "objective": tuple(f"class-{number}" for number in range(1, 8)),
}
"""The names that `label` may have, by `emotions`; also in the index's `attrs["labels"]`."""
FORMS = ("cropped", "raw_selected", "raw")

CARD = CorpusCard(
    name="casme2",
    title="CASME II",
    kind="clips",
    labels=LABELS,
    samples=255,
    subjects=26,
    licence="signed agreement with the Chinese Academy of Sciences; research only, some faces not to be shown",
    how_to_get="Ask by the page below, sign the agreement, and unpack Cropped, CASME2_RAW_selected or CASME2_RAW "
    "beside CASME2-coding-20140508.xlsx; give the folder that holds them.",
    citation="Yan et al., CASME II: an improved spontaneous micro-expression database and the baseline "
    "evaluation, PLoS ONE 2014",
    url="https://casme.psych.ac.cn",
)

_SUBJECT = re.compile(r"(?:sub)?0*(\d{1,2})", re.IGNORECASE)
_SUBJECT_FOLDER = re.compile(r"sub\d+", re.IGNORECASE)
_FORM_NAMES = {"cropped": "crop", "raw_selected": "selected", "raw": "raw"}
_SHEETS = ("CASME2-coding-2014", "CASME2-coding", "CASME2_label")  # the one whose counts are published first
_OBJECTIVE_SHEETS = ("CASME2-ObjectiveClasses",)
_COLUMNS = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("OnsetFrame",),
    "apex": ("ApexFrame", "ApexFrame1"),
    "offset": ("OffsetFrame",),
    "action_units": ("Action Units", "AU"),
    "emotion": ("Estimated Emotion", "Emotion"),
}
_OBJECTIVE_COLUMNS = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "class": ("Objective Class", "Objective Classes"),
}
_COUNTS = dict(zip(LABELS, (32, 25, 63, 27, 99, 7, 2), strict=True))
_ZERO_OFFSET = 91


def index(
    root: str | Path,
    form: str | None = None,
    emotions: str = "all",
    missing: str = "raise",
    sheet: str | Path | None = None,
    objective_sheet: str | Path | None = None,
) -> pd.DataFrame:
    """Index CASME II.

    Args:
        root: folder that holds the corpus, at any depth of unpacking, and its sheets.
        form: `"cropped"`, `"raw_selected"` or `"raw"`; None for the first of these that is there.
        emotions: `"all"`, `"5-class"` or `"objective"`, see the module.
        missing: what to do about clips of the sheet that are not on disk: `"raise"`, or `"drop"` them with a
            warning.
        sheet: path of the label sheet, where it is not in `root`.
        objective_sheet: path of the sheet of objective classes, likewise.

    Returns:
        The index table: a row a clip, `sample` as in `"sub01_EP02_01f"`, `subject` as in `"sub01"`. Own
        columns: those of `learnface.corpora._micro_clips` (onset, apex, offset, start, stop and so on),
        `emotion`, `action_units`, `objective_class` (1-7, missing without its sheet) and `form`.

    Raises:
        DataError: no form or sheet is there, rows are malformed, or clips are not on disk.

    Warns:
        CountWarning: the counts differ from the published ones, frames are missing, or clips on disk are
            not in the sheet.
    """
    root = check_root(root)
    check_missing(missing)
    if emotions not in LABEL_SETS:
        raise DataError(f"emotions is {emotions!r}; use one of {', '.join(map(repr, LABEL_SETS))}")
    outer = outer_folders(root, _SUBJECT_FOLDER)
    form, base = _base(root, outer, form)
    problems = Problems("casme2")
    folders = _clips(base)
    classes = _objective_classes(outer, emotions, objective_sheet, problems)
    rows, absent = [], []
    named = set()
    for cells in read_sheet(find_sheet(outer, _SHEETS, sheet, CARD.title), _COLUMNS, ("action_units",)):
        key = _key(cells, problems)
        if key is None:
            continue
        named.add(key)
        if key not in folders:
            absent.append(_sample(key, cells))
            continue
        row = _row(cells, key, folders[key], form, problems)
        if row:
            rows.append(row | {"objective_class": classes.get(key), "form": form})
    report_absent(absent, "casme2", missing, base, problems)
    problems.raise_if_any()
    if not rows:
        raise DataError(f"{base} holds no clip of the sheet; check the folder given")
    unknown = [f"{path.parent.name}_{path.name}" for key, path in folders.items() if key not in named]
    warn_of("casme2", f"of {base} left out, not in the sheet", unknown)
    table = clip_table(_labelled(rows, emotions), "casme2", LABEL_SETS[emotions])
    table["objective_class"] = table["objective_class"].astype("Int64")
    _warn_counts(table, emotions)
    warn_incomplete(table, "casme2")
    return table


def _base(root: Path, outer: Sequence[Path], form: str | None) -> tuple[str, Path]:
    """Return the form to read, and the folder that holds its subjects."""
    found: dict[str | None, list[Path]] = {}
    for folder in holders(outer, _SUBJECT_FOLDER):
        found.setdefault(form_of(root, folder, _FORM_NAMES, form), []).append(folder)
    return choose(found, form, FORMS, root, CARD.title)


def _clips(base: Path) -> dict[tuple[int, str], Path]:
    """Return the clips on disk by subject and name."""
    subjects = [folder for folder in list_folders(base) if _SUBJECT_FOLDER.fullmatch(folder.name)]
    return {
        (int(_SUBJECT.fullmatch(subject.name)[1]), folder.name.lower()): folder
        for subject in subjects
        for folder in list_folders(subject)
    }


def _key(cells: dict[str, Any], problems: Problems) -> tuple[int, str] | None:
    """Return a row's subject and clip; None for a remark below the table, or with a problem."""
    clip_name = text(cells["clip"])
    subject = _SUBJECT.fullmatch(str(cells["subject"]).strip().removesuffix(".0"))
    if subject and clip_name:
        return int(subject[1]), clip_name.lower()
    if clip_name:
        what = f"Subject is {cells['subject']!r}, Filename {cells['clip']!r}"
        problems.add(cells["place"], what, "write them as in 1 and EP02_01f")
    return None


def _sample(key: tuple[int, str], cells: dict[str, Any]) -> str:
    return f"sub{key[0]:02d}_{text(cells['clip'])}"


def _row(
    cells: dict[str, Any], key: tuple[int, str], path: Path, form: str, problems: Problems
) -> dict[str, Any] | None:
    """Return the row of a clip that is on disk, or None with a problem."""
    numbers = numbers_of(cells, ("onset", "apex", "offset"), problems)
    emotion = labels.canonical(text(cells["emotion"]) or "")
    if emotion not in LABELS:
        problems.add(
            cells["place"], f"the emotion is {cells['emotion']!r}", f"use one of {', '.join(LABELS)}"
        )
        return None
    mended = None
    if form == "raw" and numbers["offset"] == 0:
        numbers["offset"] = _ZERO_OFFSET
        mended = f"offset 0, read as {_ZERO_OFFSET}, as readers of the corpus do"
    folder = frame_folder(path, problems)
    row = clip(folder, **numbers, name=cells["place"], problems=problems) if folder else None
    if row is None:
        return None
    names = {"sample": _sample(key, cells), "subject": f"sub{key[0]:02d}"}
    row["mended"] = "; ".join(filter(None, (mended, row["mended"]))) or None
    return (
        names | {"label": emotion} | row | {"emotion": emotion, "action_units": text(cells["action_units"])}
    )


def _objective_classes(
    outer: Sequence[Path], emotions: str, sheet: str | Path | None, problems: Problems
) -> dict[tuple[int, str], int]:
    """Return the objective class of each clip; none, where the sheet is neither there nor needed."""
    try:
        path = find_sheet(outer, _OBJECTIVE_SHEETS, sheet, f"{CARD.title}'s objective classes")
    except DataError:
        if emotions == "objective" or sheet is not None:
            raise
        return {}
    classes = {}
    for cells in read_sheet(path, _OBJECTIVE_COLUMNS):
        key = _key(cells, problems)
        number = numbers_of(cells, ("class",), problems)["class"] if key else None
        if number is not None and not 1 <= number <= 7:
            problems.add(cells["place"], f"the class is {number}", "use 1 to 7")
        elif number is not None:
            classes[key] = number
    return classes


def _labelled(rows: list[dict[str, Any]], emotions: str) -> list[dict[str, Any]]:
    """Return the rows that have a label of the set, with it."""
    if emotions == "objective":
        classed = [
            row | {"label": f"class-{row['objective_class']}"} for row in rows if row["objective_class"]
        ]
        unclassed = [row["sample"] for row in rows if not row["objective_class"]]
        warn_of("casme2", "left out, without an objective class", unclassed, stacklevel=4)
        if not classed:
            raise DataError(
                "casme2: the sheet of objective classes names no clip on disk; give the corpus's own"
            )
        return classed
    kept = [row for row in rows if row["label"] in LABEL_SETS[emotions]]
    if not kept:
        raise DataError(
            f"casme2: no clip has a label of {', '.join(LABEL_SETS[emotions])}; use emotions='all'"
        )
    return kept


def _warn_counts(table: pd.DataFrame, emotions: str) -> None:
    found = Counter(table["label"])
    if emotions == "objective":
        found["classes 1 to 5"] = sum(found[f"class-{number}"] for number in range(1, 6))
        published = {"classes 1 to 5": 185, "class-6": 1}
    else:
        published = {label: _COUNTS[label] for label in LABEL_SETS[emotions]}
        found["clips"], published = len(table), {"clips": sum(published.values())} | published
    warn_counts("casme2", found, published, stacklevel=4)
