"""AffectNet: faces from the web with one of eight expressions, and with valence and arousal.

Mollahosseini, Hasani and Mahoor, AffectNet: A Database for Facial Expression, Valence, and Arousal Computing in
the Wild, IEEE Trans. Affective Computing 2019, https://arxiv.org/abs/1708.03985.

It is passed on in two packs, and `index` reads either:

| pack | files |
|---|---|
| the first | `training.csv`, `validation.csv`, `Manually_Annotated_Images/<n>/<hash>.jpg` |
| AffectNet-8 | `train_set/`, `val_set/`, each with `images/<i>.jpg` and `annotations/<i>_{exp,val,aro}.npy` |

The first also names pictures without an expression: none (8), uncertain (9) and no face (10). Test labels are
not given out: papers report accuracy on the validation split, 500 pictures of each class. People are not told
apart. With `classes=7`, as many papers have it, contempt is left out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from learnface import labels
from learnface.corpora._card import CorpusCard
from learnface.corpora._index import Problems, make_index, warn_counts
from learnface.corpora._lookup import FileLookup, check_choice, find_file, find_folder, report_missing
from learnface.corpora._reading import check_root, csv_rows, list_files, list_folders
from learnface.corpora._split_names import split_of
from learnface.errors import DataError

__all__ = ["CARD", "LABELS", "index"]

LABELS = labels.AFFECTNET

CARD = CorpusCard(
    name="affectnet",
    title="AffectNet",
    kind="images",
    labels=LABELS,
    samples=291_651,
    subjects=None,
    licence="research only, by agreement with a principal investigator",
    how_to_get="Ask at https://mohammadmahoor.com/pages/databases/affectnet, and give the folder that holds "
    "training.csv, validation.csv and Manually_Annotated_Images; or the one that holds train_set and val_set.",
    citation="Mollahosseini et al., AffectNet: a database for facial expression, valence, and arousal computing "
    "in the wild, IEEE Transactions on Affective Computing 10(1), 2019",
    url="https://mohammadmahoor.com/pages/databases/affectnet",
)

# Training pictures by class, in the order of LABELS.
_COUNTS = dict(zip(LABELS, (74_874, 134_415, 25_459, 14_090, 6_378, 3_803, 24_882, 3_750), strict=True))
_CODES = {str(code): label for code, label in enumerate(LABELS)}
_OTHER_CODES = {"8": "none", "9": "uncertain", "10": "no face"}
_TABLES = {"train": "training.csv", "validation": "validation.csv"}
_BOX = ("face_x", "face_y", "face_width", "face_height")
_COLUMNS = ["subDirectory_filePath", "expression", "valence", "arousal", *_BOX]
_NO_VALUE = -2.0
_SETS = ("train_set", "val_set")


def index(
    root: str | Path, classes: int = 8, *, unlabelled: str = "drop", missing: str = "raise"
) -> pd.DataFrame:
    """Index the pictures of AffectNet, from either pack (see the module).

    Args:
        root: folder with `training.csv` and `validation.csv`, or with `train_set` and `val_set`.
        classes: 8, or 7 without contempt.
        unlabelled: what becomes of pictures with valence and arousal but without an expression (code 8):
            `"drop"`, or `"keep"` with a missing label. Uncertain pictures and those without a face have
            neither and are always left out.
        missing: what becomes of pictures that are named and not on disk: `"raise"` or `"drop"`.

    Returns:
        The index table. Its own columns are `valence` and `arousal` from -1 to 1, missing where there is none,
        and, from the first pack, the face's box in pixels: `x`, `y`, `width`, `height`. `attrs["dropped"]`
        counts the pictures left out by reason.

    Raises:
        DataError: an argument is unknown, neither pack is there, pictures are missing or rows are malformed;
            one error lists them all.

    Warns:
        CountWarning: missing pictures are left out, or the training classes have other counts than published.
    """
    choices = {"unlabelled": (unlabelled, ("drop", "keep")), "missing": (missing, ("raise", "drop"))}
    check_choice(classes=(classes, (7, 8)), **choices)
    root = check_root(root)
    if root.is_file():
        raise DataError(f"{root} is a file; give the folder that holds it")
    problems = Problems("affectnet")
    tables = {split: find_file(root, (name,), depth=1) for split, name in _TABLES.items()}
    top = find_folder(root, None, _holds_sets, depth=1)
    if not any(tables.values()) and top is None:
        raise DataError(f"{root} holds neither {' and '.join(_TABLES.values())} nor {' and '.join(_SETS)}")
    rows = _from_tables(root, tables, problems) if any(tables.values()) else _from_sets(top, problems)
    kept, dropped = _chosen(rows, LABELS[:classes], unlabelled)
    kept, absent = _on_disk(kept)
    report_missing("affectnet", absent, missing, problems)
    problems.raise_if_any()
    table = make_index(kept, "affectnet", LABELS)
    table.attrs = {"dropped": dict(dropped)}
    published = {label: _COUNTS[label] for label in LABELS[:classes]}
    warn_counts("affectnet train", Counter(table["label"][table["split"] == "train"]), published)
    return table


def _holds_sets(folder: Path) -> bool:
    return any(inner.name.lower() in _SETS for inner in list_folders(folder))


def _from_tables(root: Path, tables: dict[str, Path | None], problems: Problems) -> Iterator[dict]:
    """Yield the rows of the first pack."""
    images = find_folder(root, ("manually_annotated_images",))
    if images is None:
        problems.add(root, "holds no folder Manually_Annotated_Images", "unpack the pictures there")
        images = root
    for split, table in tables.items():
        if table is None:
            problems.add(root / _TABLES[split], "does not exist", "restore it")
            continue
        for number, fields in enumerate(csv_rows(table, _COLUMNS)):
            row = _table_row(fields, f"{table} row {number}", problems)
            if row:
                yield row | {"split": split, "frames": images / row["sample"]}


def _table_row(fields: tuple[str, ...] | None, place: str, problems: Problems) -> dict | None:
    """Return what a row of the first pack's tables says; None where it is malformed."""
    if fields is None:
        problems.add(place, "has another number of fields than the header", "copy the file anew")
        return None
    path, expression, *numbers = (field.strip() for field in fields)
    label = _label(expression, place, problems)
    felt, box = _felt(numbers[:2]), _numbers(numbers[2:])
    if felt is None:
        problems.add(
            place, f"valence and arousal are {','.join(numbers[:2])}", "use numbers from -1 to 1, or -2"
        )
    if label is None or felt is None:
        return None
    names = ("x", "y", "width", "height")
    cells = dict(zip(("valence", "arousal"), _values(felt), strict=True))
    return {"sample": path, "label": label, **cells, **dict(zip(names, box or [np.nan] * 4, strict=True))}


def _from_sets(root: Path, problems: Problems) -> Iterator[dict]:
    """Yield the rows of the second pack."""
    for folder in list_folders(root):
        if folder.name.lower() not in _SETS:
            continue
        parts = {part: folder / part for part in ("images", "annotations")}
        lacking = [path for path in parts.values() if not path.is_dir()]
        for path in lacking:
            problems.add(path, "does not exist", "unpack the archive anew")
        for file in [] if lacking else list_files(parts["images"]):
            cells = {
                name: _annotation(parts["annotations"] / f"{file.stem}_{name}.npy", problems)
                for name in ("exp", "val", "aro")
            }
            if None in cells.values():
                continue
            label, felt = _label(cells["exp"], file, problems), _felt([cells["val"], cells["aro"]])
            if felt is None:
                problems.add(
                    file,
                    f"valence and arousal are {cells['val']},{cells['aro']}",
                    "use numbers from -1 to 1, or -2",
                )
            elif label:
                names = {
                    "sample": f"{folder.name}/{file.stem}",
                    "split": split_of(folder.name),
                    "label": label,
                }
                cells = dict(zip(("valence", "arousal"), _values(felt), strict=True))
                yield names | {"frames": file, **cells}


def _annotation(path: Path, problems: Problems) -> str | None:
    """Return the word or number that an `.npy` file holds, as text."""
    try:
        return str(np.load(path).item())
    except (OSError, ValueError, EOFError):
        problems.add(path, "is missing or holds no single value", "unpack the archive anew")
        return None


def _label(code: str, place: object, problems: Problems) -> str | None:
    label = _CODES.get(code) or _OTHER_CODES.get(code)
    if label is None:
        problems.add(place, f"expression is {code!r}", "use a code from 0 to 10")
    return label


def _numbers(words: list[str]) -> list[float] | None:
    try:
        return [float(word) for word in words]
    except ValueError:
        return None


def _felt(words: list[str]) -> list[float] | None:
    """Return valence and arousal as they are written, None where they are no such numbers."""
    numbers = _numbers(words)
    return numbers if numbers and all(abs(n) <= 1 or n == _NO_VALUE for n in numbers) else None


def _values(felt: list[float]) -> list[float]:
    """Return valence and arousal, where -2 stands for no value."""
    return [np.nan if value == _NO_VALUE else value for value in felt]


def _chosen(
    rows: Iterable[dict], classes: tuple[str, ...], unlabelled: str
) -> tuple[list[dict], Counter[str]]:
    """Return the rows to keep, and how many were left out by the name of their code."""
    kept, dropped = [], Counter()
    for row in rows:
        if row["label"] in classes:
            kept.append(row)
        elif row["label"] == "none" and unlabelled == "keep" and not np.isnan(row["valence"]):
            kept.append(row | {"label": None})
        else:
            dropped[row["label"]] += 1
    return kept, dropped


def _on_disk(rows: list[dict]) -> tuple[list[dict], list[Path]]:
    """Return the rows whose picture is there, with its path, and the pictures that are not."""
    lookup, present, absent = FileLookup(), [], []
    for row in rows:
        file = lookup.find(row["frames"])
        if file is None:
            absent.append(row["frames"])
        else:
            present.append(row | {"frames": str(file)})
    return present, absent
