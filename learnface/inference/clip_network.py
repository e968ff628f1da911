"""A network of clips with its labels: faces in one after the other, probabilities of the last window out."""

import copy
from collections import deque
from collections.abc import Iterable, Sequence

import keras
import numpy as np

from learnface.errors import DataError
from learnface.inference.network import check_probabilities, model_labels
from learnface.layers import FoldTime, UnfoldTime
from learnface.transfer.splitting import split_model

__all__ = ["ClipNetwork"]

DEFAULT_FRAMES = 10  # of a network that takes clips of any length


class ClipNetwork:
    """A clip model of learnface that slides over the frames of each face, with a stride of one frame.

    The features of a frame are computed once, although it is in as many windows as a window has frames; a
    window ends with the newest frame. At the beginning of a track, its first frame stands for those before.

    Args:
        model: takes `(batch, frames, height, width, 1 or 3)` float32 in [0, 1], and a mask if it was built
            with one, and gives `(batch, classes)` probabilities. One `FoldTime` and one `UnfoldTime` tell what
            in it looks at single frames.
        labels: names of the classes in order; None means those the model carries.

    Raises:
        DataError: the model is not as described, or has another number of outputs than labels.
    """

    takes_clips = True

    def __init__(self, model: keras.Model, labels: Sequence[str] | None = None):
        self.labels = model_labels(model, labels)
        self.card = getattr(model, "card", None)
        frames, height, width, self.channels = model.inputs[0].shape[1:]
        self.size = (height, width)
        kept = getattr(self.card, "preparation", {})
        self.frames = frames or kept.get("frames") or DEFAULT_FRAMES
        if model.outputs[0].shape != (None, len(self.labels)):
            raise DataError(
                f"the model {model.name!r} gives {model.outputs[0].shape}, not (batch, {len(self.labels)}): "
                "give one that tells the class of a whole clip, and one label for each output"
            )
        self._bgr = self.channels == 3 and getattr(self.card, "colour", "") == "BGR"
        self._name = model.name
        self._backbone = _frame_network(model)
        _, self._head = split_model(model)
        for part in (self._backbone, self._head):
            part.jit_compile = False  # XLA would compile again for every number of faces
        self._past: dict[int, deque] = {}

    def anew(self) -> "ClipNetwork":
        """Return this network without a memory of faces, for another video: people are numbered anew in each."""
        other = copy.copy(self)
        other._past = {}
        return other

    def over_time(self, numbers: Sequence[int], faces: np.ndarray) -> np.ndarray:
        """Return `(faces, classes)` probabilities, each of the window that ends with this face.

        Args:
            numbers: whose face each is.
            faces: `(faces, height, width, channels)` uint8 RGB or grey, in order of time.

        Raises:
            DataError: what the model gives are no probabilities.
        """
        if not len(faces):
            return np.zeros((0, len(self.labels)), np.float32)
        faces = np.asarray(faces)
        faces = (faces[..., ::-1] if self._bgr else faces).astype(np.float32) / 255
        features = self._backbone.predict_on_batch(faces)
        windows = np.stack([self._window(*pair) for pair in zip(numbers, features, strict=True)])
        inputs = windows if len(self._head.inputs) == 1 else [windows, np.ones(windows.shape[:2], bool)]
        result = np.asarray(self._head.predict_on_batch(inputs), np.float32)
        check_probabilities(result, self._name)
        return result

    def keep(self, numbers: Iterable[int]) -> None:
        """Forget all faces but these, so that memory stays bounded."""
        numbers = set(numbers)
        self._past = {number: past for number, past in self._past.items() if number in numbers}

    def _window(self, number: int, feature: np.ndarray) -> np.ndarray:
        if number not in self._past:
            self._past[number] = deque([feature] * self.frames, maxlen=self.frames)
        else:
            self._past[number].append(feature)
        return np.stack(self._past[number])


def _frame_network(model: keras.Model) -> keras.Model:
    """Return all that looks at single frames: from what `FoldTime` gives to what `UnfoldTime` takes."""
    folds, unfolds = (
        [layer for layer in model.layers if isinstance(layer, kind)] for kind in (FoldTime, UnfoldTime)
    )
    masks = model.inputs[1:]
    if len(folds) != 1 or len(unfolds) != 1 or len(masks) > 1 or any(mask.dtype != "bool" for mask in masks):
        raise DataError(
            f"the model {model.name!r} cannot slide: give one that takes clips, and a mask at most, and has a "
            "FoldTime and an UnfoldTime around what looks at one frame"
        )
    try:
        return keras.Model(folds[0].output, unfolds[0].input[0])
    except ValueError as error:
        raise DataError(
            f"the model {model.name!r} cannot slide: what its UnfoldTime takes comes from elsewhere than its "
            "FoldTime alone"
        ) from error
