import io
import json
import zipfile

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from learnface.errors import DataError
from learnface.models import face_classifier, fer_vgg, vggface_lstm
from learnface.models._keras_weights import has_automatic_names, load_keras_weights

WIDTHS = (2, 3, 2, 3)


def body(seed=0, widths=WIDTHS, **options):
    keras.utils.set_random_seed(seed)
    return fer_vgg((20, 20, 1), border=0, include_top=False, pooling="avg", widths=widths, **options)


def classifier(seed=0, **options):
    return face_classifier((20, 20, 1), classes=3, backbone=body(seed), **options)


def sequence(seed=0, classes=3, **options):
    return vggface_lstm((4, 20, 20, 1), classes=classes, units=5, backbone=body(seed), **options)


def write(model, folder, ending):
    path = folder / f"model{ending}"
    model.save(path) if ending == ".keras" else model.save_weights(path)
    return path


def assert_same(one, other):
    for found, expected in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
@pytest.mark.parametrize("build", [classifier, sequence])
def test_the_backbone_is_found_in_a_saved_model(build, ending, tmp_path):
    saved = build()
    found = body(1)
    assert not np.array_equal(found.get_weights()[0], saved.get_layer("fer_vgg").get_weights()[0])
    load_keras_weights(found, write(saved, tmp_path, ending))
    assert_same(found, saved.get_layer("fer_vgg"))


def test_a_network_within_a_network_within_a_model(tmp_path):
    """As grey faces are wrapped for a network of RGB ones."""
    inner = body()
    images = keras.Input((20, 20, 1))
    outer = keras.Model(images, inner(layers.Rescaling(0.5)(images)), name="fer_vgg")
    saved = face_classifier((20, 20, 1), classes=3, backbone=outer)
    found = body(1)
    load_keras_weights(found, write(saved, tmp_path, ".keras"))
    assert_same(found, inner)


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_a_whole_model_with_its_lstm(ending, tmp_path):
    saved, found = sequence(), sequence(1)
    load_keras_weights(found, write(saved, tmp_path, ending))
    assert_same(found, saved)


def test_a_network_without_its_head(tmp_path):
    keras.utils.set_random_seed(0)
    saved = fer_vgg((20, 20, 1), border=0, classes=3, widths=WIDTHS)
    found = body(1)
    load_keras_weights(found, write(saved, tmp_path, ".keras"))
    assert_same(found, keras.Model(saved.input, saved.layers[-3].output))


def numbered(extra):
    """Return a network whose layers Keras has numbered, from `extra` onwards."""
    keras.utils.clear_session()
    for _ in range(extra):
        layers.Conv2D(1, 1), layers.Dense(1)
    images = keras.Input((8, 8, 1))
    x = layers.Conv2D(2, 3)(images)
    x = layers.Conv2D(2, 3)(x)
    return keras.Model(images, layers.Dense(3)(layers.Flatten()(x)), name="numbered")


def test_layers_that_keras_has_numbered_go_by_their_place(tmp_path):
    saved = face_classifier((8, 8, 1), classes=2, backbone=numbered(4))
    found = numbered(0)
    assert found.layers[1].name == "conv2d" != saved.get_layer("numbered").layers[1].name
    load_keras_weights(found, write(saved, tmp_path, ".keras"))
    assert_same(found, saved.get_layer("numbered"))
    assert has_automatic_names(found) and not has_automatic_names(body())


def test_names_count_and_not_places(tmp_path):
    """Two layers of one shape stand the other way round in the file."""

    def build(*names):
        vectors = keras.Input((3,))
        x = vectors
        for name in names:
            x = layers.Dense(3, name=name)(x)
        return keras.Model(vectors, x)

    saved, found = build("first", "second"), build("second", "first")
    load_keras_weights(found, write(saved, tmp_path, ".weights.h5"))
    for name in ("first", "second"):
        np.testing.assert_array_equal(
            found.get_layer(name).get_weights()[0], saved.get_layer(name).get_weights()[0]
        )


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: fer_vgg((20, 20, 1), border=0, widths=(*WIDTHS, 4), include_top=False),
            r"which holds face_classifier, fer_vgg. is fer_vgg, but it lacks 4 of 18 layers .*block5_conv1",
        ),
        (lambda: body(widths=(2, 3, 2, 4)), r"block4_conv1 has an array of float32 \(3, 3, 2, 3\), .* 4\)"),
        (lambda: sequence(), "is face_classifier, but it lacks 1 of 16 layers with weights .lstm"),
        (
            lambda: face_classifier((20, 20, 1), classes=4, backbone=body()),
            r"is face_classifier, but predictions has an array of float32 \(3, 3\), the model expects \(3, 4\)",
        ),
    ],
)
def test_what_does_not_fit_is_named_and_changes_nothing(build, message, tmp_path):
    path = write(classifier(), tmp_path, ".keras")
    model = build()
    before = model.get_weights()
    with pytest.raises(DataError, match=f"does not fit {model.name}: the closest in it .*{message}"):
        load_keras_weights(model, path)
    for found, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_two_networks_that_fit_are_not_chosen_from(tmp_path):
    images = keras.Input((20, 20, 1))
    parts = []
    for name in ("left", "right"):
        network = body()
        parts.append(keras.Model(network.input, network.output, name=name)(images))
    path = write(keras.Model(images, layers.Concatenate()(parts)), tmp_path, ".keras")
    with pytest.raises(DataError, match=r"holds several networks that fit fer_vgg \(left, right\)"):
        load_keras_weights(body(), path)


def test_nothing_but_arrays_is_read(tmp_path):
    """The configuration in the file is of no use, and is not looked at."""
    path = write(classifier(), tmp_path, ".keras")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(tmp_path / "other.keras", "w") as other:
        other.writestr("model.weights.h5", archive.read("model.weights.h5"))
        other.writestr("config.json", json.dumps({"class_name": "Lambda", "module": "os"}))
    found = body(1)
    load_keras_weights(found, tmp_path / "other.keras")
    assert_same(found, body())


def h5_bytes():
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        file["numbers"] = [1, 2]
    return memory.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.keras", None, "gone.keras does not exist"),
        ("text.keras", b"no zip", "text.keras is not a whole file of Keras weights"),
        ("text.weights.h5", b"no HDF5", "not a whole file of Keras weights"),
        ("other.weights.h5", h5_bytes(), "does not fit fer_vgg: it holds no model"),
    ],
)
def test_no_weights(name, content, message, tmp_path):
    if content:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        load_keras_weights(body(), tmp_path / name)


def test_an_archive_cut_short(tmp_path):
    path = write(classifier(), tmp_path, ".weights.h5")
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(DataError, match="not a whole file of Keras weights .*copy or download it again"):
        load_keras_weights(body(), path)
