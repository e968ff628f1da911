import json

import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.training import LabelledFaces
from learnface.transfer._network import network_for, start_of


def faces(*shape):
    return LabelledFaces(np.zeros((2, *shape), np.uint8), np.array([0, 1]))


def built(model, samples, **options):
    return network_for(model, samples, 3, backbone="fer_vgg", weights=None, **options)


def test_a_clip_model_has_its_backbone_within():
    network, backbone = built("vggface_lstm", {"train": faces(4, 24, 24, 1)}, options={"units": 8})
    assert network.inputs[0].shape == (None, 4, 24, 24, 1) and network.outputs[0].shape == (None, 3)
    assert backbone.inputs[0].shape == (None, 24, 24, 1)
    assert network.get_layer("fer_vgg").weights[0] is backbone.weights[0]


def test_clips_of_different_lengths_are_masked():
    samples = {"train": faces(4, 24, 24, 1), "test": faces(6, 24, 24, 1)}
    network, _ = built("vggface_lstm", samples, options={"units": 8})
    assert [tuple(one.shape) for one in network.inputs] == [(None, None, 24, 24, 1), (None, None)]


@pytest.mark.parametrize(
    ("model", "shape", "message"),
    [
        ("face_classifier", (4, 24, 24, 1), "holds clips, but face_classifier takes pictures"),
        ("vggface_lstm", (24, 24, 1), "holds pictures, but vggface_lstm takes clips"),
    ],
)
def test_clips_and_pictures_are_told_apart(model, shape, message):
    with pytest.raises(DataError, match=message):
        built(model, {"train": faces(*shape)})


def test_another_start_is_recorded_as_another(tmp_path):
    (tmp_path / "own.npz").write_bytes(b"weights")
    starts = [
        start_of("fer_vgg", None),
        start_of("fer_vgg", "ferplus"),
        start_of("fer_vgg", tmp_path / "own.npz"),
        start_of("vgg16", None),
        start_of("vgg16", None, "block4_pool"),
    ]
    assert len({json.dumps(start) for start in starts}) == len(starts)
    (tmp_path / "own.npz").write_bytes(b"others")
    assert start_of("fer_vgg", tmp_path / "own.npz") != starts[2]
    assert start_of(keras.Sequential(name="functional_7"), None) == {"layer": None}  # no name of this process
