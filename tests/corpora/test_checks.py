"""The corpus checker itself must catch what it is there for."""

from types import SimpleNamespace

import cv2
import pytest
from checks.corpora import check_corpus

from learnface.corpora import CORPORA, fer2013
from learnface.corpora._index import make_index
from learnface.corpora._reading import list_files
from learnface.errors import DataError


def good(root):
    if not list_files(root):
        raise DataError(f"{root} holds no pictures; check the path")
    rows = [
        {"sample": p.stem, "frames": str(p), "subject": p.stem[0], "label": "sad"} for p in list_files(root)
    ]
    return make_index([row | {"split": "train"} for row in rows], "mine", fer2013.LABELS)


def reads_pixels(root):
    cv2.imread(str(root / "a1.png"))
    return good(root)


def lists_as_the_file_system_does(root):
    files = [p for p in root.iterdir() if p.suffix == ".png" and p.stem[0] in "ab"]
    return make_index([{"sample": p.stem, "frames": str(p)} for p in files], "mine", fer2013.LABELS)


def takes_junk(root):
    files = sorted(root.glob("*.png"))
    return make_index([{"sample": p.stem, "frames": str(p)} for p in files], "mine", fer2013.LABELS)


def shares_subjects(root):
    return good(root).assign(subject="a", split=["train", "test"])


def invents_frames(root):
    return good(root).assign(frames="nowhere.png")


def accepts_an_empty_folder(root):
    return good(root.parent if root.is_dir() and not any(root.iterdir()) else root)


@pytest.fixture
def check(tmp_path, monkeypatch):
    def run(index, **expected):
        module = SimpleNamespace(LABELS=fer2013.LABELS, index=lambda root: index(type(tmp_path)(root)))
        module.CARD = SimpleNamespace(name="mine", kind="images", labels=fer2013.LABELS)
        monkeypatch.setitem(CORPORA, "mine", module)
        for name in ("a1.png", "b2.png"):
            (tmp_path / name).touch()
        return check_corpus(module, tmp_path, **{"samples": 2, "subjects": 0} | expected)

    return run


def test_good_corpus_passes(check):
    assert len(check(good, subjects=2, labels={"sad": 2}, splits={"train": 2})) == 2


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (reads_pixels, {"subjects": 2}),
        (lists_as_the_file_system_does, {}),
        (takes_junk, {}),
        (shares_subjects, {"subjects": 1}),
        (invents_frames, {"subjects": 2}),
        (good, {"subjects": 2, "samples": 3}),
        (good, {"subjects": 2, "labels": {"sad": 1}}),
        (good, {"subjects": 3}),
    ],
)
def test_faults_are_caught(check, index, expected):
    with pytest.raises(AssertionError):
        check(index, **expected)


def test_a_corpus_that_accepts_an_empty_folder_is_caught(check):
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        check(accepts_an_empty_folder, subjects=2)
