import keras
import numpy as np
import pytest
from keras import layers

from learnface.errors import DataError
from learnface.inference.network import Network, check_probabilities, model_labels, takes_regions


def brightness_model(size=8, channels=1):
    """Tells light from dark: softmax of (4 m, 4 - 4 m) where m is the mean of the left half."""
    inputs = keras.Input((size, size, channels))
    x = layers.Cropping2D(((0, 0), (0, size // 2)))(inputs)
    x = layers.GlobalAveragePooling2D()(x)
    dense = layers.Dense(2, activation="softmax")
    model = keras.Model(inputs, dense(x), name="brightness")
    dense.set_weights([np.tile([[4.0, -4.0]], (channels, 1)) / channels, np.array([0.0, 4.0])])
    return model


def expected(mean):
    logits = np.array([4 * mean, 4 - 4 * mean])
    return np.exp(logits) / np.exp(logits).sum()


def test_probabilities_against_a_calculation_by_hand(rng):
    faces = rng.integers(0, 256, (5, 8, 8, 1), dtype=np.uint8)
    network = Network(brightness_model(), labels=("light", "dark"))
    rows = [expected(face[:, :4].mean() / 255) for face in faces]
    assert network.probabilities(faces) == pytest.approx(np.array(rows), abs=1e-5)


def test_flip_averages_with_the_mirror_image(rng):
    faces = rng.integers(0, 256, (3, 8, 8, 1), dtype=np.uint8)
    network = Network(brightness_model(), labels=("light", "dark"), flip=True)
    rows = [(expected(f[:, :4].mean() / 255) + expected(f[:, 4:].mean() / 255)) / 2 for f in faces]
    assert network.probabilities(faces) == pytest.approx(np.array(rows), abs=1e-5)


def test_five_pictures_of_each_face(rng):
    """The model looks at the second picture; each picture is mirrored by itself."""
    inputs = keras.Input((5, 8, 8, 1), name="regions")
    model = keras.Model(inputs, brightness_model()(inputs[:, 1]))
    assert takes_regions(model) and not takes_regions(brightness_model())
    assert not takes_regions(keras.Model(clip := keras.Input((5, 8, 8, 1), name="clip"), clip))
    faces = rng.integers(0, 256, (3, 5, 8, 8, 1), dtype=np.uint8)
    network = Network(model, labels=("light", "dark"))
    assert network.size == (8, 8) and network.channels == 1
    left = [expected(face[1, :, :4].mean() / 255) for face in faces]
    assert network.probabilities(faces) == pytest.approx(np.array(left), abs=1e-5)
    right = [expected(face[1, :, 4:].mean() / 255) for face in faces]
    both = Network(model, labels=("light", "dark"), flip=True).probabilities(faces)
    assert both == pytest.approx((np.array(left) + right) / 2, abs=1e-5)


def test_no_faces():
    network = Network(brightness_model(), labels=("light", "dark"))
    assert network.probabilities(np.zeros((0, 8, 8, 1), np.uint8)).shape == (0, 2)


def test_a_loop_over_changing_numbers_of_faces_does_not_compile_again():
    traces = []

    class Counted(layers.Layer):
        def call(self, x):
            traces.append(x.shape)
            return x

    inputs = keras.Input((8, 8, 1))
    x = layers.GlobalAveragePooling2D()(Counted()(inputs))
    network = Network(keras.Model(inputs, layers.Dense(2, activation="softmax")(x)), labels=("a", "b"))
    traces.clear()
    for count in [1, 2, 3, 1, 7, 5, 2, 30, 4]:
        network.probabilities(np.zeros((count, 8, 8, 1), np.uint8))
    assert 1 <= len(traces) <= 2


def test_the_caller_model_is_left_as_it_was():
    model = brightness_model()
    model.compile(jit_compile=True, loss="mse")
    Network(model, labels=("light", "dark"))
    assert model.jit_compile is True


def test_labels_from_the_card_or_the_model():
    model = brightness_model()
    model.labels = ["light", "dark"]
    assert model_labels(model) == Network(model).labels == ("light", "dark")
    assert model_labels(model, ["hell", "dunkel"]) == ("hell", "dunkel")  # a translation
    with pytest.raises(DataError, match="carries its own labels, light, dark: leave out labels, or keep"):
        Network(model, labels=("dark", "light"))
    for wrong in (("a", "a"), ("a", "")):
        with pytest.raises(DataError, match="give every class a name of its own"):
            Network(model, labels=wrong)
    with pytest.raises(DataError, match="'brightness' carries no labels"):
        Network(brightness_model())


def test_bgr_models_get_bgr():
    class Card:
        labels, colour = ("light", "dark"), "BGR"

    inputs = keras.Input((8, 8, 3))
    first = layers.Lambda(lambda x: x[:, 0, 0, :1])(inputs)  # the first channel
    both = layers.Concatenate()([first, layers.Lambda(lambda x: 1 - x)(first)])
    model = keras.Model(inputs, both)
    model.card = Card()
    face = np.zeros((1, 8, 8, 3), np.uint8)
    face[..., 2] = 255  # blue, in RGB
    assert Network(model).probabilities(face).tolist() == [[1, 0]]


def test_sizes():
    assert (
        Network(brightness_model(8, 3), ("a", "b")).size,
        Network(brightness_model(), ("a", "b")).size,
    ) == (
        (8, 8),
        (8, 8),
    )
    inputs = keras.Input((None, None, 1))
    outputs = layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling2D()(inputs))
    assert Network(keras.Model(inputs, outputs), ("a", "b")).size == (48, 48)


def test_wrong_models():
    with pytest.raises(DataError, match="2 outputs but 3 labels"):
        Network(brightness_model(), labels=("a", "b", "c"))
    flat = keras.Sequential([keras.Input((8,)), layers.Dense(2)])
    with pytest.raises(DataError, match="one input of shape"):
        Network(flat, labels=("a", "b"))
    inputs = keras.Input((8, 8, 1))
    logits = keras.Model(inputs, layers.Dense(2, use_bias=False)(layers.Flatten()(inputs)))
    with pytest.raises(DataError, match="ends in softmax"):
        Network(logits, labels=("a", "b")).probabilities(np.ones((1, 8, 8, 1), np.uint8))


def test_the_row_that_is_no_probabilities_is_told():
    check_probabilities(np.array([[0.25, 0.75], [1, 0]]), "net")
    for row, total in (([0.5, 0.6], "1.1"), ([1.5, -0.5], "1"), ([np.nan, 0], "nan")):
        with pytest.raises(DataError, match=f"'net' does not give probabilities .a row sums to {total}."):
            check_probabilities(np.array([[0.25, 0.75], row]), "net")
