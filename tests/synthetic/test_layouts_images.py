import csv

import cv2
import numpy as np
import pytest

from learnface.labels import FER2013, FERPLUS
from learnface.synthetic import write_corpus

OPTIONS = {"subjects": 3, "clips_per_subject": 8, "supersample": 1, "progress": False}


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def ferplus(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("ferplus"), "ferplus", **OPTIONS)


def test_fer2013(tmp_path):
    header, *samples = rows(write_corpus(tmp_path, "fer2013", **OPTIONS) / "fer2013.csv")
    assert header == ["emotion", "pixels", "Usage"]
    assert [usage for _, _, usage in samples] == ["Training"] * 8 + ["PublicTest"] * 8 + ["PrivateTest"] * 8
    assert {int(code) for code, _, _ in samples} == set(range(len(FER2013)))
    pixels = np.array([list(map(int, field.split(" "))) for _, field, _ in samples])
    assert pixels.shape == (24, 48 * 48) and pixels.min() >= 0 and pixels.max() <= 255
    assert len(np.unique(pixels, axis=0)) == 24


def test_ferplus_vote_files_agree(ferplus):
    header, *new = rows(ferplus / "fer2013new.csv")
    assert ",".join(header) == (
        "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    )
    faces = rows(ferplus / "fer2013.csv")[1:]
    assert [row[0] for row in new] == [row[2] for row in faces]
    old = [row for part in ("Train", "Valid", "Test") for row in rows(ferplus / f"FER2013{part}/label.csv")]
    assert [row[2:] for row in old] == [row[2:] for row in new] and [row[0] for row in old] == [
        row[1] for row in new
    ]
    assert {row[1] for row in old} == {"(0, 0, 48, 48)"}
    assert all(sum(map(int, row[2:])) == 10 for row in new)


def test_ferplus_pictures_are_those_of_the_rows(ferplus):
    faces = rows(ferplus / "fer2013.csv")[1:]
    names = [row[1] for row in rows(ferplus / "fer2013new.csv")[1:]]
    for (_, pixels, usage), name in list(zip(faces, names, strict=True))[::5]:
        folder = {"Training": "Train", "PublicTest": "Valid", "PrivateTest": "Test"}[usage]
        picture = cv2.imread(str(ferplus / f"FER2013{folder}" / name), cv2.IMREAD_GRAYSCALE)
        np.testing.assert_array_equal(picture.ravel(), list(map(int, pixels.split())))


def test_most_votes_mostly_go_to_the_truth(ferplus):
    votes = np.array([list(map(int, row[2:10])) for row in rows(ferplus / "fer2013new.csv")[1:]])
    truth = [FERPLUS[(clip + subject) % 8] for subject in range(3) for clip in range(8)]
    agree = [FERPLUS[place] == name for place, name in zip(votes.argmax(1), truth, strict=True)]
    assert np.mean(agree) > 0.7
