import warnings

import pytest
from checks.corpora import check_corpus, quiet_index
from checks.trees import problems_of, write_tree

from learnface.corpora import CountWarning, raf_db
from learnface.errors import DataError

LINES = ["train_00010.jpg 5", "train_00009.jpg\t1", "test_0001.jpg 7 ", ""]
EXPECTED = {
    "samples": 3,
    "labels": {"sad": 1, "surprise": 1, "neutral": 1},
    "splits": {"train": 2, "test": 1},
}


def write_corpus(root, lines=LINES, name="list_patition_label.txt", suffix="_aligned.jpg"):
    stems = ["train_00010", "train_00009", "test_0001"]
    files = {f"EmoLabel/{name}": "\r\n".join(lines), "Annotation/manual/train_00010_manu_attri.txt": "1"}
    files |= {f"Image/aligned/{stem}{suffix}": "" for stem in stems}
    files |= {f"Image/original/{stem}.jpg": "" for stem in stems}
    return write_tree(root, files)


@pytest.mark.parametrize(
    ("folder", "options"),
    [
        ("basic", {}),
        ("RAF-DB/basic", {"name": "list_partition_label.txt"}),
        ("", {"suffix": "_aligned.PNG"}),
        ("", {"suffix": ".jpg"}),
    ],
)
def test_aligned(tmp_path, folder, options):
    write_corpus(tmp_path / folder, **options)
    index = check_corpus(raf_db, tmp_path, **EXPECTED)
    assert index["sample"].tolist() == ["train_00010", "train_00009", "test_0001"]
    assert all("Image/aligned/" in path for path in index["frames"])


def test_original(tmp_path):
    index = check_corpus(raf_db, write_corpus(tmp_path), pictures="original", **EXPECTED)
    assert index["frames"][0].endswith("Image/original/train_00010.jpg")


def test_all_problems_come_in_one_error(tmp_path):
    lines = ["train_00010.jpg 0", "valid_1.jpg 1", "train_00009.jpg", "test_0002.jpg 1"]
    remedy = "a line is a name and a code from 1 to 7, as train_00001.jpg 5"
    problems = problems_of(raf_db.index, write_corpus(tmp_path, lines))
    assert [problem.removeprefix(f"{tmp_path}/") for problem in problems] == [
        f"EmoLabel/list_patition_label.txt line 1: is 'train_00010.jpg 0'; {remedy}",
        f"EmoLabel/list_patition_label.txt line 2: is 'valid_1.jpg 1'; {remedy}",
        f"EmoLabel/list_patition_label.txt line 3: is 'train_00009.jpg'; {remedy}",
        "Image/aligned/test_0002_aligned.jpg: does not exist; restore it, or pass missing='drop'",
    ]


def test_all_missing_parts_come_in_one_error(tmp_path):
    listed, folder = problems_of(raf_db.index, write_tree(tmp_path, ["Image/original/train_00001.jpg"]))
    assert "holds no EmoLabel/list_patition_label.txt; unpack basic.zip there" in listed
    assert "holds no folder Image/aligned; unpack Image/aligned.zip there" in folder


def test_missing_pictures_are_dropped_where_asked(tmp_path):
    write_corpus(tmp_path, [*LINES, "test_0002.jpg 1"])
    assert len(quiet_index(raf_db, tmp_path, missing="drop")) == 3
    write_corpus(tmp_path, ["test_0002.jpg 1"])
    with pytest.raises(DataError, match="lists no picture that is in .*aligned"):
        quiet_index(raf_db, tmp_path, missing="drop")


def test_counts(tmp_path):
    with pytest.warns(
        CountWarning, match=r"train 2 \(published: 12,271\), test 1 \(published: 3,068\)"
    ) as caught:
        raf_db.index(write_corpus(tmp_path))
    assert caught[0].filename == __file__
    lines = [
        f"{split}_{n:05d} 1" for split, count in (("train", 12271), ("test", 3068)) for n in range(count)
    ]
    folder = write_corpus(tmp_path, lines) / "Image/aligned"
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("error")
        patch.setattr(raf_db.FileLookup, "find", lambda self, path: path)
        assert len(raf_db.index(folder.parent.parent)) == raf_db.CARD.samples


def test_unknown_options_are_refused(tmp_path):
    with pytest.raises(DataError, match="pictures is 'cropped'; use one of 'aligned', 'original'"):
        raf_db.index(tmp_path, "cropped")
    with pytest.raises(DataError, match="is a file; give the folder basic"):
        raf_db.index(write_tree(tmp_path, ["a.txt"]) / "a.txt")
