"""A trained model in two: the body, whose features stay the same while it is frozen, and the head that trains."""

import keras

from learnface.errors import DataError
from learnface.layers import UnfoldTime

__all__ = ["classifier_layer", "feature_layer", "split_model"]

# What may stand behind a classifier's dense layer: its activation as a layer of its own, as in VGG Face.
_CLOSING = (keras.layers.Activation, keras.layers.Dropout, keras.layers.Softmax)


def split_model(model: keras.Model, layer: str | None = None) -> tuple[keras.Model, keras.Model]:
    """Part a model at a layer; both parts share the model's layers, so that training the head trains the model.

    Args:
        model: a functional model of images or clips.
        layer: name of the last layer of the body; None takes `feature_layer(model)`.

    Returns:
        The body, from the model's input to features, and the head, from features to the model's outputs. The
        head of a masked model takes `[features, mask]`.

    Raises:
        DataError: there is no such layer.

    Example:
        >>> from learnface.models import vggface_lstm
        >>> body, head = split_model(vggface_lstm(backbone="fer_vgg"))
        >>> body.output_shape, head.output_shape
        ((None, 10, 256), (None, 6))
    """
    layer = layer or feature_layer(model)
    names = [one.name for one in model.layers]
    if layer not in names:
        raise DataError(f"{model.name} has no layer {layer!r}: choose one of {', '.join(names)}")
    features, images = _output(model, model.get_layer(layer)), model.inputs[0]
    rest = list(model.inputs[1:])
    body = keras.Model(images, features, name=f"{model.name}_body")
    places = [mask._keras_history for mask in rest]
    head = keras.Model([features, *rest] if rest else features, model.outputs[0], name=f"{model.name}_head")
    # Keras moves an input that both have to the head's graph, and the model could no longer be saved.
    for mask, place in zip(rest, places, strict=True):
        mask._keras_history = place
    return body, head


def feature_layer(model: keras.Model) -> str:
    """Return the last layer of a model's body.

    In a clip model it is the `UnfoldTime` at which frames have become features, in a classifier on a backbone
    the backbone, and in any other network whatever stands in front of its classifier and dropout.

    Raises:
        DataError: the model does not end in a dense layer.

    Example:
        >>> from learnface.models import fer_vgg
        >>> feature_layer(fer_vgg())
        'avg_pool'
    """
    for kind in (UnfoldTime, keras.Model):
        found = [layer.name for layer in model.layers if isinstance(layer, kind)]
        if found:
            return found[0]
    head = classifier_layer(model)
    if head is None:
        raise DataError(f"{model.name} does not end in a classifier: name the last layer of its body")
    body = model.layers[: model.layers.index(head)]
    return next(layer.name for layer in reversed(body) if not isinstance(layer, keras.layers.Dropout))


def classifier_layer(model: keras.Model) -> keras.layers.Dense | None:
    """Return the dense layer that a model ends in, whatever activation stands behind it; None if it ends otherwise.

    Example:
        >>> from learnface.models import vggface
        >>> classifier_layer(vggface((32, 32, 1), 7, dense=(8,))).name
        'fc7'
    """
    last = next(layer for layer in reversed(model.layers) if not isinstance(layer, _CLOSING))
    return last if isinstance(last, keras.layers.Dense) else None


def _output(model: keras.Model, layer: keras.Layer) -> keras.KerasTensor:
    """Return a layer's output in the model's graph; what a nested model calls its output is in its own graph."""
    if not isinstance(layer, keras.Model):
        return layer.output
    behind = (one for one in model.layers if not isinstance(one, keras.layers.InputLayer | keras.Model))
    tensors = (tensor for one in behind for tensor in keras.tree.flatten(one.input))
    return next(tensor for tensor in tensors if tensor._keras_history.operation is layer)
