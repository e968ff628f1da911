"""Recognise the expressions of all faces in pictures and videos."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from learnface.arguments import check_above, check_least
from learnface.clips.video import Frame
from learnface.errors import DataError
from learnface.faces.detect import Detector, Face
from learnface.inference._video_faces import BOX, FaceBatch, VideoFaces, face_table
from learnface.inference.clip_network import ClipNetwork
from learnface.inference.cropping import FaceCropper, frame_rate_of
from learnface.inference.loading import load_network
from learnface.inference.pictures import read_picture
from learnface.inference.smoothing import ExponentialSmoothing

__all__ = ["Recognizer"]


class Recognizer:
    """Finds faces and tells their expressions.

    Args:
        model: a Keras model of faces, of five pictures of each (`five_branch((5, height, width, channels))`, cut
            here) or of clips; the path of a `.keras` file; or None for the network of learnface.
        labels: names of the model's classes in order; None means those the model carries.
        detector: name of a detector (see `learnface.faces.detect`), or one built with `build_detector`; None
            takes the one by which the model's faces were cut in training, or the default one.
        batch_size: how many faces of a video go through the network together.
        min_size: side in pixels of the smallest face to look for; None means 1/20 of the longer side.
        flip: whether to average each face with its mirror image: steadier, twice the time.

    Raises:
        DataError: the model, its labels or the detector is not as described.

    Example:
        >>> recognizer = Recognizer()  # doctest: +SKIP
        >>> recognizer.predict("photo.jpg")  # doctest: +SKIP
    """

    def __init__(
        self,
        model: keras.Model | str | Path | None = None,
        labels: Sequence[str] | None = None,
        detector: str | Detector | None = None,
        batch_size: int = 32,
        min_size: float | None = None,
        flip: bool = False,
    ):
        check_least(1, batch_size=batch_size)
        check_above(0, min_size=min_size)
        self.network = load_network(model, labels, flip)
        self._cropper = FaceCropper(self.network, detector)
        self.detector = self._cropper.detector
        self.batch_size, self.min_size = batch_size, min_size

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the columns `p_<label>`."""
        return self.network.labels

    @property
    def frame_rate(self) -> float | None:
        """Frames a second of the clips that the model was trained on; None for pictures, or if unknown."""
        return frame_rate_of(self.network.card)

    def predict(self, image: str | Path | np.ndarray, source: str | None = None) -> pd.DataFrame:
        """Return one row for each face of a picture, the largest first.

        Args:
            image: a path, or pixels: `(height, width, 3)` RGB or `(height, width)` grey, uint8, as an array,
                a tensor or a Pillow picture.
            source: what to write in the column `source`; None means the path.

        Returns:
            A table with the columns `source`, `face` (from 0), `x`, `y`, `width`, `height` (pixels of the
            picture), `score` (the detector's confidence, NaN if it has none), `label`, `confidence` (its
            probability), and `p_<label>` for each class. No face gives no row.

        Raises:
            DataError: the file is no picture, the pixels are not as described, or the model takes clips.
        """
        self._check_takes_pictures()
        if isinstance(image, str | Path):
            source, image = source or str(image), read_picture(image)
        image = np.asarray(image)
        faces = self.detector.detect(image, min_size=self.min_size)
        probabilities = self._probabilities([self._cropper.crop(image, face) for face in faces])
        heads = [(source or "", number, *face.box, face.score) for number, face in enumerate(faces)]
        return self._with_labels(face_table(("source", "face", *BOX), heads), probabilities)

    def predict_batch(self, faces: Sequence[np.ndarray]) -> pd.DataFrame:
        """Return one row for each face that is already cut out, in order.

        Args:
            faces: pictures of one face each, `(height, width)`, `(height, width, 1)` or
                `(height, width, 3)` RGB, uint8, of any size; the middle square is taken.

        Returns:
            A table with the columns `label`, `confidence` and `p_<label>` for each class.

        Raises:
            DataError: the faces are not uint8 images, or the model takes clips.
        """
        self._check_takes_pictures()
        crops = [self._cropper.whole(np.asarray(face)) for face in faces]
        return self._with_labels(face_table((), [()] * len(crops)), self._probabilities(crops))

    def stream(
        self,
        video: str | Path,
        every: int = 1,
        fps: float | None = None,
        smoothing: float = 0.0,
        start: float | None = None,
        stop: float | None = None,
        damaged: str = "raise",
        on_frame: Callable[[Frame, list[Face]], None] | None = None,
    ) -> Iterator[pd.DataFrame]:
        """Yield tables with one row for each face and frame of a video; memory does not grow with it.

        A model of clips sees, for each row, the frames of that face up to this one (see `ClipNetwork`).

        Args:
            video: path of the file.
            every: look at every such frame only.
            fps: look at so many frames a second, in place of `every`; never at a frame twice.
            smoothing: share of the past in each face's probabilities, in [0, 1); 0 (the default) shows
                every frame as the network sees it.
            start: seconds; None from the beginning.
            stop: seconds; None to the end.
            damaged: `"raise"` or `"warn"` after the last readable frame of a damaged file.
            on_frame: called with every frame looked at and its faces, for progress and pictures.

        Yields:
            Tables with the columns of `predict`, and `frame` (number in the video, from `start` on) and
            `time` (seconds) after `source`. `face` is the number of a person, kept while the face is in view.

        Raises:
            DataError: the file is no video, an argument is wrong, or the file is damaged.
        """
        smoother = ExponentialSmoothing(smoothing)
        network = self.network.anew() if self.network.takes_clips else None
        faces = VideoFaces(self.detector, self._cropper, self.min_size, self.batch_size)
        batches = faces.batches(
            video, every=every, fps=fps, start=start, stop=stop, damaged=damaged, on_frame=on_frame
        )
        for batch in batches:
            probabilities = smoother.update(batch.numbers, self._over_time(batch, network))
            smoother.keep(batch.active)
            yield self._with_labels(batch.table(), probabilities)

    def _over_time(self, batch: FaceBatch, network: ClipNetwork | None) -> np.ndarray:
        """Return the probabilities of faces in a video, by a network that remembers this video's people."""
        if network is None:
            return self._probabilities(batch.crops)
        probabilities = network.over_time(batch.numbers, np.array(batch.crops))
        network.keep(batch.active)
        return probabilities

    def _check_takes_pictures(self) -> None:
        if self.network.takes_clips:
            raise DataError(
                "this model tells expressions from clips, not from single pictures: give it videos"
            )

    def _probabilities(self, crops: list[np.ndarray]) -> np.ndarray:
        starts = range(0, len(crops), self.batch_size) or (0,)
        batches = [np.array(crops[start : start + self.batch_size]) for start in starts]
        return np.concatenate([self.network.probabilities(batch) for batch in batches])

    def _with_labels(self, table: pd.DataFrame, probabilities: np.ndarray) -> pd.DataFrame:
        best = probabilities.argmax(1)
        table["label"] = pd.Series([self.labels[code] for code in best], dtype=str)
        table["confidence"] = probabilities.max(1).astype(float) if len(best) else np.zeros(0)
        for code, label in enumerate(self.labels):
            table[f"p_{label}"] = probabilities[:, code].astype(float)
        return table
