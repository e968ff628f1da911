import keras
import numpy as np
from checks.models import check_image_model

from learnface.models import ststnet


def test_it_does_what_every_model_does(tmp_path):
    check_image_model(ststnet, tmp_path, input_shape=(28, 28, 3))


def test_weights_are_those_of_the_paper():
    """Three 3x3 convolutions of 3, 5 and 8 filters on 3 channels, their normalisations, 400 features to 3 classes."""
    model = ststnet()
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert trained == (27 + 1) * 16 + 2 * 16 + 400 * 3 + 3 == 1683
    shapes = {layer.name: layer.output.shape[1:] for layer in model.layers}
    assert [shapes[name] for name in ("pool1", "pool2", "pool3")] == [(10, 10, 3), (10, 10, 5), (10, 10, 8)]
    assert shapes["pool"] == (5, 5, 16) and shapes["flat"] == (400,)


def test_it_tells_motion_to_the_left_from_motion_to_the_right():
    keras.utils.set_random_seed(0)
    flow = np.random.default_rng(0).normal(0, 0.2, (24, 28, 28, 3)).astype("float32")
    codes = np.arange(24) % 2
    flow[..., 0] += np.where(codes, 0.4, -0.4)[:, None, None]
    model = ststnet(classes=2, dropout=0.0)
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(flow, codes, epochs=30, verbose=0)
    assert model.evaluate(flow, codes, verbose=0)[1] == 1
