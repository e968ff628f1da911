import numpy as np
import pytest
from checks.films import write_video

from learnface.errors import DataError
from learnface.faces.detect import Face
from learnface.inference import _video_faces
from learnface.inference._video_faces import FaceBatch, VideoFaces, face_table


class TopLeft:
    """Finds a face in the corner of a bright frame."""

    def detect(self, image, min_size=None):
        return [Face((0.0, 0.0, 8.0, 8.0), 0.5)] if image.mean() > 100 else []


class Brightness:
    """Cuts a face as its brightness."""

    def crop(self, image, face):
        return np.array([image[:8, :8].mean()])


@pytest.fixture
def film(tmp_path):
    """Twelve frames at 10 a second, of which the fifth to the eighth have no face."""
    frames = [np.full((32, 32), 0 if 4 <= number < 8 else 200, np.uint8) for number in range(12)]
    write_video(tmp_path / "film.avi", frames, fps=10)
    return tmp_path / "film.avi"


def batches(film, batch_size, **options):
    return list(VideoFaces(TopLeft(), Brightness(), batch_size=batch_size).batches(film, **options))


def test_batches_hold_every_face_once_in_order(film):
    found = batches(film, 3)
    assert [len(batch.crops) for batch in found] == [3, 3, 2]
    assert [head[1] for batch in found for head in batch.heads] == [0, 1, 2, 3, 8, 9, 10, 11]
    assert found[1].counts == [1, 0, 0, 0, 0, 1, 1]
    assert [numbers for numbers, _ in found[1].frames()] == [[0], [], [], [], [], [0], [0]]
    assert [len(crops) for _, crops in found[1].frames()] == found[1].counts
    assert list(found[2].active) == [0]
    assert found[2].table()["time"].tolist() == pytest.approx([1.0, 1.1])


def test_frames_without_a_face_do_not_hold_back_the_others(film, monkeypatch):
    monkeypatch.setattr(_video_faces, "MOST_FRAMES", 6)
    assert [len(batch.counts) for batch in batches(film, 100)] == [6, 6]


def test_a_rate_above_the_videos_own_sees_no_frame_twice(film):
    assert [sum(batch.counts) for batch in batches(film, 100, fps=30)] == [8]


def test_without_faces_there_is_one_empty_batch(film):
    (batch,) = batches(film, 3, start=0.4, stop=0.75)
    assert batch.table().empty and list(batch.table()) == list(face_table(("source",), []))[:1] + [
        "frame",
        "time",
        "face",
        "x",
        "y",
        "width",
        "height",
        "score",
    ]


def test_an_error_of_the_network_is_not_taken_for_a_damaged_file(film):
    """The faces that came before it are not given out a second time."""
    given = []
    with pytest.raises(DataError, match="not probabilities"):
        for batch in VideoFaces(TopLeft(), Brightness(), batch_size=3).batches(film):
            given.append(batch)
            raise DataError("not probabilities")
    assert len(given) == 1


def test_types_are_the_same_with_and_without_rows():
    rows = FaceBatch(heads=[("a.mp4", 3, 0.1, 0, 1.0, 2.0, 3.0, 4.0, 0.9)], counts=[1]).table()
    assert rows.dtypes.tolist() == FaceBatch().table().dtypes.tolist()


@pytest.mark.parametrize(("every", "fps", "gap"), [(1, None, 10), (2, None, 5), (1, 5, 5), (1, 100, 10)])
def test_a_face_may_be_hidden_for_a_second(film, every, fps, gap):
    assert _video_faces._longest_gap(film, every, fps) == gap
