import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import MODELS, resnet34

torch = pytest.importorskip("torch")
functional = torch.nn.functional

IMAGES = np.random.default_rng(0).random((2, 64, 48, 3)).astype("float32")


@pytest.fixture(scope="module")
def model():
    """ResNet-34 for images of any size, with batch statistics that are not those of the start."""
    assert MODELS["resnet34"] is resnet34
    model = resnet34((None, None, 3), classes=1000, classifier_activation=None)
    random = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([random.uniform(0.5, 1, weight.shape) for weight in layer.weights])
    return model


def test_parameters(model):
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == 21_797_672
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert len([layer for layer in convolutions if "shortcut" not in layer.name]) + 1 == 34
    assert len({layer.name for layer in model.layers}) == len(model.layers)


def test_equals_pytorch(model):
    found = model.predict(IMAGES, verbose=0)
    np.testing.assert_allclose(found, in_pytorch(model, IMAGES), rtol=1e-3, atol=1e-3)


def in_pytorch(model, images):
    """Return the same network's outputs by PyTorch's functions: padding and shortcuts as in the original."""

    def convolution(x, name, stride, padding):
        kernel = model.get_layer(name).get_weights()[0].transpose(3, 2, 0, 1)
        x = functional.conv2d(x, torch.from_numpy(kernel.copy()), stride=stride, padding=padding)
        gamma, beta, mean, variance = map(torch.from_numpy, model.get_layer(f"{name}_bn").get_weights())
        return functional.batch_norm(x, mean, variance, gamma, beta, eps=1e-5)

    x = (torch.from_numpy(images.transpose(0, 3, 1, 2).copy()) - 0.449) / 0.226
    x = functional.relu(convolution(x, "conv1", 2, 3))
    x = functional.max_pool2d(x, 3, 2, padding=1)
    for stage, blocks in zip((2, 3, 4, 5), (3, 4, 6, 3), strict=True):
        for block in range(1, blocks + 1):
            name, stride = f"conv{stage}_block{block}", 2 if block == 1 and stage > 2 else 1
            y = functional.relu(convolution(x, f"{name}_conv1", stride, 1))
            y = convolution(y, f"{name}_conv2", 1, 1)
            shortcut = convolution(x, f"{name}_shortcut", stride, 0) if stride == 2 else x
            x = functional.relu(y + shortcut)
    kernel, bias = map(torch.from_numpy, model.get_layer("predictions").get_weights())
    return (x.mean((2, 3)) @ kernel + bias).numpy()


def test_without_the_top():
    model = resnet34((64, 96, 1), include_top=False, pooling="avg")
    assert model.output_shape == (None, 512)
    assert model.layers[-2].output.shape == (None, 2, 3, 512)


def test_too_small():
    with pytest.raises(DataError, match="at least 32 pixels"):
        resnet34((31, 31, 3))
