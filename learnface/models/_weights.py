"""Weights files of our own: one array a variable in a compressed NumPy archive, with a card beside it.

Weights are stored in half precision, which halves the package and moves no prediction by more than the
rounding; they are float32 again in the model. `<model>-<name>.npz` has its card in `<model>-<name>.json`.
"""

import zipfile
from collections.abc import Callable, Collection
from pathlib import Path

import keras
import numpy as np

from learnface.errors import DataError
from learnface.files import atomic_path, sha256
from learnface.models._card import ModelCard
from learnface.models._hdf5_weights import is_layered, load_hdf5
from learnface.models._keras_weights import has_automatic_names, load_keras_weights

__all__ = ["load_weights", "read_weights", "save_weights", "weights_card", "weights_names"]

FOLDER = Path(__file__).parent / "weights"


def weights_names(model: str) -> list[str]:
    """Return the names of the weights that the package carries for a model.

    Example:
        >>> weights_names("lenet5")
        []
    """
    return sorted(path.stem.removeprefix(f"{model}-") for path in FOLDER.glob(f"{model}-*.json"))


def weights_card(model: str, weights: str) -> ModelCard:
    """Return the card of a set of weights in the package.

    Raises:
        DataError: the package has no such weights; the message lists those it has.
    """
    path = FOLDER / f"{model}-{weights}.json"
    if not path.exists():
        have = weights_names(model) or "none"
        raise DataError(
            f"{model} has no weights {weights!r} in the package (it has: {have}); give a file's path"
        )
    return ModelCard.from_json(path.read_text(encoding="utf-8"))


def load_weights(
    model: keras.Model, builder: str, weights: str | Path, head: Collection[str] = ("predictions",)
) -> None:
    """Load packaged weights by name, or a `.npz`, `.keras` or HDF5 file by path, into `model`.

    Layers of a file go by their names. Of a `.keras` or `.weights.h5` file, the model is taken that has all
    layers of `model`: the saved one, or its backbone.

    Args:
        model: the model to fill. Its classification layer (`predictions`) may be absent.
        builder: name of the model's builder.
        weights: name of packaged weights, or path of a file.
        head: names of the classifier's layers in files of Keras 1 and 2, which `model` may lack.

    Raises:
        DataError: no such weights, a wrong hash, or weights that do not fit the model.
    """
    path = Path(weights)
    if path.suffix == ".npz":
        _assign(model, read_weights(path), path)
    elif is_layered(path):
        _load_layered(model, path, head)
    elif path.suffix in (".h5", ".hdf5", ".keras"):
        load_keras_weights(model, path)
    else:
        card = weights_card(builder, str(weights))
        path = FOLDER / f"{builder}-{weights}.npz"
        _check_classes(model, card, weights)
        if sha256(path) != card.sha256:
            raise DataError(f"{path} is damaged (its SHA-256 is not the card's): install learnface again")
        _assign(model, read_weights(path), path)
        model.card = card


def read_weights(path: str | Path) -> dict[str, np.ndarray]:
    """Return the arrays of a `.npz` weights file by variable path; nothing in the file is executed.

    Raises:
        DataError: the file is missing or is no weights file.
    """
    try:
        with Path(path).open("rb") as file:
            return dict(np.load(file, allow_pickle=False))
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist: give the path of a weights file") from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path} is not a whole .npz weights file ({error}): copy or download it again"
        ) from error


def save_weights(
    model: keras.Model,
    path: str | Path,
    rename: Callable[[str], str | None] = lambda name: name,
    dtype: str = "float16",
) -> str:
    """Write a model's weights (no optimiser or random state) to a `.npz` file, atomically.

    Args:
        model: the model to write.
        path: the file to write.
        rename: gives each variable's name in the file, or None to leave it out.
        dtype: precision of the file.

    Returns:
        The file's SHA-256.
    """
    arrays = {rename(v.path): keras.ops.convert_to_numpy(v).astype(dtype) for v in model.weights}
    arrays.pop(None, None)
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in sorted(arrays.items()):
            # A fixed date: the same weights give the same bytes and so the same hash.
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
    return sha256(path)


def _assign(model: keras.Model, arrays: dict[str, np.ndarray], path: Path) -> None:
    """Set every variable of `model`; all are checked before the first is changed."""
    variables = {v.path: v for v in model.weights}
    missing = sorted(set(variables) - set(arrays))
    if missing:
        raise DataError(
            f"{path} has no weights for {missing[:3]} of {model.name}: it belongs to another model"
        )
    for name, variable in variables.items():
        if tuple(variable.shape) != arrays[name].shape:
            raise DataError(
                f"{path} does not fit {model.name}: {name} has shape {arrays[name].shape}, "
                f"the model expects {tuple(variable.shape)}"
            )
    for name, variable in variables.items():
        variable.assign(arrays[name].astype("float32"))


def _load_layered(model: keras.Model, path: Path, head: Collection[str]) -> None:
    """Load a file of Keras 1 or 2; where Keras has numbered the layers, by their places, as Keras does."""
    if not has_automatic_names(model):
        load_hdf5(model, path, optional=set(head) - {layer.name for layer in model.layers})
        return
    try:
        model.load_weights(path)
    except (ValueError, OSError, KeyError) as error:
        raise DataError(f"{path} does not fit {model.name}: {error}") from error


def _check_classes(model: keras.Model, card: ModelCard, weights: str | Path) -> None:
    """Refuse a wrong number of classes with a message about classes, not about array shapes."""
    if model.layers[-1].name.startswith("predictions") and model.output_shape[-1] != len(card.labels):
        raise DataError(
            f"weights={str(weights)!r} has {len(card.labels)} classes {card.labels}, "
            f"not {model.output_shape[-1]}: build with classes={len(card.labels)}, or with include_top=False "
            "and a head of your own"
        )
