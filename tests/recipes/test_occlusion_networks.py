import keras
import numpy as np
import pytest

from learnface.recipes._occlusion_networks import MODELS, Plan, build


@pytest.fixture(scope="module")
def networks():
    plan = Plan(backbone="fer_cnn", initial_weights=None)
    return {name: build(name, plan) for name in MODELS}


def test_networks_share_classes_and_size(networks):
    assert {model.output_shape for model in networks.values()} == {(None, 8)}
    assert networks["plain"].count_params() == networks["plain_occluded"].count_params()
    five = {model.count_params() for name, model in networks.items() if name.startswith("five_branch")}
    assert len(five) == 1


def test_best_has_what_should_help(networks):
    kinds = {layer.name for layer in networks["five_branch_best"].layers}
    assert {"attention_sigmoids", "margin", "input_occlusion"} <= kinds
    assert networks["five_branch_best"].get_layer("fused_features").dropout == 0.2


@pytest.mark.parametrize("name", ["plain_occluded", "five_branch_occluded"])
def test_half_of_the_training_faces_are_occluded_and_none_later(networks, name):
    layer = networks[name].get_layer("input_occlusion")
    faces = np.full((400, 48, 48, 1), 2.0, "float32")  # no colour that an occluder has
    hidden = keras.ops.convert_to_numpy(layer(faces, training=True)) != faces
    assert not hidden[:, :24].any()
    assert 0.4 < hidden.any(axis=(1, 2, 3)).mean() < 0.6
    np.testing.assert_array_equal(layer(faces, training=False), faces)
