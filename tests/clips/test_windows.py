import keras
import numpy as np
import pandas as pd
import pytest
from checks.faces import write_picture

from learnface.clips import Augmentation, PrepareSettings, WindowSource, prepare
from learnface.errors import DataError


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """Two videos of 6 and 4 frames; every pixel of a frame is 100 + 20 times the video + its place."""
    root = tmp_path_factory.mktemp("windows")
    for video, count in enumerate((6, 4)):
        for frame in range(count):
            write_picture(
                root / f"v{video}" / f"{frame}.png", np.full((4, 4), 100 + 20 * video + frame, np.uint8)
            )
    index = pd.DataFrame({"sample": ["v0", "v1"], "frames": [str(root / "v0"), str(root / "v1")]})
    settings = PrepareSettings(detector=None, size=4, equalise=None)
    return prepare(index, root / "out", settings)


def source(faces, **options):
    places = np.array([0, 0, 1])
    frames = np.array([[0, 1, 2], [3, 4, 5], [1, 2, 3]])
    targets = np.stack([100 + frames + 20 * places[:, None], -frames], axis=-1).astype("float32")
    return WindowSource(faces, places, frames, targets, (frames != 2).astype("float32"), **options)


@pytest.mark.parametrize("cache", [False, True])
def test_every_frame_comes_with_its_own_target(faces, cache):
    windows = source(faces, batch_size=2, cache=cache)
    batches = list(windows.in_order())
    assert [len(batch[0]) for batch in batches] == [2, 1] and windows.steps_per_epoch == 2
    for clips, targets, weights in batches:
        np.testing.assert_allclose(255 * clips.numpy()[..., 0, 0, 0], targets[..., 0], atol=1e-4)
        np.testing.assert_array_equal(weights, targets[..., 1] != -2)


def test_an_epoch_has_every_window_once_and_can_be_gone_back_to(faces):
    windows = source(faces, batch_size=2, seed=3)

    def epochs(dataset, count):
        firsts = [int(t) for _, targets, _ in dataset.take(2 * count) for t in targets[:, 0, 0]]
        return [firsts[k : k + 3] for k in range(0, 3 * count, 3)]

    four = epochs(windows.dataset(), 4)
    assert all(sorted(epoch) == [100, 103, 121] for epoch in four) and len(set(map(tuple, four))) > 1
    assert epochs(windows.dataset(first_epoch=2), 2) == four[2:]


def test_all_frames_of_a_window_are_augmented_alike(faces):
    windows = source(faces, augmentation=Augmentation(brightness=0.2), batch_size=3)
    clips, targets, _ = next(iter(windows.dataset()))
    shift = clips.numpy()[..., 0, 0, 0] - targets.numpy()[..., 0] / 255
    assert np.ptp(shift, axis=1).max() < 1e-5 < 1e-2 < np.ptp(shift[:, 0])


def test_a_model_trains_on_it_and_frames_without_weight_do_not_count(faces):
    windows = source(faces, batch_size=3)
    inputs = keras.Input((3, 4, 4, 1))
    model = keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Reshape((3, 16))(inputs)))
    loss = keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    model.compile(loss=loss, optimizer="sgd")
    clips, targets, weights = next(iter(windows.in_order()))
    errors = np.square(model.predict(clips, verbose=0) - targets).mean(-1)
    expected = errors[weights.numpy() > 0].mean()
    assert model.evaluate(windows.in_order(), verbose=0) == pytest.approx(expected, rel=1e-5)


def test_wrong_arrays_are_refused(faces):
    good = source(faces)
    with pytest.raises(DataError, match="must tell of the same"):
        WindowSource(faces, good.places, good.frames, good.targets[:2], good.weights)
    with pytest.raises(DataError, match="no windows"):
        WindowSource(faces, good.places[:0], good.frames[:0], good.targets[:0], good.weights[:0])
