"""Methods for cross-validation, which worker processes import by this module's name."""

import multiprocessing
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["Counting", "NearestMean", "dying", "nearest_mean"]


def nearest_mean(train, test, seed):
    """Predict the class whose mean is nearest, with minus the distances as scores."""
    means = np.stack([train.inputs[train.codes == code].mean(axis=0) for code in range(len(train.labels))])
    return -np.linalg.norm(test.inputs[:, None] - means, axis=-1)


@dataclass
class NearestMean:
    """`nearest_mean` as an object, with the seed as a note."""

    scale: float = 1.0

    def fit_predict(self, train, test, seed):
        return self.scale * nearest_mean(train, test, seed), {"own_seed": seed}


@dataclass
class Counting:
    """`nearest_mean` that writes down whom it was tested on; a file says at whom to stop or die."""

    folder: str

    def __call__(self, train, test, seed):
        """Predict the test samples."""
        folder, person = Path(self.folder), test.index["subject"].iloc[0]
        if (folder / "die").exists() and (folder / "die").read_text() == person:
            os.kill(os.getpid(), signal.SIGKILL)
        if (folder / "stop").exists() and (folder / "stop").read_text() == person:
            raise ValueError("stopped")
        with (folder / "log").open("a") as file:
            file.write(person + "\n")
        return nearest_mean(train, test, seed)


def dying(train, test, seed):
    """`nearest_mean`, which dies at person c if it is in a worker process."""
    if "c" in set(test.index["subject"]) and multiprocessing.parent_process():
        os.kill(os.getpid(), signal.SIGKILL)
    return nearest_mean(train, test, seed)
