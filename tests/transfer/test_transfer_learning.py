import keras
import numpy as np
import pytest
from checks.clips import write_motion_clips

from learnface.clips import PrepareSettings, prepare
from learnface.corpora import labelled_clips
from learnface.errors import DataError
from learnface.models import load
from learnface.training import LabelledFaces, RunReport, split_prepared
from learnface.transfer import Stage, preparation_of, transfer_learn

GENERATOR = np.random.default_rng(0)
LABELS = ("rising", "falling")


def brightness(count):
    """Pictures in three steps of brightness."""
    codes = np.arange(count) % 3
    images = GENERATOR.integers(0, 60, (count, 8, 8, 1)) + 90 * codes[:, None, None, None]
    return LabelledFaces(images.astype("uint8"), codes)


def motion(count):
    """Clips that grow brighter or darker: no single frame tells which."""
    codes = np.arange(count) % 2
    levels = np.sort(GENERATOR.integers(0, 256, (count, 4)), axis=1)
    levels[codes == 1] = levels[codes == 1, ::-1]
    clips = np.broadcast_to(levels[..., None, None, None], (count, 4, 8, 8, 1))
    return LabelledFaces(clips.astype("uint8"), codes)


def split(make, *counts):
    return dict(zip(("train", "validation", "test"), map(make, counts), strict=False))


def backbone():
    keras.utils.set_random_seed(1)
    body = [keras.Input((8, 8, 1)), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(6, "tanh")]
    return keras.Sequential(body, name="body")


def transfer(folder, samples=None, labels=LABELS, **options):
    return transfer_learn(
        samples or split(motion, 48, 16, 16),
        labels,
        folder,
        **{
            "backbone": backbone(),
            "pretraining": split(brightness, 24, 12),
            "pretraining_labels": ("dark", "middle", "bright"),
            "pretraining_stages": [Stage(5, 0.02)],
            "stages": [Stage(30, 0.02, train="head")],
            "model_options": {"units": 8, "dropout": 0.0},
            "batch_size": 8,
            "progress": False,
            **options,
        },
    )


def test_the_whole_path_learns_what_only_time_tells(tmp_path):
    GENERATOR.bit_generator.state = np.random.default_rng(0).bit_generator.state
    result = transfer(tmp_path)
    assert result.scores["accuracy"] > 0.9
    assert [len(reports) for reports in (result.pretraining_reports, result.reports)] == [1, 1]
    saved = RunReport.load(tmp_path / "vggface_lstm" / "stage1" / "report.json")
    assert saved.scores["test"]["accuracy"] == result.scores["accuracy"]
    trained = result.model.get_layer("body").get_weights()
    fresh = backbone().get_weights()
    assert any(np.any(one != other) for one, other in zip(trained, fresh, strict=True))
    assert result.path is None  # pixels in memory do not say how they were cut


def test_without_pretraining_the_backbone_stays_as_it_came(tmp_path):
    result = transfer(
        tmp_path, pretraining=None, stages=[Stage(1, train="head")], model="vggface_fusion", model_options={}
    )
    assert result.pretraining_reports == () or list(result.pretraining_reports) == []
    for one, other in zip(
        result.model.get_layer("body").get_weights(), backbone().get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_images_and_clips_are_told_apart(tmp_path):
    with pytest.raises(DataError, match="holds clips, but face_classifier takes pictures"):
        transfer(tmp_path, pretraining=None, model="face_classifier", model_options={})
    with pytest.raises(DataError, match="pretrained on images, not on clips"):
        transfer(tmp_path, pretraining=split(motion, 4, 4))


def test_what_does_not_fit_is_said_before_the_pretraining(tmp_path):
    with pytest.raises(DataError, match="no layer 'fc6'"):
        transfer(tmp_path, layer="fc6")
    with pytest.raises(DataError, match="holds clips, but face_classifier takes pictures"):
        transfer(tmp_path, model="face_classifier", model_options={})
    assert not list(tmp_path.iterdir())


def test_the_pretrained_backbone_is_not_changed_by_later_stages(tmp_path):
    result = transfer(
        tmp_path, pretraining=None, stages=[Stage(1, 0.02)], model="vggface_fusion", model_options={}
    )
    kept, trained = result.pretrained.get_weights(), result.model.get_layer("body").get_weights()
    for one, other in zip(kept, backbone().get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert any(np.any(one != other) for one, other in zip(kept, trained, strict=True))


def test_what_was_trained_on_prepared_faces_is_saved(tmp_path):
    index = labelled_clips.index(write_motion_clips(tmp_path / "clips", side=8))
    settings = PrepareSettings(detector=None, size=8, frames=4, equalise=None)
    samples = split_prepared(prepare(index, tmp_path / "faces", settings), ("falling", "rising"))
    seen = []

    def callbacks(stage, scores):
        seen.append((stage, scores.labels))
        return ()

    result = transfer(
        tmp_path / "run",
        samples=samples,
        labels=("falling", "rising"),
        stages=[Stage(1, train="head")],
        pretraining_stages=[Stage(1)],
        pretraining_options={"model_options": {"dense": (4,)}},
        monitor="val_f1",
        callbacks=callbacks,
    )
    again = load(result.path)
    assert result.path == tmp_path / "run" / "model.keras" and preparation_of(again.card) == settings
    assert again.card.protocol.startswith("people are in one split only; validation chose the epoch (by f1)")
    pixels = samples["test"].images.read() / np.float32(255)
    np.testing.assert_allclose(
        again.predict(pixels, verbose=0), result.model.predict(pixels, verbose=0), atol=1e-6
    )
    assert seen == [
        ("pretrain/stage1", ("dark", "middle", "bright")),
        ("vggface_lstm/stage1", ("falling", "rising")),
    ]
    options = {"samples": samples, "labels": ("falling", "rising"), "stages": [Stage(1, train="head")]}
    assert transfer(tmp_path / "other", pretraining=None, save_model=False, **options).path is None
    assert not (tmp_path / "other" / "model.keras").exists()
