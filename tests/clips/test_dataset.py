import numpy as np
import pandas as pd
import pytest
from checks.faces import write_picture

from learnface.clips import (
    ArraySource,
    Augmentation,
    PreparedSource,
    PrepareSettings,
    evaluation_dataset,
    prepare,
)
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


def test_classes_are_drawn_anew_in_each_epoch():
    """FER+'s "probability" mode: in the mean over epochs the drawn classes are the distribution."""
    likely = np.array([[0.7, 0.3, 0.0], [0.0, 0.5, 0.5]], "float32").repeat(200, axis=0)
    source = ArraySource(np.zeros((400, 4, 4, 1), np.uint8), likely, batch_size=32, draw=True)

    def drawn(epochs, first=0):
        stream = iter(source.dataset(first))
        return [np.concatenate([next(stream)[1] for _ in range(13)]) for _ in range(epochs)]

    first, second, third = drawn(3)
    assert set(np.unique(first)) == {0.0, 1.0} and (first.sum(axis=1) == 1).all()
    np.testing.assert_allclose(np.mean([first, second, third], axis=(0, 1)), likely.mean(axis=0), atol=0.05)
    assert (first.sum(axis=0) != second.sum(axis=0)).any()
    np.testing.assert_array_equal(drawn(1, first=2)[0], third)
    with pytest.raises(DataError, match=r"distributions, \(samples, classes\)"):
        ArraySource(np.zeros((4, 4, 4, 1), np.uint8), np.arange(4), draw=True)


def test_an_impossible_class_is_never_drawn():
    sure = np.eye(3, dtype="float32")[np.arange(60) % 3]
    source = ArraySource(np.zeros((60, 4, 4, 1), np.uint8), sure, batch_size=60, draw=True)
    order = ArraySource(np.zeros((60, 4, 4, 1), np.uint8), np.arange(60) % 3, batch_size=60)
    (_, drawn), (_, classes) = (next(iter(one.dataset())) for one in (source, order))
    np.testing.assert_array_equal(np.argmax(drawn, axis=1), classes)


@pytest.mark.parametrize("make", [ArraySource, evaluation_dataset])
def test_wrong_arrays_are_refused(make, images):
    with pytest.raises(DataError, match="10 images but 9"):
        make(images, np.arange(9))
    with pytest.raises(DataError, match="uint8"):
        make(images / 255, np.arange(10))
    with pytest.raises(DataError, match="uint8"):
        make(images[..., 0], np.arange(10))


def test_no_images_are_no_endless_wait(images):
    with pytest.raises(DataError, match="there are no images to train on"):
        ArraySource(images[:0], np.arange(0))


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """Ten 8 x 8 pictures, prepared as they are, three a shard."""
    folder = tmp_path_factory.mktemp("faces")
    pixels = np.random.default_rng(1).integers(0, 256, (10, 8, 8), np.uint8)
    paths = [write_picture(folder / f"{n}.png", image) for n, image in enumerate(pixels)]
    index = pd.DataFrame(
        {"sample": [str(n) for n in range(10)], "frames": paths, "label": list("aaaaaaaabb")}
    )
    settings = PrepareSettings(detector=None, size=8, equalise=None)
    return prepare(index, folder / "out", settings, samples_per_shard=3), pixels[..., None]


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Clips of 1, 2 and 3 frames."""
    folder = tmp_path_factory.mktemp("clips")
    for clip in range(3):
        for frame in range(clip + 1):
            write_picture(
                folder / str(clip) / f"{frame}.png", np.full((4, 4), 50 * clip + 10 * frame + 5, np.uint8)
            )
    index = pd.DataFrame({"sample": list("012"), "frames": [str(folder / str(n)) for n in range(3)]})
    return prepare(index, folder / "out", PrepareSettings(detector=None, size=4, equalise=None))


AUGMENTED = {"seed": 7, "augmentation": Augmentation(flip=True, shift=0.2)}


def test_prepared_epochs_hold_every_sample_once_in_a_new_order(faces):
    prepared, pixels = faces
    source = PreparedSource(prepared, np.arange(10), batch_size=4)
    assert source.steps_per_epoch == 3
    (first, images), (second, _) = epochs(source, 2)
    assert sorted(first) == sorted(second) == list(range(10)) and list(first) != list(second)
    np.testing.assert_allclose(images, pixels[first] / 255, atol=1e-6)


@pytest.mark.parametrize("cache", [False, True])
def test_a_prepared_epoch_is_the_same_resumed_or_cached(faces, cache):
    prepared, _ = faces
    straight = epochs(PreparedSource(prepared, np.arange(10), batch_size=4, **AUGMENTED), 3)
    source = PreparedSource(prepared, np.arange(10), batch_size=4, cache=cache, **AUGMENTED)
    resumed = epochs(source, 1, first=2)
    np.testing.assert_array_equal(straight[2][0], resumed[0][0])
    np.testing.assert_array_equal(straight[2][1], resumed[0][1])


def test_workers_share_out_an_epoch(faces):
    prepared, _ = faces
    whole = PreparedSource(prepared, np.arange(10), batch_size=2)
    parts = [epochs(whole.shard(index, 4), 1)[0][0] for index in range(4)]
    assert [len(part) for part in parts] == [3, 3, 3, 3] and whole.shard(0, 4).steps_per_epoch == 2
    assert set(np.concatenate(parts)) == set(range(10))
    with pytest.raises(DataError, match="part 4 of 4"):
        whole.shard(4, 4)


def test_balanced_epochs(faces):
    prepared, _ = faces
    labels = prepared.samples["label"]
    source = PreparedSource(prepared, np.arange(10), balance=labels)
    (rows, _), (other, _) = epochs(source, 2)
    assert sorted(labels[rows]) == sorted(labels[other]) == list("aaaaabbbbb")
    assert set(rows) != set(other)


def test_a_selection_and_its_weights(faces):
    prepared, pixels = faces
    part = prepared[prepared.samples["label"] == "b"]
    source = PreparedSource(part, part.one_hot(("a", "b")), sample_weight=np.array([1.0, 2.0]))
    images, targets, weights = next(iter(source.dataset()))
    np.testing.assert_allclose(images, pixels[7 + weights.numpy().astype(int)] / 255, atol=1e-6)
    assert targets.numpy().tolist() == [[0, 1], [0, 1]]


def test_clips_of_different_lengths_are_filled_up_and_masked(clips):
    with pytest.raises(DataError, match="1 to 3 frames: pass mask=True"):
        PreparedSource(clips, np.arange(3))
    (images, mask), rows = next(iter(PreparedSource(clips, np.arange(3), mask=True).dataset()))
    assert images.shape == (3, 3, 4, 4, 1)
    np.testing.assert_array_equal(mask, np.arange(3) < rows.numpy()[:, None] + 1)
    np.testing.assert_array_equal(images.numpy().any(axis=(2, 3, 4)), mask)
    short = PreparedSource(clips[1:], np.arange(2), frames=2)  # the longer one loses its end
    assert next(iter(short.dataset()))[0].shape == (2, 2, 4, 4, 1)


def test_all_frames_of_a_clip_are_augmented_alike(clips):
    source = PreparedSource(clips[[2] * 8], np.arange(8), augmentation=Augmentation(brightness=0.3))
    images, _ = next(iter(source.dataset()))
    change = images.numpy()[..., 0, 0, 0] - np.array([105, 115, 125]) / 255
    np.testing.assert_allclose(change, change[:, :1].repeat(3, axis=1), atol=1e-6)
    assert len(np.unique(change[:, 0].round(4))) == 8


def test_evaluation_of_prepared_faces_keeps_order_and_drops_nothing(faces, clips):
    prepared, pixels = faces
    batches = list(evaluation_dataset(prepared, np.arange(10), batch_size=4))
    assert [len(b[1]) for b in batches] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate([b[1] for b in batches]), np.arange(10))
    np.testing.assert_allclose(np.concatenate([b[0] for b in batches]), pixels / 255, atol=1e-6)
    assert next(iter(evaluation_dataset(prepared))).shape == (10, 8, 8, 1)
    (((images, mask),),) = evaluation_dataset(
        clips, mask=True
    )  # one tuple more: Keras takes (x,), not (x, y)
    assert images.shape == (3, 3, 4, 4, 1) and mask.numpy().sum() == 6


def test_wrong_use_of_prepared_faces_is_refused(faces, clips):
    prepared, _ = faces
    for wrong, message in (
        (lambda: PreparedSource(prepared, np.arange(9)), "10 images but 9"),
        (lambda: PreparedSource(prepared, np.arange(10), balance=["a"]), "10 images but 1"),
        (lambda: PreparedSource(prepared[:0], np.arange(0)), "at least one sample"),
        (lambda: PreparedSource(prepared, np.arange(10), mask=True), "are for clips"),
        (lambda: PreparedSource(clips, np.arange(3), frames=0), "frames=0"),
        (lambda: evaluation_dataset(clips), "pass mask=True"),
    ):
        with pytest.raises(DataError, match=message):
            wrong()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"batch_size": 0}, "batch_size is 0: give 1 or more"),
        ({"targets": np.array(["sad", "happy"])}, "targets are text: give the code"),
        ({"targets": {"label": np.array(["sad", "happy"], object)}}, "targets are text: give the code"),
    ],
)
def test_what_cannot_be_trained_on(given, message):
    with pytest.raises(DataError, match=message):
        ArraySource(**{"images": np.zeros((2, 8, 8, 1), np.uint8), "targets": np.zeros(2)} | given)
