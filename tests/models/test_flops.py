"""Counts are compared with calculations by hand, and with figures that papers print."""

import keras
import pytest
from keras import layers

from learnface.errors import DataError
from learnface.layers import ConvLSTM2D, FoldTime, PeepholeLSTM, UnfoldTime
from learnface.models import flops, outline


def model_of(shape, *stack):
    inputs = x = keras.Input(shape)
    for layer in stack:
        x = layer(x)
    return keras.Model(inputs, x)


@pytest.mark.parametrize(
    ("shape", "layer", "multiplications"),
    [
        ((7,), layers.Dense(5), 7 * 5),
        ((3, 7), layers.Dense(5), 3 * 7 * 5),
        ((8, 6, 3), layers.Conv2D(4, 3, padding="same"), 8 * 6 * 3 * 3 * 3 * 4),
        ((8, 6, 3), layers.Conv2D(4, (3, 1), strides=2), 3 * 3 * (3 * 1) * 3 * 4),
        ((8, 6, 4), layers.Conv2D(6, 3, groups=2, padding="same"), 8 * 6 * 3 * 3 * 2 * 6),
        ((9, 4), layers.Conv1D(5, 3), 7 * 3 * 4 * 5),
        ((4, 8, 6, 3), layers.Conv3D(2, 3, padding="same"), 4 * 8 * 6 * 27 * 3 * 2),
        ((8, 6, 3), layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"), 8 * 6 * 9 * 3 * 2),
        ((8, 6, 3), layers.SeparableConv2D(5, 3, padding="same"), 8 * 6 * (9 * 3 + 3 * 5)),
        ((4, 3, 2), layers.Conv2DTranspose(5, 3, strides=2), 4 * 3 * 2 * 9 * 5),
        # four gates, each with the inputs and the last output
        ((10, 7), layers.LSTM(5), 10 * 4 * (7 * 5 + 5 * 5)),
        ((10, 7), layers.GRU(5), 10 * 3 * (7 * 5 + 5 * 5)),
        ((10, 7), layers.SimpleRNN(5), 10 * (7 * 5 + 5 * 5)),
        ((10, 7), layers.Bidirectional(layers.LSTM(5)), 2 * 10 * 4 * (7 * 5 + 5 * 5)),
        # three peepholes for each unit
        ((10, 7), PeepholeLSTM(5), 10 * (4 * (7 * 5 + 5 * 5) + 3 * 5)),
        ((10, 7), PeepholeLSTM(5, peephole=False), 10 * 4 * (7 * 5 + 5 * 5)),
        ((4, 6, 5, 2), layers.ConvLSTM2D(3, 3, padding="same"), 4 * 6 * 5 * 4 * 9 * (2 * 3 + 3 * 3)),
        (
            (4, 6, 5, 2),
            ConvLSTM2D(3, 3, padding="same"),
            4 * 6 * 5 * (4 * 9 * (2 * 3 + 3 * 3) + 3 * 3),
        ),
        # without padding, the state is two smaller each way
        ((4, 6, 5, 2), layers.ConvLSTM2D(3, 3), 4 * 4 * 3 * 4 * 9 * (2 * 3 + 3 * 3)),
        ((10, 7), layers.TimeDistributed(layers.Dense(5)), 10 * 7 * 5),
        ((8, 6, 3), layers.BatchNormalization(), 0),
        ((8, 6, 3), layers.MaxPooling2D(), 0),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_layers_by_hand(shape, layer, multiplications):
    assert flops(model_of(shape, layer)) == 2 * multiplications


def test_frames_that_are_folded_into_the_batch_all_count():
    clips = keras.Input((5, 8, 6, 3))
    maps = layers.Conv2D(4, 3, padding="same")(FoldTime()(clips))
    model = keras.Model(clips, UnfoldTime()([maps, clips]))
    assert flops(model) == 2 * 5 * (8 * 6 * 9 * 3 * 4)


def test_nested_models_and_shared_layers_count_at_every_call():
    body = model_of((6,), layers.Dense(4, use_bias=False), layers.Dense(6))
    inputs = keras.Input((6,))
    model = keras.Model(inputs, body(body(inputs)))
    assert flops(model) == 2 * 2 * (6 * 4 + 4 * 6)
    frames = model_of((3, 6), layers.TimeDistributed(body))
    assert flops(frames) == 2 * 3 * (6 * 4 + 4 * 6)


def test_sizes_that_are_open_must_be_given():
    model = model_of((None, 7), layers.LSTM(5))
    with pytest.raises(DataError, match="input_shape"):
        flops(model)
    assert flops(model, (3, 7)) == 2 * 3 * 4 * (7 * 5 + 5 * 5)
    with pytest.raises(DataError, match="does not suit"):
        flops(model, (3, 8))


def test_what_cannot_be_counted_is_an_error_and_not_nought():
    attention = layers.MultiHeadAttention(2, 4)
    inputs = keras.Input((3, 8))
    with pytest.raises(DataError, match="MultiHeadAttention"):
        flops(keras.Model(inputs, attention(inputs, inputs)))
    with pytest.raises(DataError, match="Matmul"):
        flops(keras.Model(inputs, keras.ops.matmul(inputs, keras.ops.transpose(inputs, (0, 2, 1)))))
    sequential = keras.Sequential([layers.Dense(3)])
    with pytest.raises(DataError, match="no functional model"):
        flops(sequential)


def test_counting_leaves_the_model_as_it_was():
    model = model_of((7,), layers.Dense(5))
    before = len(model.layers[-1]._inbound_nodes)
    flops(model)
    assert len(model.layers[-1]._inbound_nodes) == before


def test_vgg16_by_its_table():
    """Simonyan and Zisserman 2015, Table 1, configuration D, at 224 x 224 with 1000 classes."""
    sides = {224: [(3, 64), (64, 64)], 112: [(64, 128), (128, 128)], 56: [(128, 256), *[(256, 256)] * 2]}
    sides |= {28: [(256, 512), *[(512, 512)] * 2], 14: [(512, 512)] * 3}
    convolutions = sum(side**2 * 9 * a * b for side, pairs in sides.items() for a, b in pairs)
    dense = 7 * 7 * 512 * 4096 + 4096 * 4096 + 4096 * 1000
    assert flops(outline("vgg16", input_shape=(224, 224, 3), classes=1000)) == 2 * (convolutions + dense)


def test_resnet34_has_the_operations_that_its_paper_prints():
    """He et al. 2016, Table 1: 3.6e9 multiply-adds at 224 x 224."""
    assert flops(outline("resnet34", classes=1000)) / 2 == pytest.approx(3.6e9, rel=0.02)
