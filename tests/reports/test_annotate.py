import numpy as np
import pandas as pd
import pytest
from PIL import Image

from learnface.errors import DataError
from learnface.labels import FERPLUS
from learnface.reports.annotate import annotate_faces, label_colours, save_image


def faces(*boxes, label="happy"):
    table = pd.DataFrame(list(boxes), columns=["x", "y", "width", "height"])
    return table.assign(label=label, confidence=0.5, p_happy=0.5, p_sad=0.5)


def test_the_box_is_drawn_where_the_face_is():
    image = np.zeros((120, 160, 3), np.uint8)
    result = annotate_faces(image, faces((40.0, 50.0, 60.0, 50.0)))
    colour = tuple(bytes.fromhex(label_colours(["happy", "sad"])["happy"][1:]))
    assert result.shape == image.shape and not image.any()
    for x, y in [(40, 75), (99, 75), (70, 99), (40, 50)]:
        assert tuple(result[y, x]) == colour
    assert not result[60:95, 45:95].any()  # the face itself is left as it is
    assert not result[101:].any()
    assert result[30:49].any()  # the label


def test_valence_and_arousal_are_written_too():
    image, box = np.zeros((120, 160, 3), np.uint8), (40.0, 50.0, 60.0, 50.0)
    table = faces(box)[["x", "y", "width", "height"]].assign(valence=0.5, arousal=-0.25)
    pleasant = annotate_faces(image, table)
    assert pleasant[30:49].any()
    assert (pleasant != annotate_faces(image, table.assign(valence=-0.5))).any()


@pytest.mark.parametrize("box", [(-20, -10, 60, 60), (120, 90, 80, 80), (0, 0, 160, 120), (70, 0, 3, 3)])
def test_labels_stay_inside_the_picture(box):
    assert annotate_faces(np.zeros((120, 160), np.uint8), faces(box, label="Überraschung")).any()


def test_no_face_leaves_the_picture_as_it_is(rng):
    image = rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)
    assert np.array_equal(annotate_faces(image, faces()), image)


def test_colours_differ():
    assert len(set(label_colours(FERPLUS).values())) == 8
    assert len(set(label_colours(["a", "b", "c", "d", "e", "f"]).values())) == 6
    assert label_colours(FERPLUS)["sad"] == label_colours(["x", "sad"])["sad"]


def test_save(tmp_path, rng):
    image = rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)
    save_image(tmp_path / "a.png", image)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "a.png")), image)
    with pytest.raises(DataError, match=r"a\.txt cannot be written"):
        save_image(tmp_path / "a.txt", image)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
