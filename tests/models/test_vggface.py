import importlib

import keras
import numpy as np
import pytest
from checks.convolutions import vgg
from checks.keras_files import keras_name, vgg_layers, write_layered
from checks.loopback import loopback
from checks.models import check_mixed_precision, check_saving, check_top
from checks.vggface import BLOCKS, DENSE, make_narrow, narrow_layers, use_mirror, write_published

from learnface.errors import DataError
from learnface.models import vggface
from learnface.models.backbones import build_backbone

MEAN = (93.5940, 104.7624, 129.1863)
IMAGES = np.random.default_rng(0).random((2, 64, 64, 3)).astype("float32")


@pytest.fixture
def narrow(monkeypatch):
    make_narrow(monkeypatch)


@pytest.fixture
def server(tmp_path, monkeypatch, narrow):
    write_published(tmp_path / "site", "vggface")
    with loopback(tmp_path / "site") as server:
        use_mirror(monkeypatch, server.url, tmp_path / "cache")
        yield server


def small(input_shape=(64, 64, 3), classes=5, **arguments):
    return vggface(input_shape, classes, **{"dense": DENSE} | arguments)


def assert_has_arrays(model, layers):
    """Every array of the file is in the model, bit for bit, and the model has no others."""
    expected = {keras_name(name): list(arrays.values()) for name, arrays in layers.items() if arrays}
    found = {layer.name: layer.get_weights() for layer in model.layers if layer.weights}
    assert set(found) == set(expected)
    for name in expected:
        for one, other in zip(found[name], expected[name], strict=True):
            np.testing.assert_array_equal(one, other)


def test_layers_and_names_are_those_of_the_release(narrow):
    names = [layer.name for layer in small(dropout=0).layers]
    assert names[2:] == [keras_name(name) for name in narrow_layers("vggface", top=True)][1:]


def test_published_weights_from_the_web_are_in_the_model(server):
    model = vggface(dense=DENSE, weights="vggface")
    assert server.requests == ["/rcmalli_vggface_tf_vgg16.h5"]
    assert_has_arrays(model, narrow_layers("vggface", top=True))


def test_outputs_equal_those_of_numpy(server):
    images = np.random.default_rng(1).random((1, 224, 224, 3)).astype("float32")
    expected = vgg(images, narrow_layers("vggface", top=True), MEAN)
    model = vggface(dense=DENSE, weights="vggface", classifier_activation=None)
    assert expected.std() > 1, "dead units would prove nothing"
    np.testing.assert_allclose(model(images), expected, rtol=1e-3, atol=1e-3)


def test_convolutions_equal_those_of_keras_applications():
    ours = vggface((32, 32, 3), include_top=False)
    theirs = keras.applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3))
    theirs.set_weights(ours.get_weights())
    images = IMAGES[:, :32, :32]
    scaled = 255 * images[..., ::-1] - np.float32(MEAN)
    np.testing.assert_allclose(ours(images), theirs(scaled), rtol=1e-3, atol=1e-4)


def test_other_classes_have_a_new_head_on_published_convolutions(server, recwarn):
    model = small((64, 64, 1), 6, weights="vggface")
    assert server.requests == ["/rcmalli_vggface_tf_notop_vgg16.h5"]
    published = narrow_layers("vggface", top=False, seed=1)
    np.testing.assert_array_equal(model.get_layer("conv1_1").kernel, published["conv1_1"]["conv1_1_W_1:0"])
    assert model.output_shape == (None, 6)
    assert [str(warning.message) for warning in recwarn if "new" in str(warning.message)] == []


def test_a_head_that_looks_published_and_is_not_is_told(server):
    with pytest.warns(UserWarning, match="fc6, fc7, fc8 of vggface are new, not the published ones"):
        small((64, 64, 3), 2622, weights="vggface")


def test_other_dense_layers(server, tmp_path):
    model = small((224, 224, 3), 4, dense=(3,), weights=tmp_path / "site" / "rcmalli_vggface_tf_vgg16.h5")
    assert [layer.name for layer in model.layers if "fc" in layer.name] == [
        "fc6",
        "fc6_relu",
        "fc6_dropout",
        "fc7",
        "fc7_softmax",
    ]


def test_a_file_without_the_head_cannot_fill_the_published_network(server, tmp_path):
    body = tmp_path / "site" / "rcmalli_vggface_tf_notop_vgg16.h5"
    with pytest.raises(DataError, match=r"the file lacks 3 of its layers .fc6, fc7, fc8."):
        vggface(dense=DENSE, weights=body)


def test_as_a_backbone_of_grey_faces(server):
    pooled = build_backbone("vggface", (64, 64, 1), weights="vggface")
    assert pooled.output_shape == (None, 8)
    published = narrow_layers("vggface", top=False, seed=1)
    images = IMAGES[..., :1]
    maps = vgg(np.repeat(images, 3, -1), published, MEAN)
    np.testing.assert_allclose(pooled(images), maps.mean((1, 2)), rtol=1e-3, atol=1e-4)
    conv = build_backbone("vggface", (64, 64, 1), weights="vggface", layer="pool4", pooling=None)
    assert conv.output_shape == (None, 4, 4, 6)
    with pytest.warns(UserWarning, match="fc6, fc7, fc8 of vggface are new"):
        dense = build_backbone("vggface", (64, 64, 1), weights="vggface", layer="fc7")
    assert dense.output_shape == (None, 4096)
    np.testing.assert_array_equal(dense.get_layer("conv1_1").kernel, published["conv1_1"]["conv1_1_W_1:0"])


def test_as_keras_2_named_its_arrays(narrow, tmp_path):
    layers = vgg_layers(BLOCKS, keras=2)
    path = write_layered(tmp_path / "w.h5", layers, text=True, pieces=3)
    assert_has_arrays(vggface((32, 32, 3), include_top=False, weights=path), layers)


def test_top_saving_and_precision(narrow, tmp_path):
    keras.utils.set_random_seed(0)
    check_top(small, (64, 64, 3), IMAGES)
    model = small(dropout=0.2)
    check_saving(model, IMAGES, keras.ops.convert_to_numpy(model(IMAGES)), tmp_path)
    check_mixed_precision(small, (64, 64, 3), IMAGES, 5)


def test_every_weight_is_trained(monkeypatch):
    keras.utils.set_random_seed(0)
    monkeypatch.setattr(importlib.import_module("learnface.models.vggface"), "BLOCKS", ((8,),) * 5)
    model = vggface((32, 32, 3), 5, dense=(32, 32))
    before = [np.array(variable) for variable in model.trainable_variables]
    model.compile(
        "adam", "categorical_crossentropy", run_eagerly=True
    )  # a graph takes longer to make than to run
    model.train_on_batch(IMAGES[:, :32, :32], np.eye(5)[[0, 1]])
    assert all(np.any(a != b) for a, b in zip(before, model.trainable_variables, strict=True))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": (31, 31, 1)}, "at least 32 pixels"),
        ({"input_shape": (64, 64)}, "height, width, channels"),
        ({"input_shape": (64, 64, 2)}, "1 channel"),
        ({"input_shape": (None, None, 3)}, "fixed height and width"),
        ({"classes": 0}, "classes must be 1 or more"),
        ({"dense": (0,)}, "dense is 0: give 1"),
        ({"dropout": 1.0}, "dropout is 1.0: give a share"),
        ({"include_top": False, "pooling": "median"}, "pooling must be"),
    ],
)
def test_wrong_arguments(narrow, arguments, message):
    with pytest.raises(DataError, match=message):
        small(**arguments)
