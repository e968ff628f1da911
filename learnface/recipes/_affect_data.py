"""What recipes on valence and arousal share: prepared videos with a label a frame, split and cut into windows."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from learnface.clips import (
    Prepared,
    PrepareSettings,
    WindowSource,
    key_frames,
    prepare,
    read_video,
    sliding_windows,
)
from learnface.clips._frames import list_pictures
from learnface.clips._manifest import is_prepared
from learnface.corpora import get_corpus
from learnface.corpora.splits import check_disjoint, split_subjects
from learnface.errors import DataError, first_few
from learnface.labels import VALENCE_AROUSAL
from learnface.metrics.concordance import UNANNOTATED
from learnface.training.environment import array_hash

__all__ = ["AFFECT", "AffectVideos", "check_prepared", "load_videos", "split_videos", "windows"]

AFFECT = VALENCE_AROUSAL
KEY_FRAME_THRESHOLD = 0.1


@dataclasses.dataclass(frozen=True)
class AffectVideos:
    """Prepared videos and what is known of their frames.

    Attributes:
        faces: the videos.
        frames: a row a frame with a face: `place` (of the video in `faces.samples`), `position` (of the frame
            in the prepared video), `time` (seconds, or NaN), `valence` and `arousal` (NaN: not annotated).
        only_key_frames: whether they are key frames, which have no rate.
        split: whose split these are a part of, in words; empty before they are split.
    """

    faces: Prepared
    frames: pd.DataFrame
    only_key_frames: bool = False
    split: str = ""

    def describe(self) -> dict[str, int | str]:
        """Return how many videos and annotated frames there are, and a hash of both, for a `RunReport`."""
        labels = self.frames[list(AFFECT)].to_numpy()
        names = np.array(sorted(self.faces.samples["sample"]), dtype="S")
        return {
            "videos": len(self.faces),
            "frames": int(self.annotated.sum()),
            "sha256": array_hash(labels, names),
            "faces": self.faces.sha256(),
        }

    @property
    def annotated(self) -> np.ndarray:
        """Which rows of `frames` have both labels, `(frames,)`."""
        return self.frames[list(AFFECT)].notna().all(axis=1).to_numpy()

    def of(self, chosen: np.ndarray) -> "AffectVideos":
        """Return some of the videos, by a mask `(videos,)`."""
        new_place = np.cumsum(chosen) - 1
        rows = self.frames[chosen[self.frames["place"]]].reset_index(drop=True)
        rows = rows.assign(place=new_place[rows["place"]])
        return dataclasses.replace(self, faces=self.faces[chosen], frames=rows)

    def preparation(self) -> dict[str, Any]:
        """Return how the faces were made, for the card of a model that was trained on them."""
        told = self.faces.preparation()
        return told | {"frame_rate": None} if self.only_key_frames else told


def check_prepared(data: Path, given: Mapping[str, Any]) -> None:
    """Refuse settings of preparing that differ from those of a folder of prepared faces.

    Args:
        data: the folder; one that holds no prepared faces passes.
        given: `size`, `fps`, `grey` and `detector` (`"none"` where frames are faces); None where not given.

    Raises:
        DataError: some differ; the message names them all.
    """
    if not is_prepared(data):
        return
    faces = Prepared(data)
    made = faces.manifest["settings"]
    detector = faces.preparation()["detector"] if made["detector"] else "none"
    found = {"size": made["size"][0], "fps": made["fps"], "grey": made["grey"], "detector": detector}
    wrong = [
        f"{name}={value} (they have {found[name]})"
        for name, value in given.items()
        if value is not None and value != found[name]
    ]
    if wrong:
        raise DataError(
            f"{data} holds faces that are prepared already, otherwise than by {', '.join(wrong)}: leave that out, "
            "or give the corpus's own folder"
        )


def load_videos(
    data: Path,
    corpus: str,
    faces: Path,
    settings: PrepareSettings,
    only_key_frames: bool = False,
    *,
    reading: Mapping[str, Any] | None = None,
    labels: Mapping[str, Any] | None = None,
    **preparing: Any,
) -> AffectVideos:
    """Prepare the labelled videos of a corpus (or take them as prepared), and find the label of each frame.

    Args:
        data: the corpus's folder, or a folder of prepared faces whose table has the corpus's columns.
        corpus: its name: one with a `frame_table`.
        faces: folder for prepared faces.
        settings: how to prepare.
        only_key_frames: keep the frames at which the picture changes most, as mi2020 does with PeakUtils.
        reading: further arguments of the corpus's `index`.
        labels: further arguments of its `frame_table`.
        **preparing: as for `learnface.clips.prepare`.
    """
    module = get_corpus(corpus)
    if is_prepared(data):
        prepared = Prepared(data)
    else:
        prepared = prepare(_labelled_videos(data, module, reading or {}), faces, settings, **preparing)
    table = prepared.frames()
    names = {name: place for place, name in enumerate(prepared.samples["sample"])}
    table["place"] = table["sample"].map(names)
    table["position"] = table.groupby("place").cumcount()
    table = table[table["face"].astype(bool)].astype({"time": float, "frame": np.int64})
    rate = prepared.manifest["settings"]["fps"]
    parts = []
    for place, part in table.groupby("place"):
        row = prepared.samples.iloc[place]
        if only_key_frames:
            part = part[part["frame"].isin(_key_frames(row, rate))]
        parts.append(_labelled(part, module.frame_table(row, **labels or {}), row, rate))
    frames = pd.concat(parts, ignore_index=True)[["place", "position", "time", *AFFECT]] if parts else None
    if frames is None or not frames[list(AFFECT)].notna().all(axis=1).any():
        raise DataError(
            f"{data}: no frame has both a face and a label; check the corpus, and where its frames are faces already "
            "prepare them without a detector (detector=none)"
        )
    return AffectVideos(prepared, frames, only_key_frames)


def split_videos(videos: AffectVideos, test: float, validation: float, seed: int) -> dict[str, AffectVideos]:
    """Split into train, validation and test: no video in two, and no subject where the corpus names them.

    A split of the corpus's own, with videos to train and to test on, is kept; validation is drawn from its training
    videos where it has none.

    Args:
        videos: all videos.
        test: share of the videos for the test.
        validation: share of the others that choose the epoch.
        seed: of the split.

    Raises:
        DataError: the corpus's own split is not whole, or has a subject in two parts; or subjects are too few.
    """
    samples = videos.faces.samples
    alone = samples["corpus"] + "/" + samples["sample"]  # a video without subject is its own
    who = samples["subject"].fillna(alone) if "subject" in samples else alone
    labelled = np.bincount(videos.frames["place"], videos.annotated, minlength=len(samples)) > 0
    index = pd.DataFrame({"sample": samples["sample"], "subject": who})[labelled]
    own = samples["split"][labelled] if "split" in samples else pd.Series(dtype=object)
    if set(own.dropna()) <= {"train"}:  # Aff-Wild gives out the labels of these alone
        index = split_subjects(index, validation * (1 - test), test, seed)
        whose = f"drawn here (seed {seed})"
    else:
        index, whose = _own_split(index.assign(split=own), validation, seed)
    split = index["split"].reindex(range(len(samples))).to_numpy()
    return {
        name: dataclasses.replace(videos.of(split == name), split=whose)
        for name in ("train", "validation", "test")
    }


def windows(videos: AffectVideos, count: int, stride: int, once: bool, **options) -> WindowSource:
    """Cut videos into windows of `count` frames with a face; a frame without a label weighs nothing.

    Args:
        videos: the videos.
        count: frames of a window.
        stride: frames from one window to the next.
        once: whether a frame that comes in two windows counts in the first alone, for evaluation.
        **options: as for `WindowSource`.
    """
    places, positions, targets, weights = [], [], [], []
    for place, part in videos.frames.groupby("place"):
        chosen = sliding_windows(len(part), count, stride)
        labels = part[list(AFFECT)].to_numpy(np.float32)[chosen]
        counts = np.isfinite(labels).all(axis=2)
        for row in range(len(chosen)):  # a short video repeats frames; they count once
            counts[row] &= _first_times(chosen[row])
        if once:
            counts &= _first_times(chosen.ravel()).reshape(chosen.shape)
        places += [place] * len(chosen)
        positions.append(part["position"].to_numpy()[chosen])
        targets.append(np.where(counts[..., None], labels, 0))
        weights.append(counts.astype(np.float32))
    kept = np.concatenate(weights).any(axis=1)
    arrays = np.array(places), *map(np.concatenate, (positions, targets, weights))
    return WindowSource(videos.faces, *(array[kept] for array in arrays), **options)


def _own_split(index: pd.DataFrame, validation: float, seed: int) -> tuple[pd.DataFrame, str]:
    """Return the corpus's own split, with a validation part, and say whose it is."""
    absent = {"train", "test"} - set(index["split"].dropna())
    if absent:
        raise DataError(
            f"no labelled video has the split {sorted(absent)[0]!r}, while others have one: mark some, or leave "
            "the column 'split' out"
        )
    without = index["sample"][index["split"].isna()].tolist()
    if without:
        raise DataError(
            f"{len(without)} of {len(index)} labelled videos have no split, while others have one: "
            f"{first_few(without)}; mark them too, or leave the column 'split' out"
        )
    check_disjoint(index)
    whose = "the corpus's own"
    if "validation" not in set(index["split"]):
        train = index["split"] == "train"
        held = split_subjects(index[train].drop(columns="split"), validation, 0, seed)["split"]
        index = index.assign(split=held.reindex(index.index).fillna(index["split"]))
        whose += f", validation drawn from its training videos (seed {seed})"
    return index, whose


def _labelled_videos(data: Path, module: ModuleType, reading: Mapping[str, Any]) -> pd.DataFrame:
    index = module.index(data, **reading)
    index = index[index[list(AFFECT)].notna().all(axis=1)].reset_index(drop=True)
    if index.empty:
        raise DataError(f"{data} has no video with labels; check the folder")
    return index


def _key_frames(row: pd.Series, fps: float | None) -> np.ndarray:
    """Return the places of the key frames among those that were sampled."""
    if not Path(row["frames"]).is_file():
        raise DataError(f"{row['frames']} is no video: key frames are chosen from videos")
    return key_frames((frame.image for frame in read_video(row["frames"], fps=fps)), KEY_FRAME_THRESHOLD)


def _labelled(part: pd.DataFrame, labels: pd.DataFrame, row: Mapping, fps: float | None) -> pd.DataFrame:
    """Return a video's frames with the labels nearest to them in time, NaN where there is none."""
    values = labels[list(AFFECT)].where(labels["valid"].astype(bool))
    values = values.where(~values.isin(UNANNOTATED))
    if "frame" in labels and part["time"].isna().all():  # a folder of frames
        place = part["frame"].to_numpy()
        if "path" in labels:  # where pictures are missing, a place is no number
            by_frame = values.set_axis(labels["path"].map(lambda path: Path(path).name, na_action="ignore"))
            key = np.array([path.name for path in list_pictures(Path(row["frames"]))])[place]
            by_frame = by_frame[by_frame.index.notna()]
        else:
            by_frame, key = values.set_axis(labels["frame"]), place
        return part.assign(**{name: by_frame[name].reindex(key).to_numpy() for name in AFFECT})
    timed = "time" in labels and labels["time"].notna().any()
    times = labels["time"] if timed else _frame_times(row["frames"], labels["frame"])
    known = values.assign(time=np.asarray(times, float)).dropna(subset=["time"]).sort_values("time")
    nearest = pd.merge_asof(
        part.sort_values("time"), known, on="time", direction="nearest", tolerance=0.5 / (fps or 25) + 1e-6
    )
    return nearest.sort_values("position")


def _frame_times(video: str, frames: Sequence[int]) -> np.ndarray:
    """Return the seconds at which frames of a video are shown; NaN for those behind its end."""
    times = np.array([frame.time for frame in read_video(video)])
    frames = np.asarray(frames)
    return np.where(frames < len(times), times[np.minimum(frames, len(times) - 1)], np.nan)


def _first_times(values: np.ndarray) -> np.ndarray:
    """Return which values come for the first time."""
    first = np.zeros(len(values), bool)
    first[np.unique(values, return_index=True)[1]] = True
    return first
