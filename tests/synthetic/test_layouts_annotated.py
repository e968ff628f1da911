import numpy as np
import pytest

from learnface.clips.video import read_video
from learnface.corpora import annotated_videos
from learnface.synthetic import write_corpus
from learnface.synthetic.layouts_annotated import FPS, LATE, REACH

OPTIONS = {
    "subjects": 2,
    "clips_per_subject": 2,
    "size": 32,
    "frames": 24,
    "supersample": 1,
    "progress": False,
}


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    root = tmp_path_factory.mktemp("annotated")
    return {
        task: write_corpus(root / task, "annotated_videos", task=task, **OPTIONS)
        for task in ("emotions", "late", "marker", "late_marker")
    }


def truth(root, row=0):
    return annotated_videos.frame_table(annotated_videos.index(root).iloc[row])


def pixels(root, row=0):
    return np.stack([f.image for f in read_video(annotated_videos.index(root)["frames"].iloc[row])])


def test_the_corpus_reads_it(corpora):
    index = annotated_videos.index(corpora["emotions"])
    assert len(index) == 4 and index["subject"].nunique() == 2
    assert (index["labelled_frames"] == 24).all() and (index["annotators"] == 3).all()
    table = truth(corpora["emotions"])
    assert table["time"].tolist() == pytest.approx(np.arange(24) / FPS)
    assert len(pixels(corpora["emotions"])) == 24


def test_annotators_differ_and_agree(corpora):
    ratings = annotated_videos.ratings(annotated_videos.index(corpora["emotions"]), "valence")
    correlation = ratings.corr().to_numpy()[np.triu_indices(3, 1)]
    assert (correlation > 0.7).all() and (correlation < 0.9999).all()


@pytest.mark.parametrize("task, late_task", [("emotions", "late"), ("marker", "late_marker")])
def test_late_labels_are_those_of_a_second_before(corpora, task, late_task):
    same, late = truth(corpora[task]), truth(corpora[late_task])
    assert np.array_equal(pixels(corpora[task]), pixels(corpora[late_task]))
    for name in ("valence", "arousal"):
        shifted = late[name].to_numpy()[LATE:] - same[name].to_numpy()[:-LATE]
        together = late[name].to_numpy() - same[name].to_numpy()
        assert shifted.std() < 0.11 < together.std()  # annotators waver by about 0.05


def test_the_place_of_the_marker_is_the_affect(corpora):
    for row in range(4):
        table, video = truth(corpora["marker"], row), pixels(corpora["marker"], row).astype(float)
        moved = np.abs(video - np.median(video, axis=0)).mean(-1)
        moved = np.where(moved > 40, moved, 0)  # what differs from the still face is the marker
        rows, columns = np.mgrid[:32, :32] + 0.5
        weight = moved.sum((1, 2)) + 1e-9
        seen = weight > 100  # on a white wall it is not seen
        x = (moved * columns).sum((1, 2)) / weight / 32 - 0.5
        y = (moved * rows).sum((1, 2)) / weight / 32 - 0.5
        assert seen.sum() >= 8
        assert np.corrcoef(x[seen] / REACH, table["valence"][seen])[0, 1] > 0.9
        assert np.corrcoef(-y[seen] / REACH, table["arousal"][seen])[0, 1] > 0.9
