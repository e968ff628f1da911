"""The shared checker of image models: what every builder in the zoo must do."""

import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.models import MODELS


def check_image_model(builder, tmp_path, *, input_shape=(48, 48, 1), classes=5):
    """Check a builder: registry, names, shapes, arguments, learning, saving, mixed precision, errors."""
    assert MODELS[builder.__name__] is builder
    keras.utils.set_random_seed(0)  # the same weights in every run
    model = builder(input_shape=input_shape, classes=classes)
    images = np.random.default_rng(0).random((2, *input_shape)).astype("float32")
    before = check_outputs(model, images, classes)
    check_top(builder, input_shape, images)
    check_saving(model, images, before, tmp_path)
    check_learning(model, images, classes)
    check_mixed_precision(builder, input_shape, images, classes)
    check_errors(builder)


def check_outputs(model, images, classes):
    assert len({layer.name for layer in model.layers}) == len(model.layers)
    assert model.layers[-1].name == "predictions"
    outputs = keras.ops.convert_to_numpy(model(images))
    assert outputs.shape == (len(images), classes)
    np.testing.assert_allclose(outputs.sum(axis=1), 1.0, atol=1e-5)
    return outputs


def check_top(builder, input_shape, images):
    maps = builder(input_shape=input_shape, include_top=False)
    assert len(maps.output_shape) == 4
    for pooling in ("avg", "max"):
        pooled = builder(input_shape=input_shape, include_top=False, pooling=pooling)
        assert pooled.output_shape == (None, maps.output_shape[-1])
    logits = builder(input_shape=input_shape, classifier_activation=None, name="with_logits")
    assert logits.name == "with_logits"
    plain = builder(input_shape=input_shape)
    logits.set_weights(plain.get_weights())
    given, expected = keras.ops.softmax(logits(images)), plain(images)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(given), keras.ops.convert_to_numpy(expected), atol=1e-5
    )


def check_saving(model, images, before, tmp_path):
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(keras.ops.convert_to_numpy(again(images)), before, atol=1e-6)


def check_learning(model, images, classes):
    """A few steps on two images must lower the loss: every part of the graph passes gradients."""
    targets = np.eye(classes, dtype="float32")[[0, 1]]
    loss = keras.losses.CategoricalCrossentropy()
    first = float(loss(targets, model(images)))
    old = [keras.ops.convert_to_numpy(v) for v in model.trainable_variables]
    model.compile("adam", loss)
    model.fit(images, targets, epochs=5, verbose=0)
    assert float(loss(targets, model(images))) < first
    changed = [
        np.any(a != keras.ops.convert_to_numpy(b))
        for a, b in zip(old, model.trainable_variables, strict=True)
    ]
    assert all(changed), "some weights are not trained"


def check_mixed_precision(builder, input_shape, images, classes):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        outputs = builder(input_shape=input_shape, classes=classes)(images)
    finally:
        keras.config.set_dtype_policy(policy)
    assert outputs.dtype == "float32"


def check_errors(builder):
    with pytest.raises(DataError, match="at least"):
        builder(input_shape=(4, 4, 1))
    with pytest.raises(DataError, match="height, width, channels"):
        builder(input_shape=(48, 48))
    with pytest.raises(DataError, match="pooling"):
        builder(include_top=False, pooling="median")
    with pytest.raises(DataError, match="does not exist"):
        builder(weights="no_such_file.npz")
    with pytest.raises(DataError, match="no weights 'imagenet'"):
        builder(weights="imagenet")
