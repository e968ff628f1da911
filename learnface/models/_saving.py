"""Saved models that carry their labels and preprocessing: a `.keras` file with a card inside."""

import zipfile
from pathlib import Path

import keras

from learnface.errors import DataError
from learnface.files import atomic_path
from learnface.models._card import ModelCard

__all__ = ["load", "save"]

_ENTRY = "learnface.json"


def save(model: keras.Model, path: str | Path, card: ModelCard) -> None:
    """Save a model as a `.keras` file that carries its card; plain `keras.models.load_model` reads it too.

    Args:
        model: the model to save.
        path: file to write, ending in `.keras`. It is written whole or not at all.
        card: the card; its labels must be as many as the model's outputs.

    Raises:
        DataError: the path or the number of labels is wrong.
    """
    path = Path(path)
    if path.suffix != ".keras":
        raise DataError(f"{path} must end in .keras")
    if model.output_shape[-1] != len(card.labels):
        raise DataError(
            f"the model has {model.output_shape[-1]} outputs but the card {len(card.labels)} labels"
        )
    with atomic_path(path) as temporary:
        model.save(temporary)
        with zipfile.ZipFile(temporary, "a") as archive:
            archive.writestr(_ENTRY, card.to_json())


def load(path: str | Path) -> keras.Model:
    """Load a model saved by `save`; its card is `model.card`. No code in the file is run (Keras' safe mode).

    Args:
        path: a `.keras` file.

    Raises:
        DataError: the file is missing, is no `.keras` file, or has no card.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"{path} does not exist: give the path of a saved model (.keras)")
    try:
        with zipfile.ZipFile(path) as archive:
            card = ModelCard.from_json(archive.read(_ENTRY).decode("utf-8"))
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    except KeyError as error:
        raise DataError(f"{path} has no learnface card: save it with learnface.models.save") from error
    except (zipfile.BadZipFile, ValueError, TypeError, OSError) as error:
        raise DataError(f"{path} cannot be loaded as a .keras model: {error}") from error
    model.card = card
    return model
