"""Progress of a training with the time left: a live bar in a terminal, a line an epoch everywhere."""

import time

import keras
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

__all__ = ["Progress", "duration"]


class Progress(keras.callbacks.Callback):
    """Show how far a training is, how well it does, and how long it will take.

    Args:
        steps_per_epoch: batches in an epoch.
        first_epoch: the epoch that this process starts with.
        console: where to print; standard error by default.
    """

    def __init__(self, steps_per_epoch: int, first_epoch: int = 0, console: Console | None = None):
        super().__init__()
        self.steps_per_epoch = steps_per_epoch
        self.first_epoch = first_epoch
        self.console = console or Console(stderr=True)
        self._bar: Bar | None = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Start the bar and the clock."""
        epochs = self.params["epochs"]
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("left"), TimeRemainingColumn())
        self._bar = Bar(*columns, console=self.console, transient=True, disable=not self.console.is_terminal)
        self._task = self._bar.add_task("training", total=(epochs - self.first_epoch) * self.steps_per_epoch)
        self._bar.start()
        self._start = time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Name the epoch on the bar."""
        self._bar.update(self._task, description=f"epoch {epoch + 1}/{self.params['epochs']}")

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Move the bar."""
        self._bar.advance(self._task)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Print the epoch's figures and the time left if all epochs are run."""
        epochs = self.params["epochs"]
        spent = time.monotonic() - self._start
        left = spent / (epoch + 1 - self.first_epoch) * (epochs - epoch - 1)
        figures = "  ".join(f"{name} {value:.4g}" for name, value in (logs or {}).items())
        line = f"epoch {epoch + 1}/{epochs}  {figures}  ({duration(left)} left)"
        self.console.print(line, highlight=False, soft_wrap=True)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Take the bar away."""
        self.close()

    def close(self) -> None:
        """Take the bar away, also where an error or Ctrl-C ended the training: Keras does not tell of these."""
        if self._bar is not None:
            self._bar.stop()


def duration(seconds: float) -> str:
    """Return a time as people say it.

    Example:
        >>> duration(42), duration(200), duration(7300)
        ('42 s', '3 min 20 s', '2 h 1 min')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
