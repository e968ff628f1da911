"""A new classifier on a trained network."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from learnface.errors import DataError
from learnface.transfer.splitting import classifier_layer

__all__ = ["replace_head"]

HEAD = "predictions"


def replace_head(
    model: keras.Model,
    labels: Sequence[str],
    *,
    old_labels: Sequence[str] | None = None,
    label_map: Mapping[str, str | Sequence[str]] | None = None,
    classifier_activation: str | None = "softmax",
    name: str | None = None,
) -> keras.Model:
    """Return the model with a new classifier for other classes; everything in front of it is shared.

    Args:
        model: a model of `learnface.models`, or another one that ends in a dense layer, with or without an
            activation behind it.
        labels: the new classes, in order.
        old_labels: the classes of the model; None takes those of its card.
        label_map: new classes that begin as old ones did: each new class with an old one, or with several,
            whose weights are averaged, as in `{"distracted": ["tired", "distracted"]}`. The others begin
            at random. None maps no class.
        classifier_activation: activation of the new layer; None gives logits.
        name: name of the new model; None keeps the old one.

    Returns:
        A new functional model with `len(labels)` outputs. Its own last layer, a dense one named
        `predictions`, is the only one that is not the old model's.

    Raises:
        DataError: the model does not end in a classifier, or the map names unknown classes.

    Example:
        >>> from learnface.models import fer_vgg
        >>> old = fer_vgg(weights="ferplus")
        >>> model = replace_head(old, ["calm", "pleased"], label_map={"calm": "neutral", "pleased": "happy"})
        >>> model.output_shape
        (None, 2)
    """
    head = classifier_layer(model)
    if head is None:
        raise DataError(
            f"{model.name} ends in {model.layers[-1].name!r}: only a classifier, a Dense layer, is replaced"
        )
    if len(set(labels)) != len(labels) or not labels:
        raise DataError(f"labels must be different names, not {list(labels)}")
    columns = _columns(model, head.units, labels, old_labels, label_map or {})
    new = keras.layers.Dense(len(labels), activation=classifier_activation, dtype="float32", name=HEAD)
    inputs = model.inputs[0] if len(model.inputs) == 1 else model.inputs
    replaced = keras.Model(inputs, new(head.input), name=name or model.name)
    if columns:
        _begin_as(new, head, columns)
    return replaced


def _begin_as(new: keras.layers.Dense, old: keras.layers.Dense, columns: Mapping[int, np.ndarray]) -> None:
    """Give new classes the weights of old ones, averaged where there are several."""
    kernel, bias = (keras.ops.convert_to_numpy(weight).copy() for weight in new.weights)
    old_kernel = keras.ops.convert_to_numpy(old.kernel)
    old_bias = keras.ops.convert_to_numpy(old.bias) if old.use_bias else np.zeros(old.units, "float32")
    for place, sources in columns.items():
        kernel[:, place], bias[place] = old_kernel[:, sources].mean(axis=1), old_bias[sources].mean()
    new.set_weights([kernel, bias])


def _columns(
    model: keras.Model,
    outputs: int,
    labels: Sequence[str],
    old_labels: Sequence[str] | None,
    label_map: Mapping[str, str | Sequence[str]],
) -> dict[int, np.ndarray]:
    """Return for each mapped new class, by its place, the places of its old ones."""
    if not label_map:
        return {}
    old = list(old_labels or getattr(getattr(model, "card", None), "labels", ()))
    if len(old) != outputs:
        raise DataError(f"label_map needs the {outputs} old classes of {model.name}: give them as old_labels")
    columns = {}
    for label, sources in label_map.items():
        sources = [sources] if isinstance(sources, str) else list(sources)
        unknown = [one for one in [label] if one not in labels] + [one for one in sources if one not in old]
        if unknown or not sources:
            raise DataError(
                f"label_map cannot map {label!r} from {sources}: new classes are {list(labels)}, old ones {old}"
            )
        columns[list(labels).index(label)] = np.array([old.index(one) for one in sources])
    return columns
