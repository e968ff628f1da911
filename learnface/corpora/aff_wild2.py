"""Aff-Wild2: some 560 to 590 videos from the web, labelled frame by frame for the ABAW challenges.

Kollias and Zafeiriou, Expression, affect, action unit recognition: Aff-Wild2, multi-task learning and ArcFace,
BMVC 2019, https://arxiv.org/abs/1910.04855.

| `task` | labels of a frame | folder of label files |
|---|---|---|
| `"va"` | valence and arousal, -1 to 1; -5 is invalid | `VA_Set`, `VA_Estimation_Challenge` |
| `"expr"` | one of seven or eight expressions; -1 is invalid | `EXPR_Set`, `EXPR_Classification_Challenge` ... |
| `"au"` | 8 or 12 action units, 0 or 1; -1 is invalid | `AU_Set`, `AU_Detection_Challenge` |
| `"mtl"` | all three, for chosen frames | `MTL_Challenge`: two files for all videos |

    VA_Estimation_Challenge/{Train_Set,Validation_Set}/<video>.txt
    cropped_aligned/<video>/00001.jpg       aligned faces
    batch1/<video>.mp4, batch2/<video>.avi

The index has a row a video and person; `frame_table(row)` gives the labels of its frames. Traps, and what
happens here:

- Line i after the header belongs to `0000i.jpg`, counted from 1. Where no face was found there is no picture:
  pictures are found by number, never by position, and labels without one have no `path`.
- There may be a few lines more or fewer than frames: pictures beyond the last line have no label.
- Videos of two people have label files and faces `<video>_left` and `<video>_right`; `video` is the same, so
  group by `video_name` when you split.
- Faces may be there without labels and labels without faces; the latter are an error, or are dropped.

The test labels are held back; train and validation are the split of the challenge, which scores the mean CCC
over all frames of the set together.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learnface.corpora._aff_wild2_labels import TASKS, Labels, read_labels, read_multi_task
from learnface.corpora._card import CorpusCard
from learnface.corpora._frame_labels import add_error, mean_of
from learnface.corpora._index import Problems, make_index
from learnface.corpora._micro_clips import check_missing, warn_of
from learnface.corpora._reading import check_root, list_files, list_folders
from learnface.corpora._tree import outer_folders, part
from learnface.errors import DataError
from learnface.files import VIDEO_SUFFIXES

__all__ = ["CARD", "LABELS", "TASKS", "frame_table", "index"]

LABELS = ()

CARD = CorpusCard(
    name="aff_wild2",
    title="Aff-Wild2",
    kind="valence-arousal",
    labels=LABELS,
    samples=594,
    subjects=None,
    licence="signed agreement with its owners; academic, non-commercial use only",
    how_to_get="Ask its owners by the page below, and unpack the annotations, cropped_aligned and, if you need them, "
    "the videos (batch1, batch2) into one folder; give that folder.",
    citation="Kollias and Zafeiriou, Expression, affect, action unit recognition: Aff-Wild2, multi-task learning "
    "and ArcFace, BMVC 2019",
    url="https://ibug.doc.ic.ac.uk/resources/aff-wild2/",
)

_TASK_FOLDERS = {
    "va": r"^va[-_ ]",
    "expr": r"^expr[-_ ]",
    "au": r"^au[-_ ]",
    "mtl": r"^mtl|multi[-_ ]?task",
}
_SPLITS = {
    "train": re.compile(r"train[-_ ]?set", re.I),
    "validation": re.compile(r"val(idation)?[-_ ]?set", re.I),
}
_MTL_FILES = {"train": re.compile(r"train", re.I), "validation": re.compile(r"val", re.I)}
_FACES = re.compile(r"cropped[-_ ]?aligned.*|.*_aligned", re.IGNORECASE)
_VIDEOS = re.compile(r"batch[-_ ]?\d+|videos?", re.IGNORECASE)
_NAME = re.compile(r"(?P<video>.+?)(?:_(?P<side>left|right))?", re.IGNORECASE)
_FPS = re.compile(r"\d+-(\d+(?:\.\d+)?)-\d+x\d+.*")
_TEXT = pd.StringDtype(na_value=np.nan)


def index(
    root: str | Path,
    task: str = "va",
    source: str | None = None,
    missing: str = "raise",
    images: str | Path | None = None,
) -> pd.DataFrame:
    """Index the labelled videos of Aff-Wild2, a row a video and person.

    All label files are read and checked; pictures are not looked at.

    Args:
        root: folder that holds the annotations, at any depth of unpacking.
        task: `"va"`, `"expr"`, `"au"` or `"mtl"`, see the module.
        source: what `frames` names: `"faces"`, the folders of `cropped_aligned`, or `"videos"`. None for
            faces where there are any, else videos.
        missing: what to do about label files without faces or video: `"raise"`, or `"drop"` them with a
            warning.
        images: folder that holds `cropped_aligned` or the videos, where it is not `root`.

    Returns:
        The index table. Own columns: `labels` (the label file), `task`, `lines` (frames labelled or marked),
        `valid_lines` (frames with a valid label), for `"va"` and `"mtl"` `valence` and `arousal` (the means
        of valid frames), `video` (the file, or missing), `video_name` and `side` (`"left"`, `"right"` or
        missing).

    Raises:
        DataError: folders or files are missing or malformed; one error lists them all.

    Warns:
        CountWarning: label files without pictures are dropped.
    """
    root = check_root(root)
    check_missing(missing)
    if task not in TASKS:
        raise DataError(f"task is {task!r}; use one of {', '.join(map(repr, TASKS))}")
    images = root if images is None else check_root(images)
    faces, videos = _pictures(images)
    if source is None:
        source = "faces" if faces else "videos"
    if source not in ("faces", "videos"):
        raise DataError(f"source is {source!r}; use 'faces' or 'videos'")
    problems = Problems("aff_wild2")
    rows, absent = [], []
    for split, name, labels in _labelled(root, task, problems):
        match = _NAME.fullmatch(name)
        video = videos.get(match["video"]) or videos.get(name)
        frames = faces.get(name) if source == "faces" else video
        if frames is None:
            absent.append(f"{split} {name}")
            continue
        own = {"video": video and str(video), "video_name": match["video"], "side": match["side"]}
        own["side"] = own["side"] and own["side"].lower()
        rows.append({"sample": name, "split": split, "frames": str(frames)} | _summary(labels, task) | own)
    if missing == "raise":
        for name in absent:
            problems.add(
                name, f"has labels but no {source} in {images}", "restore them, or pass missing='drop'"
            )
    problems.raise_if_any()
    if missing == "drop":
        warn_of("aff_wild2", f"with labels but without {source} left out", absent)
    if not rows:
        raise DataError(f"{images} holds none of the labelled {source}; check the folder given")
    table = make_index(rows, "aff_wild2", LABELS)
    return table.astype(dict.fromkeys(("video", "side"), _TEXT))


def frame_table(row: pd.Series, fps: float | None = None) -> pd.DataFrame:
    """Return the labels of the frames of a row, without reading pictures.

    Args:
        row: a row of the index, such as `index.iloc[0]`.
        fps: frames a second of the video, for `time`. None takes it from the video's name, where it is told.

    Returns:
        A row a line: `frame` (its place in the video from 0, which is `Frame.index` of `read_video`), `time`
        (seconds, or NaN), `path` (the picture of the face, or missing), the labels, and `valid`. Invalid
        labels are NaN. By task the labels are `valence` and `arousal`; `expression`; the action units by
        name, such as `AU1`; or all of them. `valid` says whether the line has a label, for `"mtl"` whether
        it has any.

    Raises:
        DataError: the label file is missing or malformed.
    """
    if row["task"] == "mtl":
        labels = read_multi_task(row["labels"])[row["sample"]]
    else:
        labels = read_labels(row["labels"], row["task"])
    folder = Path(row["frames"])
    paths: Mapping[int, str] = {}
    if folder.is_dir():
        paths = {int(file.stem): str(file) for file in list_files(folder) if file.stem.isdecimal()}
    if fps is None:
        match = _FPS.fullmatch(row["video_name"])
        fps = float(match[1]) if match else float("nan")
    if fps <= 0:
        raise DataError(f"fps is {fps}; give the frames a second, above 0")
    frames = labels.numbers - 1
    head = {"frame": frames, "time": frames / fps}
    head["path"] = pd.array([paths.get(number) for number in labels.numbers.tolist()], _TEXT)
    return pd.DataFrame(head).join(labels.table).assign(valid=labels.valid)


def _pictures(images: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """Return the folders of faces and the videos by name."""
    faces: dict[str, Path] = {}
    videos: dict[str, Path] = {}
    outer = outer_folders(images, _FACES)
    bases = [child for folder in outer for child in list_folders(folder) if _FACES.fullmatch(child.name)]
    if _FACES.fullmatch(images.name):
        bases.append(images)
    for base in bases:
        for child in list_folders(base):
            inner = list_folders(child) if _FACES.fullmatch(child.name) else [child]  # doubled by an archive
            faces |= {folder.name: folder for folder in inner if folder.name not in faces}
    for folder in outer:
        if _VIDEOS.fullmatch(folder.name) or folder == images:
            videos |= {
                path.stem: path for path in list_files(folder, VIDEO_SUFFIXES) if path.stem not in videos
            }
    return faces, videos


def _labelled(root: Path, task: str, problems: Problems):
    """Yield the split, the name and the labels of each video and person."""
    if task == "mtl":
        for split, path in _multi_task_files(root).items():
            try:
                found = read_multi_task(path)
            except DataError as error:
                add_error(problems, path, error)
                continue
            yield from ((split, name, labels) for name, labels in found.items())
        return
    for split, folder in _label_folders(root, task).items():
        for path in list_files(folder, (".txt",)):
            try:
                yield split, path.stem, read_labels(path, task)
            except DataError as error:
                add_error(problems, path, error)


def _label_folders(root: Path, task: str) -> dict[str, Path]:
    """Return the folder of label files of each split."""
    found: dict[str, Path] = {}
    for folder in outer_folders(root, _FACES, depth=5):
        if part(root, folder, _TASK_FOLDERS) != task or not list_files(folder, (".txt",)):
            continue
        for split, pattern in _SPLITS.items():
            if pattern.fullmatch(folder.name):
                _add(found, split, folder, task)
    if not found:
        raise DataError(
            f"{root} holds no folders Train_Set and Validation_Set of task {task!r}; check the folder given"
        )
    return found


def _multi_task_files(root: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in outer_folders(root, _FACES, depth=5):
        if part(root, folder, _TASK_FOLDERS) != "mtl":
            continue
        for path in list_files(folder, (".txt",)):
            for split, pattern in _MTL_FILES.items():
                if pattern.search(path.stem):
                    _add(found, split, path, "mtl")
                    break
    if not found:
        raise DataError(
            f"{root} holds no label files of task 'mtl', train and validation; check the folder given"
        )
    return found


def _add(found: dict[str, Path], split: str, path: Path, task: str) -> None:
    if split in found:
        raise DataError(
            f"the {split} labels of task {task!r} are in {found[split]} and in {path}; give one of them"
        )
    found[split] = path


def _summary(labels: Labels, task: str) -> dict[str, Any]:
    """Return what the index tells of a label file."""
    told = {"labels": str(labels.path), "task": task, "lines": len(labels.table)}
    told["valid_lines"] = int(labels.valid.sum())
    if task in ("va", "mtl"):
        for name in ("valence", "arousal"):
            values = labels.table[name].to_numpy()
            told[name] = mean_of(values[~np.isnan(values)])
    return told
