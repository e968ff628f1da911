import warnings
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from checks import ferplus_labels
from checks.corpora import check_corpus, quiet_index

from learnface.corpora import CountWarning, ferplus, load_images
from learnface.errors import DataError

HEADER = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
USAGES = ("Training", "PublicTest", "PrivateTest")
FOLDERS = ("FER2013Train", "FER2013Valid", "FER2013Test")

# Usage, image name, votes, FER2013's own code. Names do not follow rows, one appears twice, one is empty.
ROWS = [
    ("Training", "fer0000000.png", (0, 9, 0, 0, 0, 0, 0, 1, 0, 0), 3),  # happy
    ("Training", "", (0, 0, 0, 0, 0, 0, 0, 0, 0, 10), 0),  # not a face
    ("Training", "fer0000001.png", (4, 0, 0, 3, 3, 0, 0, 0, 0, 0), 4),  # no majority; three classes otherwise
    ("Training", "fer0000001.png", (2, 0, 8, 0, 0, 0, 0, 0, 0, 0), 5),  # surprise, and a name used before
    ("PublicTest", "fer0000002.png", (0, 0, 0, 0, 0, 0, 10, 0, 0, 0), 2),  # fear
    ("PrivateTest", "fer0000003.png", (0, 0, 0, 0, 0, 0, 0, 10, 0, 0), 0),  # contempt
    ("PrivateTest", "fer0000004.png", (4, 0, 0, 3, 3, 0, 0, 0, 0, 0), 4),  # no majority
]
MAJORITY = {
    "samples": 4,
    "labels": {"happy": 1, "surprise": 1, "fear": 1, "contempt": 1},
    "splits": {"train": 2, "validation": 1, "test": 1},
}


def write_csvs(root: Path, rows=ROWS, pixels=True) -> Path:
    root.mkdir(exist_ok=True)
    faces = [
        f"{code},{' '.join([str(n)] * 2304) if pixels else 0},{row[0]}" for n, (*row, code) in enumerate(rows)
    ]
    (root / "fer2013.csv").write_text("\n".join(["emotion,pixels,Usage", *faces]) + "\n")
    votes = [f"{usage},{name},{','.join(map(str, votes))}" for usage, name, votes, _ in rows]
    (root / "fer2013new.csv").write_text("\r\n".join([HEADER, *votes]) + "\r\n")
    return root


def write_folders(root: Path, rows=ROWS, pictures=True) -> Path:
    """Write the three folders as the published generator does: a later image of the same name wins."""
    last = {name: row for row, (_, name, *_) in enumerate(rows) if name}
    for usage, folder in zip(USAGES, FOLDERS, strict=True):
        (root / folder).mkdir(parents=True)
        chosen = [(name, row) for name, row in last.items() if rows[row][0] == usage]
        lines = [f'{name},"(0, 0, 48, 48)",{",".join(map(str, rows[row][2]))}\n' for name, row in chosen]
        (root / folder / "label.csv").write_text("".join(lines))
        for name, row in chosen if pictures else ():
            cv2.imwrite(str(root / folder / name), np.full((48, 48), row, np.uint8))
    return root


def test_rows_are_joined_by_position(tmp_path):
    index = check_corpus(ferplus, write_csvs(tmp_path), **MAJORITY)
    assert index["row"].tolist() == [0, 3, 4, 5]
    assert index["label"].tolist() == ["happy", "surprise", "fear", "contempt"]
    assert index["fer2013_label"].tolist() == ["happy", "surprise", "fear", "angry"]
    assert index["image"].tolist() == [f"fer000000{n}.png" for n in (0, 1, 2, 3)]
    assert index[list(ferplus.VOTES)].to_numpy().tolist() == [list(ROWS[row][2]) for row in index["row"]]
    np.testing.assert_array_equal(load_images(index)[:, 9, 9, 0], index["row"])


@pytest.mark.parametrize("inside", [".", "data"])
def test_folders(tmp_path, inside):
    write_folders(tmp_path / inside)
    index = check_corpus(ferplus, tmp_path, votes="label.csv", **MAJORITY)
    assert index["sample"].tolist() == [f"fer000000{n}" for n in (0, 1, 2, 3)]
    assert "fer2013_label" not in index
    np.testing.assert_array_equal(load_images(index)[:, 9, 9, 0], [0, 3, 4, 5])


def test_index_says_where_its_labels_come_from(tmp_path):
    write_csvs(tmp_path)
    index = quiet_index(ferplus, tmp_path, mode="probability")
    assert index["votes_from"].unique().tolist() == ["fer2013new.csv"]
    assert index.attrs == {
        "votes_from": "fer2013new.csv",
        "votes_path": str(tmp_path / "fer2013new.csv"),
        "mode": "probability",
        "evaluation_mode": "majority",
        "dropped": {"train": 1, "validation": 0, "test": 1},
        "missing": {"train": 0, "validation": 0, "test": 0},
    }
    write_folders(tmp_path)
    assert quiet_index(ferplus, tmp_path, votes="label.csv")["votes_from"].unique().tolist() == ["label.csv"]


def test_votes_may_lie_elsewhere(tmp_path):
    faces, votes = write_csvs(tmp_path / "faces"), tmp_path / "my votes.csv"
    (faces / "fer2013new.csv").rename(votes)
    for root in (faces, faces / "fer2013.csv"):
        index = quiet_index(ferplus, root, votes=votes)
        assert index["votes_from"].unique().tolist() == ["my votes.csv"]
    write_folders(tmp_path / "pictures")
    write_folders(tmp_path / "labels", pictures=False)
    index = quiet_index(ferplus, tmp_path / "pictures", votes=tmp_path / "labels")
    assert len(load_images(index)) == 4
    assert index.attrs["votes_path"] == str(tmp_path / "labels")


def test_mode_chooses_training_images_only(tmp_path):
    write_csvs(tmp_path)
    index = quiet_index(ferplus, tmp_path, mode="crossentropy")
    assert index["row"].tolist() == [0, 2, 3, 4, 5]
    assert index["label"][1] == "neutral"
    index = quiet_index(ferplus, tmp_path, evaluation_mode="crossentropy")
    assert index["row"].tolist() == [0, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("majority", [0, 0, 1, 0, 0, 0, 0, 0]),
        ("probability", [0, 0, 1, 0, 0, 0, 0, 0]),
        ("crossentropy", [0, 0, 1, 0, 0, 0, 0, 0]),
        ("multi_target", [0.001, 0.001, 1, 0.001, 0.001, 0.001, 0.001, 0.001]),
    ],
)
def test_targets(tmp_path, mode, expected):
    index = quiet_index(ferplus, write_csvs(tmp_path), mode=mode)
    targets = ferplus.targets(index, mode)
    assert targets.dtype == np.float32
    assert targets.shape == (len(index), 8)
    np.testing.assert_allclose(targets[(index["row"] == 3).argmax()], expected)
    np.testing.assert_array_equal(targets[-1], np.eye(8)[7])  # the test split stays a majority
    assert [ferplus.LABELS[code] for code in targets.argmax(1)] == index["label"].tolist()


def test_targets_of_several_classes(tmp_path):
    index = quiet_index(ferplus, write_csvs(tmp_path), mode="crossentropy", evaluation_mode="multi_target")
    targets = ferplus.targets(index, "crossentropy", "multi_target")
    np.testing.assert_allclose(targets[1], [0.4, 0, 0, 0.3, 0.3, 0, 0, 0])
    np.testing.assert_allclose(targets[-1], [1, 0.001, 0.001, 1, 1, 0.001, 0.001, 0.001])


def test_targets_refuse_what_the_mode_drops(tmp_path):
    index = quiet_index(ferplus, write_csvs(tmp_path), mode="crossentropy")
    with pytest.raises(DataError, match=r"mode 'majority' drops 1 samples .*'00002'"):
        ferplus.targets(index, "majority")
    with pytest.raises(DataError, match=r"lacks the columns \['votes_neutral'"):
        ferplus.targets(index.drop(columns="votes_neutral"))


def test_missing_pictures_are_never_silent(tmp_path):
    write_folders(tmp_path)
    (tmp_path / "FER2013Train" / "fer0000001.png").unlink()
    message = r"1 of the 4 pictures kept are not on disk \(train 1; the first is .*fer0000001.png\)"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CountWarning)
        with pytest.raises(DataError, match=message):
            ferplus.index(tmp_path, votes="label.csv")
    with pytest.warns(CountWarning) as caught:
        index = ferplus.index(tmp_path, votes="label.csv", missing="drop")
    assert "they are left out" in str(caught[0].message)
    assert {warning.filename for warning in caught} == {__file__}
    assert index["label"].tolist() == ["happy", "fear", "contempt"]
    assert index.attrs["missing"] == {"train": 1, "validation": 0, "test": 0}


def test_unequal_rows_are_not_joined(tmp_path):
    write_csvs(tmp_path)
    votes = (tmp_path / "fer2013new.csv").read_text().splitlines()
    (tmp_path / "fer2013new.csv").write_text("\n".join(votes[:-1]))
    with pytest.raises(DataError, match=r"has 6 rows and .*fer2013.csv has 7; they are joined row by row"):
        ferplus.index(tmp_path)


def test_all_malformed_rows_come_in_one_error(tmp_path):
    write_csvs(tmp_path)
    lines = (tmp_path / "fer2013new.csv").read_text().splitlines()
    lines[1] = lines[1].replace("Training", "PublicTest")
    lines[2] = lines[2].replace(",10", ",ten")
    lines[3] += ",1"
    (tmp_path / "fer2013new.csv").write_text("\n".join(lines))
    with pytest.raises(DataError) as error:
        ferplus.index(tmp_path)
    message = str(error.value)
    assert "3 problems" in message
    assert "row 0: Usage is 'PublicTest', but train in" in message
    assert "row 1: the votes are 0,0,0,0,0,0,0,0,0,ten; use ten whole numbers" in message
    assert "row 2: has a wrong number of fields" in message


def test_malformed_label_csv(tmp_path):
    write_folders(tmp_path)
    (tmp_path / "FER2013Valid" / "label.csv").unlink()
    (tmp_path / "FER2013Test" / "label.csv").write_text("fer0000003.png,1,2,3\n")
    with pytest.raises(
        DataError, match=r"(?s)2 problems.*Valid.label.csv: does not exist.*row 0: has a wrong"
    ):
        ferplus.index(tmp_path, votes="label.csv")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "vote"}, "mode is 'vote'"),
        ({"evaluation_mode": "vote"}, "mode is 'vote'"),
        ({"missing": "ignore"}, "missing is 'ignore'; use 'raise' or 'drop'"),
        ({"votes": "nowhere.csv"}, "nowhere.csv does not exist"),
    ],
)
def test_wrong_arguments(tmp_path, options, message):
    with pytest.raises(DataError, match=message):
        ferplus.index(write_csvs(tmp_path), **options)


def test_each_vote_file_asks_for_its_pictures(tmp_path):
    write_folders(tmp_path)
    with pytest.raises(DataError, match=r"fer2013new.csv does not exist; .* votes='label.csv'"):
        ferplus.index(tmp_path)
    write_csvs(tmp_path)
    with pytest.raises(DataError, match="fer2013.csv holds none of the folders FER2013Train, FER2013Valid"):
        ferplus.index(tmp_path / "fer2013.csv", votes="label.csv")
    (tmp_path / "fer2013.csv").rename(tmp_path / "faces.csv")
    with pytest.raises(DataError, match=r"holds no fer2013.csv"):
        ferplus.index(tmp_path)
    with pytest.raises(
        DataError, match="is not in the form of fer2013new.csv; its header must be Usage,Image"
    ):
        ferplus.index(tmp_path, votes=tmp_path / "FER2013Train" / "label.csv")


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """The published label files, beside files without pixels."""
    root = tmp_path_factory.mktemp("ferplus")
    for file, write in ((ferplus_labels.new_csv, write_csvs), (ferplus_labels.label_csv, write_folders)):
        votes, split, number = file()
        names = [f"fer{n:07d}.png" if n >= 0 else "" for n in number]
        rows = list(zip([USAGES[s] for s in split], names, votes.tolist(), [0] * len(names), strict=True))
        write(root, rows, False)
    return root


def test_published_files_give_the_published_counts(published, monkeypatch):
    index = ferplus.index(published)  # a count that differs would warn, and warnings are errors
    assert index["split"].value_counts(sort=False).to_dict() == {
        "train": 25060,
        "validation": 3199,
        "test": 3153,
    }
    assert (index["image"] != [f"fer{row:07d}.png" for row in index["row"]]).sum() > 30_000  # names lie
    monkeypatch.setattr(ferplus, "_absent", lambda table: np.zeros(len(table), bool))
    index = ferplus.index(published, votes="label.csv")
    counts = pd.crosstab(index["split"], index["label"])[list(ferplus.LABELS)]
    assert counts.loc["train"].tolist() == [8733, 7284, 3136, 3022, 2098, 116, 536, 120]
    assert counts.loc["validation"].tolist() == [1180, 862, 411, 348, 289, 25, 60, 16]
    assert counts.loc["test"].tolist() == [1083, 892, 394, 382, 269, 16, 86, 15]
