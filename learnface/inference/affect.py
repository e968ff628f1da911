"""Valence and arousal of all faces in pictures and videos.

    recognizer = AffectRecognizer("affect.keras")
    for table in recognizer.stream("lesson.mp4", fps=5):
        print(table[["time", "face", "valence", "arousal"]])

A recurrent model sees a video frame by frame, with a state for each face that ends when the face is lost.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from learnface.arguments import check_above
from learnface.clips.video import Frame
from learnface.errors import DataError
from learnface.faces.detect import Detector, Face
from learnface.faces.regions import FIVE_REGIONS
from learnface.inference._video_faces import BOX, VideoFaces, face_table
from learnface.inference.cropping import FaceCropper, frame_rate_of
from learnface.inference.network import DEFAULT_SIZE, takes_regions
from learnface.inference.pictures import read_picture
from learnface.inference.streaming import FaceStreams, StreamingModel
from learnface.labels import VALENCE_AROUSAL
from learnface.models import load

__all__ = ["AffectRecognizer"]


class AffectRecognizer:
    """Finds faces and tells their valence and arousal.

    Args:
        model: the path of a file saved by `learnface.models.save` with the labels `("valence", "arousal")`, or
            a Keras model with these outputs. It takes faces, or five pictures of each (`five_branch`), or clips
            of faces and is then recurrent (see `learnface.inference.StreamingModel`).
        detector: see `learnface.inference.Recognizer`.
        min_size: side in pixels of the smallest face to look for; None means 1/20 of the longer side.

    Raises:
        DataError: the model or the detector is not as described.

    Example:
        >>> recognizer = AffectRecognizer("affect.keras")  # doctest: +SKIP
        >>> recognizer.predict("photo.jpg")  # doctest: +SKIP
    """

    labels = VALENCE_AROUSAL

    def __init__(
        self,
        model: keras.Model | str | Path,
        detector: str | Detector | None = None,
        min_size: float | None = None,
    ):
        check_above(0, min_size=min_size)
        self.min_size = min_size
        self.model = model if isinstance(model, keras.Model) else load(model)
        self.card = getattr(self.model, "card", None)
        self._order = _order(self.model)
        shape = tuple(self.model.inputs[0].shape)
        self.takes_regions = takes_regions(self.model)
        self._is_clip_model = len(shape) == 5 and not self.takes_regions
        height, width, channels = shape[-3:]
        if channels not in (1, 3):
            raise DataError(f"the model {self.model.name!r} takes {shape}: its faces must be grey or RGB")
        self.size, self.channels = (height or DEFAULT_SIZE, width or DEFAULT_SIZE), channels
        self._cropper = FaceCropper(self, detector)
        self.detector = self._cropper.detector
        self._bgr = getattr(self.card, "colour", "") == "BGR"
        self._step = StreamingModel(self.model) if self._is_clip_model else _Stateless(self.model)

    @property
    def frame_rate(self) -> float | None:
        """Frames a second that the model was trained on, if its card tells."""
        return frame_rate_of(self.card)

    def predict(self, image: str | Path | np.ndarray, source: str | None = None) -> pd.DataFrame:
        """Return one row for each face of a picture, the largest first.

        Args:
            image: a path, or pixels: `(height, width, 3)` RGB or `(height, width)` grey, uint8, as an array,
                a tensor or a Pillow picture.
            source: what to write in the column `source`; None means the path.

        Returns:
            A table with the columns `source`, `face` (from 0), `x`, `y`, `width`, `height` (pixels of the
            picture), `score` (of the detector), `valence` and `arousal`. No face gives no row.

        Raises:
            DataError: the file is no picture, or the pixels are not as described.
        """
        if isinstance(image, str | Path):
            source, image = source or str(image), read_picture(image)
        image = np.asarray(image)
        faces = self.detector.detect(image, min_size=self.min_size)
        crops = [self._cropper.crop(image, face) for face in faces]
        affect = self._streams().update(range(len(faces)), self._pixels(crops))
        heads = [(source or "", number, *face.box, face.score) for number, face in enumerate(faces)]
        return self._with_affect(face_table(("source", "face", *BOX), heads), affect)

    def stream(
        self,
        video: str | Path,
        every: int = 1,
        fps: float | None = None,
        start: float | None = None,
        stop: float | None = None,
        damaged: str = "raise",
        on_frame: Callable[[Frame, list[Face]], None] | None = None,
    ) -> Iterator[pd.DataFrame]:
        """Yield tables with one row for each face and frame of a video; memory does not grow with it.

        Args:
            video: path of the file.
            every: look at every such frame only.
            fps: look at so many frames a second, in place of `every`; a recurrent model wants the rate that
                it was trained at.
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
        streams = self._streams()
        faces = VideoFaces(self.detector, self._cropper, self.min_size)
        batches = faces.batches(
            video, every=every, fps=fps, start=start, stop=stop, damaged=damaged, on_frame=on_frame
        )
        for batch in batches:
            affect = [streams.update(numbers, self._pixels(crops)) for numbers, crops in batch.frames()]
            streams.keep(batch.active)
            yield self._with_affect(batch.table(), np.concatenate(affect or [np.zeros((0, 2))]))

    def _streams(self) -> "FaceStreams | _Stateless":
        """Return what remembers the people of one picture or video: they are numbered anew in each."""
        return FaceStreams(self._step) if self._is_clip_model else self._step

    def _pixels(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        """Return faces as the model wants them, `(faces, ..., height, width, channels)` float32 in [0, 1]."""
        pictures = (len(FIVE_REGIONS),) if self.takes_regions else ()
        pixels = np.array(crops, np.float32).reshape(-1, *pictures, *self.size, self.channels) / 255
        return pixels[..., ::-1] if self._bgr else pixels

    def _with_affect(self, table: pd.DataFrame, affect: np.ndarray) -> pd.DataFrame:
        affect = affect.astype(float)[:, self._order]
        return table.assign(valence=affect[:, 0], arousal=affect[:, 1])


class _Stateless:
    """A model of single faces in the form of `FaceStreams`."""

    def __init__(self, model: keras.Model):
        of_faces = len(model.inputs[0].shape) == 4 or takes_regions(model)
        if not of_faces or len(model.outputs) != 1 or len(model.outputs[0].shape) != 2:
            raise DataError(
                f"the model {model.name!r} must take faces (batch, height, width, channels) or clips (batch, "
                "frames, height, width, channels), and give one output (batch, 2)"
            )
        # A shell of its own: compiling here must not change how the caller's model was compiled.
        self._model = keras.Model(model.inputs, model.outputs, name=model.name)
        self._model.jit_compile = False  # XLA would compile again for every number of faces

    def update(self, numbers: Sequence[int], faces: np.ndarray) -> np.ndarray:
        return np.asarray(self._model.predict_on_batch(faces)) if len(faces) else np.zeros((0, 2), np.float32)

    def keep(self, numbers: Iterable[int]) -> None:
        pass


def _order(model: keras.Model) -> list[int]:
    """Return which outputs are valence and arousal, by the model's card if it has one."""
    labels = tuple(getattr(getattr(model, "card", None), "labels", VALENCE_AROUSAL))
    outputs = model.outputs[0].shape[-1]
    if sorted(labels) != sorted(VALENCE_AROUSAL) or outputs != 2:
        raise DataError(
            f"the model {model.name!r} gives {', '.join(labels)} ({outputs} outputs), not valence and arousal: "
            "give one saved with labels=('valence', 'arousal'), or leave out --va"
        )
    return [labels.index(name) for name in VALENCE_AROUSAL]
