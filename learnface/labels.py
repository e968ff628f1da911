"""Label sets of the field, in the order of their codes, and the maps between them.

A label set is a tuple of names; a label's code is its place in the tuple. The order is the one of the
corpus's own files, never the alphabetical one, and it travels inside saved models.
"""

from collections.abc import Iterable, Mapping, Sequence

from learnface.errors import DataError

__all__ = [
    "AFEW",
    "AFFECTNET",
    "BNU_LSVED",
    "BU_3DFE",
    "CK_PLUS",
    "DAISEE",
    "ENGAGEWILD",
    "FER2013",
    "FERPLUS",
    "LEARNING_EMOTIONS",
    "RAF_DB",
    "VALENCE_AROUSAL",
    "canonical",
    "label_map",
]

FER2013 = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
FERPLUS = ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt")
CK_PLUS = ("neutral", "angry", "contempt", "disgust", "fear", "happy", "sad", "surprise")
LEARNING_EMOTIONS = ("concentrated", "disgust", "distracted", "happy", "confused", "surprise")
"""The six classes of wang2020 on BNU-LSVED, in the order of its tables."""

BNU_LSVED = (*LEARNING_EMOTIONS, "tired")
DAISEE = ("very low", "low", "high", "very high")
"""The levels of each of DAiSEE's four affects."""
ENGAGEWILD = ("disengaged", "barely engaged", "engaged", "highly engaged")
AFFECTNET = ("neutral", "happy", "sad", "surprise", "fear", "disgust", "angry", "contempt")
RAF_DB = ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral")
AFEW = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
BU_3DFE = AFEW

VALENCE_AROUSAL = ("valence", "arousal")
"""The outputs of a model of dimensional emotion, each in [-1, 1]: no classes, and no probabilities."""

# One spelling for one emotion: what papers and corpora write, and what learnface writes.
_ALIASES = {
    "anger": "angry",
    "afraid": "fear",
    "fearful": "fear",
    "happiness": "happy",
    "joy": "happy",
    "pleased": "happy",
    "sadness": "sad",
    "surprised": "surprise",
    "disgusted": "disgust",
    "puzzle": "confused",
    "puzzled": "confused",
    "confusion": "confused",
    "boredom": "bored",
    "concentration": "concentrated",
    "distraction": "distracted",
    "other": "others",
}


def canonical(label: str) -> str:
    """Return the one spelling that learnface uses for a label, whatever its case or word form.

    Example:
        >>> canonical(" Happiness "), canonical("puzzled"), canonical("repression")
        ('happy', 'confused', 'repression')
    """
    word = label.strip().lower()
    return _ALIASES.get(word, word)


def label_map(
    source: Sequence[str], target: Sequence[str], merge: Mapping[str, str] | None = None
) -> list[int]:
    """Return, for each code of `source`, its code in `target`, or -1 where `target` lacks it.

    Args:
        source: label set to map from.
        target: label set to map to.
        merge: names of `source` to send to another name of `target`, such as
            `{"tired": "distracted"}`.

    Raises:
        DataError: `merge` names a label that is in neither set.

    Example:
        >>> label_map(FERPLUS, FER2013)
        [6, 3, 5, 4, 0, 1, 2, -1]
        >>> label_map(("tired", "happy"), LEARNING_EMOTIONS, merge={"tired": "distracted"})
        [2, 3]
    """
    merge = merge or {}
    _check_known(merge.keys(), source, "source")
    _check_known(merge.values(), target, "target")
    names = [merge.get(name, name) for name in source]
    return [target.index(name) if name in target else -1 for name in names]


def _check_known(names: Iterable[str], labels: Sequence[str], which: str) -> None:
    unknown = sorted(set(names) - set(labels))
    if unknown:
        raise DataError(f"merge names {unknown}, which the {which} label set {tuple(labels)} lacks")
