"""Your own labelled clips: videos, folders of frames and pictures, by folders of classes or by a manifest.

**Class folders.** Each folder directly in the root is a class, and its name is the label.

    root/01_happy/clip.mp4                 a video: one sample, subject unknown
    root/01_happy/photo.png                a picture: a sample of one frame, subject unknown
    root/01_happy/take7/0001.png ...       a folder with nothing but pictures: one clip, subject unknown
    root/01_happy/anna/clip.mp4            a folder with videos or folders in it: all of it is the subject `anna`
    root/01_happy/anna/monday/0001.png     ... however deep it goes: a clip of `anna`

Classes are in the order of the numbers in their names, else of the names; a number in front is left out of the
label if every class has one. If all folders in the root are called `train`, `val`, `test` or the like, they
are the splits and the class folders lie in them.

**Manifest.** `manifest.csv` (UTF-8) or `manifest.parquet`, in the root or given itself, a row a sample:

| column | holds |
|---|---|
| `path` | a video, a picture, or a folder of frames, relative to the manifest |
| `label`, or `valence` and `arousal` | the class; or numbers from -1 to 1; or both |
| `subject` | the person; needed for splits that keep people apart |
| `start`, `stop` | optional: the part of the video, in seconds |
| `split` | optional: `train`, `validation` or `test` |
| `sample` | optional: a unique name; else made of the path |

Further columns go into the index as they are. A categorical `label` of a Parquet file gives the order of
the classes; else it is that of their numbers or names.
"""

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from learnface.corpora._card import CorpusCard
from learnface.corpora._class_folders import class_folder_rows
from learnface.corpora._index import Problems, make_index
from learnface.corpora._manifest import MANIFESTS, manifest_rows
from learnface.corpora._reading import check_root
from learnface.corpora.splits import LeakWarning, leaking_subjects
from learnface.errors import DataError, first_few
from learnface.labels import canonical

__all__ = ["CARD", "LABELS", "SubjectWarning", "index"]

LABELS: tuple[str, ...] = ()
"""Empty, as the labels are found in the data: see `index.attrs["labels"]`."""

CARD = CorpusCard(
    name="labelled_clips",
    title="Your own labelled clips",
    kind="clips",
    labels=LABELS,
    samples=None,
    subjects=None,
    licence="yours",
    how_to_get="Put videos, pictures or folders of frames into one folder a class (in it one folder a person), or "
    "list them in a manifest.csv with the columns path, subject, label.",
    citation="your own",
    url="https://www.rfc-editor.org/rfc/rfc4180",
)


class SubjectWarning(UserWarning):
    """A class has one subject only, so that no split can hold it in training and test alike."""


def index(
    root: str | Path,
    labels: Sequence[str] | None = None,
    *,
    subject: str | None = None,
    images: str = "frames",
    allow_outside: bool = False,
) -> pd.DataFrame:
    r"""Index your own clips, from class folders or a manifest (see the module).

    Args:
        root: the folder, or the manifest itself.
        labels: the label set, in the order of the codes; a label of another case or word form, such as
            `Happiness` for `happy`, is taken for the same. None takes the labels as they are found.
        subject: for class folders, a regular expression that finds the subject in the path below the root, as
            its first group: `r"/(S\d+)_"`. It takes the place of subject folders.
        images: for class folders, `"frames"` if the pictures of a folder within a class are one clip,
            `"samples"` if each is a sample of its own; `happy/anna/1.jpg` is then a picture of `anna`.
        allow_outside: accept paths and links that lead out of the root.

    Returns:
        The index table; `index.attrs["labels"]` holds the label set in the order of its codes, `()` where
        there are only valence and arousal. `frames` is the video, the picture or the folder of frames, and
        `start` and `stop` (seconds, missing for all) choose a part, if the manifest has them.

    Raises:
        DataError: whatever is wrong with folders, files or rows, all in one error.

    Warns:
        SubjectWarning: a class has one subject only.
        PassedOverWarning: class folders hold files that are neither videos nor pictures by their endings.
        LeakWarning: a subject is in two splits.
    """
    root = check_root(root)
    if images not in ("frames", "samples"):
        raise DataError(f"images is {images!r}; use 'frames' or 'samples'")
    problems = Problems("labelled_clips")
    manifest = root if root.is_file() else _manifest_in(root)
    if manifest:
        rows, found = manifest_rows(manifest, problems, allow_outside=allow_outside)
        if subject is not None:
            raise DataError(f"subject is for class folders; fill in the column 'subject' of {manifest}")
    else:
        rows, found = class_folder_rows(root, problems, images=images, allow_outside=allow_outside)
        _find_subjects(rows, subject, problems)
    label_set = _settle_labels(rows, found, labels, problems)
    problems.raise_if_any()
    if not rows:
        raise DataError(f"{root} holds no clips; put them into class folders or list them in manifest.csv")
    table = make_index(pd.DataFrame(rows), CARD.name, label_set)
    table.attrs["labels"] = label_set
    _warn(table)
    return table


def _manifest_in(root: Path) -> Path | None:
    found = [root / name for name in MANIFESTS if (root / name).is_file()]
    if len(found) > 1:
        raise DataError(f"{root} holds {' and '.join(MANIFESTS)}; remove one, or give the one to read")
    return found[0] if found else None


def _find_subjects(rows: list[dict[str, Any]], pattern: str | None, problems: Problems) -> None:
    """Set each row's subject by a pattern on its path."""
    if pattern is None:
        return
    try:
        finder = re.compile(pattern)
    except re.error as error:
        raise DataError(f"subject is {pattern!r}, no regular expression ({error}); mend it") from None
    if not finder.groups:
        raise DataError(rf"subject is {pattern!r}, which has no group; mark the subject, as in '/(S\d+)_'")
    for row in rows:
        match = finder.search(row["sample"])
        row["subject"] = match[1] if match else None
        if not row["subject"]:
            problems.add(
                row["frames"], f"subject {pattern!r} does not match", "rename it or mend the pattern"
            )


def _settle_labels(
    rows: list[dict[str, Any]], found: tuple[str, ...], wanted: Sequence[str] | None, problems: Problems
) -> tuple[str, ...]:
    """Bring the labels to the wanted ones, or to those found, and note those that fit neither."""
    if wanted is None:
        spellings: dict[str, str] = {}
        for name in found:
            first = spellings.setdefault(name.casefold(), name)
            if first != name:
                what = f"is the label {first!r} in other letters"
                problems.add(f"label {name!r}", what, "write both alike")
        return found
    by_name = {canonical(name): name for name in wanted} | {name: name for name in wanted}
    fitting = {name: by_name.get(name, by_name.get(canonical(name))) for name in found}
    for name in [name for name, label in fitting.items() if label is None]:
        problems.add(f"label {name!r}", "is not among the labels given", f"use one of {', '.join(wanted)}")
    for row in rows:
        row["label"] = fitting.get(row.get("label"))
    return tuple(wanted)


def _warn(table: pd.DataFrame) -> None:
    people = table.groupby("label")["subject"].nunique(dropna=False)
    unknown = set(table.loc[table["subject"].isna(), "label"])
    alone = [repr(name) for name in table.attrs["labels"] if people.get(name) == 1 and name not in unknown]
    if alone:
        message = f"labelled_clips: only one subject shows {', '.join(alone)}; record more people"
        warnings.warn(message, SubjectWarning, stacklevel=3)
    leaks = list(leaking_subjects(table, "split"))
    if leaks:
        who = first_few(leaks)
        message = (
            f"labelled_clips: {len(leaks)} subjects are in two splits ({who}); use split_subjects(index)"
        )
        warnings.warn(message, LeakWarning, stacklevel=3)
