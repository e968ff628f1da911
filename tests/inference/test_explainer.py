import av
import keras
import matplotlib
import numpy as np
import pytest
import tensorflow as tf
from checks.faces import BrightDetector
from keras import layers
from PIL import Image

from learnface.errors import DataError
from learnface.faces.regions import FIVE_REGIONS, five_regions
from learnface.inference import Explainer, Recognizer, explainer
from learnface.labels import FER2013
from learnface.models import branch_weights, cnn_lstm, fer_cnn, five_branch, vggface_lstm

SAMPLE = f"{matplotlib.get_data_path()}/sample_data/grace_hopper.jpg"
LABELS = ("light", "dark")


def body(channels=1):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((24, 24, channels))
    return keras.Model(
        inputs, layers.Conv2D(6, 5, strides=4, activation="relu", name="conv")(inputs), name="tiny"
    )


def faces_model(channels=1):
    inner = body(channels)
    x = layers.GlobalAveragePooling2D()(inner.output)
    return keras.Model(inner.input, layers.Dense(2, activation="softmax")(x), name="plain")


@pytest.fixture(scope="module")
def portrait():
    return np.asarray(Image.open(SAMPLE).convert("RGB").resize((128, 150)))


@pytest.fixture
def clip(portrait, tmp_path):
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.height, stream.width, stream.pix_fmt = 150, 160, "yuv420p"
        for number in range(20):
            image = np.full((150, 160, 3), 90, np.uint8)
            image[:, number : number + 128] = portrait
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return path


def test_faces_are_found_cut_and_explained(portrait, monkeypatch):
    two = np.concatenate([portrait, portrait[:, ::-1]], axis=1)
    found = Explainer(faces_model(), LABELS).picture(two)
    assert len(found) == 2
    monkeypatch.setattr(explainer, "_BATCH", 1)
    assert len(Explainer(faces_model(), LABELS).picture(two)) == 2  # as many as there are, batch by batch
    for one in found:
        assert one.label in LABELS and 0.5 <= one.value <= 1 and one.is_probability
        assert one.maps.shape == (1, 5, 5) and one.pictures.shape == (1, 24, 24, 1)
        assert one.names == () and one.weights is None and len(one.box) == 4
    assert Explainer(faces_model(), LABELS).picture(np.zeros((60, 60, 3), np.uint8)) == []


def test_a_cropped_face_is_taken_whole_and_a_label_can_be_named(rng):
    face = rng.integers(0, 256, (24, 30), dtype=np.uint8)
    values = []
    for label in LABELS:
        (found,) = Explainer(faces_model(), LABELS).picture(face, label, cropped=True)
        assert found.label == label and found.box is None
        np.testing.assert_allclose(found.pictures[0, ..., 0], face[:, 3:27] / 255, atol=1e-6)
        values.append(found.value)
    assert sum(values) == pytest.approx(1)


def test_blue_first_is_for_the_network_alone(rng):
    model, face = faces_model(3), rng.integers(0, 256, (24, 24, 3), dtype=np.uint8)
    (plain,) = Explainer(model, LABELS).picture(face[..., ::-1].copy(), "dark", cropped=True)
    model.card = type("Card", (), {"colour": "BGR", "labels": LABELS})()
    (found,) = Explainer(model).picture(face, "dark", cropped=True)
    np.testing.assert_allclose(found.pictures[0], face / 255, atol=1e-6)
    np.testing.assert_allclose(found.maps, plain.maps)


@pytest.mark.parametrize("shape", [(24, 24, 1), (5, 24, 24, 1)])
def test_five_branches_come_with_their_weights(shape, rng):
    model = five_branch(shape, 2, backbone=body())
    face = rng.integers(0, 256, (24, 24), dtype=np.uint8)
    (found,) = Explainer(model, LABELS).picture(face, cropped=True)
    assert found.names == FIVE_REGIONS and found.maps.shape == (5, 5, 5)
    np.testing.assert_allclose(found.pictures[0, ..., 0], face / 255, atol=1e-6)
    if len(shape) == 3:
        expected = branch_weights(model, face[None, ..., None])[0]
        np.testing.assert_allclose(found.weights, expected, atol=1e-6)
    assert not (found.pictures[4, :12] != found.pictures[0, :12]).any()


def test_a_video_is_explained_frame_by_frame(clip):
    model = cnn_lstm((4, 24, 24, 1), backbone=body(), units=(3,), dense_units=3)
    (found,) = Explainer(model, ("valence", "arousal")).clip(clip, "arousal")
    assert found.label == "arousal" and not found.is_probability
    assert found.maps.shape == (4, 5, 5) and found.pictures.shape == (4, 24, 24, 1)
    assert found.names == ("0.00 s", "0.50 s", "1.00 s", "1.50 s")
    # The face is followed: it moves with the frames, so that its pictures hardly change.
    assert np.abs(np.diff(found.pictures, axis=0)).mean() < 0.1


def test_the_default_network_is_explained_as_it_predicts(portrait):
    (found,) = Explainer().picture(portrait)
    row = Recognizer().predict(portrait).iloc[0]
    assert (found.label, found.box) == (row.label, (row.x, row.y, row.width, row.height))
    assert found.value == pytest.approx(row.confidence, abs=1e-5) and found.is_probability
    assert found.maps.shape == (1, 5, 5) and found.maps.max() > 0
    assert found.area == (2, 2, 40, 40)


def test_fer_cnn(rng):
    keras.utils.set_random_seed(0)
    model, face = fer_cnn(), rng.integers(0, 256, (48, 48), dtype=np.uint8)
    (found,) = Explainer(model, FER2013).picture(face, "sad", cropped=True)
    assert found.value == pytest.approx(float(model(face[None, ..., None] / 255.0)[0, 4]), abs=1e-5)
    assert found.maps.shape == (1, 10, 10) and found.area == (4, 4, 40, 40)


@pytest.mark.parametrize(("frames", "masked"), [(4, False), (None, True)])
def test_vggface_lstm(clip, frames, masked):
    """Masked, as `learnface train` builds it for clips of different lengths."""
    model = vggface_lstm((frames, 24, 24, 1), 2, units=3, backbone=body(), masked=masked)
    (found,) = Explainer(model, LABELS).clip(clip, "dark", cropped=True)
    count = frames or 10
    assert found.maps.shape == (count, 5, 5) and found.area == (0.5, 0.5, 20, 20)
    assert found.names[:2] == ("0.00 s", "0.50 s" if frames else "0.20 s")
    given = [found.pictures[None], np.ones((1, count), bool)] if masked else found.pictures[None]
    assert found.value == pytest.approx(float(model(given)[0, 1]), abs=1e-5)


def test_regions_are_placed_by_the_landmarks_of_the_detector(rng):
    frame = np.full((64, 64), 40, np.uint8)
    frame[12:36, 16:40] = rng.integers(130, 255, (24, 24))
    detector = BrightDetector()
    detector.margin = detector.shift = 0.0
    explainer = Explainer(five_branch((5, 24, 24, 1), 2, backbone=body()), LABELS, detector=detector)
    (found,) = explainer.picture(frame)
    points = detector.detect(frame)[0].landmarks - (16, 12)
    expected = np.stack([*five_regions(frame[12:36, 16:40], points, (24, 24)).values()])
    np.testing.assert_allclose(found.pictures, expected / 255, atol=1e-6)
    assert found.names == FIVE_REGIONS and found.box == (16, 12, 24, 24)


def test_the_weights_of_branches_are_read_by_one_network(rng):
    traces = []

    class Counted(layers.Layer):
        def call(self, x):
            if not tf.executing_eagerly():  # Grad-CAM itself runs eagerly
                traces.append(x.shape)
            return x

    inner = body()
    counted = keras.Model(inner.input, Counted()(inner.output), name="counted")
    explainer = Explainer(five_branch((24, 24, 1), 2, backbone=counted), LABELS)
    traces.clear()
    for _ in range(4):
        explainer.picture(rng.integers(0, 256, (24, 24), dtype=np.uint8), cropped=True)
    assert 1 <= len(traces) <= 2


def test_no_face_in_a_video(clip):
    explainer = Explainer(cnn_lstm((4, 24, 24, 1), backbone=body(), units=(3,)), ("valence", "arousal"))
    explainer.detector = type("Blind", (), {"detect": lambda *_: [], "margin": 0.0, "shift": 0.0})()
    assert explainer.clip(clip) == []
    assert len(explainer.clip(clip, cropped=True)) == 1


def test_what_does_not_fit_is_named(clip):
    with pytest.raises(DataError, match="2 outputs, but 3 labels"):
        Explainer(faces_model(), ("a", "b", "c"))
    explainer = Explainer(faces_model(), LABELS, layer="conv7")
    with pytest.raises(DataError, match="no maps 'conv7': choose one of conv"):
        explainer.check()
    with pytest.raises(DataError, match="no label 'happy': choose one of light, dark"):
        explainer.check("happy")
    with pytest.raises(DataError, match="takes single faces: give pictures"):
        explainer.clip(clip)
    clips = Explainer(cnn_lstm((4, 24, 24, 1), backbone=body(), units=(3,)), LABELS)
    with pytest.raises(DataError, match="takes clips: give a video"):
        clips.picture(np.zeros((24, 24), np.uint8))
    flat = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    with pytest.raises(DataError, match="give one built for one input"):
        Explainer(flat, LABELS)
