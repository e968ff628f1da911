"""Your own videos whose frames several people rated in valence and arousal, in one CSV.

This is a form for corpora such as that of Mi et al. 2020 (157 videos of 32 learners, 2,178 frames, 4 annotators),
which is not given out. `annotations.csv` lies beside the videos and has a row
for each rating of a frame:

    video,subject,annotator,time,valence,arousal
    videos/ada-1.mp4,ada,anna,0.2,0.15,-0.3
    videos/ada-1.mp4,ada,ben,0.2,0.25,-0.1

| column | holds |
|---|---|
| `video` | path of a video, or of a folder of frames, from the CSV's folder |
| `time` or `frame` | when: seconds, or the frame's place from 0; one of the two |
| `valence`, `arousal` | numbers from -1 to 1 |
| `annotator` | who rated; without this column there is one annotator |
| `subject`, `split`, `emotion` | who is seen, the split, a word for the frame; all may be left out |

A folder of frames is rated by `frame`, for its pictures have no times; where the numbers in their names have gaps,
nobody knows which picture a place means, and the folder is refused.

The index has a row a video. `frame_table(row)` gives the means over annotators, which are what a model learns,
and `ratings(index, "valence")` the table of frames and annotators, from which reliability is computed.
"""

import functools
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learnface.corpora._card import CorpusCard
from learnface.corpora._index import SPLITS, Problems, make_index
from learnface.corpora._micro_clips import check_missing, warn_of
from learnface.corpora._reading import check_root, csv_header, csv_rows, list_files, natural_key
from learnface.errors import DataError

__all__ = ["CARD", "GOLD", "LABELS", "frame_table", "index", "ratings"]

LABELS = ()
GOLD = ("mean", "ewe")

CARD = CorpusCard(
    name="annotated_videos",
    title="Annotated videos",
    kind="valence-arousal",
    labels=LABELS,
    samples=None,
    subjects=None,
    licence="yours",
    how_to_get="Write annotations.csv (video, subject, annotator, time or frame, valence, arousal) beside your own "
    "videos, and give its path or its folder.",
    citation="Mi, Zhao and Gao, Dimensional emotion recognition based on ConvLSTM (in Chinese), Computer Engineering "
    "and Applications 2020, whose corpus has this form",
    url="https://kns.cnki.net/kcms/detail/11.2127.tp.20200921.1509.017.html",
)

_FILE = "annotations.csv"
_NEEDED = ("video", "valence", "arousal")
_OPTIONAL = ("time", "frame", "annotator", "subject", "split", "emotion")
_AFFECT = ["valence", "arousal"]


def index(root: str | Path, missing: str = "raise") -> pd.DataFrame:
    """Index annotated videos, a row a video.

    Args:
        root: the CSV, or the folder that holds it as `annotations.csv`.
        missing: what to do about videos of the CSV that are not on disk: `"raise"`, or `"drop"` them with a
            warning.

    Returns:
        The index table, `sample` being the path in the CSV without its suffix. Own columns: `valence` and
        `arousal` (the means over frames of the annotators' means), `labelled_frames`, `annotators` (how
        many), and `labels` (the CSV).

    Raises:
        DataError: the CSV is missing or has malformed rows, videos are not on disk, or a folder of frames is
            rated by `time` or has gaps; one error lists all.

    Warns:
        CountWarning: videos that are not on disk are dropped.
    """
    check_missing(missing)
    path = _csv(check_root(root))
    table = _read(path)
    problems = Problems("annotated_videos")
    rows, absent = [], []
    for video, part in table.groupby("video"):
        frames = path.parent / video
        if not frames.exists():
            absent.append(video)
            continue
        if frames.is_dir():
            _check_folder(frames, part, problems)
        means = _means(part)
        told = {name: _one(part, name, video, problems) for name in ("subject", "split") if name in part}
        sample = Path(video).with_suffix("").as_posix() if frames.is_file() else video
        rows.append({"sample": sample, "frames": str(frames)} | told | means[_AFFECT].mean().to_dict())
        rows[-1] |= {"labelled_frames": len(means), "annotators": part["annotator"].nunique()}
    if missing == "raise":
        for video in absent:
            problems.add(
                path.parent / video, f"is not there, but in {path.name}", "restore it, or pass missing='drop'"
            )
    problems.raise_if_any()
    if missing == "drop":
        warn_of("annotated_videos", f"of {path} left out, not on disk", absent)
    if not rows:
        raise DataError(f"none of the videos of {path} is on disk; check its column 'video'")
    rows.sort(key=lambda row: natural_key(row["sample"]))
    return make_index(rows, "annotated_videos", LABELS).assign(labels=str(path))


def frame_table(row: pd.Series, gold: str = "mean") -> pd.DataFrame:
    """Return the labels of the frames of a video: one value out of its annotators'.

    Args:
        row: a row of the index, such as `index.iloc[0]`.
        gold: `"mean"` of the annotators, or `"ewe"`, in which consistent ones count more: the
            `learnface.reliability.evaluator_weighted_estimator` of the video. One annotator alone is both.

    Returns:
        A row a rated frame, in order: `time` (seconds) or `frame` (place from 0), as the CSV tells, `valence`,
        `arousal`, `annotators` (how many rated it), where the CSV has it `emotion` (the word most gave, the
        first of equals), and `valid`, which is true.

    Raises:
        DataError: `gold` is another, or no annotator correlates with the mean of all.
    """
    if gold not in GOLD:
        raise DataError(f"gold is {gold!r}; use one of {', '.join(map(repr, GOLD))}")
    part = _of(row)
    table = _means(part).assign(valid=True)
    if gold == "ewe" and part["annotator"].nunique() > 1:
        from learnface.reliability import evaluator_weighted_estimator  # slow to import, and only needed here

        for name in _AFFECT:
            traces = part.pivot(index=_when(part), columns="annotator", values=name)
            try:
                table[name] = evaluator_weighted_estimator(traces.to_numpy().T)[0]
            except DataError as error:
                raise DataError(f"{row['sample']}, {name}: {error}, or choose gold='mean'") from None
    return table


def ratings(index: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """Return what each annotator gave to each frame, for Cronbach's alpha and mean correlations.

    Args:
        index: rows of the index, such as `index` or `index[:1]`.
        dimension: `"valence"` or `"arousal"`.

    Returns:
        A row a frame (indexed by `sample` and `time` or `frame`), a column an annotator, NaN where one did not
        rate a frame.

    Raises:
        DataError: the dimension is unknown, or the index is empty.
    """
    if dimension not in _AFFECT:
        raise DataError(f"dimension is {dimension!r}; use 'valence' or 'arousal'")
    if index.empty:
        raise DataError("the index has no rows; choose at least one video")
    parts = [_of(row).assign(sample=row["sample"]) for _, row in index.iterrows()]
    table = pd.concat(parts, ignore_index=True)
    return table.pivot(index=["sample", _when(table)], columns="annotator", values=dimension)


def _csv(root: Path) -> Path:
    path = root / _FILE if root.is_dir() else root
    if not path.is_file():
        raise DataError(f"{root} holds no {_FILE}; write it as told by  learnface corpora annotated_videos")
    return path


def _check_folder(folder: Path, part: pd.DataFrame, problems: Problems) -> None:
    """Note a folder of pictures whose ratings belong to no picture for certain."""
    if "time" in part:
        what = "is a folder of pictures, which have no times"
        problems.add(folder, what, "rate by the column 'frame' in place of 'time', or make it a video")
        return
    files = list_files(folder)
    if part["frame"].max() >= len(files):
        what = f"has {len(files):,} pictures, but a rating of frame {part['frame'].max()}"
        problems.add(folder, what, "restore the pictures, or correct the column 'frame', which counts from 0")
    numbers = [re.findall(r"[0-9]+", path.stem)[-1:] for path in files]
    found = sorted(int(each[0]) for each in numbers if each)
    gaps = np.flatnonzero(np.diff(found) > 1)
    if len(gaps):
        what = f"has no picture between {found[gaps[0]]} and {found[gaps[0] + 1]}, and 'frame' counts places"
        problems.add(folder, what, "restore the pictures, or number them through")


def _of(row: pd.Series) -> pd.DataFrame:
    """Return the ratings of a row's video."""
    path = Path(row["labels"])
    table = _read(path)
    names = [video for video in table["video"].unique() if str(path.parent / video) == row["frames"]]
    return table[table["video"].isin(names)]


def _read(path: Path) -> pd.DataFrame:
    """Read and check the ratings; the last file read is kept, as every row of an index asks for it."""
    check_root(path)
    status = path.stat()
    return _read_once(path, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=1)
def _read_once(path: Path, _modified: int, _size: int) -> pd.DataFrame:
    header = csv_header(path)
    columns = [*_NEEDED, *(name for name in _OPTIONAL if name in header)]
    when = [name for name in ("time", "frame") if name in columns]
    if len(when) != 1:
        raise DataError(
            f"{path} has {' and '.join(when) or 'neither time nor frame'}; give one of the two columns"
        )
    problems = Problems("annotated_videos")
    rows = []
    for number, fields in enumerate(csv_rows(path, columns)):
        place = f"{path} row {number}"
        if fields is None:
            problems.add(place, "has another number of fields than the header", "mend the row")
            continue
        rows.append(_row(dict(zip(columns, map(str.strip, fields), strict=True)), when[0], place, problems))
    problems.raise_if_any()
    if not rows:
        raise DataError(f"{path} holds no ratings; write a row for each")
    table = pd.DataFrame(rows)
    twice = table.duplicated(["video", when[0], "annotator"])
    for number in np.flatnonzero(twice):
        what = f"{table['annotator'][number]!r} has rated this frame of {table['video'][number]} before"
        problems.add(f"{path} row {number}", what, "leave one rating of each annotator")
    problems.raise_if_any()
    return table


def _row(cells: dict[str, str], when: str, place: str, problems: Problems) -> dict[str, Any]:
    """Return a rating with its numbers read, noting all that is wrong with it."""
    row: dict[str, Any] = {"annotator": "1"} | cells
    for name in (*_AFFECT, when):
        row[name] = _number(cells[name])
    for name in _AFFECT:
        if not abs(row[name]) <= 1:
            problems.add(place, f"{name} is {cells[name]!r}", "use a number from -1 to 1")
    if not 0 <= row[when] < float("inf") or (when == "frame" and row[when] % 1):
        remedy = "use seconds from 0" if when == "time" else "use a whole number from 0"
        problems.add(place, f"{when} is {cells[when]!r}", remedy)
    elif when == "frame":
        row[when] = int(row[when])
    if not cells["video"]:
        problems.add(place, "names no video", "write its path from the folder of this file")
    if cells.get("split") and cells["split"] not in SPLITS:
        problems.add(place, f"split is {cells['split']!r}", f"use one of {', '.join(SPLITS)}")
    row["video"] = Path(cells["video"]).as_posix()
    return row


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _when(table: pd.DataFrame) -> str:
    return "time" if "time" in table else "frame"


def _means(part: pd.DataFrame) -> pd.DataFrame:
    """Return the means over annotators, a row a frame in order."""
    groups = part.groupby(_when(part))
    table = groups[_AFFECT].mean().assign(annotators=groups["annotator"].nunique())
    if "emotion" in part:
        words = groups["emotion"].agg(lambda column: _most(word for word in column if word))
        table["emotion"] = words.astype(pd.StringDtype(na_value=np.nan))
    return table.reset_index()


def _most(words: Iterable[str]) -> str | None:
    counts = Counter(words).most_common(1)
    return counts[0][0] if counts else None


def _one(part: pd.DataFrame, name: str, video: str, problems: Problems) -> str | None:
    """Return the one value that all rows of a video have."""
    values = sorted(set(part[name]) - {""})
    if len(values) > 1:
        problems.add(f"video {video}", f"has more than one {name} ({', '.join(values)})", "give it one")
    return values[0] if values else None
