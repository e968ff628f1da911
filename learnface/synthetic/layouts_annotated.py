"""Videos rated frame by frame by several annotators: the form of mi2020's corpus, with a truth that is known.

The tasks ask for different things of a model:

| task | valence and arousal of a frame are | so a model needs |
|---|---|---|
| `"emotions"` | those of the expression shown in it | the frame |
| `"late"` | those of the expression shown a second before, as annotators react late | memory |
| `"marker"` | where on the face a white marker is: right is pleasant, up is aroused | the place of things |
| `"late_marker"` | where the marker was a second before | place and memory |
"""

import csv
import io
from pathlib import Path

import cv2
import numpy as np

from learnface.files import write_text
from learnface.synthetic.clips import synthesise_clip, synthesise_video
from learnface.synthetic.expressions import EMOTIONS
from learnface.synthetic.layout import Job, Layout, Written, learner_of
from learnface.synthetic.media import write_video

__all__ = ["ANNOTATED_VIDEOS_LAYOUT"]

FPS = 5
LATE = 5  # frames, a second
ANNOTATORS = ("ann", "ben", "cho")
REACH = 0.38  # of the picture's side, from its middle to where valence or arousal is 1
ZOOM = 1.3
_MOODS = tuple(name for name in EMOTIONS if name not in ("neutral", "repression"))


def _write_annotated_video(job: Job, folder: Path) -> Written:
    task = job.settings.task
    frames, affect = (_marked if task.endswith("marker") else _acted)(job)
    if task.startswith("late"):
        affect = np.concatenate([np.repeat(affect[:1], LATE, axis=0), affect])[: len(affect)]
    subject = f"learner{learner_of(job).seed:04d}"
    video = f"videos/{subject}-{job.clip + 1}.mp4"
    write_video(folder / video, frames, fps=FPS)
    rng = np.random.default_rng([job.settings.seed, 8, job.number])
    ratings = {name: _rated(affect, rng).round(3).tolist() for name in ANNOTATORS}
    return Written([video], {"video": video, "subject": subject, "ratings": ratings})


def _acted(job: Job) -> tuple[np.ndarray, np.ndarray]:
    """Return frames and (frames, 2) valence and arousal of three emotions, one after another."""
    settings, rng = job.settings, job.rng()
    others = [_MOODS[i] for i in rng.permutation(len(_MOODS)) if _MOODS[i] != job.emotion]
    clip = synthesise_video(
        learner_of(job), [job.emotion, *others[:2]], frames=max(4, settings.frames // 3), size=settings.size,
        amplitude=min(settings.amplitude, 1.5), zoom=ZOOM, seed=settings.seed * 1000 + job.clip,
        supersample=settings.supersample,
    )  # fmt: skip
    return clip.frames, np.stack([clip.valence, clip.arousal], axis=1)


def _marked(job: Job) -> tuple[np.ndarray, np.ndarray]:
    """Return frames of a still face over which a marker wanders, and where it is: x and y from -1 to 1."""
    settings, rng = job.settings, job.rng()
    face = synthesise_clip(
        learner_of(job), "neutral", frames=1, course="hold", size=settings.size, zoom=ZOOM,
        seed=settings.seed * 1000 + job.clip, supersample=settings.supersample, noise=0,
    ).frames[0]  # fmt: skip
    time = np.arange(settings.frames)[:, None] / FPS
    rates, phases = rng.uniform(0.05, 0.2, (2, 2)), rng.uniform(0, 2 * np.pi, (2, 2))
    affect = sum(np.sin(2 * np.pi * r * time + p) for r, p in zip(rates, phases, strict=True)) / 2
    places = settings.size * (0.5 + REACH * affect * [1, -1])  # up is aroused, and rows count downwards
    return np.stack([_with_marker(face, at, rng) for at in places]), affect


def _with_marker(face: np.ndarray, place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    image = face.copy()
    x, y, radius = (round(16 * value) for value in (*place, len(face) / 16))  # in sixteenths of a pixel
    cv2.circle(image, (x, y), radius, (250, 250, 250), -1, cv2.LINE_AA, shift=4)
    return np.clip(image + rng.normal(0, 2, image.shape), 0, 255).astype(np.uint8)


def _rated(affect: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return what an annotator gives: the truth with a bias of their own and a slow wavering."""
    steps = rng.normal(0, 1, affect.shape).cumsum(axis=0)
    wavering = steps - np.linspace(0, 1, len(steps))[:, None] * steps[-1]  # a bridge: it ends where it began
    wavering *= 0.05 / max(float(wavering.std()), 1e-9)
    return np.clip(affect + rng.normal(0, 0.05, 2) + wavering, -1, 1)


def _finish(folder: Path, records: list[dict]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["video", "subject", "annotator", "time", "valence", "arousal"])
    for record in records:
        for annotator, ratings in record["ratings"].items():
            for place, (valence, arousal) in enumerate(ratings):
                writer.writerow(
                    [record["video"], record["subject"], annotator, round(place / FPS, 3), valence, arousal]
                )
    write_text(folder / "annotations.csv", text.getvalue())


ANNOTATED_VIDEOS_LAYOUT = Layout(
    "annotated_videos",
    "videos/<learner>-<number>.mp4 at 5 frames a second and annotations.csv with valence and arousal of each "
    "frame by three annotators.",
    _MOODS,
    128,
    60,
    {"train": 1.0},
    _write_annotated_video,
    _finish,
    tasks=("emotions", "late", "marker", "late_marker"),
)
