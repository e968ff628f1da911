"""Aff-Wild: 298 videos from the web, each frame labelled with valence and arousal.

Kollias et al., Deep affect prediction in-the-wild: Aff-Wild database and challenge, deep architectures, and
beyond, IJCV 127, 2019, https://doi.org/10.1007/s11263-019-01158-4.

    videos/{train,test}/105.mp4 or .avi
    annotations/train/{valence,arousal}/105.txt      a number a line, -1 to 1
    bboxes/train/105/1.pts                           the face's box in frame 1; no file: no face was found
    landmarks/train/105/1.pts                        68 points

The index has a row a video; `frame_table(row)` gives the labels of its frames. No labels of the test videos
are given out.

Readers of the corpus disagree on what a line belongs to, and the corpus does not say. `align` chooses:

| `align` | line k (from 0) belongs to |
|---|---|
| `"frames"` | frame k of the video |
| `"faces"` | the k-th frame that has a box; a video without boxes is an error |
| `"auto"` | `"faces"` if there are as many lines as boxes, `"frames"` if as many as decoded frames, else an error |

Frames are counted by decoding, never from the header. That is slow, so that it is left to `frame_table`, where
boxes do not decide; `index(root, count_frames=count_frames)` decides for all videos at once.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learnface.clips.video import read_video
from learnface.corpora._card import CorpusCard
from learnface.corpora._frame_labels import add_error, mean_of, read_numbers
from learnface.corpora._index import Problems, make_index, warn_counts
from learnface.corpora._micro_clips import check_missing, warn_of
from learnface.corpora._reading import check_root, list_files, list_folders
from learnface.errors import DataError
from learnface.files import VIDEO_SUFFIXES

__all__ = ["ALIGNMENTS", "CARD", "LABELS", "box", "count_frames", "frame_table", "index", "read_pts"]

LABELS = ()
ALIGNMENTS = ("auto", "frames", "faces")

CARD = CorpusCard(
    name="aff_wild",
    title="Aff-Wild",
    kind="valence-arousal",
    labels=LABELS,
    samples=298,
    subjects=None,
    licence="on request; academic, non-commercial use only",
    how_to_get="Ask its owners by the page below, and unpack videos, annotations, bboxes and landmarks into one "
    "folder; give that folder.",
    citation="Kollias et al., Deep affect prediction in-the-wild: Aff-Wild database and challenge, deep "
    "architectures, and beyond, IJCV 2019",
    url="https://ibug.doc.ic.ac.uk/resources/first-affect-wild-challenge/",
)

_COUNTS = {"train": 252, "test": 46}
_PARTS = {
    "videos": ("videos", "video"),
    "annotations": ("annotations", "annotation"),
    "boxes": ("bboxes", "bboxs", "bbox"),
    "landmarks": ("landmarks",),
}
_SPLITS = ("train", "test")
_DEPTH = 3


def index(
    root: str | Path,
    align: str = "auto",
    missing: str = "raise",
    count_frames: Callable[[str], int] | None = None,
) -> pd.DataFrame:
    """Index Aff-Wild, a row a video.

    Args:
        root: folder that holds `videos`, `annotations` and, if you have them, `bboxes` and `landmarks`.
        align: `"auto"`, `"frames"` or `"faces"`, see the module.
        missing: what to do about annotated videos that are not on disk: `"raise"`, or `"drop"` them with a
            warning.
        count_frames: takes the path of a video and returns how many frames it has, such as this module's
            function of that name. It is asked where boxes do not decide `align`. None leaves that to
            `frame_table`.

    Returns:
        The index table: `frames` is the video, and the split `"test"` has no labels. Own columns: `valence`
        and `arousal` (the means over the lines), `lines` (how many labels), `valence_file`, `arousal_file`,
        `boxes` and `landmarks` (folders, or missing), `box_count`, and `align` (`"frames"`, `"faces"`, or
        missing where it is not decided yet).

    Raises:
        DataError: files are missing or malformed, or no alignment fits; one error lists them all.

    Warns:
        CountWarning: there are not 252 and 46 videos, or a training video has no labels and is left out.
    """
    root = check_root(root)
    check_missing(missing)
    if align not in ALIGNMENTS:
        raise DataError(f"align is {align!r}; use one of {', '.join(map(repr, ALIGNMENTS))}")
    parts = _parts(root)
    problems = Problems("aff_wild")
    videos = {split: _videos(_section(parts["videos"], split), problems) for split in _SPLITS}
    labels = _labels(parts, problems)
    rows, absent = [], []
    for name, files in labels.items():
        if name not in videos["train"]:
            absent.append(name)
            continue
        row = _row(name, videos["train"][name], files, parts, problems)
        if row:
            row["align"] = _decided(row, align, count_frames, problems)
            rows.append(row)
    if missing == "raise":
        for name in absent:
            problems.add(
                f"video {name}", f"has labels but is not in {root}", "restore it, or pass missing='drop'"
            )
    problems.raise_if_any()
    if missing == "drop":
        warn_of("aff_wild", "with labels left out, not on disk", absent)
    warn_of("aff_wild", "of the training set left out, without labels", set(videos["train"]) - set(labels))
    rows += [{"sample": n, "split": "test", "frames": str(path)} for n, path in videos["test"].items()]
    if not rows:
        raise DataError(f"{root} holds no videos of Aff-Wild; check the folder given")
    table = _table(rows)
    warn_counts("aff_wild", table["split"].value_counts().to_dict(), _COUNTS)
    return table


def frame_table(
    row: pd.Series, align: str | None = None, count_frames: Callable[[str], int] | None = None
) -> pd.DataFrame:
    """Return the labels of a video's frames.

    Args:
        row: a row of the index, such as `index.iloc[0]`.
        align: `"frames"` or `"faces"` whatever the counts are, then cut to the shorter of lines and boxes;
            `"auto"` as in `index`; None for what the index decided, or `"auto"` where it did not.
        count_frames: as in `index`; None decodes the video.

    Returns:
        A row a labelled frame: `frame` (its place in the video from 0, which is `Frame.index` of
        `read_video`), `valence`, `arousal`, `box` (path of the face's box, or missing), and `valid` (whether
        the frame has a box; always true where the corpus has none of the video).

    Raises:
        DataError: the video has no labels, or no alignment fits, or `"faces"` is asked for without boxes.
    """
    if pd.isna(row["valence_file"]):
        raise DataError(f"video {row['sample']} is of the test set, whose labels are not given out")
    chosen = align or (row["align"] if isinstance(row["align"], str) else "auto")
    if chosen not in ALIGNMENTS:
        raise DataError(f"align is {chosen!r}; use one of {', '.join(map(repr, ALIGNMENTS))}")
    problems = Problems("aff_wild")
    chosen = _decided(row, chosen, count_frames or _count_frames, problems)
    problems.raise_if_any()
    boxes = _boxes(row["boxes"])
    numbers = np.column_stack([read_numbers(row[f"{name}_file"], 1)[1] for name in ("valence", "arousal")])
    frames = np.array(sorted(boxes), np.int64) if chosen == "faces" else np.arange(len(numbers))
    length = min(len(frames), len(numbers))
    frames, numbers = frames[:length], numbers[:length]
    paths = pd.array([boxes.get(frame) for frame in frames], pd.StringDtype(na_value=np.nan))
    table = pd.DataFrame({"frame": frames, "valence": numbers[:, 0], "arousal": numbers[:, 1], "box": paths})
    table["valid"] = table["box"].notna() if boxes else True
    return table


def count_frames(path: str | Path) -> int:
    """Return how many frames of a video can be decoded."""
    return sum(1 for _ in read_video(path))


_count_frames = count_frames  # `index` and `frame_table` have an argument of that name


def read_pts(path: str | Path) -> np.ndarray:
    """Read the points of a `.pts` file.

    Returns:
        float64 of shape `(points, 2)`: x and y in pixels.

    Raises:
        DataError: the file is unreadable, or does not hold as many points as it says.
    """
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); copy it anew") from None
    head, _, body = text.partition("{")
    declared = [
        line.split(":")[1].strip() for line in head.splitlines() if line.strip().startswith("n_points")
    ]
    try:
        points = np.array(
            [line.split() for line in body.partition("}")[0].split("\n") if line.strip()], float
        )
    except ValueError:
        points = np.zeros((0, 2))
    if (
        points.ndim != 2
        or points.shape[1:] != (2,)
        or declared not in ([], [str(len(points))])
        or not len(points)
    ):
        raise DataError(f"{path} does not hold the points that it declares; copy it anew")
    return points


def box(points: np.ndarray) -> tuple[float, float, float, float]:
    """Return the upright box `(x, y, width, height)` around points, in pixels.

    Example:
        >>> box(np.array([[2, 3], [2, 9], [7, 9], [7, 3]]))
        (2.0, 3.0, 5.0, 6.0)
    """
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return float(left), float(top), float(right - left), float(bottom - top)


def _parts(root: Path) -> dict[str, Path]:
    """Return the topmost folder of each kind."""
    found, level = {}, [root]
    for _ in range(_DEPTH):
        level = [child for folder in level for child in list_folders(folder)]
        for folder in level:
            for part, names in _PARTS.items():
                if folder.name.lower() in names:
                    found.setdefault(part, folder)
        level = [folder for folder in level if folder not in found.values()]
    for part, folder in found.items():
        found[part] = _section(folder, folder.name.lower()) or folder
    for part in ("videos", "annotations"):
        if part not in found:
            raise DataError(f"{root} holds no folder {part!r}; give the folder that holds Aff-Wild")
    return found


def _section(folder: Path | None, *names: str) -> Path | None:
    """Return a folder such as `train/valence` in `folder`, through any level that the archives doubled."""
    for name in names:
        folder = folder and _child(folder, name)
        while folder is not None and (inner := _child(folder, name)) is not None:
            folder = inner
    return folder


def _child(folder: Path, name: str) -> Path | None:
    return next((child for child in list_folders(folder) if child.name.lower() == name), None)


def _videos(folder: Path | None, problems: Problems) -> dict[str, Path]:
    videos: dict[str, Path] = {}
    for path in list_files(folder, VIDEO_SUFFIXES) if folder else []:
        if path.stem in videos:
            problems.add(path, f"is there as {videos[path.stem].name} too", "leave one of them")
        videos[path.stem] = path
    return videos


def _labels(parts: dict[str, Path], problems: Problems) -> dict[str, dict[str, Path]]:
    """Return the two label files of each video."""
    found: dict[str, dict[str, Path]] = {}
    for kind in ("valence", "arousal"):
        folder = _section(parts["annotations"], "train", kind)
        if folder is None:
            what = f"{parts['annotations']} holds no folder train/{kind}"
            raise DataError(f"{what}; unpack the annotations anew")
        for path in list_files(folder, (".txt",)):
            found.setdefault(path.stem, {})[kind] = path
    whole = {name: files for name, files in found.items() if len(files) == 2}
    for name in found.keys() - whole.keys():
        problems.add(*found[name].values(), "is without its twin of the other dimension", "restore that file")
    return whole


def _row(
    name: str, video: Path, files: dict[str, Path], parts: dict[str, Path], problems: Problems
) -> dict[str, Any] | None:
    numbers = {}
    for kind, path in files.items():
        try:
            numbers[kind] = read_numbers(path, 1)[1]
        except DataError as error:
            add_error(problems, path, error)
    if len(numbers) < 2:
        return None
    lines = [len(values) for values in numbers.values()]
    if lines[0] != lines[1]:
        what = f"has {lines[0]:,} labels of valence and {lines[1]:,} of arousal"
        problems.add(f"video {name}", what, "restore its two files")
        return None
    folders = {}
    for part in ("boxes", "landmarks"):
        section = _section(parts.get(part), "train")
        folder = section / name if section else None
        folders[part] = str(folder) if folder and folder.is_dir() else None
    return {
        "sample": name,
        "split": "train",
        "frames": str(video),
        "valence": mean_of(numbers["valence"]),
        "arousal": mean_of(numbers["arousal"]),
        "lines": lines[0],
        "valence_file": str(files["valence"]),
        "arousal_file": str(files["arousal"]),
        **folders,
        "box_count": len(_boxes(folders["boxes"])) if folders["boxes"] else None,
    }


def _boxes(folder: str | None) -> dict[int, str]:
    """Return the box files by frame, from 0; their names count from 1."""
    if not isinstance(folder, str):
        return {}
    return {int(path.stem) - 1: str(path) for path in list_files(folder, (".pts",)) if path.stem.isdecimal()}


def _decided(
    row: Any, align: str, count_frames: Callable[[str], int] | None, problems: Problems
) -> str | None:
    """Return the alignment that the counts tell, None where frames must be counted first."""
    boxes = row["box_count"]
    if align == "faces" and (pd.isna(boxes) or not boxes):
        what = "has no boxes, and align='faces' gives a label to each"
        problems.add(
            f"video {row['sample']}", what, "unpack bboxes beside the videos, or choose align='frames'"
        )
    if align != "auto":
        return align
    if not pd.isna(boxes) and boxes == row["lines"]:
        return "faces"
    if count_frames is None:
        return None
    frames = count_frames(row["frames"])
    if frames == row["lines"]:
        return "frames"
    what = f"has {row['lines']:,} labels for {frames:,} frames"
    what += "" if pd.isna(boxes) else f", {int(boxes):,} with a box"
    problems.add(f"video {row['sample']}", what, "choose align='frames' or 'faces' yourself, or leave it out")
    return None


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    own = (
        "valence",
        "arousal",
        "lines",
        "valence_file",
        "arousal_file",
        "boxes",
        "landmarks",
        "box_count",
        "align",
    )
    table = make_index([dict.fromkeys(own) | row for row in rows], "aff_wild", LABELS)
    table = table[[*table.columns[:6], *own]]
    kinds = {name: pd.StringDtype(na_value=np.nan) for name in own[3:7]} | {
        "align": pd.StringDtype(na_value=np.nan)
    }
    kinds |= {"valence": float, "arousal": float, "lines": "Int64", "box_count": "Int64"}
    return table.astype(kinds)
