import warnings

import numpy as np
import pytest
from checks.corpora import check_corpus, quiet_index, write_junk

from learnface.corpora import CountWarning, fer2013, load_images
from learnface.errors import DataError

ROWS = [(0, "Training"), (6, "Training"), (3, "PublicTest"), (3, "PrivateTest"), (4, "PrivateTest")]
EXPECTED = {
    "samples": 5,
    "labels": {"angry": 1, "neutral": 1, "happy": 2, "sad": 1},
    "splits": {"train": 2, "validation": 1, "test": 2},
}


def pixels(value: int) -> str:
    return " ".join([str(value)] * 48 * 48)


def write_csv(path, header="emotion,pixels,Usage", rows=ROWS):
    """Write FER2013 with the columns of the header, in its order; each picture has the value of its row."""
    lines = [header]
    for row, (emotion, usage) in enumerate(rows):
        cells = {"emotion": emotion, "pixels": pixels(row), "Usage": usage}
        lines.append(",".join(str(cells[name.strip()]) for name in header.split(",")))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def write_folders(root):
    names = {
        "train/happy/Training_10.jpg": 3,
        "train/happy/Training_9.jpg": 3,
        "train/Neutral/Training_70001.JPG": 6,
        "test/sad/PublicTest_1.jpg": 4,
        "test/sad/PrivateTest_2.jpg": 4,
    }
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("fer2013.csv", "emotion,pixels,Usage"),
        ("icml_face_data.csv", "emotion, Usage, pixels"),
        ("fer2013/fer2013.csv", "emotion,pixels,Usage"),
    ],
)
def test_csv(tmp_path, name, header):
    path = write_csv(tmp_path / name, header)
    index = check_corpus(fer2013, tmp_path, **EXPECTED)
    assert index["frames"].unique().tolist() == [str(path)]
    assert index["row"].tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(load_images(index)[:, 5, 7, 0], [0, 1, 2, 3, 4])


def test_csv_given_itself_whatever_its_name(tmp_path):
    check_corpus(fer2013, write_csv(tmp_path / "faces of 2013.csv"), **EXPECTED)


def test_competition_files(tmp_path):
    write_csv(tmp_path / "train.csv", "emotion,pixels")
    write_csv(tmp_path / "test.csv", "pixels")
    index = check_corpus(fer2013, tmp_path, samples=10, splits={"train": 5})
    assert index["label"].notna().tolist() == [True] * 5 + [False] * 5
    assert index["sample"].iloc[[0, 5]].tolist() == ["train-00000", "test-00000"]
    np.testing.assert_array_equal(load_images(index)[:, 0, 0, 0], [*range(5), *range(5)])


def test_folders(tmp_path):
    index = check_corpus(
        fer2013,
        write_folders(tmp_path),
        samples=5,
        labels={"happy": 2, "neutral": 1, "sad": 2},
        splits={"train": 3, "validation": 1, "test": 1},
    )
    assert index["sample"][:2].tolist() == ["PrivateTest_2", "PublicTest_1"]
    assert "row" not in index


def test_all_malformed_rows_come_in_one_error(tmp_path):
    path = write_csv(tmp_path / "fer2013.csv", rows=[*ROWS, (7, "Training"), ("", "Training"), (1, "Test")])
    with path.open("a") as file:
        file.write("0,1 2 3\n")
    with pytest.raises(DataError) as error:
        fer2013.index(path)
    problems = [line.strip().removeprefix(str(path)) for line in str(error.value).splitlines()]
    assert problems == [
        "fer2013: 4 problems",
        " row 5: emotion is '7'; use a code from 0 to 6",
        " row 6: emotion is ''; use a code from 0 to 6",
        " row 7: Usage is 'Test'; use one of Training, PublicTest, PrivateTest",
        " row 8: has another number of fields than the header; copy the file anew",
    ]


def test_all_misnamed_files_come_in_one_error(tmp_path):
    write_folders(tmp_path)
    (tmp_path / "train/happy/im0.png").touch()
    (tmp_path / "test/contempt").mkdir()
    with pytest.raises(DataError, match=r"(?s)2 problems.*contempt: is not a class.*im0.png: does not tell"):
        fer2013.index(tmp_path)


def test_pixels_are_checked_when_loaded_and_not_before(tmp_path):
    path = write_csv(tmp_path / "fer2013.csv")
    path.write_text(path.read_text().replace(pixels(3), "3 3 3"))
    index = quiet_index(fer2013, path)
    with pytest.raises(DataError, match="row 3: holds 3 pixels"):
        load_images(index)


@pytest.mark.parametrize(
    ("text", "message"),
    [("a,b\n1,2\n", r"lacks the columns \['emotion', 'Usage', 'pixels'\]"), ("", "is empty")]
    + [("emotion,pixels,Usage\n", "no samples")],
)
def test_other_files_are_refused(tmp_path, text, message):
    (tmp_path / "notes.txt").write_text(text)
    with pytest.raises(DataError, match=message):
        fer2013.index(tmp_path / "notes.txt")


def test_folders_without_pictures_are_refused(tmp_path):
    (tmp_path / "train" / "happy").mkdir(parents=True)
    write_junk(tmp_path)
    with pytest.raises(DataError, match="holds no pictures"):
        fer2013.index(tmp_path)


def test_other_counts_than_published_warn(tmp_path):
    with pytest.warns(CountWarning, match=r"train angry 1 \(published: 3,995\)") as caught:
        fer2013.index(write_csv(tmp_path / "fer2013.csv"))
    assert caught[0].filename == __file__  # the warning names its caller's line
    with pytest.warns(CountWarning) as caught:
        fer2013.index(write_csv(tmp_path / "train.csv", "emotion,pixels"))
    assert "validation" not in str(caught[0].message)


def test_published_counts_do_not_warn(tmp_path):
    """The table of `corpora` literature, written out as rows without pictures."""
    counts = {
        "Training": (3995, 436, 4097, 7215, 4830, 3171, 4965),
        "PublicTest": (467, 56, 496, 895, 653, 415, 607),
        "PrivateTest": (491, 55, 528, 879, 594, 416, 626),
    }
    lines = [f"{c},0,{usage}\n" * n for usage, row in counts.items() for c, n in enumerate(row)]
    (tmp_path / "fer2013.csv").write_text("emotion,pixels,Usage\n" + "".join(lines))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        index = fer2013.index(tmp_path)
    assert index["split"].value_counts().to_dict() == {"train": 28709, "validation": 3589, "test": 3589}
    assert len(index) == fer2013.CARD.samples
