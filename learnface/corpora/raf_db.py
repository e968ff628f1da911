"""RAF-DB, basic set: 15,339 faces from the web with one of seven expressions, voted by about 40 people each.

Li, Deng and Du, Reliable Crowdsourcing and Deep Locality-Preserving Learning for Expression Recognition in the
Wild, CVPR 2017, https://doi.org/10.1109/CVPR.2017.277.

    basic/EmoLabel/list_patition_label.txt       (so spelt) lines such as  train_00001.jpg 5
    basic/Image/aligned/train_00001_aligned.jpg  100 x 100, cut and aligned
    basic/Image/original/train_00001.jpg

The split is in the name. People are not told apart, so one may be in both. The classes are uneven: papers
report accuracy, and the mean of the classes' accuracies beside it.
"""

import re
from collections import Counter
from pathlib import Path

import pandas as pd

from learnface import labels
from learnface.corpora._card import CorpusCard
from learnface.corpora._index import Problems, make_index, warn_counts
from learnface.corpora._lookup import (
    FileLookup,
    check_choice,
    find_file,
    find_folder,
    read_words,
    report_missing,
)
from learnface.corpora._reading import check_root
from learnface.errors import DataError

__all__ = ["CARD", "LABELS", "index"]

LABELS = labels.RAF_DB

CARD = CorpusCard(
    name="raf_db",
    title="RAF-DB (basic)",
    kind="images",
    labels=LABELS,
    samples=15_339,
    subjects=None,
    licence="research only, by e-mail from an academic address",
    how_to_get="Ask for the password as http://www.whdeng.cn/raf/model1.html says, unpack basic.zip with "
    "EmoLabel and Image/aligned.zip in it, and give the folder basic.",
    citation="Li et al., Reliable crowdsourcing and deep locality-preserving learning for expression "
    "recognition in the wild, CVPR 2017",
    url="https://doi.org/10.1109/CVPR.2017.277",
)

_COUNTS = {"train": 12_271, "test": 3_068}
_CODES = {str(code): label for code, label in enumerate(LABELS, 1)}
_LISTS = ("list_patition_label.txt", "list_partition_label.txt")
_NAME = re.compile(r"(train|test)_\d+")


def index(root: str | Path, pictures: str = "aligned", *, missing: str = "raise") -> pd.DataFrame:
    """Index the basic set of RAF-DB.

    Args:
        root: the folder `basic`, or one that holds it.
        pictures: `"aligned"` (100 x 100) or `"original"`.
        missing: what becomes of pictures that are listed and not on disk: `"raise"` or `"drop"`.

    Returns:
        The index table; splits are train and test.

    Raises:
        DataError: an argument is unknown, the list or the folder is missing, pictures are missing or lines are
            malformed; one error lists them all.

    Warns:
        CountWarning: missing pictures are left out, or the counts of a split differ from the published ones.
    """
    check_choice(pictures=(pictures, ("aligned", "original")), missing=(missing, ("raise", "drop")))
    root = check_root(root)
    if root.is_file():
        raise DataError(f"{root} is a file; give the folder basic of RAF-DB")
    listed, folder = find_file(root, _LISTS, depth=3), find_folder(root, (pictures,), depth=4)
    problems = Problems("raf_db")
    if listed is None:
        problems.add(root, f"holds no EmoLabel/{_LISTS[0]}", "unpack basic.zip there")
    if folder is None:
        problems.add(root, f"holds no folder Image/{pictures}", f"unpack Image/{pictures}.zip there")
    problems.raise_if_any()
    lookup, rows, absent = FileLookup(), [], []
    for number, words in enumerate(read_words(listed, problems), 1):
        match = _NAME.fullmatch(Path(words[0]).stem.lower())
        if len(words) != 2 or not match or words[1] not in _CODES:
            what = f"is {' '.join(words)!r}"
            problems.add(
                f"{listed} line {number}",
                what,
                "a line is a name and a code from 1 to 7, as train_00001.jpg 5",
            )
            continue
        sample = match[0]
        file = lookup.find(folder / f"{sample}_aligned.jpg") or lookup.find(folder / f"{sample}.jpg")
        if file is None:
            absent.append(folder / f"{sample}{'_aligned' * (pictures == 'aligned')}.jpg")
        else:
            names = {"sample": sample, "split": match[1], "label": _CODES[words[1]], "frames": str(file)}
            rows.append(names)
    report_missing("raf_db", absent, missing, problems)
    problems.raise_if_any()
    if not rows:
        raise DataError(f"{listed} lists no picture that is in {folder}; unpack the corpus anew")
    table = make_index(rows, "raf_db", LABELS)
    warn_counts("raf_db", Counter(table["split"]), _COUNTS)
    return table
