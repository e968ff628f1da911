import numpy as np
import pandas as pd
import pytest

from learnface.errors import DataError
from learnface.training import Samples
from learnface.training.samples import open_inputs


def test_taking_keeps_everything_in_step():
    index = pd.DataFrame({"sample": list("abc")})
    inputs = {"x": np.arange(6).reshape(3, 2), "y": np.arange(3)}
    samples = Samples(index, np.array([4, 5, 6]), ("happy",), inputs, np.array([7, 8, 9]))
    taken = samples.take(np.array([2, 0]))
    assert (len(samples), len(taken)) == (3, 2)
    assert taken.index["sample"].tolist() == ["c", "a"]
    assert (taken.rows.tolist(), taken.codes.tolist()) == ([6, 4], [9, 7])
    assert taken.inputs["x"].tolist() == [[4, 5], [0, 1]] and taken.inputs["y"].tolist() == [2, 0]


def test_files_are_mapped_and_bad_ones_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((3, 2)))
    assert isinstance(open_inputs(tmp_path / "x.npy", 3), np.memmap)
    with pytest.raises(DataError, match=r"inputs\['x'\] has the shape \(3, 2\)"):
        open_inputs({"x": tmp_path / "x.npy"}, 4)
    (tmp_path / "x.npy").write_text("no array")
    for name in ("x.npy", "absent.npy"):
        with pytest.raises(DataError, match=f"{name} is not a readable .npy file"):
            open_inputs(tmp_path / name, 3)
