import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from learnface.clips import Augmentation, augment
from learnface.errors import DataError

SEED = (3, 5)
ALL = Augmentation(flip=True, rotation=20, zoom=0.2, shift=0.1, brightness=0.1, contrast=0.2, erase=1.0)


@pytest.fixture
def images(rng):
    return rng.random((6, 24, 20, 3)).astype("float32")


def test_defaults_change_nothing(images):
    np.testing.assert_allclose(augment(images, Augmentation(), SEED), images, atol=1e-6)


def test_same_seed_same_result(images):
    first, again = augment(images, ALL, SEED), augment(images, ALL, SEED)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - augment(images, ALL, (3, 6))).max() > 0.1


def test_all_frames_of_a_clip_move_together(images):
    """A clip of six equal frames stays a clip of six equal frames, and equals the augmented image."""
    clips = np.repeat(images[:, None], 6, axis=1)
    moved = augment(tf.constant(clips), ALL, SEED).numpy()
    assert moved.shape == clips.shape
    for frame in range(1, 6):
        np.testing.assert_allclose(moved[:, frame], moved[:, 0], atol=1e-6)
    np.testing.assert_allclose(moved[:, 0], augment(images, ALL, SEED), atol=1e-6)


def test_flip_is_a_mirror(images):
    flipped = augment(images, Augmentation(flip=True), SEED).numpy()
    mirrored = [not np.allclose(a, b, atol=1e-4) for a, b in zip(flipped, images, strict=True)]
    assert any(mirrored) and not all(mirrored)
    for changed, before, after in zip(mirrored, images, flipped, strict=True):
        np.testing.assert_allclose(after, before[:, ::-1] if changed else before, atol=1e-5)


def test_rotation_agrees_with_scipy():
    """Find the drawn angle by trying them all with an independent rotation: it must explain the result."""
    grid = np.mgrid[0:33, 0:33] - 16.0
    image = np.exp(-((grid[1] - 6) ** 2 + grid[0] ** 2) / 18).astype("float32")[None, ..., None]
    moved = augment(image, Augmentation(rotation=30), SEED).numpy()[0, ..., 0]
    angles = np.linspace(-30, 30, 241)
    errors = [
        np.abs(ndimage.rotate(image[0, ..., 0], angle, reshape=False, order=1) - moved)[8:25, 8:25].max()
        for angle in angles
    ]
    assert min(errors) < 0.02
    assert abs(angles[int(np.argmin(errors))]) > 1


def test_cut_is_centred(images):
    np.testing.assert_allclose(
        augment(images, Augmentation(), SEED, size=(20, 16)), images[:, 2:22, 2:18], atol=1e-6
    )


def test_erasing_covers_one_rectangle(images):
    erased = augment(images, Augmentation(erase=1.0), SEED).numpy()
    for before, after in zip(images, erased, strict=True):
        rows, columns = np.where(np.any(np.abs(before - after) > 1e-4, axis=-1))
        patch = after[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert np.ptp(patch) < 1e-6, "the covered part must be one rectangle of one grey"
        assert patch.shape[0] <= 0.35 * 24 + 1


def test_values_stay_in_range(images):
    result = augment(images, Augmentation(brightness=1.0, contrast=1.0), SEED).numpy()
    assert result.min() >= 0 and result.max() <= 1


@pytest.mark.parametrize("wrong", [{"zoom": 1.0}, {"erase": 1.5}, {"rotation": -1}])
def test_nonsense_is_refused(wrong):
    with pytest.raises(DataError, match="out of range"):
        Augmentation(**wrong)
