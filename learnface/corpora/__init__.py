"""Corpora: one file each, with how to get it, its `LABELS`, its `CARD`, and `index(root)`.

`index` names every sample and reads no pixels; `load_images` then loads what an index of images names:

    index = learnface.corpora.fer2013.index("data/fer2013.csv")
    images = load_images(index)    # uint8 (35887, 48, 48, 1)
"""

from types import ModuleType

from learnface.corpora import (
    afew,
    aff_wild,
    aff_wild2,
    affectnet,
    annotated_videos,
    bnu_lsved,
    bu_3dfe,
    casme2,
    casme3,
    ck_plus,
    daisee,
    engagewild,
    fer2013,
    ferplus,
    labelled_clips,
    megc2019,
    raf_db,
    samm,
    smic,
    synthetic,
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
    "afew",
    "aff_wild",
    "aff_wild2",
    "affectnet",
    "annotated_videos",
    "bnu_lsved",
    "bu_3dfe",
    "casme2",
    "casme3",
    "ck_plus",
    "clip_paths",
    "daisee",
    "engagewild",
    "fer2013",
    "ferplus",
    "get_corpus",
    "labelled_clips",
    "load_images",
    "megc2019",
    "raf_db",
    "samm",
    "smic",
    "synthetic",
]

_MODULES = (
    # pictures
    fer2013,
    ferplus,
    affectnet,
    raf_db,
    bu_3dfe,
    # clips
    ck_plus,
    bnu_lsved,
    afew,
    daisee,
    engagewild,
    # micro-expressions
    smic,
    casme2,
    samm,
    casme3,
    megc2019,
    # valence and arousal
    aff_wild,
    aff_wild2,
    annotated_videos,
    # your own, and drawn
    labelled_clips,
    synthetic,
)

CORPORA: dict[str, ModuleType] = {module.CARD.name: module for module in _MODULES}
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
