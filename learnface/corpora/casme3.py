"""CAS(ME)^3, part A: micro-expressions of 100 people in colour and depth, 30 frames a second.

Li et al., CAS(ME)^3: a third generation facial spontaneous micro-expression database with depth information and
high ecological validity, IEEE TPAMI 45(3), 2023, https://doi.org/10.1109/TPAMI.2022.3174895.

| `form` | folders |
|---|---|
| `"clips"` | `Part_A_ME_clip/{frame,depth}/spNo.10_a_116/116.jpg`, the micro-expressions alone |
| `"videos"` | `part_A/spNO.10/a/{color,depth}/116.jpg`, whole videos as frames |

Labels come from `cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx`. Traps, and what happens here:

- The sheet and the folders spell `spNO` and the letter of a video in upper or lower case; case is ignored, and
  names here are as in `spNO.10_a_116`: subject, video and onset, as a video has several micro-expressions.
- An apex outside its clip (some 28 rows) is read as missing; a missing or too early offset (such as 0) as the
  last frame of a clip's own folder. Column `mended` says so and a warning names the rows. In whole videos the
  clip has then no end, and the row is left out with a warning.
- A row that repeats another's subject, video and onset is left out with a warning.
- Some clips are one frame long, some above a hundred, and faces may be covered: filter by `stop - start` and
  by the official error list, if you want.
- Its words are not those of CASME II: there is no repression, but anger.

There is no fixed split: papers leave one subject out at a time.
"""

import re
from pathlib import Path
from typing import Any

import pandas as pd

from learnface import labels
from learnface.corpora._card import CorpusCard
from learnface.corpora._index import Problems, warn_counts
from learnface.corpora._micro_clips import (
    Folder,
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
from learnface.corpora._tree import choose, find_sheet, holders, outer_folders
from learnface.errors import DataError

__all__ = ["CARD", "FORMS", "LABELS", "index"]

LABELS = ("happy", "disgust", "fear", "angry", "sad", "surprise", "others")
FORMS = ("clips", "videos")

CARD = CorpusCard(
    name="casme3",
    title="CAS(ME)^3 part A",
    kind="clips",
    labels=LABELS,
    samples=860,
    subjects=100,
    licence="signed agreement with the Chinese Academy of Sciences; research only",
    how_to_get="Ask by the page below, sign the agreement, and unpack Part_A_ME_clip (or part_A) beside "
    "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx; give the folder that holds both.",
    citation="Li et al., CAS(ME)^3: a third generation facial spontaneous micro-expression database with depth "
    "information and high ecological validity, IEEE TPAMI 2023",
    url="https://casme.psych.ac.cn",
)

_SUBJECT = re.compile(r"sp[-_ ]?no\.?0*(\d+)", re.IGNORECASE)
_CLIP = re.compile(_SUBJECT.pattern + r"_([a-z]\d*)_0*(\d+)", re.IGNORECASE)
_INSIDE = re.compile(_SUBJECT.pattern + ".*", re.IGNORECASE)
_MODALITIES = {"color": ("color", "colour", "frame"), "depth": ("depth",)}
_COLUMNS = {
    "subject": ("Subject",),
    "video": ("Filename",),
    "onset": ("Onset",),
    "apex": ("Apex",),
    "offset": ("Offset",),
    "action_units": ("AU", "Action Units"),
    "class": ("Objective class",),
    "emotion": ("emotion",),
}
_Key = tuple[int, str, int]


def index(
    root: str | Path,
    form: str | None = None,
    modality: str = "color",
    missing: str = "raise",
    sheet: str | Path | None = None,
) -> pd.DataFrame:
    """Index the micro-expressions of CAS(ME)^3, part A.

    Args:
        root: folder that holds the corpus, at any depth of unpacking, and its sheet.
        form: `"clips"` or `"videos"`; None for the first of these that is there.
        modality: `"color"` or `"depth"`.
        missing: what to do about clips of the sheet that are not on disk: `"raise"`, or `"drop"` them with a
            warning.
        sheet: path of the label sheet, where it is not in `root`.

    Returns:
        The index table: a row a micro-expression, `sample` as in `"spNO.10_a_116"`, `subject` as in
        `"spNO.10"`. Own columns: those of `learnface.corpora._micro_clips` (onset, apex, offset, start, stop
        and so on), `video`, `action_units`, `objective_class` (as the sheet writes them) and `form`.

    Raises:
        DataError: no form or sheet is there, rows are malformed, or clips are not on disk.

    Warns:
        CountWarning: rows of the sheet are broken or repeated, frames are missing, or there are not 860 clips.
    """
    root = check_root(root)
    check_missing(missing)
    if modality not in _MODALITIES:
        raise DataError(f"modality is {modality!r}; use one of {', '.join(map(repr, _MODALITIES))}")
    outer = outer_folders(root, _INSIDE)
    form, base = _base(root, outer, form, modality)
    path = find_sheet(outer, (r"cas.*3.*part_A.*ME.*label", r"cas.*3.*label"), sheet, CARD.title)
    problems = Problems("casme3")
    disk = _Disk(base, form, modality)
    rows: dict[_Key, dict[str, Any]] = {}
    absent, endless, repeated = [], [], []
    for cells in read_sheet(path, _COLUMNS, ("action_units", "class")):
        key, numbers = _key(cells, problems)
        if key is None:
            continue
        name = f"spNO.{key[0]}_{key[1]}_{key[2]}"
        if key in rows:
            repeated.append(cells["place"])
        elif not disk.has(key):
            absent.append(name)
        elif form == "videos" and (numbers["offset"] is None or numbers["offset"] < key[2]):
            endless.append(name)
        else:
            folder = disk.folder(key, problems)
            row = _row(cells, name, key, numbers, folder, problems) if folder else None
            rows |= {key: row | {"form": form}} if row else {}
    report_absent(absent, "casme3", missing, base, problems)
    problems.raise_if_any()
    if not rows:
        raise DataError(f"{base} holds no clip of the sheet {path}; check both")
    warn_of("casme3", "left out, as the sheet tells no end of them", endless)
    warn_of("casme3", "left out, as the sheet repeats them", repeated)
    table = clip_table(list(rows.values()), "casme3", LABELS)
    warn_of("casme3", "with a broken row, see the column mended", table["sample"][table["mended"].notna()])
    warn_counts("casme3", {"clips": len(table)}, {"clips": CARD.samples})
    warn_incomplete(table, "casme3")
    return table


def _base(root: Path, outer: list[Path], form: str | None, modality: str) -> tuple[str, Path]:
    """Return the form to read, and the folder that holds its clips or its subjects."""
    others = [name for kind, names in _MODALITIES.items() if kind != modality for name in names]
    found: dict[str, list[Path]] = {}
    for folder in holders(outer, _INSIDE):
        if not any(_CLIP.fullmatch(child.name) for child in list_folders(folder)):
            found.setdefault("videos", []).append(folder)
        elif folder.name.lower() not in others:
            found.setdefault("clips", []).append(folder)
    return choose(found, form, FORMS, root, CARD.title)


class _Disk:
    """The clips or the videos on disk, listed once each."""

    def __init__(self, base: Path, form: str, modality: str):
        self.form, self.modality = form, modality
        # Frames that no folder names are in colour, as those of the other corpora.
        self.unnamed_will_do = modality == "color" or base.name.lower() in _MODALITIES[modality]
        self.listed: dict[tuple, Folder | None] = {}
        self.paths: dict[tuple, Path] = {}
        for child in list_folders(base):
            match = (_CLIP if form == "clips" else _SUBJECT).fullmatch(child.name)
            if match and form == "clips":
                self.paths[int(match[1]), match[2].lower(), int(match[3])] = child
            elif match:
                self.paths |= {(int(match[1]), video.name.lower()): video for video in list_folders(child)}

    def has(self, key: _Key) -> bool:
        return self._key(key) in self.paths

    def folder(self, key: _Key, problems: Problems) -> Folder | None:
        """Return the frames of a clip or of its video; a problem is noted once."""
        short = self._key(key)
        if short not in self.listed:
            self.listed[short] = self._frames(self.paths[short], problems)
        return self.listed[short]

    def _frames(self, path: Path, problems: Problems) -> Folder | None:
        inside = {child.name.lower(): child for child in list_folders(path)}
        own = [inside[name] for name in _MODALITIES[self.modality] if name in inside]
        if own:
            return frame_folder(own[0], problems)
        others = [kind for kind, names in _MODALITIES.items() if not inside.keys().isdisjoint(names)]
        if others or not self.unnamed_will_do:
            remedy = f"unpack them there, or use modality={(others or ['color'])[0]!r}"
            problems.add(path, f"holds no {self.modality} frames", remedy)
            return None
        return frame_folder(path, problems)

    def _key(self, key: _Key) -> tuple:
        return key if self.form == "clips" else key[:2]


def _key(cells: dict[str, Any], problems: Problems) -> tuple[_Key | None, dict[str, int | None]]:
    """Return a row's subject, video and onset, and its frame numbers; None with a problem."""
    before = len(problems)
    numbers = numbers_of(cells, ("onset", "apex", "offset"), problems)
    subject, video = _SUBJECT.fullmatch(text(cells["subject"]) or ""), text(cells["video"])
    if subject is None and video is None and not any(numbers.values()):
        return None, numbers  # a remark below the table
    if subject is None or video is None or numbers["onset"] is None:
        if len(problems) == before:
            what = f"Subject, Filename and Onset are {cells['subject']!r}, {cells['video']!r}, {cells['onset']!r}"
            problems.add(cells["place"], what, "write them as in spNO.1, a, 116")
        return None, numbers
    return (int(subject[1]), video.lower(), numbers["onset"]), numbers


def _row(
    cells: dict[str, Any],
    name: str,
    key: _Key,
    numbers: dict[str, int | None],
    folder: Folder,
    problems: Problems,
) -> dict[str, Any] | None:
    label = labels.canonical(text(cells["emotion"]) or "")
    if label not in LABELS:
        problems.add(
            cells["place"], f"the emotion is {cells['emotion']!r}", f"use one of {', '.join(LABELS)}"
        )
        return None
    row = clip(folder, **numbers, name=cells["place"], problems=problems)
    if row is None:
        return None
    own = {
        "video": key[1],
        "action_units": text(cells["action_units"]),
        "objective_class": text(cells["class"]),
    }
    return {"sample": name, "subject": f"spNO.{key[0]}", "label": label} | row | own
