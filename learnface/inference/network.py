"""A network with its labels: faces in, probabilities out."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from learnface.errors import DataError
from learnface.faces.crop import crop_face

__all__ = ["Network", "load_model", "load_network", "model_labels"]

CARD = "learnface.json"  # in the files of learnface.models.save
DEFAULT_SIZE = 48  # of a network that takes any size


class Network:
    """A Keras model that tells the expression of a face, with the names of its classes.

    It is called through one compiled function, so that a loop over many pictures neither compiles again nor
    grows in memory.

    Args:
        model: takes `(batch, height, width, 1 or 3)` float32 in [0, 1] and gives `(batch, classes)`
            probabilities.
        labels: names of the classes in order; None means those the model carries.
        flip: whether to average the probabilities of each face and its mirror image.

    Raises:
        DataError: the model has no labels, or another number of outputs than labels.
    """

    def __init__(self, model: keras.Model, labels: Sequence[str] | None = None, flip: bool = False):
        self.labels = tuple(labels) if labels is not None else model_labels(model)
        self.flip = flip
        self.size, self.channels = _input_of(model)
        self._bgr = getattr(getattr(model, "card", None), "colour", "") == "BGR"
        classes = _output_of(model)
        if classes != len(self.labels):
            raise DataError(
                f"the model {model.name!r} has {classes} outputs but {len(self.labels)} labels were given: "
                "give one label for each output, in order"
            )
        # A shell of its own: compiling here must not change how the caller's model was compiled.
        self._model = keras.Model(model.inputs, model.outputs, name=model.name)
        self._model.jit_compile = False  # XLA would compile again for every number of faces

    def crop(
        self, image: np.ndarray, box: Sequence[float], margin: float = 0.0, shift: float = 0.0
    ) -> np.ndarray:
        """Return a face as the network wants it, `(height, width, channels)` uint8."""
        return crop_face(image, box, self.size, margin, self.channels, shift)

    def probabilities(self, faces: np.ndarray) -> np.ndarray:
        """Return `(batch, classes)` probabilities of faces, `(batch, height, width, channels)` uint8."""
        faces = np.asarray(faces)
        if not len(faces):
            return np.zeros((0, len(self.labels)), np.float32)
        faces = (faces[..., ::-1] if self._bgr else faces).astype(np.float32) / 255
        result = self._model.predict_on_batch(faces)
        if self.flip:
            result = (result + self._model.predict_on_batch(faces[:, :, ::-1])) / 2
        result = np.asarray(result, np.float32)
        if not np.allclose(result.sum(1), 1, atol=1e-2) or result.min() < -1e-3:
            raise DataError(
                f"the model {self._model.name!r} does not give probabilities (a row sums to "
                f"{result.sum(1)[0]:.3g}): give a classifier that ends in softmax"
            )
        return result


def load_network(
    model: keras.Model | str | Path | None, labels: Sequence[str] | None = None, flip: bool = False
) -> Network:
    """Return a network from a model, from a saved file, or the one that comes with learnface.

    Args:
        model: a Keras model, the path of a `.keras` file, or None for `fer_vgg(weights="ferplus")`.
        labels: see `Network`.
        flip: see `Network`.

    Raises:
        DataError: the file is missing or holds no Keras model, or see `Network`.
    """
    return Network(load_model(model), labels, flip)


def load_model(model: keras.Model | str | Path | None) -> keras.Model:
    """Return a model as it is, from a saved file with its card if it has one, or the one of learnface.

    Args:
        model: see `load_network`.

    Raises:
        DataError: the file is missing or holds no Keras model.
    """
    if model is None:
        from learnface.models import fer_vgg

        return fer_vgg(weights="ferplus")
    return model if isinstance(model, keras.Model) else _load(Path(model))


def model_labels(model: keras.Model) -> tuple[str, ...]:
    """Return the names of a model's classes, in the order of its outputs.

    They are looked for in the model's card (`model.card.labels`), then in `model.labels`.

    Raises:
        DataError: the model carries no labels.
    """
    labels = getattr(getattr(model, "card", None), "labels", None) or getattr(model, "labels", None)
    if not labels:
        raise DataError(
            f"the model {model.name!r} carries no labels: give them in the order of its outputs, as in "
            "Recognizer(model, labels=('happy', 'sad'))"
        )
    return tuple(labels)


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


def _input_of(model: keras.Model) -> tuple[tuple[int, int], int]:
    """Return ((height, width), channels)."""
    inputs = getattr(model, "inputs", None)
    shape = tuple(inputs[0].shape) if inputs and len(inputs) == 1 else ()
    if len(shape) != 4 or shape[3] not in (1, 3):
        raise DataError(
            f"the model {model.name!r} takes {shape or 'unknown'}: give one built for one input of shape "
            "(batch, height, width, 1 or 3)"
        )
    return (shape[1] or DEFAULT_SIZE, shape[2] or DEFAULT_SIZE), shape[3]


def _output_of(model: keras.Model) -> int:
    if len(model.outputs) != 1 or len(model.outputs[0].shape) != 2:
        shapes = [tuple(output.shape) for output in model.outputs]
        raise DataError(f"the model {model.name!r} gives {shapes}: give one with one output (batch, classes)")
    return model.outputs[0].shape[1]
