"""What commands that read a corpus share: its index, with warnings told and not lost."""

from pathlib import Path
from typing import TYPE_CHECKING

from learnface.cli._warnings import tell_warnings

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_index"]


def read_index(corpus: str, data: Path, split: str | None = None) -> "pd.DataFrame":
    """Return the index of a corpus, or of one split of it; its warnings go to standard error.

    Raises:
        DataError: the corpus cannot be read, or has no such split.
    """
    from learnface.clips._manifest import is_prepared
    from learnface.corpora import get_corpus
    from learnface.errors import DataError

    if is_prepared(data):
        raise DataError(f"{data} holds faces that are prepared already: give the corpus that they came from")
    with tell_warnings():
        index = get_corpus(corpus).index(data)
    if split is None:
        return index
    chosen = index[index["split"] == split]
    if chosen.empty:
        raise DataError(
            f"{corpus} has no split {split!r} (it has {sorted(index['split'].dropna().unique())})"
        )
    return chosen
