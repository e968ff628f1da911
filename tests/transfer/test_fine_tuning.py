import dataclasses

import numpy as np
import pandas as pd
import pytest
from checks.clips import write_motion_clips

from learnface.clips import Prepared, PrepareSettings, prepare
from learnface.corpora import labelled_clips
from learnface.errors import DataError
from learnface.models import load
from learnface.training import RunReport
from learnface.transfer import Stage, fine_tune, preparation_of

SETTINGS = PrepareSettings(detector=None, size=24, frames=4, equalise=None)
HEAD = [Stage(2, 0.01, train="head")]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return labelled_clips.index(write_motion_clips(tmp_path_factory.mktemp("clips")))


@pytest.fixture(scope="module")
def tuned(index, tmp_path_factory):
    return fine(index, tmp_path_factory.mktemp("first"))


def fine(index, out, **options):
    settings = {
        "backbone": "fer_vgg",
        "weights": "ferplus",
        "settings": SETTINGS,
        "stages": HEAD,
        "copies": 2,
    }
    return fine_tune(index, out, progress=False, **{**settings, "model_options": {"units": 8}, **options})


def test_what_is_saved_is_what_was_trained(tuned):
    again = load(tuned.path)
    pixels = tuned.samples["test"].images.read() / np.float32(255)
    np.testing.assert_allclose(
        again.predict(pixels, verbose=0), tuned.model.predict(pixels, verbose=0), atol=1e-5
    )
    assert again.card.labels == ("falling", "rising")
    assert again.card.input_shape == (4, 24, 24, 1)
    assert again.card.scores["accuracy"] == tuned.scores["accuracy"]
    assert preparation_of(again.card) == SETTINGS
    report = RunReport.load(tuned.path.parent / "report.json")
    assert report.scores["test"]["samples"] == len(tuned.samples["test"])
    assert again.card.protocol.startswith(
        "people are in one split only; validation chose the epoch (by accuracy)"
    )


def test_scores_of_whole_epochs_and_over_people(tuned):
    assert {"val_uar", "val_f1"} <= tuned.reports[0].history.keys()
    assert tuned.scores["people"] == tuned.samples["test"].images.samples["subject"].nunique()
    assert tuned.model.card.scores["people"] == tuned.scores["people"]


def test_another_start_is_another_run(tuned, tmp_path):
    """Where no features tell of another body, and all shapes are the same."""
    faces = tuned.samples["train"].images.folder
    fine(Prepared(faces), tmp_path, stages=[Stage(1)], settings=None)
    with pytest.raises(DataError, match="holds a run with other settings"):
        fine(Prepared(faces), tmp_path, stages=[Stage(1)], settings=None, weights=None)


def test_people_are_in_one_split(tuned):
    people = [set(part.images.samples["subject"]) for part in tuned.samples.values()]
    assert len(people) == 3 and sum(map(len, people)) == len(set.union(*people)) == 5


def test_a_saved_model_takes_other_classes_and_its_own_preparation(tuned, index, tmp_path):
    renamed = index.assign(label=index["label"].map({"rising": "pleased", "falling": "tired"}))
    renamed.attrs = {"labels": ("pleased", "tired")}
    result = fine(
        renamed,
        tmp_path,
        model=tuned.path,
        settings=None,
        label_map={"pleased": "rising", "tired": "falling"},
        stages=[Stage(1, 0.0, train="head")],
    )
    assert result.model.card.labels == ("pleased", "tired")
    pixels = tuned.samples["test"].images.read() / np.float32(255)
    found, old = (model.predict(pixels, verbose=0) for model in (result.model, tuned.model))
    np.testing.assert_allclose(found[:, 0], old[:, 1], atol=1e-5)  # begun as the old class, and not moved


def test_clips_of_different_lengths(index, tmp_path):
    result = fine(
        index, tmp_path, settings=dataclasses.replace(SETTINGS, frames=None), stages=[Stage(1, 0.01)]
    )
    shapes = [tuple(one.shape) for one in result.model.inputs]  # of any length, though all are as long here
    assert shapes == [(None, None, 24, 24, 1), (None, None)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "face_classifier"}, "holds clips, but face_classifier takes pictures"),
        ({"model": "vggface"}, "'vggface' cannot be trained here"),
        ({"backbone": "fer_vgg19"}, "there is no backbone 'fer_vgg19'"),
        ({"layer": "fc9"}, "no layer 'fc9'"),
    ],
)
def test_what_does_not_fit_is_said_before_faces_are_cut(options, message, index, tmp_path, monkeypatch):
    monkeypatch.setattr("learnface.transfer.fine_tuning.prepare", None)  # it is not called
    with pytest.raises(DataError, match=message):
        fine(index, tmp_path, **options)


def test_faces_that_are_prepared_already(tuned, index, tmp_path):
    faces = prepare(index, tmp_path / "faces", SETTINGS)
    result = fine(
        faces, tmp_path / "out", settings=None, stages=[Stage(1, 0.01, train="head")], layer="block2_pool"
    )
    assert preparation_of(result.model.card) == SETTINGS and not (tmp_path / "out" / "faces").exists()
    other = prepare(index, tmp_path / "others", dataclasses.replace(SETTINGS, size=20, equalise="histogram"))
    with pytest.raises(DataError, match="prepared with another size and equalise"):
        fine(other, tmp_path / "out", model=tuned.path, settings=None)


def test_a_split_that_nobody_can_check_is_not_called_disjoint(index, tmp_path):
    """A corpus with its own split may name no people, as FER2013."""
    splits = {"p0": "train", "p1": "train", "p2": "train", "p3": "validation", "p4": "test"}
    split = index["subject"].map(splits)
    result = fine(index.assign(split=split, subject=None), tmp_path, stages=[Stage(1, 0.01, train="head")])
    assert "not known (no sample names its person)" in load(result.path).card.protocol
    assert "people" not in result.scores


@pytest.mark.parametrize("labels", [["happy"], []])
def test_one_class_is_no_classification(labels, tmp_path):
    index = pd.DataFrame({"label": labels, "frames": labels, "sample": labels})
    with pytest.raises(DataError, match="needs two or more"):
        fine(index, tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"subject": "anna"}, "3 splits need 3 subjects at least"),
        ({"subject": None}, "no subjects"),
        ({"label": "bored"}, r"holds \['bored'\]"),
    ],
)
def test_what_people_and_labels_lack_is_said_before_faces_are_cut(
    change, message, index, tmp_path, monkeypatch
):
    monkeypatch.setattr("learnface.transfer.fine_tuning.prepare", None)  # it is not called
    with pytest.raises(DataError, match=message):
        fine(index.assign(split=None, **change), tmp_path, labels=index.attrs["labels"])


def test_a_map_of_unknown_classes_is_refused_before_faces_are_cut(tuned, index, tmp_path, monkeypatch):
    monkeypatch.setattr("learnface.transfer.fine_tuning.prepare", None)
    with pytest.raises(DataError, match="cannot map 'bored'"):
        fine_tune(index, tmp_path, model=tuned.path, label_map={"bored": "rising"}, progress=False)


def test_broken_clips_stop_it_or_are_left_out(tmp_path):
    root = write_motion_clips(tmp_path / "clips")
    (root / "rising" / "p0" / "c0" / "2.png").write_bytes(b"")
    index = labelled_clips.index(root)
    with pytest.raises(DataError, match=r"(?s)1 of 20 samples .*--broken drop.*2.png is empty"):
        fine(index, tmp_path / "out")
    with pytest.warns(UserWarning, match="1 sample is broken and left out: see .*problems.csv"):
        result = fine(index, tmp_path / "out", broken="drop", stages=[Stage(1, 0.01, train="head")])
    assert sum(map(len, result.samples.values())) == 19
