import hashlib

import numpy as np

from learnface.training.environment import array_hash, command, machine, versions


def test_hash_is_sha256_of_shape_type_and_bytes():
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    expected = hashlib.sha256(b"(2, 3)uint8" + bytes(range(6))).hexdigest()
    assert array_hash(array) == expected
    assert array_hash(array[:, ::-1]) == array_hash(array[:, ::-1].copy())
    assert array_hash(array) != array_hash(array.reshape(3, 2))


def test_versions_and_machine_are_known():
    assert "unknown" not in versions().values()
    assert machine()["processor"]


def test_the_command_is_what_one_would_type(monkeypatch):
    monkeypatch.setattr("sys.argv", ["/usr/lib/learnface/__main__.py", "train", "--data", "my clips"])
    assert command() == "learnface train --data 'my clips'"
    monkeypatch.setattr("sys.argv", ["scripts/mine.py"])
    assert command() == "mine.py"
