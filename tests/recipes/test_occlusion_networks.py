import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import fer_vgg
from learnface.recipes._occlusion_networks import MODELS, Plan, build


@pytest.fixture(scope="module")
def networks():
    plan = Plan(backbone="fer_cnn", initial_weights=None)
    return {name: build(name, plan) for name in MODELS}


def test_networks_share_classes_and_size(networks):
    assert {model.output_shape for model in networks.values()} == {(None, 8)}
    assert networks["plain"].count_params() == networks["plain_occluded"].count_params()
    five = {name: model.count_params() for name, model in networks.items() if name.startswith("five_branch")}
    backbone = networks["plain"].count_params() - networks["plain"].get_layer("predictions").count_params()
    assert five.pop("five_branch_separate") == five["five_branch"] + 4 * backbone
    assert len(set(five.values())) == 1


def test_best_has_what_should_help(networks):
    kinds = {layer.name for layer in networks["five_branch_best"].layers}
    assert {"attention_sigmoids", "margin", "input_occlusion"} <= kinds
    assert networks["five_branch_best"].get_layer("fused_features").dropout == 0.2


@pytest.mark.parametrize("name", ["plain_occluded", "five_branch_separate"])
def test_the_classifier_can_come_from_the_weights(name):
    trained = fer_vgg(weights="ferplus_occluded")
    plan = Plan(initial_weights="ferplus_occluded", initial_classifier=True)
    classifier = build(name, plan).get_layer("predictions")
    for found, given in zip(classifier.weights, trained.get_layer("predictions").weights, strict=True):
        np.testing.assert_array_equal(found, given)
    faces = np.random.default_rng(0).random((2, 48, 48, 1), "float32")
    if name == "plain_occluded":  # with backbone and classifier of the weights it is their network
        np.testing.assert_allclose(build(name, plan)(faces), trained(faces), atol=1e-5)


@pytest.mark.parametrize("options", [{"backbone": "fer_cnn"}, {"initial_weights": None}])
def test_weights_without_a_classifier_are_refused(options):
    with pytest.raises(DataError, match="initial_classifier needs weights that have a classifier"):
        Plan(initial_classifier=True, **options)


@pytest.mark.parametrize("name", ["plain_occluded", "five_branch_occluded"])
def test_half_of_the_training_faces_are_occluded_and_none_later(networks, name):
    layer = networks[name].get_layer("input_occlusion")
    faces = np.full((400, 48, 48, 1), 2.0, "float32")  # no colour that an occluder has
    hidden = keras.ops.convert_to_numpy(layer(faces, training=True)) != faces
    assert not hidden[:, :24].any()
    assert 0.4 < hidden.any(axis=(1, 2, 3)).mean() < 0.6
    np.testing.assert_array_equal(layer(faces, training=False), faces)
