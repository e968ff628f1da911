import importlib.util

import numpy as np
import pytest
from checks.markdown import ROOT

spec = importlib.util.spec_from_file_location("compare_fer_vgg", ROOT / "tools" / "compare_fer_vgg.py")
compare = importlib.util.module_from_spec(spec)
spec.loader.exec_module(compare)


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_both_weights_stand_side_by_side_on_both_splits(small_fer2013, tmp_path):
    compare.main(small_fer2013, tmp_path / "compared.md")
    text = (tmp_path / "compared.md").read_text()
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    assert rows == ["weights", *compare.BOTH] * 2 + ["faces", "whole", "hidden"]
    assert "15 real faces" in text


def test_mirror_images_are_averaged(monkeypatch):
    calls = []
    monkeypatch.setattr(
        compare, "predict_probabilities", lambda *_, flip=False: calls.append(flip) or np.eye(2)
    )
    parts = {"test": (None, np.array([0, 1])), "test, hand": (None, np.array([0, 1]))}
    faces = type("Faces", (), {"parts": parts, "splits": {"train": None, "test": None}})
    assert sorted(compare._named(None, faces)) == ["test", "test, hand", "test, mirrored"]
    assert calls == [False, False, True]


def test_a_face_hidden_in_five_ways_counts_as_one():
    codes = np.array([0, 1] * 20)
    faces = type("Faces", (), {"parts": dict.fromkeys(("one", "two"), (None, codes))})
    right, wrong = dict.fromkeys(("one", "two"), codes), dict.fromkeys(("one", "two"), 1 - codes)
    named = dict(zip(compare.BOTH, (wrong, right), strict=True))
    assert compare._gain(named, faces, ["one"]) == compare._gain(named, faces, ["one", "two"])
    assert compare._gain(named, faces, ["one"])["accuracy"].startswith("+100.00")
