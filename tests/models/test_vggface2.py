"""ResNet-50 and SE-ResNet-50 of VGGFace2 in small widths, against NumPy and a server of published files."""

import keras
import numpy as np
import pytest
from checks.convolutions import vggface2
from checks.keras_files import keras_name
from checks.loopback import loopback
from checks.models import check_mixed_precision, check_saving, check_top
from checks.vggface import make_narrow, narrow_layers, use_mirror, write_published

from learnface.errors import DataError
from learnface.models import MODELS, vggface_senet50
from learnface.models.backbones import build_backbone

BUILDERS = ("vggface_resnet50", "vggface_senet50")
EPSILON = {"vggface_resnet50": 1e-3, "vggface_senet50": 1e-4}
MEAN = (91.4953, 103.8827, 131.0912)
IMAGES = np.random.default_rng(0).random((2, 97, 64, 3)).astype("float32")
FACES = IMAGES[:, :32, :32]


@pytest.fixture(params=BUILDERS)
def builder(request, monkeypatch):
    make_narrow(monkeypatch)
    return request.param


@pytest.fixture
def small(monkeypatch):
    """The richer of the two, for five classes."""
    make_narrow(monkeypatch)

    def build(input_shape=(32, 32, 3), classes=5, **arguments):
        return vggface_senet50(input_shape, classes, **arguments)

    return build


@pytest.fixture
def server(tmp_path, monkeypatch, builder):
    write_published(tmp_path / "site", builder)
    with loopback(tmp_path / "site") as server:
        use_mirror(monkeypatch, server.url, tmp_path / "cache")
        yield server


def test_published_weights_from_the_web_give_numpys_outputs(builder, server):
    model = MODELS[builder]((None, None, 3), weights="vggface", classifier_activation=None)
    assert server.requests == [f"/rcmalli_vggface_tf_{builder.partition('_')[2]}.h5"]
    layers = narrow_layers(builder, top=True)
    expected = {keras_name(name): arrays for name, arrays in layers.items() if arrays}
    assert {layer.name for layer in model.layers if layer.weights} == set(expected)
    for name, arrays in expected.items():
        for found, array in zip(model.get_layer(name).get_weights(), arrays.values(), strict=True):
            np.testing.assert_array_equal(found, array)
    outputs = vggface2(IMAGES, layers, MEAN, EPSILON[builder])
    assert np.abs(outputs[0] - outputs[1]).max() > 0.1, "dead units would prove nothing"
    np.testing.assert_allclose(model(IMAGES), outputs, rtol=1e-3, atol=1e-3)


def test_other_classes_and_grey_faces(builder, server):
    model = MODELS[builder]((64, 64, 1), 6, weights="vggface")
    assert server.requests == [f"/rcmalli_vggface_tf_notop_{builder.partition('_')[2]}.h5"]
    body = narrow_layers(builder, top=False, seed=1)
    kernel = body["conv5_1_1x1_increase"]["conv5_1_1x1_increase/kernel:0"]
    np.testing.assert_array_equal(model.get_layer("conv5_1_1x1_increase").kernel, kernel)
    backbone = build_backbone(builder, (64, 64, 1), weights="vggface")
    assert backbone.output_shape == (None, 10)
    assert build_backbone(builder, (64, 64, 1), layer="conv4_2_relu", pooling=None).output_shape[1:] == (
        4,
        4,
        8,
    )
    assert len(server.requests) == 1


def test_the_others_file_is_refused(builder, server, tmp_path):
    (other,) = set(BUILDERS) - {builder}
    path = tmp_path / "site" / f"rcmalli_vggface_tf_{builder.partition('_')[2]}.h5"
    with pytest.raises(DataError, match=f"{path} does not fit {other}: the file (lacks|has) 12"):
        MODELS[other]((64, 64, 3), weights=path)


def test_top_saving_and_precision(small, tmp_path):
    keras.utils.set_random_seed(0)
    check_top(small, (32, 32, 3), FACES)
    model = small()
    check_saving(model, FACES, keras.ops.convert_to_numpy(model(FACES)), tmp_path)
    check_mixed_precision(small, (32, 32, 3), FACES, 5)


def test_every_weight_is_trained(small):
    keras.utils.set_random_seed(0)
    model = small()
    before = [np.array(variable) for variable in model.trainable_variables]
    model.compile(
        "adam", "categorical_crossentropy", run_eagerly=True
    )  # a graph takes longer to make than to run
    model.train_on_batch(FACES, np.eye(5)[[0, 1]])
    assert all(np.any(a != b) for a, b in zip(before, model.trainable_variables, strict=True))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": (31, 31, 1)}, "at least 32 pixels"),
        ({"classes": 0}, "classes must be 1 or more"),
        ({"include_top": False, "pooling": "median"}, "pooling must be"),
        ({"weights": "imagenet"}, "has no weights 'imagenet': choose 'vggface'"),
    ],
)
def test_wrong_arguments(builder, arguments, message):
    with pytest.raises(DataError, match=message):
        MODELS[builder](**{"input_shape": (64, 64, 1)} | arguments)
