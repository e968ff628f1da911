"""Models as they come: the one of learnface, a saved file, or one in memory, of pictures or of clips."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import keras

from learnface.errors import DataError
from learnface.inference.clip_network import ClipNetwork
from learnface.inference.network import Network, takes_regions

__all__ = ["load_model", "load_network"]

CARD = "learnface.json"  # in the files of learnface.models.save


def load_network(
    model: keras.Model | str | Path | None, labels: Sequence[str] | None = None, flip: bool = False
) -> Network | ClipNetwork:
    """Return a network from a model, from a saved file, or the one that comes with learnface.

    A model of clips gives a `ClipNetwork`, any other one a `Network`: also one of five pictures of each face.

    Args:
        model: a Keras model, the path of a `.keras` file, or None for `fer_vgg(weights="ferplus_occluded")`.
        labels: see `Network`.
        flip: see `Network`.

    Raises:
        DataError: the file is missing or holds no Keras model, or see `Network`.
    """
    model = load_model(model)
    is_image_model = not (model.inputs and len(model.inputs[0].shape) == 5)
    if is_image_model or takes_regions(model):
        return Network(model, labels, flip)
    if flip:
        raise DataError("flip is for networks of pictures: a model of clips looks at each frame once")
    return ClipNetwork(model, labels)


def load_model(model: keras.Model | str | Path | None) -> keras.Model:
    """Return a model as it is, from a saved file with its card if it has one, or the one of learnface.

    Args:
        model: see `load_network`.

    Raises:
        DataError: the file is missing or holds no Keras model.
    """
    if model is None:
        from learnface.models import fer_vgg

        return fer_vgg(weights="ferplus_occluded")
    return model if isinstance(model, keras.Model) else _load(Path(model))


def _load(path: Path) -> keras.Model:
    """Load a `.keras` file, with its card if it has one."""
    if not path.is_file():
        raise DataError(f"{path} does not exist: give a .keras file")
    try:
        with zipfile.ZipFile(path) as archive:
            has_card = CARD in archive.namelist()
        if has_card:
            from learnface.models import load

            return load(path)
        return keras.models.load_model(path, compile=False)
    except (zipfile.BadZipFile, ValueError, OSError, TypeError, KeyError) as error:
        if isinstance(error, DataError):
            raise
        reason = str(error).strip().split("\n")[0]
        raise DataError(f"{path} is not a Keras model that can be loaded: {reason}") from error
