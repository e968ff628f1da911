"""The card that travels with weights and saved models: labels, preprocessing, origin, licence, scores."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from learnface.errors import DataError

__all__ = ["ModelCard"]


@dataclasses.dataclass(frozen=True)
class ModelCard:
    """What one must know to use a set of weights rightly.

    Attributes:
        model: name of the builder, such as `"fer_vgg"`.
        labels: class names in the order of the model's outputs.
        input_shape: `(height, width, channels)`, with `frames` in front for clips.
        colour: `"grey"`, `"RGB"` or `"BGR"`: what the channels are. Values are float32 in [0, 1].
        face: how faces were cut for training, so that prediction can do the same.
        preparation: how faces were cut and normalised, as settings of `learnface.clips.PrepareSettings`; and
            of clips, `frame_rate`, how many frames they had a second. Empty: the detector's box, as it is.
        corpus: what the weights were trained on.
        protocol: split, what chose the epoch and the settings, and on which rows the scores were taken.
        scores: measured figures by name, such as `{"accuracy": 0.85}`.
        licence: licence of the weights.
        url: where the weights were published, empty for those in the package.
        sha256: hash of the weights file, empty where there is none.
        notes: anything else a user should know, limits above all.

    Raises:
        DataError: two classes have one name, or one has none.

    Example:
        >>> card = ModelCard(model="fer_cnn", labels=("happy", "sad"), input_shape=(48, 48, 1))
        >>> ModelCard.from_json(card.to_json()) == card
        True
    """

    model: str
    labels: tuple[str, ...]
    input_shape: tuple[int, ...]
    colour: str = "grey"
    face: str = ""
    preparation: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    corpus: str = ""
    protocol: str = ""
    scores: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    licence: str = ""
    url: str = ""
    sha256: str = ""
    notes: str = ""

    def __post_init__(self):
        if len(set(self.labels)) < len(self.labels) or not all(self.labels):
            names = ", ".join(map(repr, self.labels))
            raise DataError(f"the labels are {names}: give every class a name of its own")

    def to_json(self) -> str:
        """Return the card as JSON text."""
        return json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "ModelCard":
        """Read a card from JSON text.

        Raises:
            DataError: the text is no card.
        """
        try:
            values = json.loads(text)
            for name in ("labels", "input_shape"):
                values[name] = tuple(values[name])
            return cls(**values)
        except (TypeError, KeyError, ValueError) as error:
            raise DataError(f"this is not a model card of learnface ({error})") from error
