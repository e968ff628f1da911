import numpy as np
import pytest

from learnface.errors import DataError
from learnface.transfer._growing_array import GrowingArray

VALUES = np.arange(12, dtype="float32").reshape(2, 3, 2)


def test_it_is_a_numpy_file_once_it_is_whole(tmp_path):
    array = GrowingArray(tmp_path, VALUES.shape)
    array.claim({"made of": "nothing"})
    with array:
        for copy, rows in array.missing(2):
            assert not array.is_complete
            array.append(VALUES[copy, rows])
    assert array.is_complete
    np.testing.assert_array_equal(np.load(tmp_path / "features.npy"), VALUES)
    np.testing.assert_array_equal(array.open(), VALUES)


def test_a_full_disk_is_named(tmp_path):
    class Full:
        def write(self, data):
            raise OSError(28, "No space left on device")

    array = GrowingArray(tmp_path, VALUES.shape)
    array._file = Full()
    with pytest.raises(DataError, match=r"cannot be written \(no space left on device\)"):
        array.append(VALUES[0])
