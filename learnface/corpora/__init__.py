"""Corpora: one file each, with how to get it, its `LABELS`, its `CARD`, and `index(root)`.

`index` names every sample and reads no pixels; `load_images` then loads what an index of images names:

    index = learnface.corpora.fer2013.index("data/fer2013.csv")
    images = load_images(index)    # uint8 (35887, 48, 48, 1)

Where `frames` is a folder, `clip_paths` gives the pictures of a row.
"""

from types import ModuleType

from learnface.corpora import (
    aff_wild,
    aff_wild2,
    annotated_videos,
    casme2,
    casme3,
    fer2013,
    ferplus,
    megc2019,
    samm,
    smic,
)
from learnface.corpora._card import CorpusCard
from learnface.corpora._images import load_images
from learnface.corpora._index import CountWarning
from learnface.corpora._micro_clips import clip_paths
from learnface.errors import DataError

__all__ = [
    "CORPORA",
    "CorpusCard",
    "CountWarning",
    "aff_wild",
    "aff_wild2",
    "annotated_videos",
    "casme2",
    "casme3",
    "clip_paths",
    "fer2013",
    "ferplus",
    "get_corpus",
    "load_images",
    "megc2019",
    "samm",
    "smic",
]

_IN_ORDER = (
    fer2013,
    ferplus,
    smic,
    casme2,
    samm,
    casme3,
    megc2019,
    aff_wild,
    aff_wild2,
    annotated_videos,
)

CORPORA: dict[str, ModuleType] = {module.CARD.name: module for module in _IN_ORDER}
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
