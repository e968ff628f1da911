"""Weights that Keras 3 saved (`.keras`, `.weights.h5`), loaded by the names of layers and not by their places.

Such a file has a group for each layer, `layers/conv2d_1`, whose arrays lie in `vars`; an attribute of it is the
layer's own name. A model within a model is a group with `layers` of its own: so the backbone of a saved classifier
or sequence model is found. Only arrays are read, neither code nor configuration. All is checked before the first
variable changes.
"""

import contextlib
import dataclasses
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import h5py
import keras
import numpy as np

from learnface.errors import DataError, first_few

__all__ = ["has_automatic_names", "load_keras_weights"]

_IN_ARCHIVE = "model.weights.h5"
_Names = tuple[str, ...]  # of a layer, after those of the models that it is in


def load_keras_weights(model: keras.Model, path: str | Path) -> None:
    """Fill a model from the model in a file, or from one within it that has all of its layers.

    Args:
        model: the model to fill.
        path: a `.keras` or `.weights.h5` file. It may have more layers, such as another head.

    Raises:
        DataError: the file is missing or damaged, or no model in it, or several of them, fit; the model is as it
            was.
    """
    path = Path(path)
    wanted = dict(_layers(model))
    with _opened(path) as file:
        fits = [_fit(wanted, stored) for stored in _models(file)]
        fitting = [fit for fit in fits if not fit.problems]
        if not fitting:
            raise DataError(f"{path} does not fit {model.name}: {_why_none(fits)}")
        if len(fitting) > 1:
            names = ", ".join(fit.name for fit in fitting)
            raise DataError(
                f"{path} holds several networks that fit {model.name} ({names}): save the one alone"
            )
        arrays = [{key: np.asarray(one) for key, one in stored.items()} for _, stored in fitting[0].pairs]
    for (part, _), values in zip(fitting[0].pairs, arrays, strict=True):
        part.load_own_variables(values)


def has_automatic_names(model: keras.Model) -> bool:
    """Return whether Keras has numbered layers of the model that have weights (`conv2d_7`), so that names say nothing.

    Example:
        >>> has_automatic_names(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]))
        True
    """
    return any(_is_automatic(layer.name, _kind(layer)) for layer in model.layers if layer.weights)


@dataclasses.dataclass
class _Fit:
    """How a model in the file suits the model to fill: which group goes to what, or what is wrong."""

    name: str
    lacks: int = 0
    problems: list[str] = dataclasses.field(default_factory=list)
    pairs: list[tuple[keras.Layer, h5py.Group]] = dataclasses.field(default_factory=list)


def _why_none(fits: list[_Fit]) -> str:
    if not fits:
        return "it holds no model"
    closest = min(fits, key=lambda fit: (fit.lacks, len(fit.problems)))
    others = f" (which holds {', '.join(fit.name for fit in fits)})" if len(fits) > 1 else ""
    problems = first_few(closest.problems, most=3, separator="; ")
    return f"the closest in it{others} is {closest.name}, but {problems}"


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    if not path.is_file():
        raise DataError(f"{path} does not exist: give the path of a weights file")
    try:
        source = path
        if path.suffix == ".keras":
            with zipfile.ZipFile(path) as archive:
                source = io.BytesIO(archive.read(_IN_ARCHIVE))
        with h5py.File(source, "r") as file:
            yield file
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path} is not a whole file of Keras weights ({error}): copy or download it again"
        ) from error


def _layers(model: keras.Model, above: _Names = ()) -> Iterator[tuple[_Names, keras.Layer]]:
    """Yield the layers with weights by their names; one that Keras has numbered goes by its place."""
    seen: Counter[str] = Counter()
    for layer in model.layers:
        kind = _kind(layer)
        place = f"{kind}_{seen[kind]}" if seen[kind] else kind
        seen[kind] += 1
        names = (*above, _name(layer.name, place))
        if isinstance(layer, keras.Model):
            yield from _layers(layer, names)
        elif layer.weights:
            yield names, layer


def _models(group: h5py.Group, place: str = "the model") -> Iterator[tuple[str, dict[_Names, h5py.Group]]]:
    """Yield the model in the file and those within it: name and layers of each."""
    if "layers" in group:
        yield _own_name(group, place), dict(_stored(group))
        for key, inner in group["layers"].items():
            yield from _models(inner, key)


def _stored(group: h5py.Group, above: _Names = ()) -> Iterator[tuple[_Names, h5py.Group]]:
    for key, inner in group["layers"].items():
        names = (*above, _name(_own_name(inner, key), key))
        if "layers" in inner:
            yield from _stored(inner, names)
        else:
            yield names, inner


def _own_name(group: h5py.Group, place: str) -> str:
    return str(group["vars"].attrs.get("name", place)) if "vars" in group else place


def _name(name: str, place: str) -> str:
    """Return a layer's name, or its place among those of its kind where the name is no more than a number."""
    return place if _is_automatic(name, re.sub(r"_\d+$", "", place)) else name


def _is_automatic(name: str, kind: str) -> bool:
    return re.fullmatch(rf"{re.escape(kind)}(_\d+)?", name) is not None


def _kind(layer: keras.Layer) -> str:
    """Return the name of a layer's class as Keras has it in names and files: `conv2d`, `batch_normalization`."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", type(layer).__name__)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _fit(wanted: dict[_Names, keras.Layer], stored: tuple[str, dict[_Names, h5py.Group]]) -> _Fit:
    name, groups = stored
    missing = [names[-1] for names in wanted if names not in groups]
    fit = _Fit(name, lacks=len(missing))
    if missing:
        some = first_few(missing, most=3)
        fit.problems.append(f"it lacks {len(missing)} of {len(wanted)} layers with weights ({some})")
    for names, layer in wanted.items():
        if names in groups:
            _match(layer, groups[names], fit)
    return fit


def _match(layer: keras.Layer, group: h5py.Group, fit: _Fit) -> None:
    """Add the layer's arrays to the fit, or what is wrong with them."""
    variables = 0
    for part, arrays in _parts(layer, group):
        own: dict[str, keras.Variable] = {}
        part.save_own_variables(own)
        variables += len(own)
        if set(own) != set(arrays):
            fit.problems.append(f"{layer.name} has {len(arrays)} arrays, the model expects {len(own)}")
            return
        for key, variable in own.items():
            if tuple(variable.shape) != arrays[key].shape or arrays[key].dtype.kind != "f":
                fit.problems.append(
                    f"{layer.name} has an array of {arrays[key].dtype} {arrays[key].shape}, the model expects "
                    f"{tuple(variable.shape)}"
                )
                return
        fit.pairs.append((part, arrays))
    if variables != len(layer.weights):
        fit.problems.append(f"{layer.name} has {variables} arrays, the model expects {len(layer.weights)}")


def _parts(part: keras.Layer, group: h5py.Group) -> Iterator[tuple[keras.Layer, h5py.Group]]:
    """Yield a layer, and the layers that are its attributes (an LSTM's cell), each with its arrays."""
    if len(group.get("vars", ())):
        yield part, group["vars"]
    for key, inner in group.items():
        value = getattr(part, key, None)
        if isinstance(value, keras.Layer):
            yield from _parts(value, inner)
