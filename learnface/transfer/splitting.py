"""A trained model in two: the body, whose features stay the same while it is frozen, and the head that trains."""

import keras

from learnface.errors import DataError
from learnface.layers import UnfoldTime

__all__ = ["feature_layer", "split_model"]


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
    features, images = model.get_layer(layer).output, model.inputs[0]
    rest = list(model.inputs[1:])
    body = keras.Model(images, features, name=f"{model.name}_body")
    head = keras.Model([features, *rest] if rest else features, model.outputs[0], name=f"{model.name}_head")
    return body, head


def feature_layer(model: keras.Model) -> str:
    """Return the layer at which a clip model's frames have become features: its `UnfoldTime`.

    Raises:
        DataError: the model has none.
    """
    found = [layer.name for layer in model.layers if isinstance(layer, UnfoldTime)]
    if not found:
        raise DataError(f"{model.name} is no clip model of learnface: name the last layer of its body")
    return found[0]
