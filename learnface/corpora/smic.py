"""SMIC: spontaneous micro-expressions of 20 people, filmed by three cameras, in three classes.

Li et al., A spontaneous micro-expression database: inducement, collection and baseline, FG 2013,
https://doi.org/10.1109/FG.2013.6553717.

| `form` | folders |
|---|---|
| `"cropped"` | `SMIC_all_cropped/{HS,VIS,NIR}/s1/micro/{negative,positive,surprise}/s1_ne_01/reg_image*.bmp` |
| `"raw"` | `SMIC_all_raw/`, the same uncropped |
| `"extended"` | SMIC-E, `SMIC-E_raw image/HS_long/SMIC-HS-E/s01/s1_ne_01/image*.jpg`, and its sheet |

HS is the fast camera (100 frames a second), VIS and NIR are 25 frames a second in visible and infrared light.
Traps, and what happens here:

- Folders name subjects `s1` or `s01`; here they are always `s1`.
- Frame numbers are the camera's counter and do not begin at 1. The sheets of SMIC-E have lost leading zeros,
  which does not matter, as numbers are compared.
- A cropped or raw clip runs from onset to offset, and no apex is annotated: `apex` is missing.
- A long clip of SMIC-E holds up to three micro-expressions: each is a row, `s1_ne_01`, `s1_ne_01-2`,
  `s1_ne_01-3`, with its own `start` and `stop` in the shared folder.
- A copy that is passed on lacks `s18_sur_03` and a few frames; that is a warning.

There is no fixed split: papers leave one subject out at a time.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from learnface.corpora._card import CorpusCard
from learnface.corpora._index import Problems, warn_counts
from learnface.corpora._micro_clips import (
    Folder,
    clip,
    clip_table,
    frame_folder,
    numbers_of,
    warn_incomplete,
    warn_of,
)
from learnface.corpora._reading import check_root, list_folders, natural_key
from learnface.corpora._sheets import read_sheet, text
from learnface.corpora._tree import choose, find_sheet, form_of, holders, outer_folders, part
from learnface.errors import DataError

__all__ = ["CAMERAS", "CARD", "FORMS", "LABELS", "index"]

LABELS = ("negative", "positive", "surprise")
FORMS = ("cropped", "raw", "extended")
CAMERAS = ("HS", "VIS", "NIR")

CARD = CorpusCard(
    name="smic",
    title="SMIC",
    kind="clips",
    labels=LABELS,
    samples=164,
    subjects=16,
    licence="signed agreement with the University of Oulu; research only",
    how_to_get="Ask by the page below, sign the agreement, and unpack SMIC_all_cropped (or SMIC_all_raw, or "
    "SMIC-E with its annotation sheets) into one folder; give that folder.",
    citation="Li et al., A spontaneous micro-expression database: inducement, collection and baseline, FG 2013",
    url="https://www.oulu.fi/cmvs/node/41319",
)

_SUBJECT = re.compile(r"s0*(\d+)", re.IGNORECASE)
_CLIP = re.compile(r"s0*(\d+)_(ne|po|sur)_(\d+)", re.IGNORECASE)
_NON_MICRO = re.compile(r"non[-_ ]?micro.*", re.IGNORECASE)
_CAMERA_NAMES = {camera: rf"(?<![a-z]){camera}(?![a-z])" for camera in CAMERAS}
_FORM_NAMES = {"extended": r"smic[-_]((hs|vis|nir)[-_])?e(?![a-z])|_long", "cropped": "crop", "raw": "raw"}
_CODES = {"ne": "negative", "po": "positive", "sur": "surprise"}
_COUNTS = {"HS": {"negative": 70, "positive": 51, "surprise": 43}}
_TOTALS = {"HS": 164, "VIS": 71, "NIR": 71}
_EXTENDED_CLIPS = {"HS": 157, "VIS": 71, "NIR": 71}
_EVENTS = ("", "2", "3")
_EVENT_NUMBERS = tuple(f"{kind}{event}" for event in _EVENTS for kind in ("onset", "offset"))
_COLUMNS = {"clip": ("Filename",)} | {
    f"{kind.lower()}{event}": (f"{kind}{event}F",) for event in _EVENTS for kind in ("Onset", "Offset")
}


def index(
    root: str | Path,
    camera: str = "HS",
    form: str | None = None,
    non_micro: bool = False,
    sheet: str | Path | None = None,
) -> pd.DataFrame:
    """Index one camera of SMIC.

    Args:
        root: folder that holds the corpus, at any depth of unpacking.
        camera: `"HS"`, `"VIS"` or `"NIR"`.
        form: `"cropped"`, `"raw"` or `"extended"`; None for the first of these that is there.
        non_micro: also give the clips without a micro-expression, which have no label; cropped and raw only.
        sheet: path of SMIC-E's sheet of this camera, where it is not beside the folders.

    Returns:
        The index table: a row a micro-expression, `subject` as in `"s1"`. Own columns: those of
        `learnface.corpora._micro_clips` (onset, apex, offset, start, stop and so on), `camera` and `form`.

    Raises:
        DataError: the form or camera is not there, clips are malformed or, for SMIC-E, not on disk.

    Warns:
        CountWarning: the counts differ from the published ones, frames are missing, or SMIC-E has clips that
            the sheet does not name.
    """
    root = check_root(root)
    if camera not in CAMERAS:
        raise DataError(f"camera is {camera!r}; use one of {', '.join(CAMERAS)}")
    outer = outer_folders(root, _SUBJECT, depth=5)
    form, base = _base(root, outer, camera, form)
    problems = Problems("smic")
    if form == "extended":
        if non_micro:
            raise DataError("non_micro needs form='cropped' or 'raw'; SMIC-E has no such clips")
        rows, unknown = _extended_rows(base, _sheet(outer, camera, sheet), problems)
        warn_of("smic", f"of {base} left out, not in the sheet", unknown)
    else:
        rows = _rows(base, non_micro, problems)
    problems.raise_if_any()
    if not rows:
        raise DataError(f"{base} holds no clips; unpack the corpus anew")
    rows.sort(key=lambda row: natural_key(row["sample"]))
    rows = [row | {"camera": camera, "form": form} for row in rows]
    table = clip_table(rows, "smic", LABELS)
    _warn(table, camera, form)
    warn_incomplete(table, "smic")
    return table


def _base(root: Path, outer: list[Path], camera: str, form: str | None) -> tuple[str, Path]:
    """Return the form to read, and the folder that holds its subjects."""
    found: dict[str | None, list[Path]] = {}
    for folder in holders(outer, _SUBJECT):
        if part(root, folder, _CAMERA_NAMES) == camera:
            found.setdefault(form_of(root, folder, _FORM_NAMES, form), []).append(folder)
    return choose(found, form, FORMS, root, f"SMIC {camera}")


def _rows(base: Path, non_micro: bool, problems: Problems) -> list[dict[str, Any]]:
    """Return a row for each clip of the cropped or raw form: all frames of its folder."""
    rows = []
    for subject in _subjects(base):
        number = int(_SUBJECT.fullmatch(subject.name)[1])
        for kind in list_folders(subject):
            if _NON_MICRO.fullmatch(kind.name):
                clips = [(folder, None) for folder in list_folders(kind)] if non_micro else []
            elif kind.name.lower() == "micro":
                clips = _labelled(kind, number, problems)
            else:
                problems.add(kind, "is neither 'micro' nor 'non_micro'", "keep the corpus's own folders")
                continue
            for path, label in clips:
                folder = frame_folder(path, problems)
                if folder:
                    row = clip(folder, folder.numbers[0], None, folder.numbers[-1], str(path), problems)
                    name = _name(path.name) if label else path.name.lower()
                    rows.append({"sample": name, "subject": f"s{number}", "label": label} | row)
    return rows


def _labelled(micro: Path, subject: int, problems: Problems) -> list[tuple[Path, str]]:
    """Return the clips of a subject with their classes; the folder and the name must tell the same."""
    found = []
    for folder in [folder for kind in list_folders(micro) for folder in list_folders(kind)]:
        match = _CLIP.fullmatch(folder.name)
        if match is None:
            problems.add(folder, "is not named as in s1_ne_01", "keep the corpus's own names")
        elif int(match[1]) != subject or _CODES[match[2].lower()] != folder.parent.name.lower():
            problems.add(folder, "is in the folder of another subject or class", "put it where its name says")
        else:
            found.append((folder, _CODES[match[2].lower()]))
    return found


def _sheet(outer: list[Path], camera: str, sheet: str | Path | None) -> Path:
    return find_sheet(outer, [rf"SMIC[-_]{camera}[-_]E[-_]annotation"], sheet, f"SMIC-{camera}-E")


def _extended_rows(base: Path, sheet: Path, problems: Problems) -> tuple[list[dict[str, Any]], list[str]]:
    """Return a row for each micro-expression of SMIC-E, and the clips that the sheet does not name."""
    clips = [
        clip for subject in _subjects(base) for clip in list_folders(subject) if _CLIP.fullmatch(clip.name)
    ]
    folders = {_name(clip.name): clip for clip in clips}
    rows, named = [], set()
    for cells in read_sheet(sheet, _COLUMNS, optional=_EVENT_NUMBERS[2:]):
        match = _CLIP.fullmatch(text(cells["clip"]) or "")
        if match is None:
            if any(cells[name] is not None for name in _EVENT_NUMBERS):
                problems.add(cells["place"], f"Filename is {cells['clip']!r}", "write it as in s1_ne_01")
            continue  # text below the table
        name = _name(match[0])
        named.add(name)
        if name not in folders:
            problems.add(cells["place"], f"{name} is not in {base}", "restore the clip or mend the sheet")
            continue
        folder = frame_folder(folders[name], problems)
        if folder:
            rows += _events(folder, name, match, cells, problems)
    return rows, [name for name in folders if name not in named]


def _events(
    folder: Folder, name: str, match: re.Match, cells: dict[str, Any], problems: Problems
) -> list[dict[str, Any]]:
    """Return a row for each of the up to three micro-expressions of a long clip."""
    numbers = numbers_of(cells, _EVENT_NUMBERS, problems)
    rows = []
    for event in _EVENTS:
        onset, offset = numbers[f"onset{event}"], numbers[f"offset{event}"]
        if onset is None and offset is None and event:
            continue
        if onset is None or offset is None or offset < onset:
            what = f"event {event or 1} runs from {onset} to {offset}"
            problems.add(cells["place"], what, "write its onset and its offset, the greater number")
            continue
        row = clip(folder, onset, None, offset, cells["place"], problems)
        if row:
            names = {"sample": f"{name}-{event}" if event else name, "subject": f"s{int(match[1])}"}
            rows.append(names | {"label": _CODES[match[2].lower()]} | row)
    return rows


def _subjects(base: Path) -> list[Path]:
    return [folder for folder in list_folders(base) if _SUBJECT.fullmatch(folder.name)]


def _name(clip: str) -> str:
    """Return a clip's name as published: lower case, its subject's number unpadded."""
    match = _CLIP.fullmatch(clip)
    return f"s{int(match[1])}_{match[2].lower()}_{match[3]}"


def _warn(table: pd.DataFrame, camera: str, form: str) -> None:
    if form == "extended":
        found, published = {"long clips": table["frames"].nunique()}, {"long clips": _EXTENDED_CLIPS[camera]}
    else:
        labelled = table[table["label"].notna()]
        found = Counter(labelled["label"]) | Counter({"clips": len(labelled)})
        published = {"clips": _TOTALS[camera]} | _COUNTS.get(camera, {})
    warn_counts(f"smic {camera}", found, published, stacklevel=4)
