from pathlib import Path

import cv2
import keras
import matplotlib
import numpy as np
import pytest
from checks.films import write_video
from keras import layers

from learnface.errors import DataError
from learnface.faces.detect import Detector, Face
from learnface.inference.affect import AffectRecognizer
from learnface.layers import FoldTime, UnfoldTime
from learnface.models import ModelCard, save

SAMPLE = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"


class BrightSpots(Detector):
    """Finds the bright squares of a test picture, with the score 0.75."""

    name, window = "bright", 6

    def _build(self):
        return None

    def _find(self, image):
        mask = ((image if image.ndim == 2 else image.max(2)) > 70).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        return [Face(tuple(map(float, row[:4])), 0.75) for row in stats[1:] if row[4] > 36]


def brightness(frames=False):
    """Arousal is the face's brightness; valence of clips is its sum over frames so far, else 0.5."""
    inputs = keras.Input((None, 8, 8, 1) if frames else (8, 8, 1))
    light = layers.GlobalAveragePooling2D()(FoldTime()(inputs) if frames else inputs)
    if not frames:
        half = layers.Dense(1, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(0.5))
        return keras.Model(inputs, layers.Concatenate()([half(light), light]))
    light = UnfoldTime()([light, inputs])
    total = layers.SimpleRNN(
        1, return_sequences=True, activation=None, kernel_initializer="ones", recurrent_initializer="ones"
    )
    return keras.Model(inputs, layers.Concatenate()([total(light), light]))


def picture(*squares, size=(80, 120)):
    image = np.zeros(size, np.uint8)
    for x, y, side, value in squares:
        image[y : y + side, x : x + side] = value
    return image


def video(path, frames):
    write_video(path, frames, rate=6_000_000)
    return path


def test_a_picture():
    recognizer = AffectRecognizer(brightness(), detector=BrightSpots())
    table = recognizer.predict(np.stack([picture((10, 20, 30, 204), (60, 20, 20, 102))] * 3, -1))
    columns = ["source", "face", "x", "y", "width", "height", "score", "valence", "arousal"]
    assert list(table) == columns and table["score"].tolist() == [0.75, 0.75]
    assert table["arousal"].tolist() == pytest.approx([0.8, 0.4], abs=0.03)
    assert table["valence"].tolist() == [0.5, 0.5]
    assert recognizer.predict(np.zeros((80, 120), np.uint8)).empty


def test_a_network_of_regions_is_no_recurrent_one():
    inputs = keras.Input((5, 8, 8, 1), name="regions")
    recognizer = AffectRecognizer(keras.Model(inputs, brightness()(inputs[:, 3])), detector=BrightSpots())
    image = picture((10, 20, 30, 204), (60, 20, 20, 102))
    image[38:50, 10:40] = 153  # the first face's mouth, which is the fourth picture
    table = recognizer.predict(np.stack([image] * 3, -1))
    assert table["arousal"].tolist() == pytest.approx([0.6, 0.4], abs=0.03)
    assert recognizer.predict(np.zeros((80, 120), np.uint8)).empty


def test_a_recurrent_model_sums_up_each_face_of_a_video_by_itself(tmp_path):
    frames = [picture((10 + n, 20, 20, 204), (70 - n, 50, 20, 102)) for n in range(8)]
    recognizer = AffectRecognizer(brightness(frames=True), detector=BrightSpots())
    seen = []
    path = video(tmp_path / "two.avi", frames)
    (table,) = recognizer.stream(path, every=2, on_frame=lambda frame, faces: seen.append(len(faces)))
    assert seen == [2] * 4 and table["frame"].tolist() == [0, 0, 2, 2, 4, 4, 6, 6]
    assert table["time"].tolist() == pytest.approx([0, 0, 0.2, 0.2, 0.4, 0.4, 0.6, 0.6])
    for _, face in table.groupby("face"):
        np.testing.assert_allclose(face["valence"], face["arousal"].cumsum(), atol=1e-5)
    assert table.groupby("face")["arousal"].mean().tolist() == pytest.approx([0.8, 0.4], abs=0.05)
    (again,) = recognizer.stream(path, every=2)  # nothing is left over from the first time
    np.testing.assert_array_equal(again["valence"], table["valence"])


def test_a_face_that_was_lost_begins_anew(tmp_path):
    frames = [picture((10, 20, 20, 204))] * 3 + [picture()] * 15 + [picture((10, 20, 20, 204))] * 3
    recognizer = AffectRecognizer(brightness(frames=True), detector=BrightSpots())
    streams = recognizer._streams()
    recognizer._streams = lambda: streams
    (table,) = recognizer.stream(video(tmp_path / "lost.avi", frames), fps=10)
    assert table["face"].tolist() == [0, 0, 0, 1, 1, 1]
    assert table["valence"][3] == pytest.approx(table["arousal"][3], abs=1e-5)
    assert streams.numbers == [1]


def test_videos_at_the_same_time_keep_their_people_apart(tmp_path):
    recognizer = AffectRecognizer(brightness(frames=True), detector=BrightSpots())
    paths = [video(tmp_path / f"{light}.avi", [picture((10, 20, 20, light))] * 130) for light in (102, 204)]
    pairs = zip(*(recognizer.stream(path) for path in paths), strict=True)
    for one, other in pairs:
        recognizer.predict(picture((10, 20, 20, 153)))  # nor does a photograph come between
        np.testing.assert_allclose(other["valence"], 2 * one["valence"], rtol=0.05)


def test_tables_come_piece_by_piece_and_nothing_found_is_one_empty_table(tmp_path):
    recognizer = AffectRecognizer(brightness(), detector=BrightSpots())
    tables = list(recognizer.stream(video(tmp_path / "long.avi", [picture((10, 20, 20, 204))] * 130)))
    assert [len(table) for table in tables] == [64, 64, 2]
    (empty,) = recognizer.stream(video(tmp_path / "black.avi", [picture()] * 3))
    assert empty.empty and list(empty) == list(tables[0]) and empty["face"].dtype == "int64"


def test_the_card_tells_the_order_of_the_outputs(tmp_path):
    card = ModelCard("own", labels=("arousal", "valence"), input_shape=(8, 8, 1))
    save(brightness(), tmp_path / "swapped.keras", card)
    table = AffectRecognizer(tmp_path / "swapped.keras", BrightSpots()).predict(picture((9, 9, 30, 204)))
    assert table["arousal"].tolist() == [0.5] and table["valence"][0] == pytest.approx(0.8, abs=0.03)


def test_models_of_other_things_are_refused(tmp_path):
    card = ModelCard("own", labels=("happy", "sad"), input_shape=(8, 8, 1))
    save(brightness(), tmp_path / "classes.keras", card)
    with pytest.raises(DataError, match="gives happy, sad .2 outputs., not valence and arousal"):
        AffectRecognizer(tmp_path / "classes.keras")
    with pytest.raises(DataError, match="does not exist"):
        AffectRecognizer(tmp_path / "none.keras")
    inputs = keras.Input((8, 8, 2))
    with pytest.raises(DataError, match="grey or RGB"):
        AffectRecognizer(keras.Model(inputs, layers.Dense(2)(layers.Flatten()(inputs))))
