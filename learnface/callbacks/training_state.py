"""Everything that a training needs to go on after a kill, in one file that is always whole."""

import json
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from learnface.errors import DataError
from learnface.files import atomic_path

__all__ = ["TrainingState"]


class TrainingState(keras.callbacks.Callback):
    """Write the state of the run at the end of each epoch, and bring it back.

    The file holds the variables of the model (its random generators included) and of the optimiser, the
    history, and a fingerprint of the run, so that the state of another run is never taken up by mistake.

    Args:
        path: file to write, ending in `.npz`.
        fingerprint: text that tells this run from others (settings, data, architecture).
        replayed: callbacks that learn from past epochs' logs, such as `keras.callbacks.EarlyStopping`;
            on resuming they are told of all of them.

    Attributes:
        history: list of the logs of each epoch, those of earlier processes included; `learning_rate` and
            `seconds` (the epoch's length) are added to Keras' own figures.
    """

    def __init__(
        self, path: str | Path, fingerprint: str = "", replayed: Sequence[keras.callbacks.Callback] = ()
    ):
        super().__init__()
        self.path = Path(path)
        self.fingerprint = fingerprint
        self.replayed = replayed
        self.history: list[dict[str, float]] = []

    def restore(self, model: keras.Model) -> int:
        """Bring a compiled model back to the saved state, if there is one.

        Returns:
            The epoch to go on with; 0 where nothing was saved.

        Raises:
            DataError: the file is damaged, or belongs to another run.
        """
        if not self.path.exists():
            return 0
        try:
            with self.path.open("rb") as file:
                arrays = dict(np.load(file, allow_pickle=False))
            record = json.loads(str(arrays.pop("record")))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise DataError(f"{self.path} is damaged ({error}): delete it to start the run again") from error
        if record["fingerprint"] != self.fingerprint:
            raise DataError(
                f"{self.path.parent} holds a run with other settings, data or model: "
                "choose another folder, or delete that one"
            )
        model.optimizer.build(model.trainable_variables)
        for name, variable in _variables(model).items():
            variable.assign(arrays[name])
        self.history = record["history"]
        return len(self.history)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Tell the other callbacks of the epochs before this process."""
        for callback in self.replayed:
            replay = getattr(callback, "replay", callback.on_epoch_end)
            for epoch, past in enumerate(self.history):
                replay(epoch, past)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start the epoch's clock."""
        self._start = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write the state."""
        figures = {name: float(value) for name, value in (logs or {}).items()}
        figures["learning_rate"] = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        figures["seconds"] = round(time.monotonic() - self._start, 2)
        self.history.append(figures)
        arrays = {name: keras.ops.convert_to_numpy(v) for name, v in _variables(self.model).items()}
        record = json.dumps({"fingerprint": self.fingerprint, "history": self.history})
        with atomic_path(self.path) as temporary, temporary.open("wb") as file:
            np.savez(file, record=np.array(record), **arrays)


def _variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Return the variables of model and optimiser by place: paths need not be unique, places are."""
    variables = {f"model/{place}": v for place, v in enumerate(model.variables)}
    return variables | {f"optimizer/{place}": v for place, v in enumerate(model.optimizer.variables)}
