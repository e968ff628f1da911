"""The index: one table for every corpus, a row a sample, that names files and reads no pixels.

| column | holds |
|---|---|
| `sample` | unique name of the sample within the corpus |
| `corpus` | name of the corpus in the registry |
| `subject` | name of the person, or missing where the corpus does not tell people apart |
| `split` | `"train"`, `"validation"` or `"test"`, or missing where the corpus gives no split |
| `label` | one of the corpus's `LABELS`, or missing |
| `frames` | path of the picture, the video, or the folder of frames |

Then come the columns that one corpus alone has: `row` (the 0-based data row, where `frames` is a CSV that
holds the pixels), `valence` and `arousal`, onset and apex, votes. Missing text is NaN, so that
`index[index["split"] == "train"]` works without care.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from learnface.errors import DataError, first_few, itemised

__all__ = ["COLUMNS", "CountWarning", "Problems", "SPLITS", "make_index", "warn_counts"]

COLUMNS = ("sample", "corpus", "subject", "split", "label", "frames")
SPLITS = ("train", "validation", "test")
_TEXT = pd.StringDtype(na_value=np.nan)


class CountWarning(UserWarning):
    """A corpus on disk has other counts than its authors published: incomplete, edited or repacked."""


class Problems:
    """Collects what is wrong with a corpus, so that one error lists it all.

    Example:
        >>> problems = Problems("fer2013")
        >>> problems.add("fer2013.csv row 3", "emotion is '9'", "use a code from 0 to 6")
        >>> problems.raise_if_any()
        Traceback (most recent call last):
        learnface.errors.DataError: fer2013.csv row 3: emotion is '9'; use a code from 0 to 6
    """

    def __init__(self, title: str):
        """Start empty; `title` names the corpus or task at the head of a list of several problems."""
        self.title = title
        self._found: list[str] = []

    def add(self, path: object, what: str, remedy: str) -> None:
        """Note that `path` (a file, a row, an argument) is wrong in `what`, and how to mend it."""
        self._found.append(f"{path}: {what}; {remedy}")

    def raise_if_any(self) -> None:
        """Raise one `DataError` that lists every problem, if there are any."""
        if not self._found:
            return
        if len(self._found) == 1:
            raise DataError(self._found[0])
        raise DataError(itemised(f"{self.title}: {len(self._found):,} problems", self._found))

    def __len__(self) -> int:
        return len(self._found)


def make_index(
    data: Mapping[str, Sequence] | Iterable[Mapping[str, Any]], corpus: str, labels: Sequence[str]
) -> pd.DataFrame:
    """Build the index table of a corpus, and check what every index promises.

    Args:
        data: the columns (a mapping or a table) or the rows (mappings). `sample` and `frames` are needed;
            `subject`, `split` and `label` are missing (NaN) where they are left out; others follow as given.
        corpus: name of the corpus in the registry.
        labels: the names that `label` may have; `()` for a corpus of valence and arousal.

    Returns:
        The index table: `COLUMNS`, then the corpus's own columns, in the order of `data`.

    Raises:
        DataError: there are no samples, a needed column or cell is missing, a sample appears twice, or a
            label or split is unknown.

    Example:
        >>> rows = [{"sample": "a", "frames": "a.png", "label": "happy"}, {"sample": "b", "frames": "b.png"}]
        >>> make_index(rows, "mine", labels=("happy", "sad"))
          sample corpus subject split  label  frames
        0      a   mine     NaN   NaN  happy   a.png
        1      b   mine     NaN   NaN    NaN   b.png
    """
    table = pd.DataFrame(data if isinstance(data, Mapping | pd.DataFrame) else list(data))
    if table.empty:
        raise DataError(f"{corpus}: no samples were found; check the folder given")
    lacking = [name for name in ("sample", "frames") if name not in table]
    if lacking:
        raise DataError(f"{corpus}: the index lacks the columns {lacking}; each sample needs them")
    table["corpus"] = corpus
    own = [name for name in table if name not in COLUMNS]
    table = table.reindex(columns=[*COLUMNS, *own]).reset_index(drop=True)
    for name in COLUMNS:
        table[name] = _as_text(table[name])
    _check(table, corpus, labels)
    return table


def warn_counts(
    corpus: str, found: Mapping[Any, int], published: Mapping[Any, int], stacklevel: int = 3
) -> None:
    """Warn once, by `CountWarning`, where counts differ from the published ones; never fail.

    Args:
        corpus: name of the corpus.
        found: counts on disk, by split, by label or by (split, label).
        published: counts of the paper, by the same keys. Only these keys are compared.
        stacklevel: whose line the warning names; the default is the caller of the corpus's `index`.
    """
    differing = [
        f"{' '.join(key) if isinstance(key, tuple) else key} {found.get(key, 0):,} (published: {count:,})"
        for key, count in published.items()
        if found.get(key, 0) != count
    ]
    if differing:
        message = f"{corpus}: the counts differ from the published ones: {first_few(differing, most=7)}"
        warnings.warn(message, CountWarning, stacklevel=stacklevel)


def _as_text(column: pd.Series) -> pd.Series:
    """Return the column as text, where None, NaN and NA are all NaN."""
    if column.dtype == _TEXT:
        return column
    cells, present = column.to_numpy(object, copy=True), column.notna().to_numpy()
    cells[~present] = np.nan
    cells[present] = [str(cell) for cell in cells[present]]
    return pd.Series(cells, column.index, dtype=_TEXT)


def _check(table: pd.DataFrame, corpus: str, labels: Sequence[str]) -> None:
    problems = Problems(f"{corpus} index")
    for name in ("sample", "frames"):
        for row in np.flatnonzero(table[name].isna()):
            problems.add(f"sample {row}", f"{name!r} is missing", "each sample needs one")
    for sample in table["sample"][table["sample"].duplicated()].dropna().unique():
        problems.add(f"sample {sample!r}", "appears more than once", "give each sample its own name")
    for name, known in (("split", SPLITS), ("label", tuple(labels))):
        for value in sorted(set(table[name].dropna()) - set(known)):
            problems.add(f"{name} {value!r}", "is unknown", f"use one of {known}")
    problems.raise_if_any()
