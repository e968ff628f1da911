import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.training import LabelledFaces, RunReport
from learnface.transfer import Stage, transfer_learn

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


def transfer(folder, **options):
    return transfer_learn(
        split(motion, 48, 16, 16),
        LABELS,
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
