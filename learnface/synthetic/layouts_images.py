"""FER2013 and FER+: one grey face of 48 x 48 pixels a sample."""

import csv
from pathlib import Path

import cv2
import numpy as np

from learnface.files import atomic_path
from learnface.labels import FER2013, FERPLUS
from learnface.synthetic.layout import Job, Layout, Written, film
from learnface.synthetic.media import grey, write_picture

__all__ = ["FER2013_LAYOUT", "FERPLUS_LAYOUT"]

_SPLITS = {"Training": 0.8, "PublicTest": 0.1, "PrivateTest": 0.1}
_FOLDERS = {"Training": "FER2013Train", "PublicTest": "FER2013Valid", "PrivateTest": "FER2013Test"}
_VOTES = [
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
    "unknown",
    "NF",
]


def _write_face(job: Job, folder: Path) -> Written:
    face = _face(job, FER2013_LAYOUT)
    record = {
        "emotion": FER2013.index(job.emotion),
        "pixels": " ".join(map(str, face.ravel())),
        "Usage": job.split,
    }
    return Written([], record)


def _write_voted_face(job: Job, folder: Path) -> Written:
    face, name = _face(job, FERPLUS_LAYOUT), f"fer{job.number:07d}.png"
    write_picture(folder / _FOLDERS[job.split] / name, face)
    # FER2013 has no contempt: its labeller would have taken it for neutral.
    fer2013 = FER2013.index("neutral" if job.emotion == "contempt" else job.emotion)
    record = {
        "emotion": fer2013,
        "pixels": " ".join(map(str, face.ravel())),
        "Usage": job.split,
        "name": name,
        "votes": _votes(job),
    }
    return Written([f"{_FOLDERS[job.split]}/{name}"], record)


def _face(job: Job, layout: Layout) -> np.ndarray:
    clip = film(job, layout, frames=1, course="hold", size=96, zoom=1.4)
    return cv2.resize(grey(clip.frames[0]), (48, 48), interpolation=cv2.INTER_AREA)


def _votes(job: Job) -> list[int]:
    """Return ten votes of imagined annotators, most of whom agree with the truth."""
    rng = job.rng()
    rng.random(16)
    agreement = rng.choice([0.95, 0.8, 0.55], p=[0.55, 0.3, 0.15])
    chances = np.full(10, (1 - agreement) * 0.45 / 9)
    chances[0] += (1 - agreement) * 0.55  # what is not seen is called neutral
    chances[FERPLUS.index(job.emotion)] += agreement
    return rng.multinomial(10, chances / chances.sum()).tolist()


def _finish_csv(folder: Path, records: list[dict]) -> None:
    names = ["emotion", "pixels", "Usage"]
    _write_rows(folder / "fer2013.csv", [names, *([r[n] for n in names] for r in records)])


def _finish_votes(folder: Path, records: list[dict]) -> None:
    _finish_csv(folder, records)
    rows = [[r["Usage"], r["name"], *r["votes"]] for r in records]
    _write_rows(folder / "fer2013new.csv", [["Usage", "Image name", *_VOTES], *rows])
    for split, name in _FOLDERS.items():
        rows = [[r["name"], "(0, 0, 48, 48)", *r["votes"]] for r in records if r["Usage"] == split]
        _write_rows(folder / name / "label.csv", rows)


def _write_rows(path: Path, rows: list[list]) -> None:
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


FER2013_LAYOUT = Layout(
    "fer2013",
    "fer2013.csv: emotion, 48 x 48 grey pixels, Usage. No learner is in two splits.",
    FER2013,
    48,
    1,
    _SPLITS,
    _write_face,
    _finish_csv,
    fixed_size=True,
    amplitudes=(0.55, 1.15),
)
FERPLUS_LAYOUT = Layout(
    "ferplus",
    "fer2013.csv with ten votes a face, in fer2013new.csv and in FER2013{Train,Valid,Test}/label.csv.",
    FERPLUS,
    48,
    1,
    _SPLITS,
    _write_voted_face,
    _finish_votes,
    fixed_size=True,
    amplitudes=(0.55, 1.15),
)
