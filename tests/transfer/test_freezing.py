import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import fer_vgg, vggface_lstm
from learnface.transfer import freeze, inner_layers, unfreeze

SMALL = {"widths": (2, 2, 2, 2)}
BACKBONE = ["block1_conv1", "block1_conv1_bn"] + [
    f"block{block}_conv{number}{end}" for block in (2, 3, 4) for number in (1, 2) for end in ("", "_bn")
]


@pytest.fixture
def model():
    backbone = fer_vgg((20, 20, 1), border=0, include_top=False, **SMALL)
    return vggface_lstm((3, 20, 20, 1), classes=2, units=2, backbone=backbone)


def trained(model):
    return [layer.name for layer in inner_layers(model) if layer.trainable_weights]


def test_layers_come_in_the_order_of_the_computation(model):
    weighted = [layer.name for layer in inner_layers(model) if layer.weights]
    assert weighted == [*BACKBONE, "lstm", "predictions"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, []),
        ({"names": "fer_vgg"}, ["lstm", "predictions"]),
        ({"names": ["lstm", "block4_conv2"]}, [*BACKBONE[:-2], BACKBONE[-1], "predictions"]),
        ({"until": "block3_conv2_relu"}, [*BACKBONE[10:], "lstm", "predictions"]),
        ({"until": "fer_vgg"}, ["lstm", "predictions"]),
        ({"except_last": 3}, ["block4_conv2_bn", "lstm", "predictions"]),
        ({"except_last": 0}, []),
    ],
)
def test_freeze(model, options, expected):
    freeze(model, **options)
    assert trained(model) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [*BACKBONE, "lstm", "predictions"]),
        ({"names": "fer_vgg"}, [*BACKBONE, "predictions"]),
        ({"after": "block4_conv1"}, [*BACKBONE[11:], "lstm", "predictions"]),
        ({"last": 2}, ["lstm", "predictions"]),
    ],
)
def test_unfreeze(model, options, expected):
    freeze(model, except_last=1)
    unfreeze(model, **options)
    assert trained(model) == expected


def test_what_is_frozen_does_not_move_and_the_rest_does(model):
    freeze(model, "fer_vgg")
    before = [keras.ops.convert_to_numpy(v) for v in model.variables]
    model.compile("sgd", "categorical_crossentropy")
    clips = np.random.default_rng(0).random((4, 3, 20, 20, 1)).astype("float32")
    model.fit(clips, np.eye(2)[[0, 1, 0, 1]], epochs=1, verbose=0)
    frozen = {id(v) for v in model.get_layer("fer_vgg").variables}  # moving means and variances too
    for variable, old in zip(model.variables, before, strict=True):
        moved = np.any(keras.ops.convert_to_numpy(variable) != old)
        if "seed" not in variable.path:
            assert moved == (id(variable) not in frozen), variable.path


@pytest.mark.parametrize("change", [freeze, unfreeze])
def test_unknown_layers_and_mixed_choices_are_named(model, change):
    with pytest.raises(DataError, match="no layer 'conv9': choose among block1_conv1"):
        change(model, "conv9")
    with pytest.raises(DataError, match="choose layers in one way"):
        change(model, "lstm", **({"until": "lstm"} if change is freeze else {"last": 1}))
    with pytest.raises(DataError, match="has 16 layers with weights, not 17"):
        change(model, **({"except_last": 17} if change is freeze else {"last": 17}))
