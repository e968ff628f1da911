"""The trainings behind wang2020's tables: one pretraining a backbone and seed, and heads on its features."""

import dataclasses
import functools
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from learnface.clips import Augmentation, Prepared, PrepareSettings, prepare
from learnface.corpora import get_corpus
from learnface.corpora.bnu_lsved import MERGE_TIRED
from learnface.corpora.splits import LeakWarning, paper_split
from learnface.errors import DataError
from learnface.reports import confusion_picture, save_picture
from learnface.training import LabelledFaces, RunReport, split_prepared
from learnface.transfer import Stage, nadam, pretrain, transfer_learn
from learnface.transfer.splitting import feature_layer

__all__ = ["Runs", "Settings"]

AUGMENTATION = Augmentation(flip=True, rotation=10)
COPIES = 4
STEP = 4  # every such frame of a sequence of BNU-LSVED
PATIENCE = 12
SCHEDULE_DECAY = 0.004  # the paper's, of Nadam
MODELS = {
    "lstm": "vggface_lstm",
    "rnn": "vggface_rnn",
    "fusion": "vggface_fusion",
    "image": "face_classifier",
}
_KINDS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("ck_plus", "stills"): {"kind": "wang2020"},
    ("bnu_lsved", "static"): {"kind": "static", "merge": MERGE_TIRED},
    ("bnu_lsved", "clips"): {"kind": "sequences", "merge": MERGE_TIRED},
}


@dataclasses.dataclass(frozen=True)
class Settings:
    """The arguments of `learnface.recipes.wang2020.run`, checked."""

    data: Path
    out: Path
    split: str
    backbones: Mapping[str, str | None]
    stills: str
    clips: str
    pretraining_epochs: int
    epochs: int
    learning_rate: float
    batch_size: int
    units: int
    dense: tuple[int, ...]
    size: int
    frames: int
    every: int | None
    detector: str | None
    landmarks: str | None
    processes: int


class Runs:
    """Trains what a table needs, once.

    Args:
        settings: the settings.

    Attributes:
        scores: by `row/backbone` the test scores of each seed.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.scores: dict[str, list[dict]] = {}
        self._seen: set[tuple[str, str, int]] = set()
        self._last: tuple[tuple[str, int], keras.Model, list[RunReport]] | None = None
        self._read: dict[str, tuple[Prepared, tuple[str, ...]]] = {}

    def score(self, row: str, backbone: str, seed: int) -> None:
        """Train and score one row of a table: `"stills"`, `"static"`, `"lstm"`, `"rnn"`, `"fusion"`, `"image"`."""
        if (row, backbone, seed) in self._seen:
            return
        self._seen.add((row, backbone, seed))
        classifier, reports = self._pretrained(backbone, seed)
        if row != "stills":
            reports = self._head(row, backbone, seed, classifier)
        scores = reports[-1].scores["test"]
        scores = {**scores, "seed": seed, "minutes": sum(r.seconds for r in reports) / 60}
        self.scores.setdefault(f"{row}/{backbone}", []).append(scores)
        picture = confusion_picture(
            scores["confusion"], scores["labels"], title=f"{row}, {backbone}, seed {seed}"
        )
        save_picture(picture, self._folder(backbone, seed) / f"{row}-confusion.png")

    def check(self, rows: Iterable[str]) -> None:
        """Read the indices that rows need, so that a missing corpus is told before hours of training.

        Raises:
            DataError: a corpus is missing or malformed.
        """
        parts = {"stills"} | {row if row in ("stills", "static") else "clips" for row in rows}
        for part in sorted(parts):
            self._index(part)

    def _folder(self, backbone: str, seed: int) -> Path:
        return self.settings.out / backbone / f"seed{seed}"

    def _pretrained(self, backbone: str, seed: int) -> tuple[keras.Model, list[RunReport]]:
        """Return the classifier of stills; only the last one is kept in memory."""
        if self._last is None or self._last[0] != (backbone, seed):
            samples, labels = self._samples("stills", seed)
            classifier, reports = pretrain(
                samples,
                labels,
                self._folder(backbone, seed) / "pretraining",
                backbone=backbone,
                backbone_weights=self.settings.backbones[backbone],
                stages=[Stage(self.settings.pretraining_epochs, self.settings.learning_rate)],
                model_options={"dense": self.settings.dense},
                seed=seed,
                name=f"wang2020/stills/{backbone}",
                **self._options(),
            )
            self._last = (backbone, seed), classifier, reports
        return self._last[1:]

    def _head(self, row: str, backbone: str, seed: int, classifier: keras.Model) -> list[RunReport]:
        samples, labels = self._samples("static" if row == "static" else "clips", seed)
        if row == "image":
            samples = {
                name: LabelledFaces(_middle(part.images), part.codes) for name, part in samples.items()
            }
        images = row in ("static", "image")
        given = {"dense": self.settings.dense} if images else {"units": self.settings.units}
        result = transfer_learn(
            samples,
            labels,
            self._folder(backbone, seed) / row,
            model=MODELS["image" if images else row],
            backbone=classifier.get_layer(feature_layer(classifier)),
            stages=[Stage(self.settings.epochs, self.settings.learning_rate, train="head")],
            model_options={} if row == "fusion" else given,
            copies=COPIES,
            # Those of all frames are the same for the LSTM, the recurrent layer and the mean.
            features=None if images else self._folder(backbone, seed) / "clip_features",
            save_model=False,  # a hundred networks of tens of megabytes, of which the table needs the scores
            seed=seed,
            name=f"wang2020/{row}/{backbone}",
            **self._options(),
        )
        return list(result.reports)

    def _options(self) -> dict[str, Any]:
        return {
            "batch_size": self.settings.batch_size,
            "augmentation": AUGMENTATION,
            "patience": PATIENCE,
            "optimizer": functools.partial(nadam, schedule_decay=SCHEDULE_DECAY),
        }

    def _samples(self, part: str, seed: int) -> tuple[dict[str, LabelledFaces], tuple[str, ...]]:
        faces, labels = self._faces(part)
        table = faces.samples  # a corpus's own split is kept
        if self.settings.split == "paper":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", LeakWarning)  # the table says so
                table = paper_split(faces.samples, validation=0.1, test=0.2, seed=seed)
        chosen = faces[:]
        chosen.samples = table
        disjoint = self.settings.split == "subject"
        return split_prepared(chosen, labels, validation=0.1, test=0.2, seed=seed, disjoint=disjoint), labels

    def _faces(self, part: str) -> tuple[Prepared, tuple[str, ...]]:
        """Return the prepared faces of a part, and its labels; each part is prepared once."""
        if part not in self._read:
            self._read[part] = self._prepare(part)
        return self._read[part]

    def _prepare(self, part: str) -> tuple[Prepared, tuple[str, ...]]:
        name, index, labels = self._index(part)
        settings = PrepareSettings(
            detector=self.settings.detector,
            landmarks=self.settings.landmarks,
            size=self.settings.size,
            frames=self.settings.frames if part == "clips" else None,
            every=self._every(name, index) if part == "clips" else 1,
        )
        folder = self.settings.out / "faces" / f"{name}-{part}"
        faces = prepare(index, folder, settings, processes=self.settings.processes)
        if faces.is_clips != (part == "clips"):
            raise DataError(
                f"{name} holds {'clips' if faces.is_clips else 'pictures'}: it cannot be the {part}"
            )
        return faces, labels

    def _index(self, part: str) -> tuple[str, pd.DataFrame, tuple[str, ...]]:
        """Return the corpus of a part, its index and its labels."""
        name = self.settings.stills if part == "stills" else self.settings.clips
        corpus = get_corpus(name)
        root = self.settings.data / name
        index = corpus.index(root if root.is_dir() else self.settings.data, **_KINDS.get((name, part), {}))
        return (
            name,
            index,
            tuple(index.attrs.get("labels") or (x for x in corpus.LABELS if x in set(index["label"]))),
        )

    def _every(self, corpus: str, index: pd.DataFrame) -> int:
        """Return which frames to take: the paper's every 4th of BNU-LSVED's 40, or the settings' own."""
        if self.settings.every is not None:
            return self.settings.every
        return (
            STEP if corpus == "bnu_lsved" and index["count"].min() > STEP * (self.settings.frames - 1) else 1
        )


def _middle(clips: Prepared) -> np.ndarray:
    """Return the middle frame of each clip."""
    frames = clips.read()
    return frames[:, frames.shape[1] // 2]
