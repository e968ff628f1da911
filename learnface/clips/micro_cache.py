"""Index of micro-expressions -> inputs of networks, worked out once and kept on disk.

    clips = prepare_micro(index, "cache", MicroSettings(size=96), processes=2)
    clips.flow[train], clips.flow[test]    # as often as there are folds

The cache holds one file a clip, `cache/<hash of the settings>/<hash of the clip>.npz`. A clip's hash covers the
path of its folder or video, the names, sizes and times of its frames, and its apex, so neither other settings nor
mended clips, nor clips of the same name, meet old arrays. A corpus that was moved is worked out anew.
"""

import functools
import hashlib
import json
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnface.clips._cutter import FaceCutter
from learnface.clips._frames import Row, folder_part, list_pictures, read_frames, read_image
from learnface.clips._settings import PrepareSettings
from learnface.clips._shard import one_opencv_thread
from learnface.clips.micro import MicroClip, MicroSettings, micro_clip
from learnface.errors import DataError, itemised
from learnface.files import atomic_path, write_text
from learnface.processes import run_inline, run_jobs

__all__ = ["MicroClips", "prepare_micro"]

_ARRAYS = ("frames", "flow", "onset_apex")


class MicroClips:
    """The inputs of networks for all clips of an index, read from the cache when they are first asked for.

    Attributes:
        samples: the index.
        settings: how the inputs were made.
        paths: the file of each clip.
    """

    def __init__(self, samples: pd.DataFrame, settings: MicroSettings, paths: list[Path]):
        self.samples, self.settings, self.paths = samples.reset_index(drop=True), settings, paths

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, place: int) -> MicroClip:
        """Return one clip's inputs."""
        return MicroClip(*(_read(self.paths[place], name) for name in _ARRAYS))

    def __getstate__(self) -> dict:
        return {name: value for name, value in self.__dict__.items() if name not in _ARRAYS}

    @functools.cached_property
    def frames(self) -> NDArray[np.uint8]:
        """`(clips, frames, size, size, 3)` uint8 RGB."""
        return np.stack([_read(path, "frames") for path in self.paths])

    @functools.cached_property
    def flow(self) -> NDArray[np.float16]:
        """`(clips, frames - 1, size, size, 3)`: dx, dy and magnitude in pixels per frame."""
        return np.stack([_read(path, "flow") for path in self.paths])

    @functools.cached_property
    def onset_apex(self) -> NDArray[np.float16]:
        """`(clips, size, size, 3)`: dx and dy in pixels from onset to apex, and the optical strain."""
        return np.stack([_read(path, "onset_apex") for path in self.paths])


def prepare_micro(
    index: pd.DataFrame,
    cache: str | Path,
    settings: MicroSettings | None = None,
    *,
    processes: int = 1,
    timeout: float = 300.0,
) -> MicroClips:
    """Work out the inputs of all clips of an index, but for those that are in the cache.

    A run that was stopped or killed at any moment goes on where it was. Clips are the same, byte by byte, whatever
    the number of processes.

    Args:
        index: an index of clips, such as that of `learnface.corpora.smic` or `casme2`: folders of frames, of which
            `start` and `stop` choose a part, or videos; `apex_place`, where it is known.
        cache: folder for the arrays; several corpora and settings may share it.
        settings: how; by default those of qian2021.
        processes: how many processes to share the work among. With more than one, a script needs the usual
            `if __name__ == "__main__":`.
        timeout: seconds without a sign of life after which a process counts as hung.

    Returns:
        The clips, in the order of the index.

    Raises:
        DataError: the index has no rows, or clips cannot be read; one error lists them all.
    """
    settings = settings or MicroSettings()
    lacking = [name for name in ("sample", "frames") if name not in index]
    if lacking or index.empty:
        raise DataError(f"the index {f'lacks the columns {lacking}' if lacking else 'has no rows'}")
    folder = Path(cache) / settings.sha256[:16]
    problems, jobs = [], []
    for row in index.to_dict("records"):
        try:
            jobs.append(_job(row, folder))
        except DataError as error:
            problems.append(f"{row['sample']}: {error}")
    waiting = deque(job for job in jobs if not job.target.exists())
    if waiting:
        FaceCutter(
            settings.faces
        )  # a detector that cannot be built is one error here, not one for every clip
        write_text(folder / "settings.json", json.dumps(settings.describe(), indent=1) + "\n")
        several = processes > 1 and len(waiting) > 1
        work = _Work(settings)
        events = run_jobs(work, waiting, processes, timeout) if several else run_inline(work, waiting)
        for event in events:
            if event.kind == "done" and event.value:
                problems.append(f"{event.job.sample}: {event.value}")
            elif event.kind == "lost":
                problems.append(f"{event.job.sample}: {event.value[1]}")
    if problems:
        raise DataError(_listed(problems, len(index)))
    return MicroClips(index, settings, [job.target for job in jobs])


@dataclass(frozen=True)
class _Job:
    sample: str
    row: Row
    files: tuple[str, ...]
    apex: int | None
    target: Path


def _job(row: dict, folder: Path) -> _Job:
    """Return what there is to do for a row of an index: nothing is decoded yet."""
    start, stop, apex = (
        None if pd.isna(row.get(name)) else row[name] for name in ("start", "stop", "apex_place")
    )
    apex = int(apex) or None if apex is not None else None  # 0 is the middle, as None: see `micro_clip`
    path = Path(row["frames"])
    if path.is_dir():
        files = folder_part(list_pictures(path), path, start, stop)
        source, about = Row(row["sample"], row["frames"]), [start, stop, apex]
    elif path.is_file():
        files, source, about = (
            [path],
            Row(row["sample"], row["frames"], start=start, stop=stop),
            [start, stop, apex],
        )
    else:
        raise DataError(f"{path} does not exist: restore it, or leave it out of the index")
    stats = [(file.name, (found := file.stat()).st_size, found.st_mtime_ns) for file in files]
    told = json.dumps([row["sample"], str(path.resolve()), about, stats], default=int)
    key = hashlib.sha256(told.encode()).hexdigest()
    names = tuple(map(str, files)) if path.is_dir() else ()
    return _Job(row["sample"], source, names, apex, folder / f"{key[:32]}.npz")


class _Work:
    """Makes one clip's file; it travels to other processes, and builds its detector there."""

    def __init__(self, settings: MicroSettings):
        self.settings = settings

    @functools.cached_property
    def _cutter(self) -> FaceCutter:
        return FaceCutter(self.settings.faces)

    def __call__(self, job: _Job, beat: Callable[..., None]) -> str | None:
        """Write the file, and return what is wrong with the clip, if anything is."""
        try:
            with one_opencv_thread():
                clip = micro_clip(_images(job), self.settings, job.apex, cutter=self._cutter, beat=beat)
        except DataError as error:
            return str(error)
        with atomic_path(job.target) as temporary:
            np.savez(temporary, **{name: getattr(clip, name) for name in _ARRAYS})
        return None


def _images(job: _Job) -> Iterator[NDArray[np.uint8]]:
    if job.files:
        yield from (read_image(file) for file in job.files)
    else:
        yield from (frame.image for frame in read_frames(job.row, PrepareSettings(detector=None)))


def _read(path: Path, name: str) -> NDArray:
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            return arrays[name]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path} is missing or damaged ({error}): delete it and prepare the clips again"
        ) from error


def _listed(problems: list[str], count: int) -> str:
    title = f"{len(problems):,} of {count:,} clips cannot be prepared; the others are kept. Mend them or leave them out"
    return itemised(title, problems)
