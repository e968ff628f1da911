import itertools
import json

import keras
import numpy as np
import pytest

from learnface.clips import Augmentation
from learnface.errors import DataError
from learnface.transfer import cache_features
from learnface.transfer import features as module

IMAGES = np.random.default_rng(0).integers(0, 256, (7, 8, 8, 1), "uint8")
AUGMENTATION = Augmentation(flip=True, shift=0.2)


@pytest.fixture(scope="module")
def body():
    keras.utils.set_random_seed(0)
    layers = [
        keras.Input((8, 8, 1)),
        keras.layers.Flatten(),
        keras.layers.Dense(3),
        keras.layers.Dropout(0.5),
    ]
    return keras.Sequential(layers)


def cache(body, folder, images=IMAGES, **options):
    settings = {"copies": 3, "augmentation": AUGMENTATION, "batch_size": 2, "progress": False}
    return cache_features(body, images, folder, **{**settings, **options})


def test_the_first_copy_is_what_the_body_sees_and_the_others_are_augmented(body, tmp_path):
    features = cache(body, tmp_path).features
    assert features.shape == (3, 7, 3)
    np.testing.assert_allclose(features[0], body.predict(IMAGES / np.float32(255), verbose=0), atol=1e-5)
    for one, other in itertools.combinations(features, 2):
        assert np.abs(one - other).max(1).max() > 1e-3


def test_a_killed_run_goes_on_to_the_same_bytes(body, tmp_path, monkeypatch):
    whole = cache(body, tmp_path / "whole").features
    appended = []

    def dies(array, values, append=module.GrowingArray.append):
        if len(appended) == 5:
            array._file.write(b"half a batch")
            raise KeyboardInterrupt
        appended.append(values)
        append(array, values)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module.GrowingArray, "append", dies)
        cache(body, tmp_path / "broken")
    assert not (tmp_path / "broken" / "features.npy").exists()
    calls = []
    append = module.GrowingArray.append
    monkeypatch.setattr(
        module.GrowingArray, "append", lambda array, values: (calls.append(1), append(array, values))
    )
    again = cache(body, tmp_path / "broken").features
    assert len(calls) == 12 - 5
    np.testing.assert_array_equal(again, whole)
    cache(body, tmp_path / "broken")
    assert len(calls) == 12 - 5  # nothing was computed again


def test_an_epoch_shows_every_sample_once_in_some_copy(body, tmp_path):
    cached = cache(body, tmp_path)
    source = cached.source(np.arange(7), batch_size=3, seed=1)
    assert source.steps_per_epoch == 3

    def epochs(first):
        batches = list(source.dataset(first).take(6))
        return [np.concatenate([np.asarray(part[n]) for part in batches]) for n in (0, 1)]

    features, targets = epochs(0)
    assert sorted(targets[:7]) == sorted(targets[7:]) == list(range(7))
    copies = [
        int(np.abs(cached.features[:, t] - f).max(1).argmin()) for f, t in zip(features, targets, strict=True)
    ]
    for feature, target, copy in zip(features, targets, copies, strict=True):
        np.testing.assert_array_equal(feature, cached.features[copy, target])
    assert set(copies) == {0, 1, 2}
    later, _ = epochs(1)
    np.testing.assert_array_equal(later[:7], features[7:])  # an epoch does not depend on those before it


def test_evaluation_is_in_order_and_not_augmented(body, tmp_path):
    cached = cache(body, tmp_path)
    mask = np.ones((7, 2), bool)
    batches = list(cached.dataset(np.arange(7), batch_size=4, mask=mask))
    (first, there), targets = batches[0]
    np.testing.assert_array_equal(first, cached.features[0, :4])
    assert there.shape == (4, 2)
    assert np.asarray(targets).tolist() == [0, 1, 2, 3]
    assert len(list(cached.dataset())) == 1


def test_other_features_are_refused(body, tmp_path):
    cache(body, tmp_path)
    with pytest.raises(DataError, match="features of other data: choose another folder"):
        cache(body, tmp_path, images=IMAGES[::-1])
    with pytest.raises(DataError, match="features of other settings"):
        cache(body, tmp_path, seed=1)
    other = keras.models.clone_model(body)
    other.set_weights([weights + 1 for weights in body.get_weights()])
    with pytest.raises(DataError, match="features of other body"):
        cache(other, tmp_path)
    (tmp_path / "features.npy").write_bytes(b"cut")
    with pytest.raises(DataError, match="features.npy is damaged"):
        cache(body, tmp_path)
    (tmp_path / "features.json").write_text("{")
    with pytest.raises(DataError, match="features.json is damaged"):
        cache(body, tmp_path)


def test_the_record_holds_no_names_of_this_process(body, tmp_path):
    again = keras.Sequential(
        [keras.Input((8, 8, 1)), *(type(x).from_config(x.get_config()) for x in body.layers)]
    )
    again.set_weights(body.get_weights())
    cache(body, tmp_path / "a")
    cache(again, tmp_path / "b")
    records = [json.loads((tmp_path / name / "features.json").read_text()) for name in "ab"]
    assert records[0] == records[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"copies": 0}, "copies=0"),
        ({"augmentation": None}, "copies=3: .* an augmentation"),
        ({"images": IMAGES / 255}, "images must be uint8"),
    ],
)
def test_wrong_arguments_are_named(body, tmp_path, options, message):
    with pytest.raises(DataError, match=message):
        cache(body, tmp_path, **options)


def test_targets_must_be_as_many_as_samples(body, tmp_path):
    cached = cache(body, tmp_path)
    with pytest.raises(DataError, match="features of 7 samples, but 6 targets"):
        cached.source(np.arange(6))


def test_a_folder_that_cannot_be_written(body, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="file cannot be written"):
        cache(body, tmp_path / "file")
