import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from learnface.inference.map_area import map_area
from learnface.models import fer_cnn, fer_vgg

PICTURE = (47, 40)


def network(*body):
    inputs = keras.Input((*PICTURE, 1))
    x = inputs
    for layer in body:
        x = layer(x)
    model = keras.Model(inputs, x)
    model.set_weights([np.ones_like(weight) for weight in model.get_weights()])
    return model


def convolution(*arguments, **options):
    return layers.Conv2D(1, *arguments, use_bias=False, **options)


def seen(model, row, column):
    """Where what one place of the map depends on has its centre of gravity: all kernels are ones."""
    picture = tf.ones((1, *PICTURE, 1))
    with tf.GradientTape() as tape:
        tape.watch(picture)
        value = model(picture)[0, row, column, 0]
    slope = tape.gradient(value, picture)[0, ..., 0].numpy()
    rows, columns = (np.arange(side) + 0.5 for side in PICTURE)
    return (slope.sum(1) @ rows / slope.sum(), slope.sum(0) @ columns / slope.sum())


@pytest.mark.parametrize(
    "body",
    [
        [convolution(5)],
        [convolution(3, padding="same"), layers.AveragePooling2D(2), layers.AveragePooling2D(2)],
        [convolution(4, strides=3, padding="same"), convolution(3, strides=2, padding="same")],
        [layers.ZeroPadding2D(3), convolution(7, strides=2), layers.AveragePooling2D(3, 2, padding="same")],
        [layers.Cropping2D(((5, 0), (1, 4))), layers.DepthwiseConv2D(3, dilation_rate=2, use_bias=False)],
        [layers.SeparableConv2D(1, (3, 5), use_bias=False), layers.ReLU(), layers.AveragePooling2D((3, 2))],
    ],
)
def test_places_lie_over_what_they_see(body):
    model = network(*body)
    rows, columns = model.output_shape[1:3]
    x, y, width, height = map_area(model, body[-1], PICTURE, (rows, columns))
    for row, column in ((rows // 2, columns // 2), (rows // 2 + 1, columns // 2 - 1)):
        drawn = y + (row + 0.5) * height / rows, x + (column + 0.5) * width / columns
        assert drawn == pytest.approx(seen(model, row, column), abs=1e-4)


def test_the_networks_of_learnface():
    """fer_vgg cuts 2 pixels, and pools 44 to 22, 11 and 5: its five places lie at 6, 14, 22, 30 and 38."""
    model = fer_vgg(widths=(2, 2, 2, 2))
    x, _, width, _ = map_area(model, model.get_layer("block4_conv2"), (48, 48), (5, 5))
    assert [x + (place + 0.5) * width / 5 for place in range(5)] == [6, 14, 22, 30, 38]
    model = fer_cnn(include_top=False)
    assert map_area(model, model.get_layer("conv2"), (48, 48), (44, 44)) == (2, 2, 44, 44)


def test_nested_and_sequential_networks_and_networks_of_any_size():
    inner = keras.Sequential([convolution(3), layers.MaxPooling2D(2), convolution(3, name="last")])
    inputs = keras.Input((None, None, 1))
    outer = keras.Model(inputs, layers.GlobalAveragePooling2D()(inner(layers.Cropping2D(4)(inputs))))
    # 47 - 8 = 39 rows, then 37, 18 and 16 of two pixels; the first place sees rows 4 to 12, so its middle is 8.
    assert map_area(outer, inner.get_layer("last"), PICTURE, (16, 13)) == (7, 7, 26, 32)
    assert map_area(inner, inner.get_layer("last"), PICTURE, (20, 17)) == (3, 3, 34, 40)


def test_branches_meet_and_one_value_a_channel_is_spread():
    inputs = keras.Input((*PICTURE, 2))
    x = layers.Conv2D(2, 3)(inputs)
    scale = layers.Conv2D(2, 1)(layers.GlobalAveragePooling2D(keepdims=True)(x))
    last = layers.Multiply()
    model = keras.Model(inputs, last([scale, x]))
    assert map_area(model, last, PICTURE, (45, 38)) == (1, 1, 38, 45)


def test_what_cannot_be_followed_is_stretched():
    up, beyond = layers.UpSampling2D(2), layers.Dense(1)
    model = network(convolution(3, strides=2), up)
    assert map_area(model, up, PICTURE, model.output_shape[1:3]) == (0, 0, 40, 47)
    assert map_area(model, beyond, PICTURE, (3, 3)) == (0, 0, 40, 47)
