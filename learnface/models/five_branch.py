"""The occlusion-robust five-branch network: the face, its parts, and the face half hidden, weighted and summed.

"Classroom student expression recognition model based on self-attention mechanism and feature fusion" (in
Chinese), sections 2 and 3, equations 1 to 5. Five pictures of one face, X0 the whole, X1 the eyes, X2 the nose,
X3 the mouth and X4 the whole with its lower half randomly occluded, go through the same residual network; each
feature F_i has a weight mu_i = sigmoid(W2 relu(W1 F_i)), and F_m = sum of mu_i F_i is classified. The loss
max(0, margin - (mu_eyes - mu_occluded)) keeps the eyes above what may be hidden.

What the paper leaves open: whether the branches share one network (here they do; `shared=False` parts them),
the size of the pictures, the width of W1, and how the lower half is occluded. Its words of the margin loss
contradict its equation; the equation is built. "Pixel values normalised", said of nose and mouth, is taken as
the scaling that all pictures have.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from learnface.errors import DataError
from learnface.faces.occlusion import AREAS
from learnface.faces.regions import FIVE_REGIONS, FIXED_REGIONS
from learnface.layers import BranchMargin, FoldTime, RandomOcclusion, RegionCrops, UnfoldTime, WeightedSum
from learnface.models._builder import classification_head, finish, image_input
from learnface.models.backbones import build_backbone

__all__ = ["branch_weights", "five_branch"]

ATTENTIONS = ("sigmoid", "softmax", "normalised")
_BRANCHES = len(FIVE_REGIONS)
_EYES, _OCCLUDED = FIVE_REGIONS.index("eyes"), FIVE_REGIONS.index("occluded")
_WHOLE = (0.0, 0.0, 1.0, 1.0)


def five_branch(
    input_shape: tuple[int, ...] = (48, 48, 1),
    classes: int = 8,
    *,
    backbone: str | keras.Model = "resnet50",
    backbone_weights: str | Path | None = None,
    shared: bool = True,
    size: tuple[int, int] | None = None,
    units: int = 256,
    attention: str = "sigmoid",
    margin: float | None = 0.03,
    region_dropout: float = 0.0,
    input_occlusion: float = 0.0,
    dropout: float = 0.0,
    include_top: bool = True,
    pooling: str = "avg",
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build the five-branch network.

    Its weights of the branches are read by `branch_weights`. All five pictures of all faces go through a shared
    backbone as one batch; where that has batch normalisation, training takes its statistics over all of them.

    Args:
        input_shape: `(height, width, channels)` of one tight, upright face: the pictures are cut inside, by the
            template of `learnface.faces.regions.FIXED_REGIONS`, and X4 is occluded anew in each training step
            and in one fixed way otherwise (`learnface.layers.RandomOcclusion`). Or `(5, height, width,
            channels)`: pictures cut elsewhere, as by `learnface.faces.five_regions` with landmarks, and taken
            as they are.
        classes: number of classes.
        backbone: a name of `learnface.models.backbones.BACKBONES`, or a model of your own without its top.
        backbone_weights: `None`, `"imagenet"`, or another name or path that suits the backbone.
        shared: whether one backbone serves all branches; else each has its own.
        size: `(height, width)` that all pictures are brought to; None takes that of the face. Not for pictures
            cut elsewhere.
        units: width of W1.
        attention: `"sigmoid"` as in the paper; `"softmax"` over the branches; or `"normalised"`, the sigmoids
            divided by their sum.
        margin: the margin of the loss, which holds for the weights as `branch_weights` gives them; None adds no
            loss. The model adds it by itself, whatever it is compiled with.
        region_dropout: chance for each branch of each face to be left out in training; the paper has none.
        input_occlusion: chance for a face to have its lower half occluded in training before its regions are
            cut, so that nose and mouth are hidden with it; the paper has none. Not for pictures cut elsewhere.
        dropout: dropout in front of the classifier; the paper has none.
        include_top: whether to end with the classifier; without it F_m is returned.
        pooling: `"avg"` or `"max"`: how the backbone's map becomes F_i.
        weights: `None`, or the path of a weights file.
        classifier_activation: activation of the last layer; `None` gives logits.
        name: name of the model.

    Returns:
        A functional model from float32 in [0, 1] to `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit.

    Example:
        >>> model = five_branch(backbone="fer_cnn")
        >>> model.output_shape, branch_weights(model, np.zeros((2, 48, 48, 1))).shape
        ((None, 8), (2, 5))
    """
    if attention not in ATTENTIONS:
        raise DataError(f"attention must be one of {', '.join(ATTENTIONS)}, not {attention!r}")
    if pooling not in ("avg", "max"):
        raise DataError(f"pooling must be 'avg' or 'max', not {pooling!r}")
    if len(input_shape) == 4:
        if input_occlusion:
            raise DataError(
                "input_occlusion is of whole faces, but these pictures are cut elsewhere: leave it at 0"
            )
        inputs = pictures = _stack_input(input_shape, size)
    else:
        inputs = image_input(input_shape, minimum=16)
        pictures = _cut(inputs, size, input_occlusion)
    build = _shared_features if shared else _separate_features
    x = build(pictures, backbone, backbone_weights, pooling)
    weighting = _attention(x, units, attention, margin)
    x = WeightedSum(region_dropout, name="fused_features")([x, weighting])
    if include_top:
        x = layers.Dropout(dropout, name="dropout")(x) if dropout else x
        x = classification_head(
            x,
            include_top=True,
            pooling=None,
            classes=classes,
            classifier_activation=classifier_activation,
        )
    return finish(inputs, x, builder="five_branch", weights=weights, name=name)


def branch_weights(model: keras.Model, images: np.ndarray, batch_size: int = 256) -> np.ndarray:
    """Return the weight of each branch for each face, `(samples, 5)`, in the order of `FIVE_REGIONS`.

    Args:
        model: a model of `five_branch`.
        images: faces, or stacks of five pictures, as the model takes them; uint8, or floats in [0, 1].
        batch_size: samples a batch.

    Raises:
        DataError: the model has no branch weights.
    """
    if not any(layer.name == "branch_weights" for layer in model.layers):
        raise DataError(f"{model.name} has no layer 'branch_weights': give a model of five_branch")
    images = np.asarray(images)
    images = images / np.float32(255) if images.dtype == np.uint8 else images
    reading = keras.Model(model.input, model.get_layer("branch_weights").output)
    return reading.predict(images, batch_size=batch_size, verbose=0)


def _stack_input(shape: tuple[int, ...], size: tuple[int, int] | None) -> keras.KerasTensor:
    if shape[0] != _BRANCHES or None in shape:
        raise DataError(f"input_shape must be ({_BRANCHES}, height, width, channels), not {tuple(shape)}")
    if size is not None and tuple(size) != tuple(shape[1:3]):
        raise DataError(f"size is {size}, but the pictures come as {shape[1:3]}: leave size out")
    return keras.Input(shape, name="regions")


def _cut(faces: keras.KerasTensor, size: tuple[int, int] | None, occlusion: float) -> keras.KerasTensor:
    """Return the five pictures, `(batch, 5, height, width, channels)`."""
    if None in faces.shape[1:3]:
        raise DataError(f"input_shape must name height and width, not {tuple(faces.shape[1:])}")
    if occlusion:
        hide = RandomOcclusion(AREAS["lower"], rate=occlusion, fixed=False, name="input_occlusion")
        faces = hide(faces)
    boxes = [FIXED_REGIONS.get(region, _WHOLE) for region in FIVE_REGIONS if region != "occluded"]
    parts = RegionCrops(boxes, size, name="parts")(faces)
    hidden = RandomOcclusion(AREAS["lower"], name="occlusion")(faces)
    hidden = RegionCrops([_WHOLE], size, name="occluded")(hidden)
    return layers.Concatenate(axis=1, name="regions")([parts, hidden])


def _shared_features(
    pictures: keras.KerasTensor, backbone: str | keras.Model, weights: str | Path | None, pooling: str
) -> keras.KerasTensor:
    """Return `(batch, 5, features)` of one network that sees all pictures as one batch."""
    network = build_backbone(backbone, tuple(pictures.shape[2:]), weights=weights, pooling=pooling)
    return UnfoldTime(name="features")([network(FoldTime(name="fold")(pictures)), pictures])


def _separate_features(
    pictures: keras.KerasTensor, backbone: str | keras.Model, weights: str | Path | None, pooling: str
) -> keras.KerasTensor:
    """Return `(batch, 5, features)` of five networks."""
    features = []
    for branch, region in enumerate(FIVE_REGIONS):
        network = _copy(backbone) if isinstance(backbone, keras.Model) else backbone
        network = build_backbone(network, tuple(pictures.shape[2:]), weights=weights, pooling=pooling)
        network = keras.Model(network.input, network.output, name=f"{network.name}_{region}")
        features.append(network(pictures[:, branch]))
    return ops.stack(features, axis=1)


def _copy(model: keras.Model) -> keras.Model:
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


def _attention(
    features: keras.KerasTensor, units: int, attention: str, margin: float | None
) -> keras.KerasTensor:
    """Return the weights, `(batch, 5)`, in full precision: the margin is finer than half of it."""
    x = layers.Dense(units, activation="relu", use_bias=False, name="attention1")(features)
    x = layers.Dense(1, use_bias=False, dtype="float32", name="attention2")(x)
    x = layers.Reshape((_BRANCHES,), dtype="float32", name="attention_scores")(x)
    if attention == "normalised":  # softmax(log(sigmoid)) is the sigmoid divided by the sum of all
        x = layers.Activation("log_sigmoid", dtype="float32", name="attention_sigmoids")(x)
    activation = "sigmoid" if attention == "sigmoid" else "softmax"
    x = layers.Activation(activation, dtype="float32", name="branch_weights")(x)
    if margin is None:
        return x
    return BranchMargin(margin, _EYES, _OCCLUDED, dtype="float32", name="margin")(x)
