"""One shard: a pure function of rows and settings that writes a file of records and a table beside it."""

import contextlib
import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from learnface.clips._cutter import CutFace, FaceCutter
from learnface.clips._frames import Row, read_frames
from learnface.clips._settings import PrepareSettings
from learnface.clips._tfrecord import RecordWriter, encode_example
from learnface.errors import DataError, reason
from learnface.files import atomic_path

__all__ = ["SCHEMA", "ShardJob", "ShardResult", "ShardWriter", "finished", "shard_files"]

Beat = Callable[[int, str], None]
"""Called with the number of samples done in the shard and the name of the one at work: a sign of life."""

_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 3)  # no larger than at 6 for faces of this size, and faster
_META = b"learnface"
SCHEMA = pa.schema(
    [
        ("index_row", pa.int64()),
        ("sample", pa.string()),
        ("status", pa.string()),  # ok, dropped (no face) or broken
        ("problem", pa.string()),
        ("position", pa.int32()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
        ("frame_count", pa.int32()),
        ("found", pa.int32()),
        ("frame", pa.list_(pa.int32())),
        ("time", pa.list_(pa.float64())),
        ("face", pa.list_(pa.bool_())),
        ("box", pa.list_(pa.list_(pa.float64()))),
        ("transform", pa.list_(pa.list_(pa.float64()))),
        ("score", pa.list_(pa.float64())),
        ("missed", pa.list_(pa.int32())),
        ("missed_time", pa.list_(pa.float64())),
    ]
)


@dataclass(frozen=True)
class ShardJob:
    """The rows of one shard.

    Attributes:
        number: of the shard, from 0.
        first: number of its first row in the index.
        rows: its rows.
        lost: sample -> reason, for those whose reading ended or hung a process before.
    """

    number: int
    first: int
    rows: tuple[Row, ...]
    lost: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ShardResult:
    """What became of one shard.

    Attributes:
        number: of the shard.
        written: whether its files are in place; not so where a file was broken and none may be left out.
        frames: how many frames were looked at.
        missed: how many of them show no face.
        problems: one sentence on each broken file.
    """

    number: int
    written: bool
    frames: int
    missed: int
    problems: tuple[str, ...]


def shard_files(folder: Path, number: int) -> tuple[Path, Path]:
    """Return the paths of a shard's records and of its table."""
    return folder / f"shard-{number:05}.tfrecord", folder / f"shard-{number:05}.parquet"


def finished(folder: Path, number: int, broken: str) -> dict | None:
    """Return what a finished shard's table says of its records, or None where the shard is to be made."""
    records, table = shard_files(folder, number)
    try:
        found = json.loads(pq.read_schema(table).metadata[_META])
        whole = records.stat().st_size == found["bytes"]
    except (OSError, pa.ArrowInvalid, KeyError, TypeError):
        return None
    return found if whole and (broken == "drop" or not found["broken"]) else None


class ShardWriter:
    """Writes shards; it travels to other processes, and builds its detector there.

    Args:
        folder: where the shards lie.
        settings: how to make faces.
        broken: `"raise"` writes no shard that a file is missing from; `"drop"` leaves the file out.
    """

    def __init__(self, folder: Path, settings: PrepareSettings, broken: str):
        self.folder, self.settings, self.broken = folder, settings, broken

    @functools.cached_property
    def cutter(self) -> FaceCutter:
        """The detector and its settings, built where they are used."""
        return FaceCutter(self.settings)

    def __call__(self, job: ShardJob, beat: Beat) -> ShardResult:
        """Write one shard, atomically: first its records, then the table that says they are whole.

        Raises:
            DataError: the folder cannot be written, as when the disk is full.
        """
        records, table = shard_files(self.folder, job.number)
        rows: list[dict] = []
        with one_opencv_thread():
            try:
                with contextlib.suppress(_Unfinished), atomic_path(records) as temporary:
                    digest, size = self._write_records(job, temporary, rows, beat)
                    if self.broken == "raise" and any(row["status"] == "broken" for row in rows):
                        raise _Unfinished
                problems = tuple(row["problem"] for row in rows if row["status"] == "broken")
                written = self.broken == "drop" or not problems
                if written:
                    about = {"sha256": digest, "bytes": size, "broken": len(problems)}
                    _write_table(table, rows, about)
            except OSError as error:  # what cannot be read has become a DataError by now
                raise DataError(
                    f"{records} cannot be written ({reason(error)}): make room or check the folder, and run again; "
                    "finished shards are kept"
                ) from error
        frames = sum(row["frames_seen"] for row in rows)
        missed = sum(len(row["missed"]) for row in rows)
        return ShardResult(job.number, written, frames, missed, problems)

    def _write_records(self, job: ShardJob, path: Path, rows: list[dict], beat: Beat) -> tuple[str, int]:
        position, failed = 0, False
        with path.open("wb") as file:
            writer = RecordWriter(file)
            for number, row in enumerate(job.rows):
                beat(number, row.sample)
                entry = {"index_row": job.first + number, "sample": row.sample}
                try:
                    if row.sample in job.lost:
                        raise DataError(f"{row.frames} {job.lost[row.sample]}: check or remove it")
                    skip = failed and self.broken == "raise"  # the rest is read only to list what is broken
                    images, facts = self._cut(row, functools.partial(beat, number, row.sample), skip)
                except DataError as error:
                    problem = f"sample {row.sample!r}: {error}"
                    rows.append(_empty() | entry | {"status": "broken", "problem": problem})
                    failed = True
                    continue
                rows.append(_empty() | entry | facts)
                if not images:
                    continue
                data, place = encode_example(
                    row.sample, (len(images), *self.settings.shape), [self._encode(image) for image in images]
                )
                start = writer.write(data)
                rows[-1] |= {"position": position, "offset": start + place, "length": len(data) - place}
                position += 1
        return writer.sha256, writer.bytes

    def _cut(self, row: Row, beat: Callable[[], None], skip: bool) -> tuple[list[np.ndarray], dict]:
        """Return the faces of a row, and what its table says of them."""
        kept: list[CutFace] = []  # without the frames: they would fill the memory
        facts = _empty()
        last, cut, first = None, None, None
        for frame in read_frames(row, self.settings, beat):
            beat()
            if skip:
                continue
            if frame.place != last:  # a short clip repeats frames
                placement = first or self.cutter.place(frame.image)
                if self.settings.reference == "first":
                    first = placement
                cut, last = self.cutter.cut(frame.image, placement), frame.place
            facts["frames_seen"] += 1
            if not cut.found:
                facts["missed"].append(frame.place)
                facts["missed_time"].append(frame.time)
            if cut.image is not None:
                kept.append(cut)
                facts["frame"].append(frame.place)
                facts["time"].append(frame.time)
        return [cut.image for cut in kept], facts | {
            "status": "ok" if kept else "dropped",
            "frame_count": len(kept),
            "found": sum(cut.found for cut in kept),
            "face": [cut.found for cut in kept],
            "box": [list(cut.box) for cut in kept],
            "transform": [cut.transform.ravel().tolist() for cut in kept],
            "score": [cut.score for cut in kept],
        }

    def _encode(self, image: np.ndarray) -> bytes:
        if self.settings.encoding == "raw":
            return image.tobytes()
        if image.shape[2] == 3:
            image = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        return cv2.imencode(".png", image, _PNG)[1].tobytes()


@contextlib.contextmanager
def one_opencv_thread() -> Iterator[None]:
    """Keep OpenCV to one thread: several find faces in an order of their own, and fight over the cores."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


class _Unfinished(Exception):
    """Leaves a shard unwritten."""


def _empty() -> dict:
    """Return the table's row of a sample of which nothing is known."""
    numbers = {"position": None, "offset": None, "length": None, "frame_count": 0, "found": 0}
    lists = ("frame", "time", "face", "box", "transform", "score", "missed", "missed_time")
    return {"problem": "", "frames_seen": 0, **numbers, **{name: [] for name in lists}}


def _write_table(path: Path, rows: list[dict], about: dict) -> None:
    schema = SCHEMA.with_metadata({_META: json.dumps(about)})
    with atomic_path(path) as temporary:
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), temporary)
