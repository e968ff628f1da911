"""Keep the weights of the best epoch on disk, whole at any moment."""

import math
from pathlib import Path

import keras

from learnface.errors import DataError
from learnface.files import atomic_path

__all__ = ["BestWeights"]


class BestWeights(keras.callbacks.Callback):
    """Save the weights whenever the monitored figure is the best so far; of equals that with the lower `val_loss`.

    An epoch whose figure is NaN is worse than any other.

    Unlike `keras.callbacks.ModelCheckpoint` the file is replaced atomically, so that a kill while writing
    leaves the former best; and unlike `EarlyStopping(restore_best_weights=True)` the best survives a restart.

    Args:
        path: file to write, ending in `.weights.h5`.
        monitor: name in the epoch's logs, such as `"val_accuracy"`.
        mode: `"max"` or `"min"`.

    Attributes:
        best: best value so far, or None.
        best_epoch: its epoch, counted from 0, or None.
    """

    def __init__(self, path: str | Path, monitor: str = "val_accuracy", mode: str = "max"):
        super().__init__()
        if mode not in ("max", "min"):
            raise DataError(f"mode must be 'max' or 'min', not {mode!r}")
        self.path = Path(path)
        self.monitor = monitor
        self.mode = mode
        self.best: float | None = None
        self._rank: tuple[float, float] | None = None
        self.best_epoch: int | None = None

    def replay(self, epoch: int, logs: dict[str, float]) -> None:
        """Take note of an epoch of an earlier process; its weights, if the best, are on disk already."""
        self._improves(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Save the weights if this epoch is the best so far."""
        if self._improves(epoch, logs or {}):
            with atomic_path(self.path) as temporary:
                # Keras insists on its own double suffix.
                written = temporary.with_suffix(".weights.h5")
                try:
                    self.model.save_weights(written)
                    written.replace(temporary)
                finally:
                    written.unlink(missing_ok=True)  # as after a full disk

    def _improves(self, epoch: int, logs: dict[str, float]) -> bool:
        if self.monitor not in logs:
            raise DataError(f"{self.monitor!r} is not among this run's figures: {', '.join(sorted(logs))}")
        value = float(logs[self.monitor])
        # On a handful of clips many epochs have the same accuracy, the first of them by chance.
        rank = (_finite(value if self.mode == "max" else -value), _finite(-float(logs.get("val_loss", 0))))
        if self._rank is not None and rank <= self._rank:
            return False
        self._rank, self.best, self.best_epoch = rank, value, epoch
        return True


def _finite(figure: float) -> float:
    """Return a figure that is the better the higher it is; NaN, with which nothing compares, is the worst."""
    return figure if math.isfinite(figure) else -math.inf
