"""Write TFRecord files of `tf.train.Example` without TensorFlow, so that worker processes start fast.

A record is its length (8 bytes), a checksum of the length, the data, and a checksum of the data; the data is
an `Example` in the protocol-buffer format, of which a few field numbers are all that is needed here. Sources:
tensorflow.org/tutorials/load_data/tfrecord and protobuf.dev/programming-guides/encoding.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import google_crc32c

__all__ = ["FRAMES", "RecordWriter", "SAMPLE", "SHAPE", "encode_example", "split_values"]

SAMPLE, SHAPE, FRAMES = "sample", "shape", "frames"
"""The features of a record: the sample's name, `(frames, height, width, channels)`, and a value a frame."""

_LENGTH_DELIMITED = 2  # wire type of bytes, messages and packed numbers


class RecordWriter:
    """Appends records to an open file, and hashes what it writes.

    Attributes:
        bytes: how much was written.
    """

    def __init__(self, file: BinaryIO):
        self.file = file
        self.bytes = 0
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Append one record; return the place of its data in the file."""
        length = struct.pack("<Q", len(data))
        start = self.bytes + 12
        for part in (length, _checksum(length), data, _checksum(data)):
            self.file.write(part)
            self._hash.update(part)
            self.bytes += len(part)
        return start

    @property
    def sha256(self) -> str:
        """Hash of all that was written."""
        return self._hash.hexdigest()


def encode_example(sample: str, shape: Sequence[int], frames: Sequence[bytes]) -> tuple[bytes, int]:
    """Return a `tf.train.Example`, and where in it the list of frames begins; it reaches to the end.

    Example:
        >>> data, place = encode_example("a", (2, 1, 1, 1), [b"x", b"y"])
        >>> [bytes(value) for value in split_values(data[place:])]
        [b'x', b'y']
    """
    name = _field(1, _field(1, sample.encode()))
    sizes = _field(3, _field(1, b"".join(map(_varint, shape))))
    images = b"".join(_field(1, frame) for frame in frames)
    # Frames come last, so that they can be read without parsing what is before them.
    features = b"".join(
        _field(1, _field(1, key.encode()) + _field(2, value))
        for key, value in ((SAMPLE, name), (SHAPE, sizes), (FRAMES, _field(1, images)))
    )
    data = _field(1, features)
    return data, len(data) - len(images)


def split_values(data: bytes) -> Iterator[memoryview]:
    """Yield the values of a serialised list of bytes.

    Raises:
        ValueError: the data is no such list.
    """
    view, place = memoryview(data), 0
    while place < len(view):
        if view[place] != 1 << 3 | _LENGTH_DELIMITED:
            raise ValueError("not a list of bytes")
        length, place = _read_varint(view, place + 1)
        yield view[place : place + length]
        place += length


def _checksum(data: bytes) -> bytes:
    """Return TFRecord's masked CRC-32C: rotated, and a constant added, as data may hold checksums itself."""
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _read_varint(view: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = view[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
