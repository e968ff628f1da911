"""AFEW (Acted Facial Expressions in the Wild): short scenes of films with one of seven expressions.

Dhall, Goecke, Lucey and Gedeon, Collecting Large, Richly Annotated Facial-Expression Databases from Movies, IEEE
MultiMedia 2012, https://doi.org/10.1109/MMUL.2012.26. It is the corpus of the EmotiW challenges.

    Train_AFEW/Angry/000046280.avi ...                                       labelled scenes
    Train_AFEW/AlignedFaces_LBPTOP_Points/Faces/000046280/000.jpg ...        the organisers' aligned faces
    Val_AFEW/Angry/..., Val_AFEW/AlignedFaces_LBPTOP_Points_Val/Faces/...
    Test_AFEW/000051324.avi ...                                              labels were never given out

Papers report accuracy on the validation split, as test scenes have no label. The files do not tell which people
are in them.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from learnface import labels
from learnface.corpora._card import CorpusCard
from learnface.corpora._index import Problems, make_index, warn_counts
from learnface.corpora._lookup import (
    check_choice,
    files_below,
    find_folder,
    report_missing,
)
from learnface.corpora._reading import check_root, list_files, list_folders
from learnface.corpora._split_names import split_of
from learnface.errors import DataError
from learnface.files import VIDEO_SUFFIXES

__all__ = ["CARD", "LABELS", "index"]

LABELS = labels.AFEW

CARD = CorpusCard(
    name="afew",
    title="AFEW (EmotiW)",
    kind="clips",
    labels=LABELS,
    samples=1_749,
    subjects=None,
    licence="research only, by agreement",
    how_to_get="Sign the licence of the EmotiW challenge at https://cs.anu.edu.au/few, unpack Train_AFEW, "
    "Val_AFEW and Test_AFEW into one folder, and give that folder.",
    citation="Dhall et al., Collecting large, richly annotated facial-expression databases from movies, IEEE "
    "MultiMedia 19(3), 2012",
    url="https://cs.anu.edu.au/few/AFEW.html",
)

_COUNTS = {"train": 773, "validation": 383, "test": 593}
_FACES = "alignedfaces_lbptop_points"


def index(root: str | Path, kind: str = "videos", *, missing: str = "raise") -> pd.DataFrame:
    """Index the scenes of AFEW.

    Args:
        root: folder with `Train_AFEW`, `Val_AFEW` and `Test_AFEW`, or with those that are there.
        kind: `"videos"`, or `"faces"` for the folders of aligned faces that come with them.
        missing: what becomes of scenes without a folder of faces: `"raise"` or `"drop"`.

    Returns:
        The index table; the label of test scenes is missing.

    Raises:
        DataError: an argument is unknown, no split or scene is there, a folder is no class, or faces are
            missing; one error lists them all.

    Warns:
        CountWarning: scenes without faces are left out, or the counts of a split differ from the published
            ones.
    """
    check_choice(kind=(kind, ("videos", "faces")), missing=(missing, ("raise", "drop")))
    root = check_root(root)
    top = None if root.is_file() else find_folder(root, None, _holds_splits, depth=1)
    if top is None:
        raise DataError(f"{root} holds none of the folders Train_AFEW, Val_AFEW and Test_AFEW; give theirs")
    problems = Problems("afew")
    rows, absent = [], []
    for folder in list_folders(top):
        split = split_of(folder.name)
        for label, video in _scenes(folder, problems) if split else ():
            row = {"sample": f"{split}/{video.stem}", "split": split, "label": label}
            frames = video if kind == "videos" else _faces(folder, video)
            if frames.exists():
                rows.append(row | {"frames": str(frames)})
            else:
                absent.append(frames)
    report_missing("afew", absent, missing, problems)
    problems.raise_if_any()
    if not rows:
        raise DataError(f"{top} holds no scenes; videos lie in Train_AFEW/Angry and so on")
    table = make_index(rows, "afew", LABELS)
    warn_counts("afew", Counter(table["split"]), _COUNTS)
    return table


def _holds_splits(folder: Path) -> bool:
    return any(split_of(inner.name) for inner in list_folders(folder))


def _scenes(folder: Path, problems: Problems) -> Iterator[tuple[str | None, Path]]:
    """Yield the label and the video of each scene of a split; the label of a test scene is None."""
    for video in list_files(folder, VIDEO_SUFFIXES):
        yield None, video
    for inner in list_folders(folder):
        if inner.name.lower().startswith(_FACES):
            continue
        label = labels.canonical(inner.name)
        videos = list(files_below(inner, VIDEO_SUFFIXES, depth=1))
        if label in LABELS:
            yield from ((label, video) for video in videos)
        elif split_of(folder.name) == "test":
            yield from ((None, video) for video in videos)  # in whatever folder the archive made
        elif videos:
            problems.add(inner, "is not a class of AFEW", f"its classes are {', '.join(LABELS)}")


def _faces(folder: Path, video: Path) -> Path:
    """Return the folder of a scene's aligned faces, which copies keep in `Faces` or in class folders."""
    tops = [inner for inner in list_folders(folder) if inner.name.lower().startswith(_FACES)]
    places = [
        place / video.stem
        for top in tops
        for place in (top / "Faces", top / video.parent.name, top / top.name / video.parent.name)
    ]
    default = folder / "AlignedFaces_LBPTOP_Points" / "Faces" / video.stem
    return next((place for place in places if place.is_dir()), (places or [default])[0])
