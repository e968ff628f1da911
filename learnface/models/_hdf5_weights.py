"""Weights files of Keras 1 and 2 (HDF5), loaded by the names of layers.

Such a file has a group a layer. An attribute of the root, `layer_names`, lists them in order; each group lists
its arrays in an attribute `weight_names`. Names may hold slashes (`fc6/relu`), which make groups within groups;
Keras 3 forbids them, so that a slash here is an underscore in the model. Every name and shape is checked and
every array read before the first is assigned: a model is filled or left as it was.
"""

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path

import h5py
import keras
import numpy as np

from learnface.errors import DataError, first_few

__all__ = ["check_hdf5", "is_layered", "keras3_name", "load_hdf5"]

_MAGIC = b"\x89HDF\r\n\x1a\n"
_ROLES = {
    "W": "kernel",
    "b": "bias",
    "running_mean": "moving_mean",
    "running_std": "moving_variance",  # Keras 1 called the variance so
    "running_variance": "moving_variance",
}
_KNOWN = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")


def keras3_name(name: str) -> str:
    """Return a layer's name as Keras 3 allows it.

    Example:
        >>> keras3_name("conv1/7x7_s2/bn")
        'conv1_7x7_s2_bn'
    """
    return name.replace("/", "_")


def is_layered(path: str | Path) -> bool:
    """Return whether a file is HDF5 in the layout of Keras 1 and 2; False for any other file or none.

    Raises:
        DataError: the name ends in .h5 or .hdf5 and the file is not whole HDF5.
    """
    path = Path(path)
    if path.suffix not in (".h5", ".hdf5") or not path.is_file():
        return False
    with _opened(path) as file:
        return _names(_root(file), "layer_names") is not None


def load_hdf5(model: keras.Model, path: str | Path, *, optional: Collection[str] = ()) -> list[str]:
    """Fill a model from a weights file of Keras 1 or 2, by the names of layers.

    Args:
        model: the model to fill.
        path: the file, or one of a whole model, whose weights lie in the group `model_weights`.
        optional: layers that are loaded together if the file has all that the model has of them, in its
            shapes, and are else left as they are: a head for other classes. The file may have more of them.

    Returns:
        Names of the optional layers that were left as they are.

    Raises:
        DataError: the file is missing, damaged, or of another network; the model is as it was.
    """
    path = Path(path)
    with _opened(path) as file:
        pairs, left = _plan(model, file, path, optional)
        arrays = [_read(dataset, path) for _, dataset in pairs]
    for (variable, _), array in zip(pairs, arrays, strict=True):
        variable.assign(array)
    return left


def check_hdf5(model: keras.Model, path: str | Path, *, optional: Collection[str] = ()) -> None:
    """Check all that `load_hdf5` checks, and change nothing."""
    path = Path(path)
    with _opened(path) as file:
        for _, dataset in _plan(model, file, path, optional)[0]:
            _read(dataset, path)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    try:
        with path.open("rb") as plain:
            start = plain.read(512)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): give a weights file (.h5)") from error
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, KeyError, RuntimeError) as error:
        raise DataError(f"{path} {_what_is_wrong(start, error)}: download or copy it again") from error


def _what_is_wrong(start: bytes, error: Exception) -> str:
    if start.startswith(_MAGIC):
        return f"is HDF5, but damaged or cut short ({error})"
    text = start.decode("utf-8", errors="replace").lstrip().lower()
    if text.startswith(("<!doctype", "<html", "<?xml")):
        return "is a web page, not a weights file"
    if not start:
        return "is empty"
    return "is not a weights file (HDF5)"


def _root(file: h5py.File) -> h5py.Group:
    """Return the group that has the layers: the file itself, or that of a whole saved model."""
    return file.get("model_weights", file)


def _names(group: h5py.Group, attribute: str) -> list[str] | None:
    """Return a list of names; long ones are stored in pieces, `layer_names0`, `layer_names1`, ..."""
    if attribute in group.attrs:
        names = list(group.attrs[attribute])
    elif f"{attribute}0" in group.attrs:
        names, piece = [], 0
        while f"{attribute}{piece}" in group.attrs:
            names += list(group.attrs[f"{attribute}{piece}"])
            piece += 1
    else:
        return None
    return [name.decode("utf-8") if isinstance(name, bytes) else str(name) for name in names]


def _plan(
    model: keras.Model, file: h5py.File, path: Path, optional: Collection[str]
) -> tuple[list[tuple[keras.Variable, h5py.Dataset]], list[str]]:
    """Return which array goes to which variable, and the optional layers that get none."""
    stored = _stored_layers(file, path)
    layers = {layer.name: layer for layer in model.layers if layer.weights}
    _check_names(model, set(layers) - set(optional), set(stored) - set(optional), path)
    pairs, problems = [], []
    for name, layer in layers.items():
        if name not in optional:
            _match(layer, stored[name], pairs, problems)
    if problems:
        some = first_few(problems, most=3, separator="; ")
        raise DataError(f"{path} does not fit {model.name}: {some}")
    extra, misfits = [], []
    wanted = [name for name in layers if name in optional]
    for name in wanted:
        if name in stored:
            _match(layers[name], stored[name], extra, misfits)
    if misfits or any(name not in stored for name in wanted):
        return pairs, wanted
    return pairs + extra, []


def _stored_layers(file: h5py.File, path: Path) -> dict[str, list[h5py.Dataset]]:
    """Return the arrays of each layer that has any, by its Keras 3 name."""
    root = _root(file)
    names = _names(root, "layer_names")
    if names is None:
        raise DataError(f"{path} is HDF5, but not a weights file of Keras 1 or 2: it has no 'layer_names'")
    layers = {}
    for name in names:
        missing = f"{path} is damaged: its layer {name!r}"
        if name not in root:
            raise DataError(f"{missing} is listed but not there")
        arrays = _names(root[name], "weight_names")
        if arrays is None:
            raise DataError(f"{missing} does not list its weights")
        lost = [array for array in arrays if not isinstance(root[name].get(array), h5py.Dataset)]
        if lost:
            raise DataError(f"{missing} has no array {lost[0]!r}")
        if arrays:
            layers[keras3_name(name)] = [root[name][array] for array in arrays]
    return layers


def _check_names(model: keras.Model, wanted: set[str], stored: set[str], path: Path) -> None:
    lacking, strange = sorted(wanted - stored), sorted(stored - wanted)
    if not lacking and not strange:
        return
    parts = []
    if lacking:
        parts.append(f"the file lacks {len(lacking)} of its layers ({first_few(lacking, most=3)})")
    if strange:
        parts.append(f"the file has {len(strange)} that it lacks ({first_few(strange, most=3)})")
    raise DataError(f"{path} does not fit {model.name}: {', and '.join(parts)}")


def _match(layer: keras.layers.Layer, datasets: list[h5py.Dataset], pairs: list, problems: list) -> None:
    """Append the layer's pairs of variable and array, or what does not fit."""
    variables = list(layer.weights)
    if len(variables) != len(datasets):
        problems.append(
            f"layer {layer.name} has {len(datasets)} arrays in the file, the model expects {len(variables)}"
        )
        return
    roles = [_role(dataset) for dataset in datasets]
    if set(roles) <= set(_KNOWN) and len(set(roles)) == len(roles):
        by_role = dict(zip(roles, datasets, strict=True))
        if set(by_role) != {variable.name for variable in variables}:
            expected = ", ".join(variable.name for variable in variables)
            problems.append(f"layer {layer.name} has {', '.join(roles)}, the model expects {expected}")
            return
        datasets = [by_role[variable.name] for variable in variables]
    for variable, dataset in zip(variables, datasets, strict=True):
        if tuple(variable.shape) != dataset.shape:
            problems.append(
                f"{layer.name} {variable.name} has shape {dataset.shape}, "
                f"the model expects {tuple(variable.shape)}"
            )
        elif dataset.dtype.kind not in "fiu":
            problems.append(f"{layer.name} {variable.name} holds no numbers")
        pairs.append((variable, dataset))


def _role(dataset: h5py.Dataset) -> str:
    """Return what an array is for by its name: `fc6/kernel:0` and Keras 1's `fc6_W_1:0` are kernels."""
    name = dataset.name.rpartition("/")[2].partition(":")[0]
    stem, _, number = name.rpartition("_")
    name = stem if number.isdigit() else name
    for role in (*_KNOWN, *_ROLES):
        if name == role or name.endswith(f"_{role}"):
            return _ROLES.get(role, role)
    return name


def _read(dataset: h5py.Dataset, path: Path) -> np.ndarray:
    array = np.asarray(dataset, dtype="float32")
    if not np.isfinite(array).all():
        raise DataError(f"{path} is damaged: {dataset.name} holds values that are not finite")
    return array
