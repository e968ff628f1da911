import json

import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces.occlusion import KINDS
from learnface.files import sha256
from learnface.inference import Recognizer
from learnface.models import ModelCard, save
from learnface.recipes import occlusion
from learnface.recipes._data import NEW_FACES
from learnface.recipes._occlusion_scores import ScoredFaces
from learnface.recipes.fer_vgg import joint_model
from learnface.recipes.occlusion import Job, Plan, run
from learnface.training import RunReport, predict_probabilities

pytestmark = pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
SMALL = {"epochs": 1, "seeds": 1, "batch_size": 30, "margins": 0.03, "size": 16}
SMALL |= {"backbone": "fer_cnn", "initial_weights": None}
PLAIN, FIVE = "plain/seed-0", "five_branch/margin-0.03/seed-0"


def test_the_whole_recipe_on_a_small_corpus(small_fer2013, tmp_path, monkeypatch):
    out = tmp_path / "runs"
    run(small_fer2013, out, models=["plain"], **SMALL)
    reports = run(small_fer2013, out, models=["five_branch"], **SMALL)
    assert list(reports) == [PLAIN, FIVE]  # that of the first call too
    for folder in reports:
        assert RunReport.load(out / folder / "report.json").scores == reports[folder].scores
        assert (out / folder / "confusion.png").stat().st_size > 5000
    scores = reports[FIVE].scores
    occluded = {f"{split}, {kind}" for split in ("validation", "test") for kind in KINDS}
    assert set(scores) == {"validation", "test", NEW_FACES, "branches", *occluded}
    assert sum(map(sum, scores["test, hand"]["confusion"])) == 15
    text = (out / "table.md").read_text()
    assert "87.91" in text and f"{100 * scores['test']['accuracy']:.2f}" in text
    assert "five_branch against plain on occluded faces:" in text
    # What is saved is ready to use.
    recognizer = Recognizer(out / FIVE / "model.keras")
    assert recognizer.labels == tuple(scores["test"]["labels"])
    # Again: nothing is trained or scored a second time, and other settings do not fit the folder.
    monkeypatch.setattr(ScoredFaces, "score", None)
    again = run(small_fer2013, out, models=["plain", "five_branch"], **SMALL)
    assert json.dumps(again[PLAIN].scores) == json.dumps(reports[PLAIN].scores)
    with pytest.raises(DataError, match="holds a run with other settings"):
        run(small_fer2013, out, models=["plain"], **SMALL, votes=False)
    with pytest.raises(DataError, match="holds a run with other settings"):
        run(small_fer2013, out, models=["plain"], **SMALL, dtype_policy="mixed_bfloat16")


def test_training_is_towards_votes_and_scoring_by_the_majority(small_fer2013):
    index = occlusion.ferplus.index(small_fer2013, mode="crossentropy")
    index[list(occlusion.ferplus.VOTES)] = 0  # those drawn are all of one mind
    index["votes_neutral"], index["votes_sad"] = 6, 4
    splits = occlusion.load_splits(index, occlusion.FERPLUS)
    train = occlusion._targets(splits["train"], votes=True)
    np.testing.assert_allclose(train[:, :4], [[0.6, 0, 0, 0.4]] * len(train), rtol=1e-6)
    assert set(np.unique(occlusion._targets(splits["validation"], votes=True))) <= {0.0, 1.0}


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


def test_rate_falls_after_each_third():
    rate = occlusion._optimizer(Plan(epochs=30), steps=10)._learning_rate
    assert [round(float(rate(step)), 6) for step in (0, 100, 101, 200, 201)] == [0.01, 0.01, 1e-3, 1e-3, 1e-4]


def test_rate_falls_along_a_cosine():
    rate = occlusion._optimizer(Plan(epochs=30, schedule="cosine"), steps=10)._learning_rate
    assert [round(float(rate(step)), 6) for step in (0, 150, 300)] == [0.01, 0.005, 0.0]


def test_a_report_has_the_settings_that_its_network_has():
    plan = Plan(attention="softmax")
    settings = {name: occlusion._settings(Job(name, 0.03, 0), plan) for name in occlusion.MODELS}
    assert settings["five_branch"]["attention"] == "softmax"
    assert settings["five_branch_best"]["attention"] == "normalised"
    rates = {name: found["input_occlusion"] for name, found in settings.items()}
    assert [name for name, rate in rates.items() if rate] == [
        "plain_occluded", "five_branch_occluded", "five_branch_best", "five_branch_separate", "distilled",
        "distilled_separate",
    ]  # fmt: skip


def test_half_of_a_pupils_targets_are_its_teachers(small_fer2013, tmp_path):
    splits = occlusion.load_splits(occlusion.ferplus.index(small_fer2013), occlusion.FERPLUS)
    plan = Plan(backbone="fer_cnn", initial_weights=None, size=16)
    teacher = occlusion.build("five_branch_best", plan)
    path = tmp_path / "model.keras"
    save(teacher, path, ModelCard("teacher", occlusion.FERPLUS, (16, 16, 1)))
    targets = occlusion._targets(splits["train"], votes=False)
    found = occlusion._taught(targets, path, splits["train"], plan)
    faces = occlusion.resized(splits["train"].images, 16)
    said = (predict_probabilities(teacher, faces) + predict_probabilities(teacher, faces[:, :, ::-1])) / 2
    labels = np.eye(8)[splits["train"].codes]
    np.testing.assert_allclose(found, (labels + said) / 2, atol=1e-5)


def test_a_teacher_is_of_the_pupils_own_seed_settings_and_faces(small_fer2013, tmp_path):
    out, both = tmp_path / "runs", ["five_branch_best", "distilled"]
    with pytest.raises(
        DataError, match="holds no finished run of these settings: give --model five_branch_best"
    ):
        run(small_fer2013, out, models=["distilled"], **SMALL)
    reports = run(small_fer2013, out, models=both, **SMALL)
    teacher = out / "five_branch_best/margin-0.03/seed-0/model.keras"
    assert reports["distilled/seed-0"].settings["teacher_sha256"] == sha256(teacher)
    for changed in ({"learning_rate": 0.5}, {"faces": 20}, {"seed": 1}):
        with pytest.raises(
            DataError, match="five_branch_best/margin-0.03/seed-. holds no finished run of these"
        ):
            run(small_fer2013, out, models=["distilled"], **SMALL | changed)


def test_no_network_starts_from_the_classifier_that_its_weights_grew_with():
    keras.utils.set_random_seed(0)
    former = joint_model().get_layer("ferplus").get_weights()[0]
    plain = occlusion._seeded(Job("plain", None, 0), Plan()).get_layer("predictions").get_weights()[0]
    assert plain.shape == former.shape
    assert abs(np.corrcoef(plain.ravel(), former.ravel())[0, 1]) < 0.1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"models": ["vgg"]}, "models are .*choose from plain"),
        ({"tables": ["2"]}, "choose from 1, figure3"),
        ({"models": ["plain"], "tables": ["figure3"]}, "the margins of figure3 are those of five_branch"),
        ({"attention": "hard"}, "attention must be one of sigmoid, softmax, normalised, not 'hard'"),
        ({"schedule": "linear"}, "schedule must be one of steps, cosine, not 'linear'"),
        ({"backbone": "vgg7"}, "there is no backbone 'vgg7': choose from"),
        ({"input_occlusion": 1.5}, "input_occlusion is 1.5: give a share from 0 to below 1"),
        ({"learning_rate": -1}, "learning_rate is -1: give a number above 0"),
        ({"margins": (0.1, 0)}, "margins is 0: give a number above 0"),
        ({"seed": -1}, "seed is -1: give a whole number from 0 to"),
        ({"epochs": 0}, "epochs is 0: give 1 or more"),
    ],
)
def test_unknown_names_are_refused_before_anything_is_read(arguments, message, tmp_path):
    with pytest.raises(DataError, match=message):
        run(tmp_path / "none", tmp_path, **arguments)
