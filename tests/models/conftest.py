import keras
import pytest

from learnface.models import _clip_builder


@pytest.fixture
def tiny_vgg16(monkeypatch):
    """Puts one convolution in the place of VGG-16, with maps of the same height and width."""

    def build(input_shape, include_top, pooling, weights, name):
        layers = [keras.Input(input_shape), keras.layers.Conv2D(4, 3, strides=32, padding="same")]
        layers += [keras.layers.GlobalAveragePooling2D()] if pooling else []
        return keras.Sequential(layers, name=name)

    _, scale = _clip_builder._APPLICATIONS["vgg16"]
    monkeypatch.setitem(_clip_builder._APPLICATIONS, "vgg16", (build, scale))
