import cv2
import numpy as np
import pytest

from learnface.corpora import synthetic
from learnface.errors import DataError

OPTIONS = {
    "subjects": 3,
    "clips_per_subject": 2,
    "size": 24,
    "frames": 4,
    "supersample": 1,
    "progress": False,
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return synthetic.write_corpus(tmp_path_factory.mktemp("synthetic"), "plain", **OPTIONS)


def test_index(root):
    index = synthetic.index(root)
    own = ["valence", "arousal", "onset", "apex", "offset"]
    assert list(index) == ["sample", "corpus", "subject", "split", "label", "frames", *own]
    assert len(index) == 6 and (index["corpus"] == "synthetic").all()
    assert list(index["split"]) == ["train"] * 2 + ["validation"] * 2 + ["test"] * 2
    assert index.groupby("subject")["split"].nunique().eq(1).all()
    assert set(index["label"]) <= set(synthetic.LABELS)


def test_truth_belongs_to_the_pictures(root):
    for row in synthetic.index(root).itertuples():
        truth = synthetic.truth(row.frames)
        assert truth["intensity"].argmax() == row.apex
        assert truth["valence"][row.apex] == pytest.approx(row.valence, abs=1e-4)
        images = [cv2.imread(f"{row.frames}/{frame:05d}.png").mean(-1) for frame in range(4)]
        assert truth["landmarks"].shape == (4, 68, 2) and images[0].shape == (24, 24)
        assert (np.abs(truth["landmarks"].mean(1) - 12) < 6).all()


def test_missing_files_are_named(root, tmp_path):
    with pytest.raises(DataError, match="no manifest.csv.*learnface synthesize"):
        synthetic.index(tmp_path)
    (tmp_path / "manifest.csv").write_text((root / "manifest.csv").read_text())
    with pytest.raises(DataError, match="lacks 6 of 6 clips"):
        synthetic.index(tmp_path)
    (tmp_path / "manifest.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="columns"):
        synthetic.index(tmp_path)
    with pytest.raises(DataError, match="truth.npz: is missing"):
        synthetic.truth(tmp_path)
