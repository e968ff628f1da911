"""EngageWild (EmotiW engagement prediction): videos of people who watch a lesson, with four levels of engagement.

Kaur, Mustafa, Mehta and Dhall, Prediction and Localization of Student Engagement in the Wild, DICTA 2018,
https://arxiv.org/abs/1804.00858.

**The layout is unverified**: copies differ, and no public page describes them. `index` reads two forms:

| form | files |
|---|---|
| a table | videos such as `subject_26_Vid_1.mp4` in `Train`, `Validation`, `Test`, and `Labels.csv` |
| folders | `train/highly_engaged/subject_1_Vid_5.avi` |

A line of a table is a video's name and its level: a word (`engaged`), a code (0 to 3) or the intensity of the
challenge (0, 0.33, 0.66, 1). Several tables, one a split, are read together. Papers report the mean squared
error of the intensity; the levels are very uneven.
"""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from learnface import labels
from learnface.corpora._card import CorpusCard
from learnface.corpora._index import Problems, make_index, warn_counts
from learnface.corpora._lookup import check_choice, files_below, report_missing
from learnface.corpora._reading import check_root, list_files, list_folders, natural_key
from learnface.corpora._split_names import check_subjects, split_of
from learnface.errors import DataError
from learnface.files import VIDEO_SUFFIXES

__all__ = ["CARD", "INTENSITIES", "LABELS", "index"]

LABELS = labels.ENGAGEWILD
INTENSITIES = (0.0, 0.33, 0.66, 1.0)
"""The intensity that the challenge gives each level, in the order of LABELS."""

CARD = CorpusCard(
    name="engagewild",
    title="EngageWild (EmotiW engagement prediction)",
    kind="clips",
    labels=LABELS,
    samples=195,
    subjects=78,
    licence="research only, by agreement",
    how_to_get="Ask the organisers of the EmotiW challenge, https://sites.google.com/view/emotiw2020, for the "
    "engagement prediction data; put the videos into Train, Validation and Test, save the labels as Labels.csv "
    "(name,level) beside them, and give the folder.",
    citation="Kaur et al., Prediction and localization of student engagement in the wild, DICTA 2018",
    url="https://sites.google.com/view/emotiw2020",
)

_SUBJECT = re.compile(r"(subject_\d+)_", re.IGNORECASE)
_SCALES = ("auto", "codes", "intensities")
_TABLE_SUFFIXES = (".csv", ".txt")


def index(root: str | Path, *, scale: str = "auto", missing: str = "raise") -> pd.DataFrame:
    """Index the videos of EngageWild.

    Args:
        root: folder that holds the splits, and the tables if there are any.
        scale: how a table writes levels by numbers: `"codes"` (0 to 3), `"intensities"` (0 to 1), or
            `"auto"`, which tells by the numbers and fails where they are only 0 and 1.
        missing: what becomes of videos that a table names and that are not on disk: `"raise"` or `"drop"`.

    Returns:
        The index table. Its own column is `intensity`; it and the label are missing for test videos. The
        subject is read from the name, and missing where the name does not tell it.

    Raises:
        DataError: an argument is unknown, there are no videos, levels are malformed, videos are missing or a
            person is in two splits; one error lists them all.

    Warns:
        CountWarning: missing videos are left out, or the counts differ from the published ones.
    """
    check_choice(scale=(scale, _SCALES), missing=(missing, ("raise", "drop")))
    root = check_root(root)
    if root.is_file():
        raise DataError(f"{root} is a file; give the folder that holds Train and Validation")
    problems = Problems("engagewild")
    levels = _levels(root, scale, problems)
    rows = list(_rows(root, levels, problems))
    if not rows:
        raise DataError(f"{root} holds no videos; put them into Train, Validation and Test there")
    named = set(levels) - {row["sample"].lower() for row in rows}
    absent = [f"video {name!r}" for name in sorted(named, key=natural_key)]
    report_missing("engagewild", absent, missing, problems)
    check_subjects(rows, problems, "keep each person in one")
    problems.raise_if_any()
    table = make_index(rows, "engagewild", LABELS)
    if table["label"].isna().all():
        raise DataError(
            f"{root} labels none of its {len(table)} videos; add Labels.csv, or folders named by level"
        )
    intensity = dict(zip(LABELS, INTENSITIES, strict=True))
    table["intensity"] = [intensity.get(label, np.nan) for label in table["label"]]
    found = {"videos": len(table), "people": table["subject"].nunique()}
    warn_counts("engagewild", found, {"videos": CARD.samples, "people": CARD.subjects})
    return table


def _rows(root: Path, levels: dict[str, str], problems: Problems) -> Iterator[dict]:
    """Yield the row of each video, labelled by a table or by a folder it is in."""
    for video in files_below(root, VIDEO_SUFFIXES, depth=4):
        folders = video.relative_to(root).parts[:-1]
        by_folder = next((level for name in folders if (level := _word_level(name))), None)
        by_table = levels.get(video.stem.lower())
        if by_folder and by_table and by_folder != by_table:
            problems.add(video, f"is {by_folder!r} by its folder and {by_table!r} by its table", "mend one")
        match = _SUBJECT.match(video.stem)
        yield {
            "sample": video.stem,
            "subject": match and match[1].lower(),
            "split": next((split for name in folders if (split := split_of(name))), None),
            "label": by_table or by_folder,
            "frames": str(video),
        }


def _levels(root: Path, scale: str, problems: Problems) -> dict[str, str]:
    """Return the level of each video that the tables name, by the video's lower-cased stem."""
    words: dict[str, tuple[str, str]] = {}
    for folder in [root, *list_folders(root)]:
        for table in list_files(folder, _TABLE_SUFFIXES):
            if "label" in table.stem.lower():
                words |= _words(table)
    numbers = [number for word, _ in words.values() if (number := _number(word)) is not None]
    scale = _scale(numbers) if scale == "auto" and numbers else scale
    if scale == "auto" and numbers:
        problems.add(root, "has labels that are all 0 or 1", "pass scale='codes' or scale='intensities'")
        return {}
    levels = {}
    for stem, (word, place) in words.items():
        level = _word_level(word) or _number_level(_number(word), scale)
        if level is None:
            problems.add(
                place, f"the level is {word!r}", f"use {', '.join(LABELS)}, 0 to 3, or 0, 0.33, 0.66, 1"
            )
        else:
            levels[stem] = level
    return levels


def _words(table: Path) -> dict[str, tuple[str, str]]:
    """Return the level as written, and its place, of each video that a table names; a header is passed over."""
    found = {}
    lines = table.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        name, _, word = line.strip().partition("," if "," in line else "\t" if "\t" in line else " ")
        stem = Path(name.strip().replace("\\", "/")).stem.lower()
        is_header = number == 1 and _number(word) is None and _word_level(word) is None
        if stem and not is_header:
            found[stem] = (word.strip(), f"{table} line {number}")
    return found


def _word_level(word: str) -> str | None:
    """Return the level that a word means, as folders and tables spell it."""
    name = re.sub(r"[\s_-]+", " ", word.strip().lower()).replace("not engaged", "disengaged")
    return name if name in LABELS else None


def _number(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _scale(numbers: list[float]) -> str:
    """Return which scale numbers are on; "auto" where that cannot be told."""
    if any(number != int(number) for number in numbers):
        return "intensities"
    return "codes" if max(numbers) > 1 else "auto"


def _number_level(number: float | None, scale: str) -> str | None:
    """Return the level of a number; intensities are rounded differently by copies."""
    if number is None:
        return None
    if scale == "codes":
        return LABELS[int(number)] if number in range(len(LABELS)) else None
    distances = [abs(number - intensity) for intensity in INTENSITIES]
    return LABELS[int(np.argmin(distances))] if min(distances) < 0.02 else None
