import keras
import numpy as np
import pytest

from learnface.errors import DataError
from learnface.faces import five_regions
from learnface.faces.regions import FIVE_REGIONS
from learnface.models import MODELS, branch_weights, five_branch, load, save
from learnface.models._card import ModelCard

RANDOM = np.random.default_rng(0)
FACES = RANDOM.random((3, 24, 24, 1)).astype("float32")
TARGETS = np.eye(4, dtype="float32")[[0, 1, 2]]


def tiny(channels=1):
    inputs = keras.Input((24, 24, channels))
    maps = keras.layers.Conv2D(6, 5, strides=4, activation="relu", name="conv")(inputs)
    return keras.Model(inputs, maps, name="tiny")


def build(**arguments):
    keras.utils.set_random_seed(0)
    return five_branch(
        **{"input_shape": (24, 24, 1), "classes": 4, "backbone": tiny(), "units": 7, **arguments}
    )


def numpy_of(tensor):
    return keras.ops.convert_to_numpy(tensor)


def read(model, name, images=FACES):
    return keras.Model(model.input, model.get_layer(name).output)(images).numpy()


def test_weights_and_sum_are_equations_1_and_2():
    model = build()
    features = read(model, "features")
    first, second = model.get_layer("attention1").kernel, model.get_layer("attention2").kernel
    scores = np.maximum(features @ first.numpy(), 0) @ second.numpy()
    weights = 1 / (1 + np.exp(-scores[..., 0]))
    np.testing.assert_allclose(branch_weights(model, FACES), weights, rtol=1e-5)
    fused = (weights[..., None] * features).sum(axis=1)
    np.testing.assert_allclose(read(model, "fused_features"), fused, rtol=1e-5)
    kernel, bias = model.get_layer("predictions").get_weights()
    logits = np.exp(fused @ kernel + bias)
    np.testing.assert_allclose(model(FACES), logits / logits.sum(axis=1, keepdims=True), rtol=1e-4)


def test_the_other_attentions():
    sigmoid = branch_weights(build(), FACES)
    normalised = branch_weights(build(attention="normalised"), FACES)
    np.testing.assert_allclose(normalised, sigmoid / sigmoid.sum(axis=1, keepdims=True), rtol=1e-4)
    odds = sigmoid / (1 - sigmoid)  # exp of the score
    softmax = branch_weights(build(attention="softmax"), FACES)
    np.testing.assert_allclose(softmax, odds / odds.sum(axis=1, keepdims=True), rtol=1e-4)


def test_the_margin_is_part_of_the_loss():
    model = build(margin=0.4)
    model.compile(loss="categorical_crossentropy", run_eagerly=True)
    probabilities, weights = numpy_of(model(FACES)), branch_weights(model, FACES)
    entropy = -np.log(probabilities[[0, 1, 2], [0, 1, 2]]).mean()
    margin = np.maximum(0, 0.4 - (weights[:, 1] - weights[:, 4])).mean()
    assert model.evaluate(FACES, TARGETS, verbose=0) == pytest.approx(entropy + margin, rel=1e-4)
    assert not build(margin=None).losses


def test_pictures_are_those_of_the_faces_package():
    model = build()
    assert FIVE_REGIONS == ("whole", "eyes", "nose", "mouth", "occluded")
    pictures = read(model, "regions")
    expected = five_regions(FACES[0], size=(24, 24))
    for number, region in enumerate(FIVE_REGIONS[:4]):
        np.testing.assert_allclose(pictures[0, number], expected[region], atol=2e-3)
    hidden = pictures[0, 4] != FACES[0]
    assert not hidden[:12].any() and 0.4 < hidden[12:].mean() < 0.8
    smaller = build(input_shape=(48, 48, 3), backbone=tiny(3), size=(24, 24))
    assert smaller.get_layer("regions").output.shape == (None, 5, 24, 24, 3)


def test_input_occlusion_reaches_nose_and_mouth_in_training_alone():
    model = build(input_occlusion=1.0)
    reading = keras.Model(model.input, model.get_layer("regions").output)
    faces = np.full((50, 24, 24, 1), 2.0, "float32")  # no colour that an occluder has
    hidden = (numpy_of(reading(faces, training=True)) != 2.0).any(axis=(2, 3, 4)).mean(axis=0)
    assert hidden[FIVE_REGIONS.index("mouth")] > 0.9 and hidden[0] == hidden[4] == 1
    still = (numpy_of(reading(faces)) != 2.0).any(axis=(2, 3, 4))
    assert not still[:, :4].any()


def test_one_folded_batch_is_five_separate_calls():
    backbone = tiny()
    model = build(backbone=backbone)
    pictures, features = read(model, "regions"), read(model, "features")
    for branch in range(5):
        separate = backbone(pictures[:, branch]).numpy().mean(axis=(1, 2))
        np.testing.assert_allclose(features[:, branch], separate, atol=1e-5)
    parted = build(backbone=backbone, shared=False)
    for layer in ("attention1", "attention2", "predictions"):
        parted.get_layer(layer).set_weights(model.get_layer(layer).get_weights())
    np.testing.assert_allclose(parted(FACES), model(FACES), atol=1e-6)


@pytest.mark.parametrize("shared", [True, False])
def test_gradients_reach_every_weight_and_every_branch(shared):
    model = build(shared=shared, input_shape=(5, 24, 24, 1))
    stacks = RANDOM.random((3, 5, 24, 24, 1)).astype("float32")
    base = numpy_of(model(stacks))
    for branch in range(5):
        changed = stacks.copy()
        changed[:, branch] = 1 - changed[:, branch]
        assert np.abs(numpy_of(model(changed)) - base).max() > 1e-6
    old = [v.numpy() for v in model.trainable_variables]
    model.compile(keras.optimizers.SGD(0.5), "categorical_crossentropy", run_eagerly=True)
    model.fit(stacks, TARGETS, epochs=2, verbose=0)
    assert all(np.any(a != v.numpy()) for a, v in zip(old, model.trainable_variables, strict=True))


def test_parameters():
    convolution, attention, classifier = 5 * 5 * 6 + 6, 6 * 7 + 7, 6 * 4 + 4
    assert build().count_params() == convolution + attention + classifier
    assert build(shared=False).count_params() == 5 * convolution + attention + classifier
    assert build(include_top=False).output_shape == (None, 6)


@pytest.mark.parametrize(
    "arguments", [{}, {"shared": False, "attention": "normalised", "region_dropout": 0.3}]
)
def test_saves_and_loads_with_labels(arguments, tmp_path):
    model = build(**arguments, dropout=0.2)
    save(model, tmp_path / "model.keras", ModelCard("five_branch", tuple("abcd"), (24, 24, 1)))
    again = load(tmp_path / "model.keras")
    np.testing.assert_allclose(again(FACES), model(FACES), atol=1e-6)
    np.testing.assert_allclose(branch_weights(again, FACES), branch_weights(model, FACES), atol=1e-6)
    assert len(again.losses) == 1


def test_mixed_precision_keeps_weights_and_outputs_whole():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build()
    finally:
        keras.config.set_dtype_policy(policy)
    assert model.get_layer("features").compute_dtype == "bfloat16"
    assert model(FACES).dtype == "float32" and branch_weights(model, FACES).dtype == np.float32


def test_uint8_faces_are_scaled():
    faces = (255 * FACES).astype(np.uint8)
    np.testing.assert_allclose(
        branch_weights(build(), faces), branch_weights(build(), faces / 255.0), atol=1e-6
    )
    assert MODELS["five_branch"] is five_branch


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"attention": "hard"}, "attention must be one of sigmoid"),
        ({"pooling": None}, "pooling must be"),
        ({"input_shape": (None, None, 1)}, "must name height and width"),
        ({"input_shape": (4, 24, 24, 1)}, r"must be \(5, height"),
        ({"input_shape": (5, 24, 24, 1), "size": (8, 8)}, "leave size out"),
        ({"input_shape": (5, 24, 24, 1), "input_occlusion": 0.5}, "cut elsewhere: leave it at 0"),
        ({"input_shape": (8, 8, 1)}, "too small"),
        ({"input_shape": (24, 24)}, "height, width, channels"),
        ({"region_dropout": 1.0}, "dropout is"),
        ({"backbone": "vgg99"}, "no backbone 'vgg99'"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(DataError, match=message):
        build(**arguments)


def test_weights_are_read_from_five_branches_alone():
    with pytest.raises(DataError, match="give a model of five_branch"):
        branch_weights(tiny(), FACES)
