"""Freezing layers, by name or depth, also those inside a backbone.

Layers are looked at in the order in which the model computes, through nested models to the innermost: in a
`vggface_lstm` these are the backbone's convolutions first, then the LSTM and the classifier.

A frozen `BatchNormalization` works in inference mode: its moving mean and variance stay as they are (Keras sees
to it). A frozen `Dropout` still drops while training, as Keras has it; the features of
`learnface.transfer.cache_features` are computed without.
"""

from collections.abc import Callable, Iterator, Sequence

import keras

from learnface.errors import DataError

__all__ = ["freeze", "frozen_names", "inner_layers", "layers_named", "unfreeze"]


def inner_layers(model: keras.Model) -> Iterator[keras.Layer]:
    """Yield the layers of a model, those of nested models in their place, each once, from input to output.

    Example:
        >>> from learnface.models import vggface_lstm
        >>> model = vggface_lstm(backbone="fer_vgg")
        >>> [layer.name for layer in inner_layers(model) if layer.weights][-3:]
        ['block4_conv2_bn', 'lstm', 'predictions']
    """
    seen = set()
    for layer in model.layers:
        inside = inner_layers(layer) if isinstance(layer, keras.Model) else [layer]
        for inner in inside:
            if id(inner) not in seen:
                seen.add(id(inner))
                yield inner


def freeze(
    model: keras.Model,
    names: str | Sequence[str] | None = None,
    *,
    until: str | None = None,
    except_last: int | None = None,
) -> list[str]:
    """Freeze layers; those that are frozen already stay so. Compile the model again before training.

    Args:
        model: the model, changed in place.
        names: layers to freeze, a nested model's name meaning all within.
        until: freeze all from the input to this layer, itself included.
        except_last: freeze all but the last so many layers with weights.

    With none of the three everything is frozen.

    Returns:
        The names of all layers with weights that are frozen now.

    Raises:
        DataError: there is no such layer, or more than one of the three is given.

    Example:
        >>> from learnface.models import fer_vgg
        >>> model = fer_vgg()
        >>> len(freeze(model, until="block3_conv2_bn"))
        10
    """
    chosen = _choose(model, names, until, except_last)
    _set(model, lambda layer: layer.trainable and id(layer) not in chosen)
    return frozen_names(model)


def unfreeze(
    model: keras.Model,
    names: str | Sequence[str] | None = None,
    *,
    after: str | None = None,
    last: int | None = None,
) -> list[str]:
    """Let frozen layers train again. Compile the model again before training.

    Args:
        model: the model, changed in place.
        names: layers to unfreeze, a nested model's name meaning all within.
        after: unfreeze all behind this layer, itself not.
        last: unfreeze the last so many layers with weights.

    With none of the three everything is unfrozen.

    Returns:
        The names of all layers with weights that are still frozen.

    Raises:
        DataError: there is no such layer, or more than one of the three is given.
    """
    if after is not None or last is not None:
        kept = _choose(model, names, after, last)
        chosen = {id(layer) for layer in inner_layers(model)} - kept
    else:
        chosen = _choose(model, names, None, None)
    _set(model, lambda layer: layer.trainable or id(layer) in chosen)
    return frozen_names(model)


def frozen_names(model: keras.Model) -> list[str]:
    """Return the names of the layers with weights that do not train, from input to output."""
    return [layer.name for layer in inner_layers(model) if layer.weights and not layer.trainable]


def _choose(
    model: keras.Model, names: str | Sequence[str] | None, until: str | None, except_last: int | None
) -> set[int]:
    """Return the identities of the layers that are named, or stand in front of a place."""
    if sum(given is not None for given in (names, until, except_last)) > 1:
        raise DataError("choose layers in one way: by their names, by a place, or by a number")
    layers = list(inner_layers(model))
    if names is not None:
        return {id(layer) for name in _as_names(names) for layer in layers_named(model, name)}
    if until is not None:
        found = layers_named(model, until)
        return {id(layer) for layer in layers[: layers.index(found[-1]) + 1]}
    if except_last is not None:
        weighted = [layer for layer in layers if layer.weights]
        if not 0 <= except_last <= len(weighted):
            raise DataError(f"{model.name} has {len(weighted)} layers with weights, not {except_last}")
        return {id(layer) for layer in weighted[: len(weighted) - except_last]}
    return {id(layer) for layer in layers}


def _as_names(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def layers_named(model: keras.Model, name: str) -> list[keras.Layer]:
    """Return the innermost layers that a name means: one layer, or all of a nested model."""
    for layer in model.layers:
        if layer.name == name:
            return list(inner_layers(layer)) if isinstance(layer, keras.Model) else [layer]
    for layer in inner_layers(model):
        if layer.name == name:
            return [layer]
    have = ", ".join(dict.fromkeys(layer.name for layer in inner_layers(model) if layer.weights))
    raise DataError(f"{model.name} has no layer {name!r}: choose among {have}")


def _set(model: keras.Model, trains: Callable[[keras.Layer], bool]) -> None:
    layers = list(inner_layers(model))
    wanted = [trains(layer) for layer in layers]
    # A nested model that is frozen as a whole hides its layers; setting it sets them all.
    model.trainable = True
    for layer, value in zip(layers, wanted, strict=True):
        layer.trainable = value
