"""Corpora: one file each, with how to get it, its `LABELS`, its `CARD`, and `index(root)`.

`index` names every sample and reads no pixels; `load_images` then loads what an index of images names:

    index = learnface.corpora.fer2013.index("data/fer2013.csv")
    images = load_images(index)    # uint8 (35887, 48, 48, 1)
"""

from types import ModuleType

from learnface.corpora import fer2013, ferplus, labelled_clips
from learnface.corpora._card import CorpusCard
from learnface.corpora._images import load_images
from learnface.corpora._index import CountWarning
from learnface.errors import DataError

__all__ = [
    "CORPORA",
    "CorpusCard",
    "CountWarning",
    "fer2013",
    "ferplus",
    "get_corpus",
    "labelled_clips",
    "load_images",
]

CORPORA: dict[str, ModuleType] = {module.CARD.name: module for module in (fer2013, ferplus, labelled_clips)}
"""Every corpus by its name, in the order in which the command line lists them."""


def get_corpus(name: str) -> ModuleType:
    """Return the module of a corpus: `get_corpus("fer2013").index(root)`.

    Raises:
        DataError: no corpus has that name.

    Example:
        >>> get_corpus("fer2013").LABELS[3]
        'happy'
    """
    if name not in CORPORA:
        raise DataError(f"there is no corpus {name!r}; choose one of {', '.join(CORPORA)}")
    return CORPORA[name]
