"""Synthetic learners: clips of faces that nobody has, with certain labels, drawn by `learnface.synthetic`.

A corpus for demonstrations and tests. Accuracies on it say nothing about real learners.

`learnface synthesize FOLDER` (or `write_corpus(folder, "plain")`) makes the folder that `index` reads:

    manifest.csv                          sample,subject,split,label,frames,valence,arousal,onset,apex,offset
    clips/<subject>/<sample>/00000.png    the frames
    clips/<subject>/<sample>/truth.npz    the truth about every frame, see `truth`

The other layouts that `write_corpus` knows are read by the corpus whose layout they borrow.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from learnface.corpora._card import CorpusCard
from learnface.corpora._index import make_index
from learnface.errors import DataError
from learnface.synthetic import (
    EMOTIONS,
    TEMPORAL_TASKS,
    Learner,
    SyntheticClip,
    synthesise_clip,
    write_corpus,
)

__all__ = [
    "CARD",
    "LABELS",
    "Learner",
    "SyntheticClip",
    "index",
    "synthesise_clip",
    "truth",
    "write_corpus",
]

LABELS = (*EMOTIONS, *(label for label in TEMPORAL_TASKS if label not in EMOTIONS))

CARD = CorpusCard(
    name="synthetic",
    title="Synthetic learners",
    kind="clips",
    labels=LABELS,
    samples=None,
    subjects=None,
    licence="none needed: nobody is in the pictures; the head model is CC0 (see NOTICE)",
    how_to_get="Run  learnface synthesize FOLDER ; it is drawn on your computer.",
    citation="none: a test corpus, not a publication",
    url="https://github.com/makehumancommunity/mpfb2",
)

_COLUMNS = ["sample", "subject", "split", "label", "frames", "valence", "arousal", "onset", "apex", "offset"]


def index(root: str | Path) -> pd.DataFrame:
    """Index a corpus written by `write_corpus(root, "plain")`.

    Args:
        root: its folder.

    Returns:
        The index table; `frames` are folders of PNG files. Own columns: `valence` and `arousal` at the apex,
        and the frames of `onset`, `apex` and `offset`.

    Raises:
        DataError: the folder has no manifest, is unfinished, or lacks clips that the manifest names.
    """
    root = Path(root)
    manifest = root / "manifest.csv"
    if not manifest.is_file():
        raise DataError(f"{root}: has no manifest.csv; write the corpus with  learnface synthesize {root}")
    table = pd.read_csv(manifest)
    if list(table) != _COLUMNS:
        raise DataError(
            f"{manifest}: has the columns {list(table)}; those of the plain layout are {_COLUMNS}"
        )
    absent = [path for path in table["frames"] if not (root / path).is_dir()]
    if absent:
        raise DataError(
            f"{root}: lacks {len(absent)} of {len(table)} clips, such as {absent[0]}; write it anew"
        )
    table["frames"] = [str(root / path) for path in table["frames"]]
    return make_index(table, "synthetic", LABELS)


def truth(frames: str | Path) -> dict[str, np.ndarray]:
    """Read what is true of every frame of a clip.

    Args:
        frames: the clip's folder, as `index` gives it.

    Returns:
        `valence`, `arousal`, `intensity` (frames,); `landmarks` (frames, 68, 2) and `pupils` (frames, 2, 2)
        in pixels; `weights` (frames, 52) of the expression `units`; `poses` (frames, 3) in degrees.

    Raises:
        DataError: the folder has no truth.
    """
    path = Path(frames) / "truth.npz"
    if not path.is_file():
        raise DataError(f"{path}: is missing; give a clip's folder from the index of a synthetic corpus")
    with np.load(path, allow_pickle=False) as data:
        return {name: data[name] for name in data.files}
