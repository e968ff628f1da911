import json

import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces.occlusion import KINDS
from learnface.recipes import occlusion
from learnface.recipes.fer_vgg import joint_model
from learnface.recipes.occlusion import Job, Plan, build, occluded_sets, run
from learnface.training import RunReport

pytestmark = pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
SMALL = {"epochs": 1, "seeds": 1, "batch_size": 30, "margins": 0.03, "size": 16}
SMALL |= {"backbone": "fer_cnn", "initial_weights": None}


def test_the_whole_recipe_on_a_small_corpus(small_fer2013, tmp_path, monkeypatch):
    out = tmp_path / "runs"
    reports = run(small_fer2013, out, models=["plain", "five_branch"], **SMALL)
    folders = ["plain/seed-0", "five_branch/margin-0.03/seed-0"]
    assert list(reports) == folders
    for folder in folders:
        assert RunReport.load(out / folder / "report.json").scores == reports[folder].scores
        assert (out / folder / "confusion.png").stat().st_size > 5000
    scores = reports[folders[1]].scores
    assert set(scores) == {"validation", "test", "branch_weights", *(f"test, {kind}" for kind in KINDS)}
    assert sum(map(sum, scores["test, hand"]["confusion"])) == 15
    text = (out / "table.md").read_text()
    assert "87.91" in text and f"{100 * scores['test']['accuracy']:.2f}" in text
    assert "five_branch against plain on occluded faces:" in text
    # Again: nothing is trained or scored a second time, and other settings do not fit the folder.
    monkeypatch.setattr(occlusion, "evaluate", None)
    again = run(small_fer2013, out, models=["plain", "five_branch"], **SMALL)
    assert json.dumps(again["plain/seed-0"].scores) == json.dumps(reports["plain/seed-0"].scores)
    with pytest.raises(DataError, match="holds a run with other settings"):
        run(small_fer2013, out, models=["plain"], **SMALL, votes=False)


def test_runs_of_the_table_and_the_figure():
    jobs = occlusion._jobs(["plain", "five_branch"], ("1", "figure3"), (0.01, 0.03), range(2), range(1))
    assert jobs == [
        Job("plain", None, 0),
        Job("five_branch", 0.03, 0),
        Job("plain", None, 1),
        Job("five_branch", 0.03, 1),
        Job("five_branch", 0.01, 0),
    ]
    assert occlusion._jobs(["plain"], ("figure3",), (0.01,), range(2), range(1)) == []


def test_occluded_faces_are_fixed_and_hide_the_lower_half_alone(rng):
    faces = rng.integers(0, 255, (3, 48, 48, 1), dtype=np.uint8)
    sets = occluded_sets(faces)
    assert list(sets) == list(KINDS)
    for hidden in sets.values():
        np.testing.assert_array_equal(hidden[:, :24], faces[:, :24])
        share = (hidden[:, 24:] != faces[:, 24:]).mean()
        assert 0.5 < share < 0.75
    np.testing.assert_array_equal(occluded_sets(faces)["mask"], sets["mask"])
    np.testing.assert_array_equal(occluded_sets(faces[:2])["hand"], sets["hand"][:2])


def test_rate_falls_after_each_third():
    rate = occlusion._optimizer(Plan(epochs=30), steps=10)._learning_rate
    assert [round(float(rate(step)), 6) for step in (0, 100, 101, 200, 201)] == [0.01, 0.01, 1e-3, 1e-3, 1e-4]


def test_networks_share_start_and_classes():
    plan = Plan(backbone="fer_cnn", initial_weights=None)
    networks = {name: build(name, plan) for name in occlusion.MODELS}
    assert {model.output_shape for model in networks.values()} == {(None, 8)}
    assert networks["plain"].count_params() == networks["plain_occluded"].count_params()
    kinds = {layer.name for layer in networks["five_branch_best"].layers}
    assert "attention_sigmoids" in kinds and "margin" in kinds


def test_no_network_starts_from_the_classifier_that_its_weights_grew_with():
    keras.utils.set_random_seed(0)
    former = joint_model().get_layer("ferplus").get_weights()[0]
    plain = occlusion._seeded(Job("plain", None, 0), Plan()).get_layer("predictions").get_weights()[0]
    assert plain.shape == former.shape
    assert abs(np.corrcoef(plain.ravel(), former.ravel())[0, 1]) < 0.1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"models": ["vgg"]}, "models are .*choose from plain"), ({"tables": ["2"]}, "choose from 1, figure3")],
)
def test_unknown_names_are_refused_before_anything_is_read(arguments, message, tmp_path):
    with pytest.raises(DataError, match=message):
        run(tmp_path / "none", tmp_path, **arguments)
