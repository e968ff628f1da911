import io

import numpy as np
import pytest

from learnface.clips._tfrecord import RecordWriter, encode_example, split_values


@pytest.mark.parametrize("size", [1, 127, 128, 70_000])  # lengths of one to three bytes
def test_tensorflow_reads_what_is_written(tmp_path, rng, size):
    import tensorflow as tf

    frames = [rng.bytes(size), rng.bytes(size)]
    path = tmp_path / "a.tfrecord"
    with path.open("wb") as file:
        writer = RecordWriter(file)
        places = []
        for name in ("a", "émile"):
            data, place = encode_example(name, (2, 1, size, 1), frames)
            places.append((writer.write(data) + place, len(data) - place))
    features = {
        "sample": tf.io.FixedLenFeature([], tf.string),
        "shape": tf.io.FixedLenFeature([4], tf.int64),
        "frames": tf.io.FixedLenFeature([2], tf.string),
    }
    records = list(tf.data.TFRecordDataset([str(path)]))  # compares both checksums
    parsed = [tf.io.parse_single_example(record, features) for record in records]
    assert [p["sample"].numpy().decode() for p in parsed] == ["a", "émile"]
    assert parsed[0]["shape"].numpy().tolist() == [2, 1, size, 1]
    assert parsed[1]["frames"].numpy().tolist() == frames
    for start, length in places:
        found = split_values(path.read_bytes()[start : start + length])
        assert [bytes(value) for value in found] == frames
    again = tf.train.Example.FromString(records[0].numpy())
    assert sorted(again.features.feature) == ["frames", "sample", "shape"]


def test_damage_is_noticed_by_the_checksum(tmp_path):
    import tensorflow as tf

    path = tmp_path / "a.tfrecord"
    with path.open("wb") as file:
        RecordWriter(file).write(b"abcdef")
    data = bytearray(path.read_bytes())
    data[14] ^= 1
    path.write_bytes(data)
    with pytest.raises(tf.errors.DataLossError):
        list(tf.data.TFRecordDataset([str(path)]))


def test_hash_and_size_are_those_of_the_file():
    import hashlib

    file = io.BytesIO()
    writer = RecordWriter(file)
    assert writer.write(b"abc") == 12 and writer.write(b"") == 12 + 3 + 4 + 12
    assert writer.bytes == len(file.getvalue()) == 16 + 3 + 16
    assert writer.sha256 == hashlib.sha256(file.getvalue()).hexdigest()


def test_other_data_is_refused():
    with pytest.raises(ValueError, match="list"):
        list(split_values(np.array([9, 9], np.uint8).tobytes()))
