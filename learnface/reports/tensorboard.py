"""Confusion matrices in TensorBoard, one picture an epoch."""

import io
from pathlib import Path

import keras
import tensorflow as tf

from learnface.callbacks import EpochScores
from learnface.errors import optional_import
from learnface.reports._fonts import use_fonts
from learnface.reports.confusion import confusion_picture

__all__ = ["ConfusionToTensorBoard"]


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
        self._scores = scores
        self._writer = tf.summary.create_file_writer(str(Path(log_dir) / "confusion"))

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
        self._writer.close()
