"""A network with its labels: faces in, probabilities out."""

from collections.abc import Sequence

import keras
import numpy as np

from learnface.errors import DataError

__all__ = ["Network", "check_probabilities", "model_labels", "takes_regions"]

DEFAULT_SIZE = 48  # of a network that takes any size


class Network:
    """A Keras model that tells the expression of a face, with the names of its classes.

    It is called through one compiled function, so that a loop over many pictures neither compiles again nor
    grows in memory.

    Args:
        model: takes `(batch, height, width, 1 or 3)` float32 in [0, 1], or five pictures of each face (see
            `takes_regions`), and gives `(batch, classes)` probabilities.
        labels: names of the classes in order; None means those the model carries.
        flip: whether to average the probabilities of each face and its mirror image.

    Raises:
        DataError: the model has no labels, others than those given, or another number of outputs than labels.
    """

    takes_clips = False

    def __init__(self, model: keras.Model, labels: Sequence[str] | None = None, flip: bool = False):
        self.card = getattr(model, "card", None)
        self.labels = model_labels(model, labels)
        self.flip = flip
        self.takes_regions = takes_regions(model)
        self.size, self.channels = _input_of(model)
        self._bgr = getattr(self.card, "colour", "") == "BGR"
        classes = _output_of(model)
        if classes != len(self.labels):
            raise DataError(
                f"the model {model.name!r} has {classes} outputs but {len(self.labels)} labels were given: "
                "give one label for each output, in order"
            )
        # A shell of its own: compiling here must not change how the caller's model was compiled.
        self._model = keras.Model(model.inputs, model.outputs, name=model.name)
        self._model.jit_compile = False  # XLA would compile again for every number of faces

    def probabilities(self, faces: np.ndarray) -> np.ndarray:
        """Return `(batch, classes)` probabilities of faces.

        Args:
            faces: `(batch, height, width, channels)` uint8; `(batch, 5, height, width, channels)` for a model of
                regions.

        Raises:
            DataError: the model gives no probabilities.
        """
        faces = np.asarray(faces)
        if not len(faces):
            return np.zeros((0, len(self.labels)), np.float32)
        faces = (faces[..., ::-1] if self._bgr else faces).astype(np.float32) / 255
        result = self._model.predict_on_batch(faces)
        if self.flip:
            result = (result + self._model.predict_on_batch(faces[..., ::-1, :])) / 2
        result = np.asarray(result, np.float32)
        check_probabilities(result, self._model.name)
        return result


def check_probabilities(rows: np.ndarray, name: str) -> None:
    """Raise DataError where rows of a model's outputs are no probabilities.

    Example:
        >>> check_probabilities(np.array([[0.25, 0.75]]), "model")
    """
    wrong = ~np.isclose(rows.sum(1), 1, atol=1e-2) | (rows < -1e-3).any(1)
    if wrong.any():
        raise DataError(
            f"the model {name!r} does not give probabilities (a row sums to {rows[wrong][0].sum():.3g}): "
            "give a classifier that ends in softmax"
        )


def model_labels(model: keras.Model, given: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the names of a model's classes, in the order of its outputs.

    They are looked for in the model's card (`model.card.labels`), then in `model.labels`.

    Args:
        model: the model.
        given: names to take in their place, such as translations; never the model's own in another order.

    Raises:
        DataError: the model carries no labels and none are given, or those given have a name twice, none at all, or
            one of the model's own in another place.
    """
    own = getattr(getattr(model, "card", None), "labels", None) or getattr(model, "labels", None)
    if given is not None:
        given = tuple(given)
        if len(set(given)) < len(given) or not all(given):
            raise DataError(
                f"the labels are {', '.join(map(repr, given))}: give every class a name of its own"
            )
        if own and any(name in own and list(own).index(name) != place for place, name in enumerate(given)):
            raise DataError(
                f"the model {model.name!r} carries its own labels, {', '.join(own)}: leave out labels, or keep "
                "their order"
            )
        return given
    if not own:
        raise DataError(
            f"the model {model.name!r} carries no labels: give them in the order of its outputs, as in "
            "Recognizer(model, labels=('happy', 'sad'))"
        )
    return tuple(own)


def takes_regions(model: keras.Model) -> bool:
    """Tell whether a model takes five pictures of a face, cut out already, as `five_branch((5, ...))` does.

    Such a model has an input called `"regions"`; without its name it would be one of clips of five frames.

    Example:
        >>> from learnface.models import five_branch
        >>> takes_regions(five_branch((5, 48, 48, 1), backbone="fer_vgg"))
        True
    """
    inputs = getattr(model, "inputs", None)
    return bool(inputs) and len(inputs[0].shape) == 5 and inputs[0].name == "regions"


def _input_of(model: keras.Model) -> tuple[tuple[int, int], int]:
    """Return ((height, width), channels)."""
    inputs = getattr(model, "inputs", None)
    shape = tuple(inputs[0].shape) if inputs and len(inputs) == 1 else ()
    if takes_regions(model):
        shape = (shape[0], *shape[2:])
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
