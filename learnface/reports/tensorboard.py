"""Trainings in TensorBoard: curves, and the confusion matrix as one picture an epoch."""

import functools
import io
from collections.abc import Callable
from pathlib import Path

import keras
import tensorflow as tf

from learnface.callbacks import EpochScores
from learnface.errors import optional_import
from learnface.reports._fonts import use_fonts
from learnface.reports.confusion import confusion_picture

__all__ = ["ConfusionToTensorBoard", "tensorboard_callbacks"]


class ConfusionToTensorBoard(keras.callbacks.Callback):
    """Writes the confusion matrix of the validation set as a picture after each epoch.

    Give it behind the `EpochScores` whose matrix it draws, and `keras.callbacks.TensorBoard` the same folder
    for the curves:

        scores = EpochScores(validation, labels)
        fit(..., callbacks=[scores, ConfusionToTensorBoard(scores, "logs"), keras.callbacks.TensorBoard("logs")])

    Args:
        scores: the callback that scores the validation set.
        log_dir: TensorBoard's folder.

    Raises:
        MissingDependencyError: TensorBoard is not installed.
    """

    def __init__(self, scores: EpochScores, log_dir: str | Path):
        super().__init__()
        optional_import("tensorboard", extra="tensorboard")
        self._scores, self._log_dir = scores, Path(log_dir)

    @functools.cached_property
    def _writer(self) -> tf.summary.SummaryWriter:
        """The file, begun with the first picture, as a run may have ended before."""
        return tf.summary.create_file_writer(str(self._log_dir / "confusion"))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Draw the matrix."""
        title = f"epoch {epoch + 1}, accuracy {self._scores.scores['accuracy']:.1%}"
        figure = confusion_picture(self._scores.scores["confusion"], self._scores.labels, title=title)
        data = io.BytesIO()
        use_fonts(figure)
        figure.savefig(data, format="png")
        with self._writer.as_default():
            image = tf.image.decode_png(data.getvalue(), channels=3)
            tf.summary.image("confusion", image[None], step=epoch)
        self._writer.flush()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Close the file."""
        if "_writer" in vars(self):
            self._writer.close()
            del self._writer


def tensorboard_callbacks(
    log_dir: str | Path,
) -> Callable[[str, EpochScores | None], list[keras.callbacks.Callback]]:
    """Return what makes the callbacks of a stage that write its curves and confusion matrices for TensorBoard.

    Args:
        log_dir: TensorBoard's folder; each stage has a folder of its own in it.

    Returns:
        What `learnface.transfer.train_stages`, `fine_tune` and `transfer_learn` take as `callbacks`: a function
        of a stage's name and its `EpochScores`. Without these there are curves alone.

    Raises:
        MissingDependencyError: TensorBoard is not installed.

    Example:
        >>> make = tensorboard_callbacks("logs")  # train_stages(..., labels=labels, callbacks=make)
        >>> [type(callback).__name__ for callback in make("vggface_lstm/stage1", None)]
        ['TensorBoard']
    """
    optional_import("tensorboard", extra="tensorboard")

    def make(stage: str, scores: EpochScores | None) -> list[keras.callbacks.Callback]:
        folder = Path(log_dir) / stage
        curves = keras.callbacks.TensorBoard(str(folder), write_graph=False)
        return [curves, *([ConfusionToTensorBoard(scores, folder)] if scores else [])]

    return make
