import warnings

import pytest
from checks.corpora import check_corpus
from checks.trees import problems_of, write_tree

from learnface.corpora import CountWarning, bu_3dfe
from learnface.errors import DataError

FILES = [
    "F0001/F0001_AN01WH_F2D.bmp",
    "F0001/F0001_AN01WH_F3D.wrl",
    "F0001/F0001_AN01WH_F3D.bmp",
    "F0001/F0001_AN01WH_RAW.wrl",
    "F0001/F0001_HA04WH_F2D.bmp",
    "F0001/F0001_NE00WH_F2D.bmp",
    "M0044/M0044_SU03AE_F2D.BMP",
]
EXPECTED = {"samples": 4, "labels": {"angry": 1, "happy": 1, "neutral": 1, "surprise": 1}, "subjects": 2}


@pytest.mark.parametrize("folder", ["", "BU_3DFE", "BU-3DFE/BU_3DFE"])
def test_pictures(tmp_path, folder):
    write_tree(tmp_path / folder, [*FILES, "readme/1.jpg"])
    index = check_corpus(bu_3dfe, tmp_path, **EXPECTED)
    expected = ["F0001_AN01WH", "F0001_HA04WH", "F0001_NE00WH", "M0044_SU03AE"]
    assert index["sample"].tolist() == expected
    assert index["intensity"].tolist() == [1, 4, 0, 3]
    assert index["ancestry"].tolist() == ["WH", "WH", "WH", "AE"]
    assert index["scan"][0].endswith("F0001_AN01WH_F3D.wrl")
    assert index["scan"].isna().tolist() == [False, True, True, True]


def test_intensities(tmp_path):
    labels = {"happy": 1, "neutral": 1, "surprise": 1}
    options = {"intensities": (3, 4)}
    check_corpus(bu_3dfe, write_tree(tmp_path, FILES), samples=3, labels=labels, subjects=2, **options)
    with pytest.raises(DataError, match=r"intensities is \(0, 4\); use some of \(1, 2, 3, 4\)"):
        bu_3dfe.index(tmp_path, (0, 4))


def test_all_problems_come_in_one_error(tmp_path):
    names = ["F0001_NE01WH_F2D.bmp", "F0001_AN00WH_F2D.bmp", "F0002_AN01WH_F2D.bmp", "F0001_XX01WH_F2D.bmp"]
    problems = problems_of(bu_3dfe.index, write_tree(tmp_path, [f"F0001/{name}" for name in names]))
    assert [problem.removeprefix(f"{tmp_path}/F0001/") for problem in problems] == [
        "F0001_AN00WH_F2D.bmp: has the intensity 0; NE goes with 0, expressions with 1 to 4",
        "F0001_NE01WH_F2D.bmp: has the intensity 1; NE goes with 0, expressions with 1 to 4",
        "F0001_XX01WH_F2D.bmp: is not a picture of this person; keep names such as F0001_AN01WH_F2D.bmp",
        "F0002_AN01WH_F2D.bmp: is not a picture of this person; keep names such as F0001_AN01WH_F2D.bmp",
    ]


def test_counts(tmp_path):
    with pytest.warns(
        CountWarning, match=r"people 2 \(published: 100\), pictures 4 \(published: 2,500\)"
    ) as caught:
        bu_3dfe.index(write_tree(tmp_path, FILES))
    assert caught[0].filename == __file__
    people = [f"F{n:04d}" for n in range(1, 57)] + [f"M{n:04d}" for n in range(1, 45)]
    codes = [f"{code}0{n}" for code in ("AN", "DI", "FE", "HA", "SA", "SU") for n in range(1, 5)] + ["NE00"]
    write_tree(tmp_path / "all", [f"{who}/{who}_{code}WH_F2D.bmp" for who in people for code in codes])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(bu_3dfe.index(tmp_path / "all")) == bu_3dfe.CARD.samples


@pytest.mark.parametrize(
    ("files", "message"),
    [(["a/1.bmp"], "holds no folders F0001 to M0044"), (["F0001/F0001_AN01WH_F3D.wrl"], "holds no pictures")],
)
def test_other_folders_are_refused(tmp_path, files, message):
    with pytest.raises(DataError, match=message):
        bu_3dfe.index(write_tree(tmp_path, files))
