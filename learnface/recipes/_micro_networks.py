"""Networks of micro-expressions as methods of cross-validation: learn, choose the epoch on other people, predict."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from learnface.clips import MicroClips
from learnface.errors import DataError
from learnface.models import build
from learnface.training import Samples, inner_split, precision

__all__ = ["Network", "network_inputs"]

_STSTNET_SIDE = 28


@dataclass(frozen=True)
class Network:
    """A network that learns anew in every fold.

    The epoch with the lowest loss on an inner part of the training people is chosen, and the network learns anew for
    so many epochs from all training people, as the SVMs of the other methods do once their settings are chosen.

    Attributes:
        model: a name in `learnface.models.MODELS`.
        arguments: the builder's own arguments.
        inputs: which of `network_inputs` it takes.
        epochs: largest number of epochs.
        batch_size: clips a batch.
        learning_rate: of Adam.
        patience: epochs without a lower loss on the inner people after which training stops; None searches all.
        validation: share of the training clips, by whole people, that chooses the epoch.
        refit: whether to learn anew from all training people; else the weights of the chosen epoch predict, which
            have not seen the inner people.
        dtype_policy: precision, as `learnface.training.precision` takes it.
        jit_compile: whether to compile with XLA.
    """

    model: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ("frames", "flow")
    epochs: int = 6000
    batch_size: int = 50
    learning_rate: float = 5e-4
    patience: int | None = 100
    validation: float = 0.2
    refit: bool = True
    dtype_policy: str = "float32"
    jit_compile: bool = False

    def fit_predict(self, train: Samples, test: Samples, seed: int) -> tuple[NDArray, dict[str, Any]]:
        """Return the probabilities of the test clips, and notes.

        The notes are the chosen `epoch`, its `inner_loss`, and where there is patience `cut_off`: whether the largest
        number of epochs ended the search before it, so that a later epoch might have been better.

        Raises:
            DataError: the loss is not a number, or there are fewer than two training people.
        """
        learn, choose = inner_split(train, self.validation, seed)
        with precision(self.dtype_policy):
            model, reset = self._untrained(train, seed)
            notes = self._choose_epoch(model, learn, choose, np.random.default_rng(seed))
            if self.refit:
                reset()
                inputs, rng = self._arrays(train), np.random.default_rng(seed)
                for _ in range(notes["epoch"]):
                    self._epoch(model, inputs, train.codes, rng)
            return self._probabilities(model, self._arrays(test)), notes

    def _epoch(
        self, model: keras.Model, inputs: dict[str, Any], codes: NDArray, rng: np.random.Generator
    ) -> None:
        """Learn from each sample once.

        An epoch here has few and small steps, beside which the datasets that `fit` sets up for every epoch take
        most of the time.
        """
        for rows in self._batches(rng.permutation(len(codes))):
            model.train_on_batch(_take(inputs, rows), codes[rows])

    def _choose_epoch(
        self, model: keras.Model, learn: Samples, choose: Samples, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Train; afterwards the model holds the weights of the best epoch. Return the notes."""
        inputs, others = self._arrays(learn), self._arrays(choose)
        best = {"epoch": 0, "inner_loss": np.inf}
        for epoch in range(1, self.epochs + 1):
            self._epoch(model, inputs, learn.codes, rng)
            likely = self._probabilities(model, others)[np.arange(len(choose)), choose.codes]
            loss = float(-np.log(np.maximum(likely, 1e-7)).mean())
            if loss < best["inner_loss"]:
                best, weights = {"epoch": epoch, "inner_loss": loss}, model.get_weights()
            if self.patience and epoch - best["epoch"] >= self.patience:
                break
        if not best["epoch"]:
            raise DataError(f"the loss of {self.model} is not a number: give a smaller learning rate")
        model.set_weights(weights)
        return best | ({"cut_off": epoch - best["epoch"] < self.patience} if self.patience else {})

    def _probabilities(self, model: keras.Model, arrays: dict[str, Any]) -> NDArray[np.float32]:
        places = np.arange(len(next(iter(arrays.values()))))
        return np.concatenate([model.predict_on_batch(_take(arrays, rows)) for rows in self._batches(places)])

    def _batches(self, places: NDArray) -> list[NDArray]:
        return np.split(places, range(self.batch_size, len(places), self.batch_size))

    def _untrained(self, train: Samples, seed: int) -> tuple[keras.Model, Callable[[], None]]:
        """Return the network with new weights, and what takes it back to these.

        It is compiled once in a process, which takes longer than a fold.
        """
        keras.utils.set_random_seed(seed)
        shape = train.inputs[self.inputs[0]].shape[1:]
        if self.inputs == ("flow",):  # the builder is told of the frames that the flow came from
            shape = (shape[0] + 1, *shape[1:])
        arguments = tuple(sorted(self.arguments.items()))
        what = (self.model, arguments, tuple(shape), len(train.labels))
        fresh = _build(*what)
        model, optimizer_state = _compiled(*what, self.learning_rate, self.jit_compile, self.dtype_policy)

        def reset() -> None:
            for variable, new in zip(model.variables, fresh.variables, strict=True):
                variable.assign(new)
            for variable, value in zip(model.optimizer.variables, optimizer_state, strict=True):
                variable.assign(value)

        reset()
        return model, reset

    def _arrays(self, samples: Samples) -> dict[str, Any]:
        """Return the inputs as tensors of the backend: a device gets them once, and not at every step."""
        return {name: keras.ops.convert_to_tensor(_float(samples.inputs[name])) for name in self.inputs}


def network_inputs(clips: MicroClips) -> dict[str, NDArray]:
    """Return what the networks take: `frames`, `flow`, and `onset_apex` at the size of STSTNet.

    Flow is not scaled when it is resized: it stays in pixels of the aligned faces.
    """
    side = (_STSTNET_SIDE, _STSTNET_SIDE)
    pictures = clips.onset_apex.astype(np.float32)
    small = np.stack([cv2.resize(picture, side, interpolation=cv2.INTER_AREA) for picture in pictures])
    return {"frames": clips.frames, "flow": clips.flow, "onset_apex": small}


def _float(array: NDArray) -> NDArray[np.float32]:
    scaled = array.astype(np.float32)
    return scaled / 255 if array.dtype == np.uint8 else scaled


def _take(arrays: dict[str, Any], rows: NDArray) -> Any:
    """Return some samples as a model takes them: one tensor by itself, several by name."""
    chosen = {name: keras.ops.take(array, rows, axis=0) for name, array in arrays.items()}
    return chosen if len(chosen) > 1 else next(iter(chosen.values()))


def _build(
    model: str, arguments: tuple[tuple[str, Any], ...], shape: tuple[int, ...], classes: int
) -> keras.Model:
    return build(model, input_shape=shape, classes=classes, **dict(arguments))


@functools.lru_cache(maxsize=2)
def _compiled(
    model: str,
    arguments: tuple[tuple[str, Any], ...],
    shape: tuple[int, ...],
    classes: int,
    learning_rate: float,
    jit_compile: bool,
    dtype_policy: str,
) -> tuple[keras.Model, list[NDArray]]:
    """Return a compiled network, and the state that its optimiser begins with."""
    built = _build(model, arguments, shape, classes)
    loss = "sparse_categorical_crossentropy"
    built.compile(keras.optimizers.Adam(learning_rate), loss, jit_compile=jit_compile)
    # In mixed_float16 `compile` wraps the optimiser, and the scale of the loss is part of what it begins with.
    built.optimizer.build(built.trainable_variables)
    return built, [keras.ops.convert_to_numpy(variable) for variable in built.optimizer.variables]
