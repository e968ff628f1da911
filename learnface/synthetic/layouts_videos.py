"""DAiSEE, Aff-Wild and Aff-Wild2: videos with engagement levels, or valence and arousal for each frame."""

from pathlib import Path

import numpy as np

from learnface.files import write_text
from learnface.synthetic.clips import SyntheticClip, synthesise_video
from learnface.synthetic.expressions import EMOTIONS
from learnface.synthetic.layout import Job, Layout, Written, film, learner_of
from learnface.synthetic.media import put_text, write_picture, write_video

__all__ = ["AFF_WILD2_LAYOUT", "AFF_WILD_LAYOUT", "DAISEE_LAYOUT"]

_AFFECTS = ("Boredom", "Engagement", "Confusion", "Frustration")
# What the learner shows -> the affect that it stands for.
_DAISEE = {"bored": "Boredom", "concentrated": "Engagement", "confused": "Confusion", "angry": "Frustration"}
_LABELS_2022 = "Third ABAW Annotations/VA_Estimation_Challenge"
_MOODS = tuple(name for name in EMOTIONS if name not in ("neutral", "repression"))
_UNRATED, _UNFOUND = 0.04, 0.05  # shares of frames without annotation, and without a face found


def _write_daisee(job: Job, folder: Path) -> Written:
    name = f"{11000 + job.subject // 10}{job.subject % 10}"  # six digits, as the corpus numbers its users
    name, level = f"{name}{job.clip + 1001:04d}", 1 + (job.take + job.subject) % 3
    clip = film(job, DAISEE_LAYOUT, amplitude=min(level / 3 * job.settings.amplitude, 1.5))
    path = f"DataSet/{job.split}/{name[:6]}/{name}"
    write_video(folder / path / f"{name}.avi", clip.frames, fps=30)
    affect = _DAISEE[job.emotion]
    levels = dict.fromkeys(_AFFECTS, 0) | {affect: level}
    if affect != "Engagement":  # who is not bored pays some attention
        levels["Engagement"] = 3 - level if affect == "Boredom" else 2
    return Written([path], {"split": job.split, "ClipID": f"{name}.avi", **levels})


def _finish_daisee(folder: Path, records: list[dict]) -> None:
    for split in (*DAISEE_LAYOUT.splits, "All"):
        rows = [record for record in records if split in ("All", record["split"])]
        # The corpus's own header ends in a blank.
        lines = ["ClipID,Boredom,Engagement,Confusion,Frustration "]
        lines += [",".join(str(row[name]) for name in ("ClipID", *_AFFECTS)) for row in rows]
        write_text(folder / "Labels" / f"{split}Labels.csv", "\n".join(lines) + "\n")


def _write_aff_wild(job: Job, folder: Path) -> Written:
    clip, number = _long_video(job), 101 + job.number
    video = f"videos/{job.split}/{number}.{'avi' if job.number % 4 == 3 else 'mp4'}"  # containers are mixed
    write_video(folder / video, clip.frames, fps=30)
    units = [video]
    if job.split == "train":  # the corpus keeps the labels of its test videos
        for name in ("valence", "arousal"):
            path = f"annotations/train/{name}/{number}.txt"
            put_text(folder / path, "".join(f"{value:.4f}\n" for value in getattr(clip, name)))
            units.append(path)
    found = _some(job, len(clip.frames), _UNFOUND)  # the others have no file
    for kind, points in (("bboxes", _box_corners(clip)), ("landmarks", clip.landmarks)):
        path = f"{kind}/{job.split}/{number}"
        for frame in np.flatnonzero(found):
            put_text(folder / path / f"{frame + 1}.pts", _pts(points[frame]))
        units.append(path)
    return Written(units, {})


def _write_aff_wild2(job: Job, folder: Path) -> Written:
    """Write cropped faces and one line of labels a frame; some of either are missing, as in the corpus."""
    clip = _long_video(job, zoom=1.4)
    frames, size = len(clip.frames), job.settings.size
    name = f"{job.number + 1}-30-{size}x{size}" if job.number % 3 else str(job.number + 1)
    found, rated = _some(job, frames, _UNFOUND), _some(job, frames, _UNRATED)
    crops, labels = f"cropped_aligned/{name}", f"{_LABELS_2022}/{job.split}/{name}.txt"
    for number in np.flatnonzero(found):
        write_picture(folder / crops / f"{number + 1:05d}.jpg", clip.frames[number])
    lines = [
        f"{v:.4f},{a:.4f}" if ok else "-5,-5"
        for v, a, ok in zip(clip.valence, clip.arousal, rated, strict=True)
    ]
    put_text(folder / labels, "\n".join(["valence,arousal", *lines]) + "\n")
    return Written([crops, labels], {})


def _some(job: Job, frames: int, absent: float) -> np.ndarray:
    """Return which frames have something, (frames,): the first one and most others."""
    rng = np.random.default_rng([job.settings.seed, 7, job.number, round(1000 * absent)])
    return (rng.random(frames) >= absent) | (np.arange(frames) == 0)


def _long_video(job: Job, zoom: float = 1.0) -> SyntheticClip:
    """Return a video of three emotions; `frames` in all, down to a multiple of three and at least twelve."""
    settings = job.settings
    rng = job.rng()
    others = [_MOODS[i] for i in rng.permutation(len(_MOODS)) if _MOODS[i] != job.emotion]
    return synthesise_video(
        learner_of(job), [job.emotion, *others[:2]], frames=max(4, settings.frames // 3), size=settings.size,
        amplitude=min(settings.amplitude, 1.5), zoom=zoom, seed=settings.seed * 1000 + job.clip,
        supersample=settings.supersample,
    )  # fmt: skip


def _box_corners(clip: SyntheticClip) -> np.ndarray:
    """Return the corners of a box around the landmarks and the forehead, (frames, 4, 2)."""
    low, high = clip.landmarks.min(1), clip.landmarks.max(1)
    low[:, 1] -= 0.25 * (high[:, 1] - low[:, 1])
    (left, top), (right, bottom) = low.T, high.T
    return np.stack([left, top, left, bottom, right, bottom, right, top], 1).reshape(-1, 4, 2)


def _pts(points: np.ndarray) -> str:
    lines = [f"{x:.3f} {y:.3f}" for x, y in points.tolist()]
    return "\n".join(["version: 1", f"n_points: {len(points)}", "{", *lines, "}"]) + "\n"


DAISEE_LAYOUT = Layout(
    "daisee",
    "DataSet/<split>/<user>/<clip>/<clip>.avi and four levels from 0 to 3 a clip in Labels/.",
    tuple(_DAISEE),
    128,
    60,
    {"Train": 0.6, "Validation": 0.2, "Test": 0.2},
    _write_daisee,
    _finish_daisee,
)
AFF_WILD_LAYOUT = Layout(
    "aff_wild",
    "videos/, annotations/ with valence and arousal of each frame, bboxes/ and landmarks/ of those with a "
    "face; test videos have no annotations.",
    _MOODS,
    128,
    72,
    {"train": 0.8, "test": 0.2},
    _write_aff_wild,
    lambda folder, records: None,
)
AFF_WILD2_LAYOUT = Layout(
    "aff_wild2",
    "cropped_aligned/<video>/<frame>.jpg and valence and arousal of each frame (-5 where there is none) in "
    f"{_LABELS_2022}/.",
    _MOODS,
    112,
    72,
    {"Train_Set": 0.8, "Validation_Set": 0.2},
    _write_aff_wild2,
    lambda folder, records: None,
)
