"""CK+ (Extended Cohn-Kanade): 593 sequences of 123 people, each from a neutral face to the peak of an expression.

Lucey et al., The Extended Cohn-Kanade Dataset (CK+), CVPR Workshops 2010,
https://doi.org/10.1109/CVPRW.2010.5543262.

`index` reads the corpus as its archives unpack, with or without the wrapper folders that some programs add:

    cohn-kanade-images/S005/001/S005_001_00000001.png ...     from neutral (first) to peak (last)
    Emotion/S005/001/S005_001_00000011_emotion.txt            327 sequences have one
    FACS/S005/001/S005_001_00000011_facs.txt                  see `read_facs`
    Landmarks/S005/001/S005_001_00000001_landmarks.txt        see `read_landmarks`

| `kind` | a row is | labelled samples |
|---|---|---|
| `"sequences"` | a sequence; `frames` is its folder | 327 |
| `"peaks"` | one of its last frames, and with `neutral=True` its first one | 981 of 7 classes, + 327 neutral |
| `"wang2020"` | one of its last 11 frames, as in Wang et al. 2020 | 3,559 in the paper |

A sequence without an emotion file has no label: it is not neutral, it was never judged. There is no official
split; the pictures of one person must stay on one side, so split by `subject`.

The paper of Wang et al. says only that it took "the last frames near the peak", 3,559 in all. Of 327
sequences 10 frames each are too few and 11 each are 3,597, so 11 is the smallest number that can be meant;
shorter sequences give all but their first frame.

Two small copies of CK+ are passed on that are not the corpus: see `index_ck48` and `index_ckextended`.
"""

import re
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from learnface import labels
from learnface.corpora._card import CorpusCard
from learnface.corpora._ck_plus_copies import index_ck48, index_ckextended
from learnface.corpora._index import CountWarning, Problems, make_index, warn_counts
from learnface.corpora._lookup import check_choice, find_folder, read_words
from learnface.corpora._reading import check_root, list_files, list_folders
from learnface.errors import DataError, first_few

__all__ = ["CARD", "LABELS", "index", "index_ck48", "index_ckextended", "read_facs", "read_landmarks"]

LABELS = labels.CK_PLUS

CARD = CorpusCard(
    name="ck_plus",
    title="CK+",
    kind="clips",
    labels=LABELS,
    samples=593,
    subjects=123,
    licence="research only, by agreement; faces of the subjects who allowed it may be printed",
    how_to_get="Sign the agreement at https://www.jeffcohn.net/resources, download "
    "extended-cohn-kanade-images.zip and Emotion_labels.zip (FACS_labels.zip and Landmarks.zip as you need "
    "them), and unpack them into one folder; give that folder.",
    citation="Lucey et al., The Extended Cohn-Kanade Dataset (CK+): a complete dataset for action unit and "
    "emotion-specified expression, CVPR Workshops 2010",
    url="https://www.jeffcohn.net/resources",
)

# Published number of labelled sequences, in the order of LABELS.
_COUNTS = dict(zip(LABELS, (0, 45, 18, 59, 25, 69, 28, 83), strict=True))
_KINDS = ("sequences", "peaks", "wang2020")
_LAST = {"peaks": 3, "wang2020": 11}
_WANG2020_IMAGES = 3_559
_SUBJECT = re.compile(r"S\d{3}")
_SEQUENCE = re.compile(r"\d{3}")
_FRAME = re.compile(r"(S\d{3}_\d{3})_(\d+)", re.IGNORECASE)
_FOLDERS = {
    "images": ("cohn-kanade-images",),
    "emotion": ("emotion", "emotion_labels"),
    "facs": ("facs", "facs_labels"),
    "landmarks": ("landmarks",),
}


def index(
    root: str | Path,
    kind: str = "sequences",
    *,
    last: int | None = None,
    neutral: bool = False,
    unlabelled: str = "drop",
) -> pd.DataFrame:
    """Index the sequences of CK+, or single frames of them.

    Args:
        root: folder with `cohn-kanade-images` and `Emotion`, or with the folders that wrap these.
        kind: `"sequences"`, `"peaks"` or `"wang2020"` (see the module).
        last: how many last frames to take of a sequence; by default 3 for `"peaks"`, 11 for `"wang2020"`.
            The first frame, a neutral face, is never among them.
        neutral: take the first frame of each sequence too, as `"neutral"`; for single frames only.
        unlabelled: what becomes of sequences without an emotion file: `"drop"`, or `"keep"` with a missing
            label.

    Returns:
        The index table. For sequences its own columns are `count`, the number of frames, and `first`, `last`,
        `onset` and `apex`, the numbers in the file names (the onset is the first frame and the apex the last
        one); for single frames `sequence` and `number`. Both have `landmarks`, the folder or file of
        landmarks, and `facs`, the file of action units, missing where they are not on disk.
        `attrs["unlabelled"]` tells how many sequences have no label.

    Raises:
        DataError: an argument is unknown, a folder is missing, or files are misnamed, missing or malformed;
            one error lists them all.

    Warns:
        CountWarning: counts differ from the published ones, or an emotion file is not named as the last frame
            of its sequence.
    """
    check_choice(kind=(kind, _KINDS), unlabelled=(unlabelled, ("drop", "keep")))
    _check_numbers(kind, last, neutral)
    problems = Problems("ck_plus")
    folders = _find_folders(check_root(root), unlabelled)
    sequences = list(_sequences(folders, problems))
    _check_labels(folders["emotion"], {sequence["sample"] for sequence in sequences}, problems)
    problems.raise_if_any()
    found = Counter(sequence["label"] for sequence in sequences)
    kept = [sequence for sequence in sequences if sequence["label"] or unlabelled == "keep"]
    if not kept:
        raise DataError(
            f"{folders['emotion']} labels none of the {len(sequences):,} sequences; unpack it anew"
        )
    _warn_names(kept)
    if kind == "sequences":
        rows = [{key: cell for key, cell in row.items() if not key.startswith("_")} for row in kept]
    else:
        rows = [row for sequence in kept for row in _frames(sequence, last or _LAST[kind], neutral)]
    table = make_index(rows, "ck_plus", LABELS)
    table.attrs = {"unlabelled": found[None]}
    people = {sequence["subject"] for sequence in sequences}
    counts = {"images": len(table), "sequences": len(sequences), "subjects": len(people), **found}
    published = {"sequences": CARD.samples, "subjects": CARD.subjects, **_COUNTS}
    if kind == "wang2020" and not neutral and unlabelled == "drop":
        published = {"images": _WANG2020_IMAGES, **published}
    warn_counts("ck_plus", counts, published)
    return table


def read_landmarks(path: str | Path) -> np.ndarray:
    """Read the 68 landmarks of a frame, tracked by an active appearance model.

    Returns:
        float32 array of shape `(68, 2)`: x and y in pixels, in the order of the 68 points of iBUG.

    Raises:
        DataError: the file is missing or does not hold 68 points.
    """
    rows = _numbers(path)
    if len(rows) != 68 or any(len(row) != 2 for row in rows):
        raise DataError(f"{path}: does not hold 68 lines of x and y; copy it anew")
    return np.array(rows, np.float32)


def read_facs(path: str | Path) -> dict[int, float]:
    """Read the action units of a sequence's peak and their intensities.

    Returns:
        Intensity, 1 (A, trace) to 5 (E, maximum), by the number of the action unit. 0 stands for a unit that
        is there but whose intensity was not scored.

    Raises:
        DataError: the file is missing or malformed.
    """
    rows = _numbers(path)
    if any(len(row) != 2 or row[0] != int(row[0]) for row in rows):
        raise DataError(f"{path}: does not hold lines of an action unit and its intensity; copy it anew")
    return {int(unit): intensity for unit, intensity in rows}


def _check_numbers(kind: str, last: int | None, neutral: bool) -> None:
    if kind == "sequences" and (last is not None or neutral):
        raise DataError("last and neutral choose single frames; pass kind='peaks' with them")
    if last is not None and last < 1:
        raise DataError(f"last is {last}; take at least 1 frame")


def _find_folders(root: Path, unlabelled: str) -> dict[str, Path | None]:
    """Return where the images, emotions, action units and landmarks lie; the last two are optional."""
    if root.is_file():
        raise DataError(
            f"{root} is a file; give the folder of CK+, or pass ckextended.csv to index_ckextended"
        )
    folders = {what: find_folder(root, names, _holds_subjects) for what, names in _FOLDERS.items()}
    problems = Problems("ck_plus")
    if folders["images"] is None:
        remedy = "unpack extended-cohn-kanade-images.zip there"
        if find_folder(root, ("ck+48",)):
            remedy = "this is CK+48, which index_ck48 reads"
        problems.add(root, "holds no folder cohn-kanade-images with subjects S005 ...", remedy)
    if folders["emotion"] is None and unlabelled == "drop":
        remedy = "unpack Emotion_labels.zip there, or pass unlabelled='keep'"
        problems.add(root, "holds no folder Emotion with subjects S005 ...", remedy)
    problems.raise_if_any()
    return folders


def _holds_subjects(folder: Path) -> bool:
    return any(_SUBJECT.fullmatch(inner.name) for inner in list_folders(folder))


def _sequences(folders: dict[str, Path | None], problems: Problems) -> Iterator[dict]:
    """Yield the row of each sequence; keys with an underscore are for this module alone."""
    for folder in _sequence_folders(folders["images"], problems):
        subject, name = folder.parent.name, folder.name
        sample = f"{subject}_{name}"
        frames = _numbered_frames(folder, sample, problems)
        if not frames:
            problems.add(folder, "holds no frames", "unpack the images anew")
            continue
        label, label_file = _label(folders["emotion"], folder, problems)
        first, last = min(frames), max(frames)
        landmarks = folders["landmarks"] and _beside(folders["landmarks"], folder)
        facs = folders["facs"] and _texts(_beside(folders["facs"], folder))
        yield {
            "sample": sample,
            "subject": subject,
            "label": label,
            "frames": str(folder),
            "count": len(frames),
            "first": first,
            "last": last,
            "onset": first,
            "apex": last,
            "landmarks": str(landmarks) if landmarks and landmarks.is_dir() else None,
            "facs": str(facs[0]) if facs else None,
            "_frames": frames,
            "_label_file": label_file,
        }


def _sequence_folders(images: Path, problems: Problems) -> Iterator[Path]:
    for subject in list_folders(images):
        if not _SUBJECT.fullmatch(subject.name):
            problems.add(subject, "is not a subject such as S005", "rename it or move it elsewhere")
            continue
        for folder in list_folders(subject):
            if _SEQUENCE.fullmatch(folder.name):
                yield folder
            else:
                problems.add(folder, "is not a sequence such as 001", "rename it or move it elsewhere")


def _numbered_frames(folder: Path, sample: str, problems: Problems) -> dict[int, Path]:
    """Return the frames of a sequence by their number."""
    frames = {}
    for file in list_files(folder):
        match = _FRAME.fullmatch(file.stem)
        if match and match[1].upper() == sample:
            frames[int(match[2])] = file
        else:
            problems.add(file, "is not a frame of this sequence", f"frames are named {sample}_00000001.png")
    return frames


def _beside(folder: Path, sequence: Path) -> Path:
    """Return where another archive keeps what belongs to a sequence."""
    return folder / sequence.parent.name / sequence.name


def _texts(folder: Path) -> list[Path]:
    """Return the text files of a folder; none where it is absent, as is usual for labels."""
    return list_files(folder, (".txt",)) if folder.is_dir() else []


def _label(emotion: Path | None, sequence: Path, problems: Problems) -> tuple[str | None, Path | None]:
    """Return the label of a sequence and its file; both None where the corpus has no label for it."""
    files = _texts(_beside(emotion, sequence)) if emotion else []
    if not files:
        return None, None
    if len(files) > 1:
        problems.add(files[1], "is a second label of one sequence", "keep the right one")
    words = read_words(files[0], problems)
    try:
        return LABELS[_code(words[0][0])], files[0]
    except (IndexError, ValueError):
        text = " ".join(words[0]) if words else ""
        problems.add(files[0], f"holds {text!r}", f"a label is a code from 0 to {len(LABELS) - 1}")
        return None, files[0]


def _code(word: str) -> int:
    """Return the code that a file writes as `3.0000000e+00`."""
    number = float(word)
    if number != int(number) or number < 0:
        raise ValueError(word)
    return int(number)


def _check_labels(emotion: Path | None, samples: set[str], problems: Problems) -> None:
    """Note labels whose sequence is not on disk."""
    for subject in list_folders(emotion) if emotion else []:
        for sequence in list_folders(subject):
            if f"{subject.name}_{sequence.name}" not in samples and _texts(sequence):
                problems.add(sequence, "labels a sequence whose images are missing", "unpack the images anew")


def _warn_names(sequences: list[dict]) -> None:
    """Warn where a label file is not named as the last frame: the copy may lack frames."""
    differing = []
    for sequence in sequences:
        file = sequence["_label_file"]
        match = file and _FRAME.match(file.stem)
        named = match and (match[1].upper(), int(match[2]))
        if file and named != (sequence["sample"], sequence["last"]):
            differing.append(f"{file.name} (last frame: {sequence['last']})")
    if differing:
        message = f"ck_plus: labels are not named as the last frame: {first_few(differing)}"
        warnings.warn(message, CountWarning, stacklevel=3)


def _frames(sequence: dict, last: int, neutral: bool) -> Iterator[dict]:
    """Yield a row for each frame to take of a sequence, in the order of time."""
    first, *later = sorted(sequence["_frames"])
    chosen = [(number, sequence["label"]) for number in (later or [first])[-last:]]
    if neutral and later:
        chosen.insert(0, (first, "neutral"))
    for number, label in chosen:
        file = sequence["_frames"][number]
        landmarks = sequence["landmarks"] and Path(sequence["landmarks"]) / f"{file.stem}_landmarks.txt"
        yield {
            "sample": f"{sequence['sample']}_{number:08d}",
            "subject": sequence["subject"],
            "label": label,
            "frames": str(file),
            "sequence": sequence["sample"],
            "number": number,
            "landmarks": str(landmarks) if landmarks and landmarks.is_file() else None,
            "facs": sequence["facs"],
        }


def _numbers(path: str | Path) -> list[list[float]]:
    """Return the numbers of each line of a text file."""
    problems = Problems("ck_plus")
    rows = read_words(Path(path), problems)
    problems.raise_if_any()
    try:
        return [[float(word) for word in row] for row in rows]
    except ValueError:
        raise DataError(f"{path}: holds more than numbers; copy it anew") from None
