"""A NumPy file that grows batch by batch, and goes on growing after a kill."""

import bisect
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from learnface.errors import DataError, is_full_disk, reason
from learnface.files import write_text

__all__ = ["GrowingArray"]

_ARRAY, _RECORD = "features.npy", "features.json"


class GrowingArray:
    """`(copies, samples, ...)` float32 in `features.npy`, with what it was made of in `features.json`.

    While it grows it is called `features.npy.partial`, and its length tells how far it is.

    Args:
        folder: folder of the two files.
        shape: of the whole array.
    """

    def __init__(self, folder: Path, shape: tuple[int, ...]):
        self.folder, self.shape = folder, shape
        self._path, self._partial = folder / _ARRAY, folder / f"{_ARRAY}.partial"

    @property
    def is_complete(self) -> bool:
        """Whether the whole array is there."""
        return self._path.exists()

    def claim(self, record: dict[str, Any]) -> None:
        """Take the folder for an array made of `record`.

        Raises:
            DataError: the folder holds another one, or cannot be written.
        """
        path, record = self.folder / _RECORD, json.loads(json.dumps(record))
        if not path.exists():
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                write_text(path, json.dumps(record, indent=1))
            except OSError as error:
                raise self._unwritable(error) from error
            return
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise DataError(f"{path} is damaged ({error}): delete {self.folder}") from error
        different = [name for name in record if found.get(name) != record[name]]
        if different:
            raise DataError(
                f"{self.folder} holds features of other {' and '.join(different)}: choose another folder, or "
                "delete that one"
            )

    def __enter__(self) -> "GrowingArray":
        try:
            self._file = self._partial.open("r+b" if self._partial.exists() else "w+b")
            header = {"descr": "<f4", "fortran_order": False, "shape": self.shape}
            np.lib.format.write_array_header_1_0(self._file, header)
        except OSError as error:
            raise self._unwritable(error) from error
        self._header = self._file.tell()
        return self

    def __exit__(self, kind: type | None, *_) -> None:
        try:
            self._file.close()
        except OSError as error:
            raise self._unwritable(error) from error
        if kind is None:
            self._partial.replace(self._path)

    def missing(self, batch_size: int) -> list[tuple[int, np.ndarray]]:
        """Return the copy and the rows of each batch that is still to be appended, in order."""
        copies, samples = self.shape[:2]
        places = np.arange(samples)
        rows = [places[first : first + batch_size] for first in range(0, samples, batch_size)]
        batches = [(copy, part) for copy in range(copies) for part in rows]
        ends = [copy * samples + int(part[-1]) + 1 for copy, part in batches]
        bytes_each = 4 * math.prod(self.shape[2:])
        done = (self._file.seek(0, 2) - self._header) // bytes_each
        first = bisect.bisect_right(ends, done)
        kept = ends[first - 1] if first else 0
        self._file.seek(self._header + kept * bytes_each)  # half a batch is written again
        self._file.truncate()
        return batches[first:]

    def append(self, values: np.ndarray) -> None:
        """Write the next batch.

        Raises:
            DataError: it cannot be written.
        """
        try:
            self._file.write(np.ascontiguousarray(values, np.float32).tobytes())
        except OSError as error:
            raise self._unwritable(error) from error

    def open(self) -> np.ndarray:
        """Return the whole array as a read-only memory map.

        Raises:
            DataError: it is damaged.
        """
        try:
            values = np.load(self._path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise DataError(f"{self._path} is damaged ({error}): delete {self.folder}") from error
        if values.shape != self.shape:
            raise DataError(f"{self._path} is damaged (its shape is {values.shape}): delete {self.folder}")
        return values

    def _unwritable(self, error: OSError) -> DataError:
        remedy = "make room and run again; it goes on" if is_full_disk(error) else "give another folder"
        return DataError(f"{self.folder} cannot be written ({reason(error)}): {remedy}")
