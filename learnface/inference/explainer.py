"""Why a network says what it says: Grad-CAM of faces in pictures and videos, with all that a picture of it needs."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from learnface.clips.video import spread_frames
from learnface.errors import DataError
from learnface.faces.detect import Detector, Face
from learnface.faces.regions import FIVE_REGIONS
from learnface.inference.clip_network import DEFAULT_FRAMES
from learnface.inference.cropping import FaceCropper
from learnface.inference.grad_cam import grad_cam, map_layers, takes_mask
from learnface.inference.loading import load_model
from learnface.inference.map_area import Area
from learnface.inference.network import DEFAULT_SIZE, model_labels, takes_regions
from learnface.inference.pictures import read_picture

__all__ = ["Explainer", "Explanation"]

_BATCH = 8  # faces whose gradients are in memory at once


@dataclasses.dataclass(frozen=True)
class Explanation:
    """Where a network saw one output in one face or clip.

    Attributes:
        label: name of the output that is explained.
        value: its value; for a clip model that tells each frame, the mean.
        is_probability: whether the outputs are probabilities.
        maps: float32 `(pictures, map_height, map_width)`, see `learnface.inference.GradCam`.
        pictures: float32 in [0, 1], `(pictures, height, width, channels)`, grey or RGB.
        names: what each picture is, or nothing for a single face.
        weights: of each branch of a five-branch network, or None.
        box: `(x, y, width, height)` of the face in the picture, or None.
        area: `(x, y, width, height)` of the maps in `pictures`, in pixels; None stretches them over the whole.
    """

    label: str
    value: float
    is_probability: bool
    maps: np.ndarray
    pictures: np.ndarray
    names: tuple[str, ...] = ()
    weights: np.ndarray | None = None
    box: tuple[float, float, float, float] | None = None
    area: Area | None = None


class Explainer:
    """Finds faces and explains what a network says of them.

    A network of regions (`five_branch((5, height, width, channels))`) is given the five pictures of each face,
    cut by landmarks where the detector or the model's card has some. Of a clip model with a mask, all frames count.

    Args:
        model: a Keras model of faces or clips, the path of a `.keras` file, or None for learnface's own network.
        labels: names of the model's outputs in order; None means those the model carries.
        detector: as for `learnface.inference.Recognizer`.
        layer: name of the layer to look at; None takes the last one with maps.

    Raises:
        DataError: the model, its labels, the detector or the layer is not as described.

    Example:
        >>> Explainer().picture("photo.jpg")  # doctest: +SKIP
    """

    def __init__(
        self,
        model: keras.Model | str | Path | None = None,
        labels: Sequence[str] | None = None,
        detector: str | Detector | None = None,
        layer: str | None = None,
    ):
        self.model, self.layer = load_model(model), layer
        self.labels = model_labels(self.model, labels)
        self.card = getattr(self.model, "card", None)
        self.takes, self.frames, self.size, self.channels = _input_of(self.model)
        self.takes_regions = self.takes == "regions"
        self._cropper = FaceCropper(self, detector)
        self.detector = self._cropper.detector
        outputs = self.model.output_shape[-1]
        if outputs != len(self.labels):
            raise DataError(
                f"the model {self.model.name!r} has {outputs} outputs, but {len(self.labels)} labels"
            )
        self._bgr = getattr(self.card, "colour", "") == "BGR"
        self._weighting = _weighting(self.model)

    def check(self, label: str | None = None) -> None:
        """Check before any file is read that the model has this label, and the layer.

        Raises:
            DataError: it has not.
        """
        self._output(label)
        if self.layer is not None and self.layer not in (names := map_layers(self.model)):
            raise DataError(f"{self.model.name} has no maps {self.layer!r}: choose one of {', '.join(names)}")

    def picture(
        self, image: str | Path | np.ndarray, label: str | None = None, cropped: bool = False
    ) -> list[Explanation]:
        """Explain the faces of a picture, the largest first.

        Args:
            image: a path, or pixels: `(height, width, 3)` RGB or `(height, width)` grey, uint8.
            label: the output to explain; None explains each face's largest.
            cropped: whether the picture is one face already cut out; else faces are looked for.

        Returns:
            One explanation a face; none where no face is found.

        Raises:
            DataError: the file is no picture, the model takes clips, or there is no such label or layer.
        """
        if self.takes == "clip":
            what = f"{image} is a picture" if isinstance(image, str | Path) else "this is a picture"
            raise DataError(f"{what}, and the model {self.model.name!r} takes clips: give a video")
        output = self._output(label)
        image = read_picture(image) if isinstance(image, str | Path) else np.asarray(image)
        found = [None] if cropped else self.detector.detect(image)
        explanations = []
        for start in range(0, len(found), _BATCH):
            part = found[start : start + _BATCH]
            faces = np.stack([self._crop(image, face) for face in part])
            explanations += self._explain(faces, output, FIVE_REGIONS, [face and face.box for face in part])
        return explanations

    def clip(self, video: str | Path, label: str | None = None, cropped: bool = False) -> list[Explanation]:
        """Explain a clip model's output for the largest face of a video, frame by frame.

        Frames are taken at even steps from the whole video. Where no face is found in a frame, the last place
        of the face is looked at.

        Args:
            video: path of the file.
            label: as in `picture`.
            cropped: whether the video shows one face already cut out.

        Returns:
            One explanation, or none where no face is found.

        Raises:
            DataError: the file is no video, the model takes faces, or there is no such label or layer.
        """
        if self.takes != "clip":
            raise DataError(
                f"{video} is a video, and the model {self.model.name!r} takes single faces: give pictures"
            )
        output = self._output(label)
        frames = spread_frames(video, self.frames)
        frames += [frames[-1]] * (self.frames - len(frames))
        found = [None] * len(frames) if cropped else self._follow(frames)
        if not found:
            return []
        pairs = zip(frames, found, strict=True)
        clip = np.stack([self._crop(frame.image, face) for frame, face in pairs])
        return self._explain(clip[None], output, [f"{frame.time:.2f} s" for frame in frames], [None])

    def _explain(
        self, faces: np.ndarray, output: int | None, names: Sequence[str], boxes: Sequence
    ) -> list[Explanation]:
        given = faces[..., ::-1] if self._bgr else faces
        found = grad_cam(self.model, given, output, self.layer)
        values = found.outputs.reshape(len(faces), -1, len(self.labels)).mean(axis=1)
        sums = found.outputs.sum(axis=-1)
        is_probability = bool(np.allclose(sums, 1, atol=1e-2) and found.outputs.min() >= 0)
        pictures = found.pictures[..., ::-1] if self._bgr else found.pictures
        weights = [None] * len(faces)
        if self._weighting is not None:
            weights = self._weighting.predict_on_batch(given.astype(np.float32) / 255)
        return [
            Explanation(
                label=self.labels[chosen],
                value=float(values[number, chosen]),
                is_probability=is_probability,
                maps=found.maps[number],
                pictures=pictures[number],
                names=tuple(names) if len(found.maps[number]) == len(names) else (),
                weights=weights[number],
                box=boxes[number],
                area=found.area,
            )
            for number, chosen in enumerate(found.chosen)
        ]

    def _follow(self, frames: Sequence) -> list[Face]:
        """Return the face of each frame, or nothing where no frame has one."""
        found = [next(iter(self.detector.detect(frame.image)), None) for frame in frames]
        known = next((face for face in found if face), None)
        if known is None:
            return []
        for place, face in enumerate(found):
            known = found[place] = face or known
        return found

    def _crop(self, image: np.ndarray, face: Face | None) -> np.ndarray:
        """Return a face, or a picture that is one already, as the network wants it."""
        return self._cropper.whole(image) if face is None else self._cropper.crop(image, face)

    def _output(self, label: str | None) -> int | None:
        if label is None:
            return None
        if label not in self.labels:
            raise DataError(f"the model has no label {label!r}: choose one of {', '.join(self.labels)}")
        return self.labels.index(label)


def _input_of(model: keras.Model) -> tuple[str, int, tuple[int, int], int]:
    """Return what a model takes ("face", "regions" or "clip"), frames, (height, width) and channels."""
    inputs = getattr(model, "inputs", None) or ()
    shape = tuple(inputs[0].shape) if len(inputs) == 1 + takes_mask(model) else ()
    if len(shape) not in (4, 5) or shape[-1] not in (1, 3):
        raise DataError(
            f"the model {model.name!r} takes {shape or 'unknown'}: give one built for one input of shape "
            "(batch, height, width, 1 or 3) or (batch, frames, height, width, 1 or 3), this one also with a mask"
        )
    size = shape[-3] or DEFAULT_SIZE, shape[-2] or DEFAULT_SIZE
    if len(shape) == 4:
        return "face", 1, size, shape[-1]
    return "regions" if takes_regions(model) else "clip", shape[1] or DEFAULT_FRAMES, size, shape[-1]


def _weighting(model: keras.Model) -> keras.Model | None:
    """Return the part of a five-branch network that ends in the weights of its branches, built once."""
    if not any(layer.name == "branch_weights" for layer in model.layers):
        return None
    part = keras.Model(model.input, model.get_layer("branch_weights").output)
    part.jit_compile = False  # XLA would compile again for every number of faces
    return part
