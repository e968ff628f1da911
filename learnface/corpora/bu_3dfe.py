"""BU-3DFE: 100 people, each with a neutral face and six expressions in four intensities, as pictures and 3D scans.

Yin, Wei, Sun, Wang and Rosato, A 3D Facial Expression Database For Facial Behavior Research, FG 2006,
https://doi.org/10.1109/FGR.2006.6.

    F0001/F0001_AN01WH_F2D.bmp    the picture: person, expression, intensity, ancestry
    F0001/F0001_AN01WH_F3D.wrl    the scan

`index` lists the pictures. There is no official split: papers use ten folds without a person in two of them,
often with the two highest intensities only (`intensities=(3, 4)`).
"""

import re
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from learnface import labels
from learnface.corpora._card import CorpusCard
from learnface.corpora._index import Problems, make_index, warn_counts
from learnface.corpora._lookup import find_folder
from learnface.corpora._reading import check_root, list_files, list_folders
from learnface.errors import DataError

__all__ = ["CARD", "LABELS", "index"]

LABELS = labels.BU_3DFE

CARD = CorpusCard(
    name="bu_3dfe",
    title="BU-3DFE",
    kind="images",
    labels=LABELS,
    samples=2_500,
    subjects=100,
    licence="research only, by agreement with Binghamton University",
    how_to_get="Ask as https://www.cs.binghamton.edu/~lijun/Research/3DFE/3DFE_Analysis.html says, unpack the "
    "folders F0001 to M0044 side by side, and give the folder that holds them.",
    citation="Yin et al., A 3D facial expression database for facial behavior research, FG 2006",
    url="https://www.cs.binghamton.edu/~lijun/Research/3DFE/3DFE_Analysis.html",
)

_CODES = dict(zip(("AN", "DI", "FE", "HA", "NE", "SA", "SU"), LABELS, strict=True))
_SUBJECT = re.compile(r"[FM]\d{4}")
_NAME = re.compile(r"([FM]\d{4})_(AN|DI|FE|HA|NE|SA|SU)0([0-4])(AE|AM|BL|IN|LA|WH)_F(2|3)D")
_INTENSITIES = (1, 2, 3, 4)


def index(root: str | Path, intensities: Collection[int] = _INTENSITIES) -> pd.DataFrame:
    """Index the pictures of BU-3DFE.

    Args:
        root: the folder with F0001 and the others, or the one that wraps it.
        intensities: which of the four levels of an expression to take; neutral faces are always taken.

    Returns:
        The index table. Its own columns are `intensity` (1 to 4, 0 for neutral), `ancestry` (AE East Asian, AM
        Middle Eastern, BL Black, IN Indian, LA Latino, WH White, as the corpus has it) and `scan`, the path of
        the 3D scan, missing where it is not on disk.

    Raises:
        DataError: an intensity is unknown, there are no pictures, or files are misnamed; one error lists them
            all.

    Warns:
        CountWarning: the number of people or pictures differs from the published one.
    """
    if not intensities or set(intensities) - set(_INTENSITIES):
        raise DataError(f"intensities is {intensities!r}; use some of {_INTENSITIES}")
    root = check_root(root)
    top = None if root.is_file() else find_folder(root, None, _holds_subjects)
    if top is None:
        raise DataError(f"{root} holds no folders F0001 to M0044; unpack them there")
    problems = Problems("bu_3dfe")
    rows = []
    for folder in list_folders(top):
        for file in list_files(folder) if _SUBJECT.fullmatch(folder.name.upper()) else ():
            rows += _rows(file, problems)
    problems.raise_if_any()
    kept = [row for row in rows if row["intensity"] in {0, *intensities}]
    if not kept:
        raise DataError(f"{top} holds no pictures such as F0001_AN01WH_F2D.bmp; unpack the corpus anew")
    table = make_index(kept, "bu_3dfe", LABELS)
    found = {"people": len({row["subject"] for row in rows}), "pictures": len(rows)}
    warn_counts("bu_3dfe", found, {"people": CARD.subjects, "pictures": CARD.samples})
    return table


def _holds_subjects(folder: Path) -> bool:
    return any(_SUBJECT.fullmatch(inner.name.upper()) for inner in list_folders(folder))


def _rows(file: Path, problems: Problems) -> list[dict]:
    """Return the row of a picture; none for the texture of a scan, and for one that is misnamed."""
    match = _NAME.fullmatch(file.stem.upper())
    if match is None or match[1] != file.parent.name.upper():
        problems.add(file, "is not a picture of this person", "keep names such as F0001_AN01WH_F2D.bmp")
        return []
    subject, code, intensity, ancestry, dimensions = match.groups()
    if (code == "NE") != (intensity == "0"):
        problems.add(file, f"has the intensity {intensity}", "NE goes with 0, expressions with 1 to 4")
    if dimensions == "3":
        return []
    scan = file.with_name(f"{file.stem[:-3]}F3D.wrl")
    row = {
        "sample": match[0].removesuffix("_F2D"),
        "subject": subject,
        "label": _CODES[code],
        "frames": str(file),
        "intensity": int(intensity),
        "ancestry": ancestry,
        "scan": str(scan) if scan.is_file() else None,
    }
    return [row]
