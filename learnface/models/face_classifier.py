"""Any backbone under a classifier: the single-image networks that wang2020 compares its sequence models with."""

from pathlib import Path

import keras
from keras import layers

from learnface.errors import DataError
from learnface.models._builder import classification_head, finish
from learnface.models.backbones import build_backbone

__all__ = ["face_classifier"]


def face_classifier(
    input_shape: tuple[int, int, int] = (64, 64, 1),
    classes: int = 7,
    *,
    backbone: str | keras.Model = "vggface",
    backbone_weights: str | Path | None = None,
    layer: str | None = None,
    dense: tuple[int, ...] = (),
    dropout: float = 0.5,
    include_top: bool = True,
    pooling: str = "avg",
    weights: str | Path | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Build a backbone, pooled, with dense layers and a classifier.

    `vggface`, `vgg16` and `vgg19` have the published dense layers on the whole map; this one has a small head
    on any backbone, for corpora that are small too.

    Args:
        input_shape: `(height, width, channels)`, grey or RGB.
        classes: number of classes.
        backbone: a name of `learnface.models.backbones.BACKBONES`, or a model of your own without its top.
        backbone_weights: `None`, the name of published weights, or a file's path.
        layer: name of the backbone's layer that gives the features; `None`: its last.
        dense: widths of dense layers with ReLU between features and classifier.
        dropout: dropout rate after the features and after each dense layer.
        include_top: whether to end with the classifier; without it the features are returned.
        pooling: `"avg"` or `"max"`: how the backbone's map becomes a vector.
        weights: `None`, or the path of a weights file for the whole model.
        classifier_activation: activation of the last layer; `None` gives logits.
        name: name of the model.

    Returns:
        A functional model from `(batch, height, width, channels)` float32 in [0, 1] to `(batch, classes)`.

    Raises:
        DataError: an argument is wrong, or the weights do not fit.

    Example:
        >>> face_classifier((48, 48, 1), classes=7, backbone="fer_vgg").output_shape
        (None, 7)
    """
    if pooling not in ("avg", "max"):
        raise DataError(f"pooling must be 'avg' or 'max', not {pooling!r}")
    network = build_backbone(backbone, input_shape, weights=backbone_weights, pooling=pooling, layer=layer)
    inputs = keras.Input(input_shape, name="image")
    x = network(inputs)
    if include_top:
        x = layers.Dropout(dropout, name="dropout")(x)
        for number, width in enumerate(dense, start=1):
            x = layers.Dense(width, activation="relu", name=f"fc{number}")(x)
            x = layers.Dropout(dropout, name=f"fc{number}_dropout")(x)
        x = classification_head(
            x, include_top=True, pooling=None, classes=classes, classifier_activation=classifier_activation
        )
    return finish(inputs, x, builder="face_classifier", weights=weights, name=name)
