import keras
import numpy as np
import pytest
from keras import layers

from learnface.errors import DataError
from learnface.inference import grad_cam
from learnface.inference.grad_cam import map_layers
from learnface.models import cnn_lstm, five_branch, vggface_lstm

RANDOM = np.random.default_rng(0)
FACES = RANDOM.random((2, 8, 6, 3)).astype("float32")


def linear(activation=None):
    """A 1 x 1 convolution, the mean over space, and a classifier: all gradients are known by hand."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 6, 3))
    maps = layers.Conv2D(4, 1, name="conv")(inputs)
    x = layers.GlobalAveragePooling2D(name="pool")(maps)
    return keras.Model(inputs, layers.Dense(2, activation=activation, name="predictions")(x), name="linear")


def by_hand(model, faces, chosen):
    """The gradient of the score by map k is w[k, c] / (height * width) everywhere, and so is its mean."""
    kernel, bias = model.get_layer("conv").get_weights()
    maps = faces @ kernel[0, 0] + bias
    weights = model.get_layer("predictions").get_weights()[0][:, chosen].T / (8 * 6)
    return np.maximum((maps * weights[:, None, None]).sum(axis=-1), 0)


def sequential(model):
    return keras.Sequential([keras.Input((8, 6, 3)), *model.layers[1:]])


def with_softmax_layer(model):
    return keras.Model(model.input, layers.Softmax(name="last")(model.output))


def nested_last(model):
    inputs = keras.Input((8, 6, 3))
    return keras.Model(inputs, model(inputs))


@pytest.mark.parametrize(
    ("activation", "wrap"),
    [("softmax", sequential), (None, with_softmax_layer), ("softmax", nested_last)],
    ids=["sequential", "softmax-layer", "nested"],
)
def test_the_softmax_is_left_out_wherever_it_is(activation, wrap):
    flat = linear(activation)
    model = wrap(flat)
    before = np.asarray(model(FACES))
    found = grad_cam(model, FACES, 1)
    np.testing.assert_allclose(found.maps[:, 0], by_hand(flat, FACES, [1, 1]), atol=1e-7)
    np.testing.assert_allclose(found.outputs, before, atol=1e-6)
    np.testing.assert_allclose(before.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(model(FACES), before, atol=1e-6)  # the model is as it was


@pytest.mark.parametrize("activation", [None, "softmax"])
def test_maps_are_those_of_a_calculation_by_hand(activation):
    """With a softmax too: the score is what stands in front of it."""
    model = linear(activation)
    before = np.asarray(model(FACES))
    for output in (0, 1):
        found = grad_cam(model, FACES, output)
        assert found.maps.shape == (2, 1, 8, 6) and found.layer == "conv"
        np.testing.assert_allclose(found.maps[:, 0], by_hand(model, FACES, [output] * 2), atol=1e-7)
    found = grad_cam(model, FACES)
    np.testing.assert_array_equal(found.chosen, before.argmax(axis=1))
    np.testing.assert_allclose(found.maps[:, 0], by_hand(model, FACES, found.chosen), atol=1e-7)
    np.testing.assert_array_equal(found.pictures[:, 0], FACES)
    np.testing.assert_allclose(found.outputs, before, atol=1e-6)
    np.testing.assert_allclose(model(FACES), before, atol=1e-6)  # the model is as it was
    assert "call" not in vars(model.get_layer("conv"))


def test_it_points_at_what_the_class_depends_on():
    """Trained to tell whether the left or the right patch is bright, and shown both kinds."""
    keras.utils.set_random_seed(0)
    images = 0.2 * RANDOM.random((64, 16, 16, 1)).astype("float32")
    right = np.arange(64) % 2
    for image, side in zip(images, right, strict=True):
        image[5:9, 1 + 10 * side : 5 + 10 * side] += 0.8
    inputs = keras.Input((16, 16, 1))
    x = layers.Conv2D(8, 5, padding="same", activation="relu", name="conv1")(inputs)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(8, 3, padding="same", activation="relu", name="conv2")(x)
    outputs = layers.Dense(2, activation="softmax")(layers.Flatten()(x))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(images, right, epochs=10, batch_size=16, verbose=0)
    found = grad_cam(model, images)
    assert (found.chosen == right).mean() > 0.95
    rows, columns = np.unravel_index(found.maps[:, 0].reshape(64, -1).argmax(axis=1), (8, 8))
    near = (np.abs(rows - 3) <= 2) & (np.abs(columns - (1 + 5 * right)) <= 2)
    assert near.mean() > 0.9


def test_a_nested_network_gives_what_the_same_network_gives_flat():
    flat = linear("softmax")
    body = keras.Model(flat.input, flat.get_layer("pool").output, name="body")
    inputs = keras.Input((8, 6, 3))
    nested = keras.Model(inputs, flat.get_layer("predictions")(body(inputs)))
    outer = keras.Input((8, 6, 3))
    deeper = keras.Model(outer, layers.Activation("linear")(nested(outer)))
    expected = grad_cam(flat, FACES, 1)
    found = grad_cam(nested, FACES, 1)
    np.testing.assert_allclose(found.maps, expected.maps, atol=1e-7)
    np.testing.assert_allclose(found.outputs, expected.outputs, atol=1e-6)
    assert map_layers(deeper) == ["conv"]
    # Here a softmax lies within: its slope p (1 - p) scales the maps of either class.
    slope = expected.outputs.prod(axis=1)[:, None, None, None]
    difference = flat.get_layer("predictions").kernel.numpy() @ [-1, 1] / (8 * 6)
    kernel, bias = flat.get_layer("conv").get_weights()
    by_hand = np.maximum((FACES @ kernel[0, 0] + bias) @ difference, 0)[:, None] * slope
    np.testing.assert_allclose(grad_cam(deeper, FACES, 1).maps, by_hand, atol=1e-7)


def body(channels):
    inputs = keras.Input((24, 24, channels))
    return keras.Model(
        inputs, layers.Conv2D(6, 5, strides=4, activation="relu", name="conv")(inputs), name="tiny"
    )


def test_every_frame_has_a_map():
    keras.utils.set_random_seed(0)
    model = cnn_lstm((3, 24, 24, 1), backbone=body(1), units=(4,), dense_units=4)
    clips = RANDOM.random((2, 3, 24, 24, 1)).astype("float32")
    found = grad_cam(model, clips, output=1)
    assert found.maps.shape == (2, 3, 5, 5) and found.maps.max() > 0
    np.testing.assert_array_equal(found.pictures, clips)
    alone = grad_cam(model, clips[1:], output=1)
    np.testing.assert_allclose(alone.maps[0], found.maps[1], atol=1e-7)


@pytest.mark.parametrize("frames", [3, None])
def test_of_a_masked_network_all_frames_count(frames):
    keras.utils.set_random_seed(0)
    options = {"classes": 2, "units": 4, "backbone": body(1)}
    plain = vggface_lstm((3, 24, 24, 1), **options)
    masked = vggface_lstm((frames, 24, 24, 1), masked=True, **options)
    masked.set_weights(plain.get_weights())
    clips = RANDOM.random((2, 3, 24, 24, 1)).astype("float32")
    found, expected = grad_cam(masked, clips, output=1), grad_cam(plain, clips, output=1)
    assert found.maps.shape == (2, 3, 5, 5) and found.maps.max() > 0
    np.testing.assert_allclose(found.maps, expected.maps, atol=1e-7)
    np.testing.assert_allclose(found.outputs, expected.outputs, atol=1e-6)
    np.testing.assert_array_equal(found.pictures, clips)


def test_the_area_of_the_maps_is_that_in_the_pictures_which_the_layer_sees():
    """The backbone's convolution is 5 wide with steps of 4: the first place is in the middle of pixels 0 to 4."""
    clips = RANDOM.random((1, 3, 24, 24, 1)).astype("float32")
    model = cnn_lstm((3, 24, 24, 1), backbone=body(1), units=(4,), dense_units=4)
    assert grad_cam(model, clips, output=1).area == (0.5, 0.5, 20.0, 20.0)
    model = five_branch((40, 40, 1), 3, backbone=body(1), size=(24, 24))
    assert grad_cam(model, clips[:, 0].repeat(2, 1)[:, :40].repeat(2, 2)[:, :, :40]).area == (
        0.5,
        0.5,
        20,
        20,
    )


@pytest.mark.parametrize("shared", [True, False])
def test_every_branch_has_a_map(shared):
    keras.utils.set_random_seed(0)
    model = five_branch((24, 24, 1), 3, backbone=body(1), shared=shared)
    faces = RANDOM.random((2, 24, 24, 1)).astype("float32")
    found = grad_cam(model, faces, layer="conv")
    assert found.maps.shape == (2, 5, 5, 5)
    regions = keras.Model(model.input, model.get_layer("regions").output)
    np.testing.assert_allclose(found.pictures, regions(faces), atol=1e-6)


@pytest.mark.parametrize(
    ("model", "inputs", "arguments", "message"),
    [
        (linear, FACES, {"layer": "conv9"}, "linear has no maps 'conv9': choose one of conv"),
        (linear, FACES, {"output": 2}, "no output 2: give one from 0 to 1"),
        (linear, FACES[0], {}, r"shape \(8, 6, 3\), but linear takes"),
        (linear, FACES[:0], {}, "shape"),
        (
            lambda: keras.Sequential([keras.Input((4,)), layers.Dense(2)]),
            np.ones((1, 4)),
            {},
            "no layer with maps",
        ),
    ],
)
def test_what_cannot_be_explained(model, inputs, arguments, message):
    with pytest.raises(DataError, match=message):
        grad_cam(model(), inputs, **arguments)


def test_a_layer_without_gradients_is_named():
    inputs = keras.Input((8, 6, 3))
    side = keras.ops.stop_gradient(layers.Conv2D(2, 1, name="side")(inputs))
    main = layers.Conv2D(2, 1, name="main")(inputs)
    both = layers.GlobalAveragePooling2D()(layers.Add()([side, main]))
    model = keras.Model(inputs, layers.Dense(2)(both), name="two")
    assert set(map_layers(model)) >= {"side", "main"}
    with pytest.raises(DataError, match="outputs of two do not depend on 'side'"):
        grad_cam(model, FACES, 0, layer="side")
