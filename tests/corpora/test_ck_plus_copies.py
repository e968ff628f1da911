from types import SimpleNamespace

import numpy as np
import pytest
from checks.corpora import check_corpus, quiet_index
from checks.trees import problems_of, register, write_tree

from learnface.corpora import CountWarning, ck_plus, load_images
from learnface.errors import DataError

CK48 = SimpleNamespace(CARD=ck_plus.CARD, LABELS=ck_plus.LABELS, index=ck_plus.index_ck48)
CKEXTENDED = SimpleNamespace(CARD=ck_plus.CARD, LABELS=ck_plus.LABELS, index=ck_plus.index_ckextended)
FACES = ["anger/S010_004_00000017.png", "anger/S010_004_00000018.png", "sadness/S999_001_00000009.png"]


@pytest.mark.parametrize("folder", ["", "CK+48/", "archive/CK+48/"])
def test_ck48(tmp_path, monkeypatch, folder):
    register(monkeypatch, CK48)
    write_tree(tmp_path, [folder + name for name in FACES])
    index = check_corpus(CK48, tmp_path, samples=3, labels={"angry": 2, "sad": 1}, subjects=2)
    assert index["sequence"].tolist() == ["S010_004", "S010_004", "S999_001"]
    assert index["number"].tolist() == [17, 18, 9]


def test_ck48_problems(tmp_path):
    write_tree(tmp_path, [*FACES, "anger/17.png", "neutral/S010_004_00000001.png"])
    misnamed, unknown = problems_of(ck_plus.index_ck48, tmp_path)
    assert "17.png: does not tell its subject" in misnamed
    assert "neutral: is not a class of CK+48" in unknown
    with pytest.raises(DataError, match="is a file"):
        ck_plus.index_ck48(tmp_path / FACES[0])


def write_csv(root, rows):
    pixels = " ".join(["7"] * 48 * 48)
    lines = [f"{emotion},{pixels},{usage}\n" for emotion, usage in rows]
    return write_tree(root, {"archive/ckextended.csv": "emotion,pixels,Usage\n" + "".join(lines)})


def test_ckextended_has_codes_of_its_own(tmp_path, monkeypatch):
    register(monkeypatch, CKEXTENDED)
    rows = [(0, "Training"), (6, "Training"), (7, "PublicTest"), (5, "PrivateTest")]
    index = check_corpus(
        CKEXTENDED,
        write_csv(tmp_path, rows),
        samples=4,
        labels={"angry": 1, "neutral": 1, "contempt": 1, "surprise": 1},
        splits={"train": 2, "validation": 1, "test": 1},
    )
    assert index["label"].tolist() == ["angry", "neutral", "contempt", "surprise"]
    np.testing.assert_array_equal(load_images(index), np.full((4, 48, 48, 1), 7))
    assert len(quiet_index(CKEXTENDED, tmp_path / "archive/ckextended.csv")) == 4
    with pytest.warns(CountWarning, match=r"ckextended.csv: .* rows 4 \(published: 920\)"):
        ck_plus.index_ckextended(tmp_path)


def test_ckextended_problems(tmp_path):
    write_csv(tmp_path, [(8, "Training"), (1, "Test"), ("1,2", "Training")])
    problems = [problem.split(" row ")[1] for problem in problems_of(ck_plus.index_ckextended, tmp_path)]
    assert problems == [
        "0: emotion is '8'; use a code from 0 to 7",
        "1: Usage is 'Test'; use one of Training, PublicTest, PrivateTest",
        "2: has another number of fields than the header; copy it anew",
    ]
