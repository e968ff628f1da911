import numpy as np
import pytest

from learnface.clips import ArraySource, Augmentation, evaluation_dataset
from learnface.errors import DataError


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (10, 8, 8, 1), dtype=np.uint8)


def epochs(source, count, first=0):
    """Return, for each epoch, the targets and the images in the order in which they came."""
    stream = iter(source.dataset(first))
    result = []
    for _ in range(count):
        batches = [next(stream) for _ in range(source.steps_per_epoch)]
        result.append((np.concatenate([b[1] for b in batches]), np.concatenate([b[0] for b in batches])))
    return result


def test_each_epoch_holds_every_sample_once_in_a_new_order(images):
    source = ArraySource(images, np.arange(10), batch_size=4)
    assert source.steps_per_epoch == 3
    (first, pixels), (second, _) = epochs(source, 2)
    assert sorted(first) == sorted(second) == list(range(10))
    assert list(first) != list(second)
    np.testing.assert_allclose(pixels, images[first] / 255, atol=1e-6)


def test_a_later_epoch_is_the_same_whether_or_not_the_earlier_ones_were_run(images):
    source = ArraySource(
        images, np.arange(10), batch_size=4, seed=7, augmentation=Augmentation(flip=True, shift=0.2)
    )
    straight = epochs(source, 3)
    resumed = epochs(source, 1, first=2)
    np.testing.assert_array_equal(straight[2][0], resumed[0][0])
    np.testing.assert_array_equal(straight[2][1], resumed[0][1])


def test_seeds_differ(images):
    orders = [tuple(epochs(ArraySource(images, np.arange(10), seed=s), 1)[0][0]) for s in (0, 1)]
    assert orders[0] != orders[1]


def test_batches_of_an_epoch_are_augmented_differently(rng):
    image = rng.integers(0, 256, (1, 8, 8, 1), dtype=np.uint8).repeat(8, axis=0)
    source = ArraySource(image, np.arange(8), batch_size=1, augmentation=Augmentation(shift=0.3))
    _, pixels = epochs(source, 1)[0]
    assert len(np.unique(pixels.reshape(8, -1), axis=0)) == 8


def test_targets_and_weights_by_output_name(images):
    targets = {"a": np.arange(10), "b": np.eye(10)}
    source = ArraySource(images, targets, sample_weight={"a": np.ones(10), "b": np.zeros(10)})
    _, got, weights = next(iter(source.dataset()))
    np.testing.assert_array_equal(np.argmax(got["b"], axis=1), got["a"])
    assert set(weights) == {"a", "b"}


def test_evaluation_keeps_order_and_drops_nothing(images):
    batches = list(evaluation_dataset(images, np.arange(10), batch_size=4))
    assert [len(b[1]) for b in batches] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate([b[1] for b in batches]), np.arange(10))
    only_images = next(iter(evaluation_dataset(images)))
    assert only_images.dtype == "float32" and float(only_images.numpy().max()) <= 1.0


@pytest.mark.parametrize("make", [ArraySource, evaluation_dataset])
def test_wrong_arrays_are_refused(make, images):
    with pytest.raises(DataError, match="10 images but 9"):
        make(images, np.arange(9))
    with pytest.raises(DataError, match="uint8"):
        make(images / 255, np.arange(10))
    with pytest.raises(DataError, match="uint8"):
        make(images[..., 0], np.arange(10))
