"""Videos rated frame by frame by several annotators: the form of mi2020's corpus, with a truth that is known.

Three tasks ask for different things of a model:

| task | valence and arousal of a frame are | so a model needs |
|---|---|---|
| `"emotions"` | those of the expression shown in it | the frame |
| `"late"` | those of the expression shown a second before, as annotators react late | memory |
| `"markers"` | where one of four like markers on the face trembles: right is pleasant, up aroused | memory and place |
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
STRENGTH = 0.6  # of valence and arousal in the task of markers
ZOOM = 1.3
_MOODS = tuple(name for name in EMOTIONS if name not in ("neutral", "repression"))


def _write_annotated_video(job: Job, folder: Path) -> Written:
    frames, affect = (_marked if job.settings.task == "markers" else _acted)(job)
    if job.settings.task == "late":
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
    """Return frames of a still face with four markers, of which one trembles, and what that means.

    Where a marker that rests lies is drawn from the places of one that trembles, so that no frame tells them
    apart by itself.
    """
    settings, rng = job.settings, job.rng()
    face = synthesise_clip(
        learner_of(job), "neutral", frames=1, course="hold", size=settings.size, zoom=ZOOM,
        seed=settings.seed * 1000 + job.clip, supersample=settings.supersample, noise=0,
    ).frames[0]  # fmt: skip
    corners = np.array([(x, y) for y in (-1, 1) for x in (-1, 1)])
    active = _turns(settings.frames, rng)
    angles = np.repeat(rng.uniform(0, 2 * np.pi, (1, 4)), settings.frames, axis=0)
    angles += 0.4 * 2 * np.pi * np.cumsum(active[:, None] == np.arange(4), axis=0)
    reach = settings.size / 16
    places = settings.size * (0.5 + 0.23 * corners) + rng.uniform(-1, 1, (4, 2)) * reach / 2
    places = places + reach * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    frames = np.stack([_with_markers(face, at, rng) for at in places])
    return frames, STRENGTH * corners[active] * [1.0, -1.0]


def _turns(frames: int, rng: np.random.Generator) -> np.ndarray:
    """Return which marker trembles in each frame: another one every 8 to 15 frames."""
    turns = [int(rng.integers(4))] * int(rng.integers(8, 16))
    while len(turns) < frames:
        turns += [(turns[-1] + int(rng.integers(1, 4))) % 4] * int(rng.integers(8, 16))
    return np.array(turns[:frames])


def _with_markers(face: np.ndarray, places: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    image = face.copy()
    radius = len(face) / 24
    for x, y in places:
        point = round(16 * x), round(16 * y)  # in sixteenths of a pixel
        cv2.circle(image, point, round(16 * radius), (250, 250, 250), -1, cv2.LINE_AA, shift=4)
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
    tasks=("emotions", "late", "markers"),
)
