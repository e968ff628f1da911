"""Tables of what was labelled, in the forms that `labelled_clips` and `annotated_videos` load."""

import io
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from learnface.annotation.changes import DIMENSIONS
from learnface.annotation.store import LONGEST_GAP, AnnotationStore
from learnface.annotation.videos import find_subjects, video_path
from learnface.corpora._index import Problems
from learnface.corpora._reading import natural_key
from learnface.errors import DataError, first_few
from learnface.files import atomic_path

__all__ = ["Export", "check_rate", "emotion_table", "rating_table", "resample", "table_bytes", "write_export"]

_TOGETHER = "; "  # between the names of annotators who gave one clip the same label


@dataclass(frozen=True, eq=False)
class Export:
    """A table to write, and what was left out of it.

    Attributes:
        table: the rows; paths are from the folder of the videos.
        notes: sentences that say what was left out, and why; empty if nothing was.
    """

    table: pd.DataFrame
    notes: list[str] = field(default_factory=list)


def emotion_table(store: AnnotationStore, folder: str | Path, annotator: str | None = None) -> Export:
    """Return the marked emotions, a row a mark: a manifest of `learnface.corpora.labelled_clips`.

    Args:
        store: the annotations.
        folder: the folder of the videos.
        annotator: only what this one marked; None for all.

    Returns:
        A table with `path`, `subject`, `label` (categorical, in the order of the store's labels), `start` and
        `stop` (seconds), and `annotator`; of several who gave one stretch the same label, all names. A note
        names stretches of different annotators and labels that are the same one by more than half of the longer.

    Raises:
        DataError: the annotator is unknown, there are no marks, or annotators gave the same stretch of a video
            different labels.
    """
    clips, notes = _clips(store, folder)
    subjects = find_subjects(folder, clips.values())
    stretches: dict[tuple, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    still_open = 0
    for name in _annotators(store, annotator):
        for clip, path in clips.items():
            for mark in store.marks(name, clip):
                if mark.stop is None:
                    still_open += 1
                    continue
                stretches[path, mark.start, mark.stop][mark.label].append(name)
    if still_open:
        notes.append(f"marks without a stop, left out: {still_open}")
    problems = Problems("emotions")
    rows = []
    for (path, start, stop), given in stretches.items():
        if len(given) > 1:
            what = f"{start:g}-{stop:g} s is " + " and ".join(
                f"{label} ({', '.join(dict.fromkeys(names))})" for label, names in given.items()
            )
            problems.add(path, what, "choose one annotator, or settle it in the page")
        label, names = next(iter(given.items()))
        who = _TOGETHER.join(dict.fromkeys(names))
        rows.append((path, subjects.get(path), label, start, stop, who))
    problems.raise_if_any()
    if not rows:
        raise DataError(f"{store.path} holds no emotions with start and stop; mark some first")
    table = pd.DataFrame(rows, columns=["path", "subject", "label", "start", "stop", "annotator"])
    place = {path: number for number, path in enumerate(clips.values())}
    table = table.sort_values(
        ["path", "start", "stop"], key=lambda c: c.map(place) if c.name == "path" else c
    )
    table["label"] = pd.Categorical(table["label"], categories=store.labels)
    notes += _disagreements(rows)
    return Export(table.reset_index(drop=True), notes)


def rating_table(
    store: AnnotationStore, folder: str | Path, annotator: str | None = None, rate: float = 5.0
) -> Export:
    """Return valence and arousal over time, a row a rating: the CSV of `learnface.corpora.annotated_videos`.

    Traces are read at `0, 1 / rate, 2 / rate ...` seconds, on the straight line between the samples before and
    after. Where these are more than half a second apart, or one of the two dimensions is missing, there is no row.

    Args:
        store: the annotations.
        folder: the folder of the videos.
        annotator: only what this one gave; None for all.
        rate: ratings a second; the default is that of mi2020.

    Returns:
        A table with `video`, `subject`, `annotator`, `time` (seconds), `valence`, `arousal` (-1 to 1), and, where
        any emotion is marked, `emotion`: the one that the annotator marked at that time, the last begun of several.

    Raises:
        DataError: the annotator is unknown, the rate is not from 0.1 to 100, or nothing is rated in both dimensions.
    """
    check_rate(rate)
    clips, notes = _clips(store, folder)
    subjects = find_subjects(folder, clips.values())
    parts, alone = [], 0
    names = _annotators(store, annotator)
    for clip, path in clips.items():
        for name in names:
            grids = {
                dimension: resample(store.trace(name, clip, dimension), rate) for dimension in DIMENSIONS
            }
            both = grids["valence"].index.intersection(grids["arousal"].index)
            alone += len(grids["valence"].index.union(grids["arousal"].index)) - len(both)
            part = pd.DataFrame({"video": path, "subject": subjects.get(path), "annotator": name}, index=both)
            part["time"] = np.round(both / rate, 3)
            for dimension in DIMENSIONS:
                part[dimension] = grids[dimension][both].round(4)
            part["emotion"] = _emotions(store.marks(name, clip), part["time"])
            parts += [part] if len(part) else []
    if not parts:
        raise DataError(f"{store.path} holds no stretch that one annotator rated in both valence and arousal")
    if alone:
        notes.append(f"rated in one dimension only, left out: {alone / rate:g} s")
    table = pd.concat(parts, ignore_index=True)
    return Export(table if table["emotion"].notna().any() else table.drop(columns="emotion"), notes)


def resample(trace: Sequence[tuple[float, float]], rate: float) -> pd.Series:
    """Return a trace at whole multiples of `1 / rate` seconds, on straight lines between its samples.

    Args:
        trace: pairs of a time and a value, in order of time.
        rate: values a second.

    Returns:
        The values, indexed by the number of the multiple; none where samples are more than half a second apart.

    Example:
        >>> resample([(0.0, 0.0), (0.4, 0.4), (2.0, 1.0)], rate=5).round(2).to_dict()
        {0: 0.0, 1: 0.2, 2: 0.4, 10: 1.0}
    """
    if not trace:
        return pd.Series(dtype=float, index=pd.Index([], dtype=int))
    times, values = np.array(trace, float).T
    # A hair is given, as times are whole milliseconds and multiples of 1/30 s are not.
    hair = 0.0006
    places = np.arange(np.ceil((times[0] - hair) * rate), np.floor((times[-1] + hair) * rate) + 1).astype(int)
    wanted = np.clip(places / rate, times[0], times[-1])
    after = np.clip(np.searchsorted(times, wanted), 1, max(len(times) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(times) - 1)  # a trace of one sample has none after it
    on_sample = np.minimum(np.abs(times[before] - wanted), np.abs(times[after] - wanted)) <= hair
    kept = on_sample | (times[after] - times[before] <= LONGEST_GAP + 1e-9)
    return pd.Series(np.interp(wanted, times, values)[kept], index=pd.Index(places[kept], dtype=int))


def write_export(export: Export, path: str | Path, folder: str | Path) -> Path:
    """Write a table as CSV or Parquet, its paths told from the folder of the file.

    Args:
        export: from `emotion_table` or `rating_table`.
        path: `.csv` or `.parquet`; ratings are CSV, the form that their loader reads.
        folder: the folder of the videos.

    Returns:
        The path written.

    Raises:
        DataError: the suffix is another, or ratings were to be Parquet.
    """
    path, table = Path(path), export.table.copy()
    column = "path" if "path" in table else "video"
    where = os.path.relpath(Path(folder).resolve(), path.absolute().parent.resolve())
    table[column] = [Path(where, name).as_posix() for name in table[column]]
    data = table_bytes(table, path.suffix.lower())
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
    return path


def table_bytes(table: pd.DataFrame, suffix: str) -> bytes:
    """Return a table as the bytes of a `.csv` or `.parquet` file.

    Raises:
        DataError: the suffix is another, or ratings were to be Parquet.
    """
    if suffix == ".csv":
        return table.to_csv(index=False, lineterminator="\n").encode()
    if suffix != ".parquet":
        raise DataError(f"an export ends in .csv or .parquet, not {suffix!r}; give another name")
    if "video" in table:
        raise DataError(
            "ratings are written as .csv, the form that annotated_videos reads; give another name"
        )
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _disagreements(rows: Sequence[tuple]) -> list[str]:
    """Return a note on marks of different annotators and labels that overlap by more than half of the longer."""
    by_path: dict[str, list[tuple]] = defaultdict(list)
    for path, _, label, start, stop, who in rows:
        by_path[path].append((start, stop, label, who))
    found = []
    for path, marks in by_path.items():
        for (start, stop, label, who), (start2, stop2, label2, who2) in combinations(sorted(marks), 2):
            shared = min(stop, stop2) - max(start, start2)
            longer = max(stop - start, stop2 - start2)
            if label != label2 and who != who2 and shared > longer / 2:
                found.append(
                    f"{path} {start:g}-{stop:g} s {label} ({who}), {start2:g}-{stop2:g} s {label2} ({who2})"
                )
    if not found:
        return []
    some = first_few(found, separator="; ")
    return [f"stretches that overlap under different labels, both kept: {len(found)} ({some})"]


def _clips(store: AnnotationStore, folder: str | Path) -> tuple[dict[int, str], list[str]]:
    """Return the labelled clips that are still there, in order, and a note on those that are not."""
    started = {clip for _, clip in store.progress()}
    paths = {number: path for path, number in store.clip_ids([]).items() if number in started}
    order = sorted(paths, key=lambda number: natural_key(paths[number]))
    gone = [paths[number] for number in order if video_path(folder, paths[number]) is None]
    notes = []
    if gone:
        notes.append(f"labelled videos no longer in {folder}, left out: {len(gone)} ({first_few(gone)})")
    return {number: paths[number] for number in order if paths[number] not in gone}, notes


def _annotators(store: AnnotationStore, wanted: str | None) -> list[str]:
    names = store.annotators()
    if wanted is None:
        return names
    if wanted not in names:
        raise DataError(f"no annotator is called {wanted!r}; there are {', '.join(names) or 'none'}")
    return [wanted]


def check_rate(rate: float) -> None:
    """Raise `DataError` unless the rate is from 0.1 to 100 values a second."""
    if not 0.1 <= rate <= 100:
        raise DataError(f"the rate must be from 0.1 to 100 values a second, not {rate}")


def _emotions(marks: Sequence, times: pd.Series) -> pd.Series:
    """Return the mark at each time, the last begun of several."""
    words = pd.Series(None, index=times.index, dtype=object)
    for mark in marks:  # in order of their starts
        stop = np.inf if mark.stop is None else mark.stop
        words[(times >= mark.start) & (times < stop)] = mark.label
    return words
