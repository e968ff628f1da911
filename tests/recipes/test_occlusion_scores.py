import keras
import numpy as np
import pandas as pd
import pytest

from learnface.faces.occlusion import KINDS
from learnface.faces.regions import FIVE_REGIONS
from learnface.models import branch_weights, five_branch
from learnface.recipes._data import Split
from learnface.recipes._occlusion_scores import NEW_FACES, ScoredFaces, accuracies, choice, occluded_set
from learnface.training import evaluate


@pytest.fixture
def scored(rng):
    splits = {}
    for name, count in (("train", 6), ("validation", 9), ("test", 12)):
        images = rng.integers(0, 255, (count, 16, 16, 1), dtype=np.uint8)
        splits[name] = Split(pd.DataFrame(index=range(count)), images, np.arange(count) % 8)
    splits["test"].images[:2] = splits["train"].images[4:]
    return ScoredFaces(splits, 16)


def test_occluded_faces_are_fixed_and_hide_the_lower_half_alone(rng):
    faces = rng.integers(0, 255, (3, 48, 48, 1), dtype=np.uint8)
    for kind in KINDS:
        hidden = occluded_set(faces, kind)
        np.testing.assert_array_equal(hidden[:, :24], faces[:, :24])
        assert 0.5 < (hidden[:, 24:] != faces[:, 24:]).mean() < 0.75
    np.testing.assert_array_equal(occluded_set(faces, "mask"), occluded_set(faces, "mask"))
    np.testing.assert_array_equal(occluded_set(faces[:2], "hand"), occluded_set(faces, "hand")[:2])
    assert (occluded_set(faces, "hand", seed=1) != occluded_set(faces, "hand")).any()


def test_five_branches_are_scored_by_part_with_their_weights(scored):
    model = five_branch((16, 16, 1), backbone="fer_cnn", margin=0.03)
    scores = scored.score(model, margin=0.03)
    test = scored.splits["test"]
    assert scores["test"] == evaluate(model, test.images, test.codes, scores["test"]["labels"])
    weights = branch_weights(model, test.images)
    found = scores["branches"]["test"]
    np.testing.assert_allclose(
        [found["mean"][region] for region in FIVE_REGIONS], weights.mean(axis=0), rtol=1e-5
    )
    lead = weights[:, 1] - weights[:, 4]
    assert found["short_of_margin"] == np.mean(lead < 0.03)
    assert found["margin_loss"] == pytest.approx(np.maximum(0, 0.03 - lead).mean(), abs=1e-7)
    # Whole, eyes, nose and mouth change with the occluder, which lies on the face before it is cut.
    assert scores["branches"]["test, mask"]["mean"]["mouth"] != found["mean"]["mouth"]


def test_faces_that_training_has_are_left_out_of_one_score(scored):
    inputs = keras.Input((16, 16, 1))
    model = keras.Model(inputs, keras.layers.Dense(8, "softmax")(keras.layers.Flatten()(inputs)))
    scores = scored.score(model, None)
    assert scored.new.tolist() == [False] * 2 + [True] * 10
    assert (scores["test"]["samples"], scores[NEW_FACES]["samples"]) == (12, 10)
    assert "branches" not in scores


def test_occluded_is_the_mean_over_kinds():
    scores = {f"test, {kind}": {"accuracy": 0.5} for kind in KINDS} | {"test": {"accuracy": 0.9}}
    scores[f"test, {next(iter(KINDS))}"] = {"accuracy": 1.0}
    found = accuracies(scores)
    assert found["clean"] == 0.9
    assert found["occluded"] == pytest.approx((1.0 + 0.5 * (len(KINDS) - 1)) / len(KINDS))


def test_networks_are_chosen_by_the_validation_faces_alone():
    scores = {f"validation, {kind}": {"accuracy": 0.5} for kind in KINDS} | {"validation": {"accuracy": 0.9}}
    assert choice(scores) == pytest.approx({"clean": 0.9, "occluded": 0.5, "mean": 0.7})
