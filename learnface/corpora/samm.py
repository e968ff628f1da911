"""SAMM: 159 spontaneous micro-expressions of 29 people, filmed in grey at 200 frames a second.

Davison et al., SAMM: a spontaneous micro-facial movement dataset, IEEE Transactions on Affective Computing
9(1), 2018, https://doi.org/10.1109/TAFFC.2016.2573832.

| `form` | folders |
|---|---|
| `"cropped"` | `SAMM_CROP/006/006_1_2/006_05562.jpg` |
| `"original"` | `SAMM/006/006_1_2/006_05562.jpg` |

Labels come from `SAMM_Micro_FACS_Codes_v2.xlsx`. Traps, and what happens here:

- Thirteen rows of notes stand above the header, which is found by its content.
- Frame numbers are a counter of four or five digits, in names of mixed width; they are compared as numbers.
- Subjects are numbers in the sheet and folders of three digits; here they are as in `006`.
- The apex of `028_4_1` and of `032_3_1` lies outside the clip, and one offset before its onset. Any such apex
  is read as missing and any such offset as the last frame of the folder; `mended` says so.
- Anger, Other and Others are written `angry` and `others`, as everywhere in learnface.

There is no fixed split: papers leave one subject out at a time.
"""

import re
from collections import Counter
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
)
from learnface.corpora._reading import check_root, list_folders
from learnface.corpora._sheets import read_sheet, text
from learnface.corpora._tree import choose, find_sheet, holders, outer_folders, part
from learnface.errors import DataError

__all__ = ["CARD", "FORMS", "LABELS", "index"]

LABELS = ("angry", "happy", "others", "surprise", "contempt", "disgust", "fear", "sad")
FORMS = ("cropped", "original")

CARD = CorpusCard(
    name="samm",
    title="SAMM",
    kind="clips",
    labels=LABELS,
    samples=159,
    subjects=29,
    licence="signed agreement with Manchester Metropolitan University; research only",
    how_to_get="Ask by the page below, sign the agreement, and unpack SAMM (or SAMM_CROP) beside "
    "SAMM_Micro_FACS_Codes_v2.xlsx; give the folder that holds both.",
    citation="Davison et al., SAMM: a spontaneous micro-facial movement dataset, IEEE Transactions on Affective "
    "Computing 2018",
    url="https://helward.mmu.ac.uk/STAFF/M.Yap/dataset.php",
)

_SUBJECT = re.compile(r"\d{3}")
_FORM_NAMES = {"cropped": "crop", "original": "samm"}
_COLUMNS = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("Onset Frame",),
    "apex": ("Apex Frame",),
    "offset": ("Offset Frame",),
    "action_units": ("Action Units",),
    "emotion": ("Estimated Emotion",),
    "class": ("Objective Classes", "Objective Class"),
    "notes": ("Notes",),
}
_OPTIONAL = ("action_units", "class", "notes")
_COUNTS = dict(zip(LABELS, (57, 26, 26, 15, 12, 9, 8, 6), strict=True))


def index(
    root: str | Path, form: str | None = None, missing: str = "raise", sheet: str | Path | None = None
) -> pd.DataFrame:
    """Index SAMM.

    Args:
        root: folder that holds the corpus, at any depth of unpacking, and its sheet.
        form: `"cropped"` or `"original"`; None for the first of these that is there.
        missing: what to do about clips of the sheet that are not on disk: `"raise"`, or `"drop"` them with a
            warning.
        sheet: path of the label sheet, where it is not in `root`.

    Returns:
        The index table: a row a clip, `sample` as in `"006_1_2"`, `subject` as in `"006"`. Own columns:
        those of `learnface.corpora._micro_clips` (onset, apex, offset, start, stop and so on),
        `action_units`, `objective_class` (1-7), `notes` (the sheet's) and `form`.

    Raises:
        DataError: no form or sheet is there, rows are malformed, or clips are not on disk.

    Warns:
        CountWarning: the counts differ from the published ones, or frames are missing.
    """
    root = check_root(root)
    check_missing(missing)
    outer = outer_folders(root, _SUBJECT)
    found: dict[str, list[Path]] = {}
    for folder in holders(outer, _SUBJECT):
        found.setdefault(part(root, folder, _FORM_NAMES) or "original", []).append(folder)
    form, base = choose(found, form, FORMS, root, CARD.title)
    folders = _clips(base)
    problems = Problems("samm")
    rows, absent = [], []
    path = find_sheet(outer, ("SAMM.*FACS", "SAMM"), sheet, CARD.title)
    for cells in read_sheet(path, _COLUMNS, _OPTIONAL):
        name = text(cells["clip"])
        if name is None:
            continue  # a remark below the table
        if name not in folders:
            absent.append(name)
            continue
        row = _row(cells, name, folders[name], problems)
        if row:
            rows.append(row | {"form": form})
    report_absent(absent, "samm", missing, base, problems)
    problems.raise_if_any()
    if not rows:
        raise DataError(f"{base} holds no clip of the sheet {path}; check both")
    table = clip_table(rows, "samm", LABELS)
    table["objective_class"] = table["objective_class"].astype("Int64")
    published = {"clips": CARD.samples} | _COUNTS
    warn_counts("samm", Counter(table["label"]) | Counter({"clips": len(table)}), published)
    warn_incomplete(table, "samm")
    return table


def _clips(base: Path) -> dict[str, Path]:
    """Return the clips on disk by name."""
    subjects = [folder for folder in list_folders(base) if _SUBJECT.fullmatch(folder.name)]
    return {folder.name: folder for subject in subjects for folder in list_folders(subject)}


def _row(cells: dict[str, Any], name: str, path: Path, problems: Problems) -> dict[str, Any] | None:
    """Return the row of a clip that is on disk, or None with a problem."""
    before = len(problems)
    numbers = numbers_of(cells, ("onset", "apex", "offset", "class"), problems)
    objective_class = numbers.pop("class")
    label = labels.canonical(text(cells["emotion"]) or "")
    if label not in LABELS:
        problems.add(
            cells["place"], f"the emotion is {cells['emotion']!r}", f"use one of {', '.join(LABELS)}"
        )
    subject = path.parent.name
    if (text(cells["subject"]) or "").removesuffix(".0").zfill(3) != subject:
        what = f"Subject is {cells['subject']!r}, but {name} is a clip of {subject}"
        problems.add(cells["place"], what, "mend the sheet or the folder")
    folder = frame_folder(path, problems)
    if folder is None or len(problems) > before:
        return None
    row = clip(folder, **numbers, name=cells["place"], problems=problems)
    if row is None:
        return None
    own = {"action_units": text(cells["action_units"]), "objective_class": objective_class}
    return {"sample": name, "subject": subject, "label": label} | row | own | {"notes": text(cells["notes"])}
