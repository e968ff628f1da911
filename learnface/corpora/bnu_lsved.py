"""BNU-LSVED: sequences of about 40 frames of students in class, labelled with seven learning emotions.

Wei, Sun, He and Yu, BNU-LSVED 2.0: Spontaneous multimodal student affect database with multi-dimensional
labels, Signal Processing: Image Communication 59, 2017, https://doi.org/10.1016/j.image.2017.08.012.

**The layout is unverified**: its owners describe it nowhere in public. `index` therefore reads two forms that
any copy can be brought into:

| form | files | tells |
|---|---|---|
| manifest | `manifest.csv`: `path` (a folder of frames), `label`, and any of the columns below | what it lists |
| folders | `<class>/.../<sequence>/*.bmp` (or other pictures) | the label; neither people nor splits |

A manifest may have the columns `sample` (else the path is the name), `subject`, `split` (train, validation,
test), `valence` (or `pleasure`), `arousal`, `dominance` on any scale, and `apex`, the file name of the peak
frame. Class names are read in any case and form: `puzzle`, `puzzled` and `confused` are one class.

| `kind` | a row is |
|---|---|
| `"sequences"` | a sequence; `frames` is its folder |
| `"sampled"` | one of 10 frames of a sequence (fewer of a shorter one): every 4th of its 40, as Wang et al. 2020 |
| `"static"` | the frame at the apex of a sequence, as in the static set of Wang et al. 2020 |

Wang et al. merge `tired` into `distracted`: pass `merge=MERGE_TIRED`. They took 2,097 pictures near the apex
and 434 sequences of good quality, and do not say which: `"static"` has one picture a sequence, and where no
apex is known the middle one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from learnface import labels
from learnface.clips.sampling import every_nth, uniform
from learnface.corpora._card import CorpusCard
from learnface.corpora._index import Problems, make_index, warn_counts
from learnface.corpora._lookup import FileLookup, check_choice, find_file, find_folder, report_missing
from learnface.corpora._reading import (
    check_root,
    csv_header,
    csv_rows,
    list_files,
    list_folders,
)
from learnface.corpora._split_names import check_subjects, split_of
from learnface.errors import DataError
from learnface.files import PICTURE_SUFFIXES

__all__ = ["CARD", "LABELS", "MERGE_TIRED", "index"]

LABELS = labels.BNU_LSVED
MERGE_TIRED = {"tired": "distracted"}
"""The merge of Wang et al. 2020, which leaves the six classes `learnface.labels.LEARNING_EMOTIONS`."""

CARD = CorpusCard(
    name="bnu_lsved",
    title="BNU-LSVED",
    kind="clips",
    labels=LABELS,
    samples=1_572,
    subjects=None,
    licence="research only, by signed agreement with Beijing Normal University",
    how_to_get="Write to hejun@bnu.edu.cn, subject 'BNU-LSVED download', with the signed licence from "
    "http://ics.bnu.edu.cn. Sort the sequences into folders named by class, or list them in manifest.csv with "
    "the columns path,subject,label; give the folder.",
    citation="Wei et al., BNU-LSVED 2.0: spontaneous multimodal student affect database with "
    "multi-dimensional labels, Signal Processing: Image Communication 59, 2017",
    url="https://doi.org/10.1016/j.image.2017.08.012",
)

# Sequences of version 1.0 by class, in the order of LABELS (Wang et al. 2020).
_COUNTS = dict(zip(LABELS, (196, 205, 113, 402, 212, 246, 198), strict=True))
_KINDS = ("sequences", "sampled", "static")
_FRAMES, _STEP = 10, 4
_MANIFEST = "manifest.csv"
_NUMBERS = {"valence": "valence", "pleasure": "valence", "arousal": "arousal", "dominance": "dominance"}


def index(
    root: str | Path,
    kind: str = "sequences",
    *,
    merge: Mapping[str, str] | None = None,
    classes: Sequence[str] = LABELS,
    missing: str = "raise",
) -> pd.DataFrame:
    """Index BNU-LSVED by its `manifest.csv`, or by folders named by class.

    Args:
        root: the folder with `manifest.csv` or with the class folders; or the manifest itself.
        kind: `"sequences"`, `"sampled"` or `"static"` (see the module).
        merge: classes to rename, such as `MERGE_TIRED`.
        classes: the classes of the copy, for another version than 1.0.
        missing: what becomes of sequences that the manifest lists and that are not on disk: `"raise"` or
            `"drop"`.

    Returns:
        The index table. For sequences its own columns are `count`, the number of frames, and `apex_frame`, the
        path of the peak frame; for single frames `sequence` and `place`, the place of the frame in its
        sequence, from 0. `valence`, `arousal` and `dominance` follow where the manifest has them.

    Raises:
        DataError: an argument is unknown, neither form is there, labels are unknown, files are missing, or a
            person is in two splits; one error lists all problems.

    Warns:
        CountWarning: counts differ from those of version 1.0, or missing sequences are left out.
    """
    check_choice(kind=(kind, _KINDS), missing=(missing, ("raise", "drop")))
    root = check_root(root)
    merge = dict(merge or {})
    labels.label_map(classes, classes, merge)  # refuses names that are no classes
    problems = Problems("bnu_lsved")
    manifest = root if root.is_file() else find_file(root, (_MANIFEST,), depth=1)
    if manifest:
        sequences, absent = _from_manifest(manifest, classes, problems)
        report_missing("bnu_lsved", absent, missing, problems)
    else:
        sequences = list(_from_folders(root, classes, problems))
    check_subjects(sequences, problems, "keep each person in one, or leave out the column split")
    problems.raise_if_any()
    if not sequences:
        raise DataError(f"{manifest or root} names no sequences of frames that are on disk; check the paths")
    for sequence in sequences:
        sequence["label"] = merge.get(sequence["label"], sequence["label"])
    rows = [row for sequence in sequences for row in _rows(sequence, kind)]
    table = make_index(rows, "bnu_lsved", [name for name in classes if name not in merge])
    if tuple(classes) == LABELS:
        published = Counter()
        for label, count in _COUNTS.items():
            published[merge.get(label, label)] += count
        warn_counts("bnu_lsved", Counter(sequence["label"] for sequence in sequences), published)
    return table


def _from_manifest(
    manifest: Path, classes: Sequence[str], problems: Problems
) -> tuple[list[dict], list[Path]]:
    """Return the sequences that a manifest lists, and the folders among them that are not on disk."""
    columns = {name.lower(): name for name in csv_header(manifest)}
    if "path" not in columns:
        raise DataError(f"{manifest} lacks the column 'path'; its header is  path,subject,label,split")
    sequences, absent = [], []
    for row, fields in enumerate(csv_rows(manifest, list(columns.values()))):
        place = f"{manifest} row {row}"
        if fields is None:
            problems.add(place, "has another number of fields than the header", "mend the row")
            continue
        cells = dict(zip(columns, (field.strip() for field in fields), strict=True))
        if not cells["path"]:
            problems.add(place, "has no path", "name the folder of its frames")
            continue
        sequence = _listed(cells, manifest.parent, classes, place, problems)
        if sequence["_frames"]:
            sequences.append(sequence)
        else:
            absent.append(Path(sequence["frames"]))
    return sequences, absent


def _listed(
    cells: dict[str, str], folder: Path, classes: Sequence[str], place: str, problems: Problems
) -> dict:
    """Return the sequence of one row of a manifest."""
    name = cells["path"].replace("\\", "/").strip("/")
    path = folder / name
    split, word = split_of(cells.get("split", "")), cells.get("split", "")
    if word and not split:
        problems.add(place, f"split is {word!r}", "use train, validation or test")
    sequence = {
        "sample": cells.get("sample") or name,
        "subject": cells.get("subject") or None,
        "split": split,
        "label": _label(cells.get("label", ""), classes, place, problems),
        "frames": str(path),
        "_frames": list_files(path) if path.is_dir() else [],
    }
    for column, name in _NUMBERS.items():
        if column in cells:
            sequence[name] = _number(cells[column], column, place, problems)
    if cells.get("apex"):
        sequence["_apex"] = FileLookup().find(path / cells["apex"])
        if sequence["_frames"] and sequence["_apex"] is None:
            problems.add(place, f"apex {cells['apex']!r} is not a frame", f"name a picture of {path}")
    return sequence


def _label(word: str, classes: Sequence[str], place: object, problems: Problems) -> str | None:
    if not word:
        return None
    label = labels.canonical(word)
    if label not in classes:
        problems.add(place, f"{word!r} is not a class", f"use one of {', '.join(classes)}, or pass classes=")
    return label


def _number(cell: str, column: str, place: str, problems: Problems) -> float:
    try:
        return float(cell) if cell else np.nan
    except ValueError:
        problems.add(place, f"{column} is {cell!r}", "write a number or nothing")
        return np.nan


def _from_folders(root: Path, classes: Sequence[str], problems: Problems) -> Iterator[dict]:
    """Yield the sequences under folders that are named by class."""

    def has_class(folder: Path) -> bool:
        return any(labels.canonical(inner.name) in classes for inner in list_folders(folder))

    top = find_folder(root, None, has_class, depth=1)
    if top is None:
        raise DataError(
            f"{root} holds neither {_MANIFEST} nor folders named by class ({', '.join(classes)}); sort the "
            "sequences into such folders, or list them"
        )
    for folder in list_folders(top):
        label = _label(folder.name, classes, folder, problems)
        for sequence in _folders_with_pictures(folder):
            yield {
                "sample": sequence.relative_to(top).as_posix(),
                "label": label,
                "frames": str(sequence),
                "_frames": list_files(sequence),
            }


def _folders_with_pictures(folder: Path) -> Iterator[Path]:
    inner = list_folders(folder)
    if list_files(folder, PICTURE_SUFFIXES):
        yield folder
    for path in inner:
        yield from _folders_with_pictures(path)


def _rows(sequence: dict, kind: str) -> Iterator[dict]:
    """Yield the rows that a sequence gives in the index."""
    frames = sequence["_frames"]
    common = {name: cell for name, cell in sequence.items() if not name.startswith("_")}
    apex = sequence.get("_apex")
    place = frames.index(apex) if apex else (len(frames) - 1) // 2
    if kind == "sequences":
        yield common | {"count": len(frames), "apex_frame": str(frames[place])}
        return
    for chosen in [place] if kind == "static" else _sampled(len(frames)):
        own = {"sample": f"{sequence['sample']}/{frames[chosen].stem}", "frames": str(frames[chosen])}
        yield common | own | {"sequence": sequence["sample"], "place": chosen}


def _sampled(count: int) -> list[int]:
    """Return the places of 10 frames: every 4th of about 40, else at even steps from first to last.

    A frame that comes twice, as a sequence is shorter than 10 frames, is taken once.
    """
    about_40 = _FRAMES * _STEP - _STEP < count < _FRAMES * _STEP + _STEP
    places = every_nth(count, _STEP)[:_FRAMES] if about_40 else np.unique(uniform(count, _FRAMES))
    return places.tolist()
