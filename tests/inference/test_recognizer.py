from pathlib import Path

import av
import cv2
import keras
import matplotlib
import numpy as np
import pandas as pd
import pytest
from checks.faces import BrightDetector, draw_face, write_clip
from keras import layers
from PIL import Image

from learnface.clips.video import DamagedVideoWarning
from learnface.errors import DataError
from learnface.faces.detect import Detector, Face
from learnface.inference.recognizer import Recognizer
from learnface.models import fer_vgg, vggface_lstm

SAMPLE = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
IMAGE_COLUMNS = [
    "source",
    "face",
    "x",
    "y",
    "width",
    "height",
    "score",
    "label",
    "confidence",
    "p_light",
    "p_dark",
]


class BrightSpots(Detector):
    """Finds the white squares of a test picture, with the score 0.75."""

    name, window = "bright", 6  # a twentieth of the pictures below: nothing is resized

    def _build(self):
        return None

    def _find(self, image):
        mask = (image.max(2) > 100).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        return [Face(tuple(map(float, row[:4])), 0.75) for row in stats[1:] if row[4] > 16]


def light_or_dark():
    """p(light) is the mean brightness of the face."""
    inputs = keras.Input((8, 8, 1))
    light = layers.GlobalAveragePooling2D()(inputs)
    return keras.Model(inputs, layers.Concatenate()([light, layers.Lambda(lambda x: 1 - x)(light)]))


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer(light_or_dark(), labels=("light", "dark"), detector=BrightSpots(), batch_size=4)


def picture(*squares, size=(80, 120)):
    """A black picture with squares (x, y, side, brightness)."""
    image = np.zeros((*size, 3), np.uint8)
    for x, y, side, brightness in squares:
        image[y : y + side, x : x + side] = brightness
    return image


def write_video(path, images, fps=10):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt, stream.bit_rate = "yuv420p", 4_000_000
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return path


def moving(count):
    """Two faces that pass each other on two rows, one bright, one less."""
    return [picture((2 + 2 * i, 8, 20, 255), (90 - 2 * i, 44, 16, 153)) for i in range(count)]


def test_predict(recognizer):
    table = recognizer.predict(picture((10, 12, 16, 153), (50, 30, 24, 255)), source="hand made")
    assert list(table.columns) == IMAGE_COLUMNS
    assert table["source"].tolist() == ["hand made"] * 2
    assert table["face"].tolist() == [0, 1]
    assert table[["x", "y", "width", "height"]].values.tolist() == [[50, 30, 24, 24], [10, 12, 16, 16]]
    assert table["score"].tolist() == [0.75, 0.75]
    assert table["p_light"].to_numpy() == pytest.approx([1, 153 / 255], abs=0.01)
    assert table["p_dark"].to_numpy() == pytest.approx([0, 102 / 255], abs=0.01)
    assert table["label"].tolist() == ["light", "light"]
    assert table["confidence"].equals(table["p_light"])


@pytest.mark.parametrize("kind", [Image.fromarray, keras.ops.convert_to_tensor])
def test_pictures_of_other_libraries(recognizer, kind):
    image = picture((10, 20, 12, 153), (40, 30, 20, 255))
    pd.testing.assert_frame_equal(recognizer.predict(kind(image)), recognizer.predict(image))


def test_predict_a_file(recognizer, tmp_path):
    image = picture((10, 12, 16, 120))
    Image.fromarray(image).save(tmp_path / "a.png")
    table = recognizer.predict(tmp_path / "a.png")
    assert table["source"].tolist() == [str(tmp_path / "a.png")]
    assert table["label"].tolist() == ["dark"]
    assert recognizer.predict(str(tmp_path / "a.png")).equals(table)


def test_no_face_gives_no_row_and_the_same_columns(recognizer):
    empty = recognizer.predict(picture())
    assert len(empty) == 0
    assert list(empty.columns) == IMAGE_COLUMNS
    some = recognizer.predict(picture((10, 12, 16, 153)))
    assert (empty.dtypes == some.dtypes).all()


def test_more_faces_than_a_batch(recognizer):
    squares = [(10 * i, 10 * j, 6, 120 + 5 * i) for i in range(11) for j in range(3)]
    table = recognizer.predict(picture(*squares))
    assert len(table) == 33
    expected = (120 + table["x"] / 2) / 255
    assert table["p_light"].to_numpy() == pytest.approx(expected.to_numpy(), abs=0.01)


def test_predict_batch(recognizer):
    faces = [
        np.full((30, 40), 200, np.uint8),
        np.full((9, 9, 3), 20, np.uint8),
        np.full((8, 8, 1), 255, np.uint8),
    ]
    table = recognizer.predict_batch(faces)
    assert list(table.columns) == ["label", "confidence", "p_light", "p_dark"]
    assert table["label"].tolist() == ["light", "dark", "light"]
    assert table["p_light"].to_numpy() == pytest.approx([200 / 255, 20 / 255, 1], abs=0.01)
    assert recognizer.predict_batch([]).shape == (0, 4)
    with pytest.raises(DataError, match="float64"):
        recognizer.predict_batch([np.zeros((8, 8))])


def test_the_crop_of_the_detector_is_used():
    """A margin of half a box brings in the black around: a quarter of the brightness is left."""
    detector = BrightSpots()
    detector.margin = 0.5
    recognizer = Recognizer(light_or_dark(), labels=("light", "dark"), detector=detector)
    table = recognizer.predict(picture((40, 30, 20, 255)))
    assert table["p_light"].item() == pytest.approx(0.25, abs=0.02)


def test_a_network_of_regions_is_given_five_pictures_of_each_face(tmp_path):
    """p(light) is the brightness of the fourth picture, the mouth: once it was taken for one of clips."""
    inputs = keras.Input((5, 8, 8, 1), name="regions")
    recognizer = Recognizer(
        keras.Model(inputs, light_or_dark()(inputs[:, 3])), labels=("light", "dark"), detector=BrightSpots()
    )
    image = picture((10, 20, 30, 204))
    image[38:50, 10:40] = 153
    assert recognizer.predict(image)["p_light"].tolist() == pytest.approx([0.6], abs=0.02)
    assert recognizer.predict_batch([image[20:50, 10:40]])["p_light"].tolist() == pytest.approx(
        [0.6], abs=0.02
    )
    write_video(tmp_path / "v.mp4", [image] * 3)
    table = pd.concat(recognizer.stream(tmp_path / "v.mp4"))
    assert table["p_light"].tolist() == pytest.approx([0.6] * 3, abs=0.03)


def test_stream(recognizer, tmp_path):
    path = write_video(tmp_path / "a.mp4", moving(20))
    tables = list(recognizer.stream(path))
    assert len(tables) == 10  # of two frames, four faces each
    table = pd.concat(tables, ignore_index=True)
    assert list(table.columns) == ["source", "frame", "time", *IMAGE_COLUMNS[1:]]
    assert table["frame"].tolist() == [i // 2 for i in range(40)]
    assert table["time"].to_numpy() == pytest.approx(table["frame"].to_numpy() / 10)
    for face, brightness in [(0, 1.0), (1, 0.6)]:
        rows = table[table["face"] == face]
        assert len(rows) == 20
        assert rows["p_light"].to_numpy() == pytest.approx(np.full(20, brightness), abs=0.05)


def test_stream_some_frames(recognizer, tmp_path):
    path = write_video(tmp_path / "a.mp4", moving(20))
    assert pd.concat(recognizer.stream(path, every=8))["frame"].unique().tolist() == [0, 8, 16]
    assert pd.concat(recognizer.stream(path, fps=5))["frame"].unique().tolist() == list(range(0, 20, 2))
    assert len(pd.concat(recognizer.stream(path, fps=30))) == 40  # no frame twice
    assert pd.concat(recognizer.stream(path, start=1, stop=1.5))["time"].between(1, 1.5).all()


def test_smoothing_is_per_face(recognizer, tmp_path):
    levels = [255, 130] * 6
    images = [picture((8, 8, 24, level), (70, 40, 24, 200)) for level in levels]
    path = write_video(tmp_path / "flicker.mp4", images)
    table = pd.concat(recognizer.stream(path, smoothing=0.5))
    raw = pd.concat(recognizer.stream(path))
    for face in (0, 1):
        values = raw.loc[raw["face"] == face, "p_light"]
        expected = values.ewm(alpha=0.5, adjust=False).mean()
        assert table.loc[table["face"] == face, "p_light"].to_numpy() == pytest.approx(expected.to_numpy())


def test_a_video_without_faces_gives_one_table_without_rows(recognizer, tmp_path):
    seen = []
    tables = list(
        recognizer.stream(
            write_video(tmp_path / "dark.mp4", [picture()] * 5),
            on_frame=lambda frame, faces: seen.append((frame.index, len(faces))),
        )
    )
    assert [len(table) for table in tables] == [0]
    assert seen == [(i, 0) for i in range(5)]


def test_a_damaged_video_gives_its_rows_first(recognizer, tmp_path, rng):
    images = [np.maximum(image, rng.integers(0, 60, image.shape, np.uint8)) for image in moving(40)]
    whole = write_video(tmp_path / "whole.mkv", images)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    tables = []
    with pytest.raises(DataError, match=r"cut\.mkv is"):
        for table in recognizer.stream(cut):
            tables.append(table)
    rows = pd.concat(tables)
    assert rows["frame"].max() >= 10
    with pytest.warns(DamagedVideoWarning):
        assert len(pd.concat(recognizer.stream(cut, damaged="warn"))) == len(rows)


def test_the_default_detector_on_the_sample():
    recognizer = Recognizer(light_or_dark(), labels=("light", "dark"))
    assert len(recognizer.predict(SAMPLE)) == 1


def test_wrong_arguments(recognizer, tmp_path):
    with pytest.raises(DataError, match="batch_size is 0"):
        Recognizer(light_or_dark(), labels=("a", "b"), batch_size=0)
    with pytest.raises(DataError, match="no detector 'eyes'"):
        Recognizer(light_or_dark(), labels=("a", "b"), detector="eyes")
    with pytest.raises(DataError, match="smoothing is 1"):
        next(recognizer.stream(tmp_path / "a.mp4", smoothing=1))
    with pytest.raises(DataError, match="does not exist"):
        next(recognizer.stream(tmp_path / "a.mp4"))


def test_a_video_does_not_depend_on_the_one_before(tmp_path, rng):
    """People are numbered from 0 in each video, and a model of clips remembers what it saw of each number."""
    keras.utils.set_random_seed(0)
    backbone = fer_vgg((20, 20, 1), border=0, include_top=False, widths=(4, 4, 4, 4))
    model = vggface_lstm((4, 20, 20, 1), classes=2, units=5, backbone=backbone)
    recognizer = Recognizer(model, labels=("a", "b"), detector=BrightDetector())
    videos = []
    for name, value in (("one.avi", 120), ("two.avi", 220)):
        images = [draw_face((32, 48), (8 + step, 8, 16, 12), value=value) for step in range(3)]
        videos.append(write_clip(tmp_path / name, images))
    alone = pd.concat(recognizer.stream(videos[1]))
    for _ in recognizer.stream(videos[0]):
        pass
    pd.testing.assert_frame_equal(pd.concat(recognizer.stream(videos[1])), alone)
