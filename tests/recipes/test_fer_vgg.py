import keras
import numpy as np
import pytest

from learnface.corpora import fer2013, ferplus
from learnface.errors import DataError
from learnface.labels import FERPLUS
from learnface.metrics import apply_temperature, fit_temperature
from learnface.models import ModelCard, fer_vgg
from learnface.models import fer_vgg as build
from learnface.recipes import fer_vgg as recipe
from learnface.recipes._data import load_splits
from learnface.recipes._occlusion_scores import accuracies


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_the_whole_recipe_on_a_small_corpus(small_fer2013, tmp_path):
    out = tmp_path / "runs"
    reports = recipe.run(small_fer2013, out, epochs=1)
    assert set(reports) == {"ferplus", "fer2013"}
    for head, labels in recipe.HEADS.items():
        card = ModelCard.from_json((out / f"fer_vgg-{head}.json").read_text())
        assert card.labels == labels
        assert card.scores["accuracy"] == reports[head].scores["test"]["accuracy"]
        network = build(classes=len(labels), weights=out / f"fer_vgg-{head}.npz")
        outputs = np.asarray(network(np.zeros((1, 48, 48, 1), "float32")))
        assert outputs.shape == (1, len(labels))
    text = (out / "table.md").read_text()
    assert "fer_vgg-ferplus" in text and "new faces" in text
    recipe.run(small_fer2013, out, epochs=1, models=["fer2013"])
    assert (out / "table.md").read_text() == text  # with the head of the earlier call


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_a_part_says_what_the_joint_network_says_at_the_temperature_of_validation(small_fer2013, tmp_path):
    keras.utils.set_random_seed(0)
    model = recipe.joint_model()
    classifier = model.get_layer("fer2013")
    classifier.set_weights([30 * weights for weights in classifier.get_weights()])  # far too sure of itself
    validation = load_splits(fer2013.index(small_fer2013), fer2013.LABELS)["validation"]
    network = recipe._part(model, "fer2013", validation, tmp_path / "part.npz")
    border = recipe.SETTINGS["border"]
    cut = validation.images[:, border:-border, border:-border] / np.float32(255)
    joint = model.predict(cut, verbose=0)["fer2013"]
    expected = apply_temperature(joint, fit_temperature(validation.codes, joint))
    said = network.predict(validation.images / np.float32(255), verbose=0)
    np.testing.assert_allclose(said, expected, atol=2e-3)  # kept in half precision
    assert np.abs(expected - joint).max() > 0.1  # else the temperature would not be seen


def test_both_heads_share_one_body():
    model = recipe.joint_model()
    body = fer_vgg(include_top=False).count_params()
    assert model.count_params() == body + 257 * (8 + 7)
    assert set(model.output_names) == {"ferplus", "fer2013"}


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_rows_without_expression_teach_only_the_other_head(small_fer2013):
    votes_file = small_fer2013 / "fer2013new.csv"
    lines = votes_file.read_text().splitlines()
    lines[1] = "Training,fer0000000.png,0,0,0,0,0,0,0,0,10,0"
    votes_file.write_text("\n".join(lines) + "\n")
    splits = load_splits(fer2013.index(small_fer2013), fer2013.LABELS)
    votes = ferplus.index(small_fer2013, mode="crossentropy").set_index("row")
    targets, weights = recipe._targets(splits["train"], votes)
    assert weights["ferplus"].tolist() == [0.0] + [1.0] * 29
    assert weights["fer2013"].tolist() == [1.0] * 30
    np.testing.assert_allclose(targets["ferplus"][1:].sum(axis=1), 1.0)
    scored = recipe._scored_rows(splits["train"], votes, "ferplus")
    assert len(scored.images) == 29
    assert FERPLUS[scored.codes[0]] == "happy"


@pytest.mark.filterwarnings("ignore::learnface.corpora.CountWarning")
def test_the_variant_that_learns_from_occluded_faces(small_fer2013, tmp_path):
    reports = recipe.run(small_fer2013, tmp_path, epochs=1, models=["ferplus"], input_occlusion=0.5)
    name = "fer_vgg-ferplus_occluded"
    card = ModelCard.from_json((tmp_path / f"{name}.json").read_text())
    assert card.protocol.startswith("the lower half of 50% of the training faces occluded")
    assert card.scores["accuracy_occluded"] == accuracies(reports["ferplus"].scores)["occluded"]
    assert name in (tmp_path / "table.md").read_text()
    assert build(weights=tmp_path / f"{name}.npz").count_params() == reports["ferplus"].parameters


def test_half_of_the_pictures_are_occluded_in_training_alone():
    model = recipe.joint_model((44, 44), input_occlusion=0.5)
    faces = np.full((64, 44, 44, 1), 0.3, "float32")
    hidden = np.asarray(model.get_layer("input_occlusion")(faces, training=True)) != faces
    assert not hidden[:, :22].any()
    assert 16 < hidden.any(axis=(1, 2, 3)).sum() < 48
    plain = recipe.joint_model((44, 44))
    plain.set_weights(model.get_weights())
    for head, output in model.predict(faces, verbose=0).items():
        np.testing.assert_array_equal(output, plain.predict(faces, verbose=0)[head])


def test_a_share_that_leaves_nothing_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(DataError, match="input_occlusion is 1.0: give a share"):
        recipe.run(tmp_path / "none", tmp_path, input_occlusion=1.0)


def test_unknown_head_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(DataError, match="choose from ferplus, fer2013"):
        recipe.run(tmp_path / "none", tmp_path, models=["affectnet"])
