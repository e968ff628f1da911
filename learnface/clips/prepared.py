"""Prepared faces: a folder that `prepare` has written, read at any place without loading it all.

    faces = Prepared("prepared/ferplus")
    train = faces[faces.samples["split"] == "train"]
    train.samples["label"].value_counts()

Nothing here loads TensorFlow; `learnface.clips.PreparedSource` makes training batches of it.
"""

import contextlib
import functools
import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import ArrayLike, NDArray

from learnface.clips._frames import Row, read_frames
from learnface.clips._manifest import NO_FACE, SAMPLES, SHARDS, read_manifest
from learnface.clips._settings import LOOKS, PrepareSettings
from learnface.clips._shard import shard_files
from learnface.clips._tfrecord import split_values
from learnface.clips.sampling import uniform
from learnface.errors import DataError
from learnface.faces.detect import DETECTORS
from learnface.files import sha256

__all__ = ["Prepared"]

_PLACES = ("shard", "position", "offset", "length")
_OPEN = 256  # shards that are kept open
_PER_FRAME = ("frame", "time", "face", "score", "box", "transform")


class Prepared:
    """The samples of a folder of prepared faces, or some of them.

    Memory holds the table of samples; pixels are read from disk when they are asked for.

    Args:
        folder: the folder that `prepare` has written.

    Attributes:
        folder: that folder.
        manifest: what `manifest.json` holds: settings, counts, hashes.
        samples: a table with a row a sample: the index's columns, `frame_count`, and `found`, the number of
            its frames in which a face was found.

    Raises:
        DataError: the folder holds no prepared faces, or not all of them yet.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.manifest = read_manifest(self.folder)
        if not self.manifest["complete"]:
            raise DataError(
                f"{self.folder} is not complete: call `prepare` again, and it goes on where it was"
            )
        hidden = {*_PER_FRAME, "missed"}
        path = self.folder / SAMPLES
        try:
            names = [name for name in pq.read_schema(path).names if name not in hidden]
            table = pq.read_table(path, columns=names).to_pandas()
        except (OSError, ValueError) as error:
            raise DataError(f"{path} cannot be read: call `prepare` again to write it anew") from error
        self._places = table[list(_PLACES)].to_numpy(np.int64)
        self._shards: dict[int, Path] = {}
        self.samples = table.drop(columns=list(_PLACES))

    @property
    def shape(self) -> tuple[int, int, int]:
        """`(height, width, channels)` of a face."""
        return tuple(self.manifest["shape"])

    @property
    def settings(self) -> PrepareSettings:
        """How the faces were prepared; a detector by its name, or None where it is none of learnface's."""
        kept = self.manifest["settings"]
        return PrepareSettings(**{**kept, "detector": _detector_name(kept["detector"])})

    @property
    def is_clips(self) -> bool:
        """Whether samples are clips `(frames, height, width, channels)`, not pictures."""
        return self.manifest["kind"] == "clips"

    @property
    def frame_counts(self) -> NDArray[np.int64]:
        """Number of frames of each sample."""
        return self.samples["frame_count"].to_numpy(np.int64)

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, chosen: ArrayLike | slice) -> "Prepared":
        """Return some of the samples: by a mask, by their places, or by a slice."""
        if isinstance(chosen, pd.Series):
            chosen = chosen.to_numpy()
        places = np.arange(len(self))[chosen if isinstance(chosen, slice) else np.asarray(chosen)]
        part = object.__new__(Prepared)
        part.folder, part.manifest, part._shards = self.folder, self.manifest, self._shards
        part.samples = self.samples.iloc[places].reset_index(drop=True)
        part._places = self._places[places]
        return part

    def __repr__(self) -> str:
        kind = "clips" if self.is_clips else "images"
        return f"Prepared({str(self.folder)!r}: {len(self):,} {kind} of {self.shape})"

    def read(self, places: ArrayLike | None = None, frames: int | None = None) -> NDArray[np.uint8]:
        """Return the pixels of samples, in the order asked for.

        Args:
            places: places of the samples in `samples`; None reads all.
            frames: of clips, how many frames to give: longer ones lose their ends, shorter ones end in black
                frames. None takes the longest of the clips read.

        Returns:
            uint8 `(samples, height, width, channels)`, or `(samples, frames, height, width, channels)`.

        Raises:
            DataError: a shard is missing or damaged.
        """
        places = np.arange(len(self)) if places is None else np.asarray(places, np.int64)
        counts = self.frame_counts[places]
        longest = int(counts.max(initial=1)) if frames is None else frames
        pixels = np.zeros((len(places), longest, *self.shape), np.uint8)
        shards, _, offsets, lengths = self._places[places].T
        for shard in np.unique(shards).tolist():
            try:
                data = _mapped(self._shard(shard))
                for number in np.flatnonzero(shards == shard).tolist():
                    record = _piece(data, int(offsets[number]), int(lengths[number]))
                    self._fill(pixels[number], record, int(counts[number]))
            except (OSError, ValueError) as error:
                raise DataError(
                    f"{self._shard(shard)} is missing or damaged ({error}): delete it and call `prepare` again"
                ) from error
        return pixels if self.is_clips else pixels[:, 0]

    def read_frames(self, place: int, frames: ArrayLike) -> NDArray[np.uint8]:
        """Return chosen frames of one clip; of raw shards the others are not read.

        Args:
            place: place of the sample in `samples`.
            frames: places of the frames in the clip, from 0.

        Returns:
            uint8 `(frames, height, width, channels)`.

        Raises:
            DataError: there is no such frame, or the shard is missing or damaged.
        """
        frames, count = np.asarray(frames, np.int64), int(self.frame_counts[place])
        if frames.size and not 0 <= frames.min() <= frames.max() < count:
            name = self.samples["sample"].iloc[place]
            raise DataError(f"sample {name!r} has {count} frames: choose from 0 to {count - 1}")
        if self.manifest["settings"]["encoding"] != "raw":
            return self.read([place], count).reshape(count, *self.shape)[frames]
        shard, _, offset, length = self._places[place].tolist()
        path = self._shard(shard)
        each, size = length // count, math.prod(self.shape)  # a record is a few bytes of header, then pixels
        pixels = np.zeros((len(frames), size), np.uint8)
        try:
            data = _mapped(path)
            for row, frame in zip(pixels, frames.tolist(), strict=True):
                end = offset + (frame + 1) * each
                row[:] = _piece(data, end - size, size)
        except (OSError, ValueError) as error:
            raise DataError(
                f"{path} is missing or damaged ({error}): delete it and call `prepare` again"
            ) from error
        return pixels.reshape(-1, *self.shape)

    def one_hot(self, labels: Sequence[str], column: str = "label") -> NDArray[np.float32]:
        """Return the labels of the samples as `(samples, classes)` targets.

        Args:
            labels: the classes in the order of their codes, such as a corpus's `LABELS`.
            column: the column of `samples` that holds them.

        Raises:
            DataError: a sample has no label, or another one.
        """
        found = self.samples[column]
        codes = pd.Index(list(labels)).get_indexer(found)
        if (codes < 0).any():
            first = int((codes < 0).argmax())
            raise DataError(
                f"sample {self.samples['sample'].iloc[first]!r} has the label {found.iloc[first]!r}, not one of "
                f"{tuple(labels)}: select the samples to train on, or map their labels"
            )
        return np.eye(len(labels), dtype=np.float32)[codes]

    def frames(self) -> pd.DataFrame:
        """Return a table with a row a frame: where its face was, and how it was moved.

        Returns:
            The columns `sample`, `frame` (its number in the clip), `time` (seconds, or NaN), `face` (whether
            one was found), `score`, `box` (x, y, width, height in pixels of the frame) and `transform` (six
            numbers: the 2 x 3 matrix from pixels of the frame to pixels of the face, row by row).
        """
        columns = ["sample", *_PER_FRAME]
        table = pq.read_table(self.folder / SAMPLES, columns=columns).to_pandas()
        table = table.set_index("sample").loc[self.samples["sample"]].reset_index()
        return table.explode(list(_PER_FRAME), ignore_index=True)

    def preparation(self) -> dict[str, Any]:
        """Return how the faces were made, as the `preparation` of a `learnface.models.ModelCard` keeps it.

        By it `learnface.inference` cuts faces as they were in training.

        Returns:
            Settings of `PrepareSettings` as plain values, and `frame_rate`, in frames a second: that of the median
            clip, or None where there is no clock. `detector` is a name, without settings of its own; None where
            frames are faces, or where it is no detector of learnface's.
        """
        settings = self.manifest["settings"]
        detector = _detector_name(settings["detector"])
        return {name: settings[name] for name in LOOKS} | {"detector": detector, "frame_rate": self._rate()}

    def _rate(self) -> float | None:
        if not self.is_clips:
            return None
        table = self.frames()
        table = table.astype({"time": float, "frame": float})
        steps = table.groupby("sample")[["time", "frame"]].diff()
        if self.manifest["settings"]["frames"] is None:
            # A frame without a face may have been dropped; the others are no slower for it.
            steps["time"] *= self.manifest["settings"]["every"] / steps["frame"]
        # A clip's mean: rounding to whole frames makes steps of two lengths. Frames that pad a clip have none.
        times = steps["time"][steps["time"] > 0]
        mean = times.groupby(table["sample"]).mean()
        return round(1 / float(mean.median()), 3) if len(mean) else None

    def without_face(self) -> pd.DataFrame:
        """Return the list `no_face.csv` of the whole folder: each frame in which no face was found."""
        return pd.read_csv(self.folder / NO_FACE, dtype={"sample": str})

    def pictures_without_face(self, most: int = 48) -> Iterator[tuple[str, NDArray[np.uint8]]]:
        """Yield `(caption, frame)` of frames of the whole folder in which no face was found.

        They are read from the corpus again; files that are gone since are passed over.

        Args:
            most: how many at most, evenly spread over the list.
        """
        table = self.without_face()
        if table.empty:
            return
        table = table.iloc[np.unique(uniform(len(table), most))]
        names = ("fps", "every", "frames", "sampling")
        chosen = PrepareSettings(detector=None, **{name: self.manifest["settings"][name] for name in names})
        for sample, part in table.groupby("sample", sort=False):
            wanted = set(part["frame"])
            cells = part.iloc[0][["frames", "row", "start", "stop"]].dropna().to_dict()
            cells |= {"row": int(cells["row"])} if "row" in cells else {}
            with contextlib.suppress(DataError):
                for frame in read_frames(Row(str(sample), **cells), chosen):
                    if frame.place in wanted:
                        wanted.remove(frame.place)
                        yield f"{sample} {frame.place}" if self.is_clips else str(sample), frame.image
                    if not wanted:
                        break

    def sha256(self) -> str:
        """Return one hash of all shards, to record with what was trained on them."""
        hashes = "".join(shard["sha256"] for shard in self.manifest["shards"])
        return hashlib.sha256(hashes.encode()).hexdigest()

    def verify(self) -> None:
        """Compare all shards with their hashes in the manifest.

        Raises:
            DataError: shards are missing or changed; one error lists them all.
        """
        wrong = []
        for shard in self.manifest["shards"]:
            path = self.folder / shard["file"]
            if not path.is_file() or sha256(path) != shard["sha256"]:
                wrong.append(str(path))
        if wrong:
            raise DataError(f"missing or changed: {', '.join(wrong)}; delete them and call `prepare` again")

    def _shard(self, number: int) -> Path:
        """Return the path of a shard, made once: making paths takes longer than reading faces."""
        if number not in self._shards:
            self._shards[number] = shard_files(self.folder / SHARDS, number)[0]
        return self._shards[number]

    def _fill(self, target: NDArray[np.uint8], data: NDArray[np.uint8], count: int) -> None:
        """Decode one sample's frames into `(frames, height, width, channels)`."""
        skipped = max(0, (count - len(target)) // 2)  # a longer clip loses its ends
        if self.manifest["settings"]["encoding"] == "raw":
            stored = data.reshape(count, -1)[:, -math.prod(self.shape) :]
            chosen = stored[skipped : skipped + len(target)]
            target[: len(chosen)] = chosen.reshape(-1, *self.shape)
            return
        values = list(split_values(data))[skipped : skipped + len(target)]
        for number, value in enumerate(values):
            image = cv2.imdecode(np.frombuffer(value, np.uint8), cv2.IMREAD_UNCHANGED)
            if image is None:
                raise ValueError("a picture in it cannot be decoded")
            image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB) if image.ndim == 3 else image
            target[number] = image.reshape(self.shape)


def _mapped(path: Path) -> NDArray[np.uint8]:
    """Return the bytes of a file, mapped: opening a shard anew for each face takes longer than reading it."""
    state = path.stat()
    return _map(path, state.st_size, state.st_mtime_ns)


@functools.lru_cache(maxsize=_OPEN)
def _map(path: Path, size: int, _written: int) -> NDArray[np.uint8]:
    # A view as a plain array: slices of a memory map are slow to make.
    return np.memmap(path, np.uint8, mode="r").view(np.ndarray) if size else np.zeros(0, np.uint8)


def _piece(data: NDArray[np.uint8], offset: int, length: int) -> NDArray[np.uint8]:
    piece = data[offset : offset + length]
    if len(piece) != length:
        raise ValueError("it is cut short")
    return piece


def _detector_name(described: Mapping[str, Any] | None) -> str | None:
    """Return the name of a detector that a manifest describes by its class."""
    kind = described and described["class"]
    return next((name for name, each in DETECTORS.items() if each.__name__ == kind), None)
