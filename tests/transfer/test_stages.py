import keras
import numpy as np
import pytest

from learnface.clips import Augmentation
from learnface.errors import DataError
from learnface.models import face_classifier
from learnface.training import LabelledFaces
from learnface.transfer import Stage, nadam, train_stages


def samples(count=24):
    """Bright and dark pictures."""
    codes = np.arange(count) % 2
    noise = np.random.default_rng(0).integers(0, 100, (count, 8, 8, 1))
    images = (noise + 150 * codes[:, None, None, None]).astype("uint8")
    return {"train": LabelledFaces(images[8:], codes[8:]), "validation": LabelledFaces(images[:8], codes[:8])}


def build():
    keras.utils.set_random_seed(0)
    body = [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3, name="conv")]
    return face_classifier((8, 8, 1), classes=2, backbone=keras.Sequential(body, name="body"), dropout=0.0)


def run(model, folder, *stages, **options):
    return train_stages(model, samples(), stages, folder, progress=False, batch_size=8, **options)


def weights(model, layer):
    inner = model.get_layer("body").get_layer("conv") if layer == "conv" else model.get_layer(layer)
    return inner.get_weights()[0]


def test_the_head_trains_first_and_then_everything(tmp_path):
    model = build()
    start = {name: weights(model, name) for name in ("conv", "predictions")}
    (report,) = run(
        model, tmp_path, Stage(2, 0.01, train="head"), copies=2, augmentation=Augmentation(flip=True)
    )
    np.testing.assert_array_equal(weights(model, "conv"), start["conv"])
    assert np.any(weights(model, "predictions") != start["predictions"])
    assert report.parameters == model.count_params()
    assert report.settings["frozen"] == ["conv"]
    options = {"copies": 2, "augmentation": Augmentation(flip=True)}
    reports = run(model, tmp_path, Stage(2, 0.01, train="head"), Stage(3, 0.01), **options)
    assert reports[0].history == report.history  # the finished stage was not done again
    assert np.any(weights(model, "conv") != start["conv"])
    assert len(reports[1].history["loss"]) == 3


def test_a_run_that_was_stopped_goes_on_to_the_same_end(tmp_path):
    stages = (Stage(3, 0.01, train="head"), Stage(2, 0.005, train=1))
    whole, broken = build(), build()
    run(whole, tmp_path / "whole", *stages)
    run(broken, tmp_path / "broken", Stage(3, 0.01, train="head"))
    again = build()
    run(again, tmp_path / "broken", *stages)
    for one, other in zip(whole.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("options", "copies", "augmented"),
    [
        ({"augmentation": Augmentation(flip=True)}, 4, True),
        ({"augmentation": Augmentation(flip=True), "copies": 1}, 1, False),
        ({}, 1, False),
        ({"augmentation": Augmentation()}, 1, False),
    ],
)
def test_the_report_says_whether_the_head_saw_augmented_copies(options, copies, augmented, tmp_path):
    (report,) = run(build(), tmp_path, Stage(1, 0.01, train="head"), **options)
    stored = np.load(tmp_path / "stage1" / "train_features" / "features.npy")
    assert len(stored) == report.settings["copies"] == copies
    assert bool(report.settings["augmentation"] and report.settings["augmentation"]["flip"]) == augmented
    assert augmented == (len(np.unique(stored, axis=0)) > 1)


def test_heads_of_one_body_share_its_features(tmp_path):
    stage, options = Stage(2, 0.01, train="head"), {"copies": 2, "augmentation": Augmentation(flip=True)}
    shared, histories, written = tmp_path / "shared", [], []
    for folder, features in (("alone", None), ("one", shared), ("two", shared)):
        (report,) = run(build(), tmp_path / folder, stage, features=features, **options)
        histories.append({name: report.history[name] for name in ("loss", "val_loss")})
        written.append({path: path.stat().st_mtime_ns for path in shared.glob("*/features.npy")})
    assert histories[0] == histories[1] == histories[2]
    assert len(written[1]) == 2 and written[1] == written[2]  # the second head computed none
    assert not (tmp_path / "one" / "stage1" / "train_features").exists()


def test_scores_of_whole_epochs_choose_the_epoch_of_features_and_of_images(tmp_path):
    seen = []

    def callbacks(stage, scores):
        seen.append((stage, scores.labels))
        figure = lambda epoch, logs: logs.update(val_own=float(logs["val_uar"] + epoch))  # noqa: E731
        return [keras.callbacks.LambdaCallback(on_epoch_end=figure)]

    stages = (Stage(2, 0.01, train="head"), Stage(2, 0.01))
    options = {"labels": ("dark", "bright"), "monitor": "val_own", "callbacks": callbacks}
    model = build()
    reports = run(model, tmp_path, *stages, **options)
    for report in reports:
        assert report.best_epoch == 2  # the own figure grows
        accuracy = report.history["val_accuracy"]  # both classes are as many, so that it is the UAR
        np.testing.assert_allclose(report.history["val_uar"], accuracy, atol=1e-6)
    assert seen == [(f"face_classifier/stage{number}", ("dark", "bright")) for number in (1, 2)]
    assert (
        run(build(), tmp_path, *stages, **options)[1].history == reports[1].history
    )  # ended, and not read again


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"monitor": "val_uar"}, "choose one of val_accuracy, val_loss, or give the labels"),
        ({"monitor": "uar", "labels": ("a", "b")}, "choose one of .*val_f1"),
    ],
)
def test_a_figure_that_there_will_not_be_is_told_before_any_work(options, message, tmp_path):
    with pytest.raises(DataError, match=message):
        run(build(), tmp_path / "run", Stage(1), **options)
    assert not (tmp_path / "run").exists()


def test_rates_of_layers(tmp_path):
    model = build()
    start = weights(model, "conv")
    run(model, tmp_path, Stage(1, 0.01, rates={"body": 0.0}))
    np.testing.assert_array_equal(weights(model, "conv"), start)


def test_the_optimiser_is_the_papers():
    config = nadam(2e-4).get_config()
    assert (config["beta_1"], config["beta_2"], config["epsilon"]) == (0.9, 0.999, 1e-8)
    paper = nadam(2e-4, schedule_decay=0.004).get_config()
    assert (paper["beta_1"], paper["beta_2"], paper["epsilon"]) == (0.9, 0.999, 1e-8)
    assert (paper["schedule_decay"], "schedule_decay" in config) == (0.004, False)


@pytest.mark.parametrize("train", ["body", 0, -1, None])
def test_what_cannot_be_trained_is_named(train):
    with pytest.raises(DataError, match="train must be 'head', 'all' or a number"):
        Stage(1, train=train)
