"""CK+, BNU-LSVED, folders of labelled clips, and a plain layout with all that is known of each frame."""

import csv
import io
from pathlib import Path

import numpy as np

from learnface.files import write_text
from learnface.labels import CK_PLUS
from learnface.synthetic.clips import SyntheticClip, synthesise_temporal_clip
from learnface.synthetic.expressions import EMOTIONS
from learnface.synthetic.layout import Job, Layout, Written, film, learner_of
from learnface.synthetic.media import grey, put_text, write_picture, write_video

__all__ = ["BNU_LSVED_LAYOUT", "CK_PLUS_LAYOUT", "LABELLED_CLIPS_LAYOUT", "PLAIN_LAYOUT", "write_table"]

_SPLITS = {"train": 0.7, "validation": 0.15, "test": 0.15}
_UNLABELLED = 5  # every fifth sequence of CK+ has no emotion file
_TRUTH = ("valence", "arousal", "intensity", "landmarks", "pupils", "weights", "poses")
_BNU_WORDS = {"confused": "puzzled", "surprise": "surprised"}


def _write_ck_plus(job: Job, folder: Path) -> Written:
    """Write frames from neutral to peak, landmarks of each, and mostly an emotion file."""
    frames = int(job.rng().integers(max(2, job.settings.frames * 3 // 4), job.settings.frames + 1))
    clip = film(job, CK_PLUS_LAYOUT, frames=frames, course="rise", zoom=0.95, motion=0.3)
    subject, sequence = ck_plus_subject(job.subject), f"{job.clip + 1:03d}"
    place, stem = f"{subject}/{sequence}", f"{subject}_{sequence}"
    images = clip.frames if job.subject % 10 == 9 else grey(clip.frames)  # a few are in colour
    for number, (image, points) in enumerate(zip(images, clip.landmarks, strict=True), 1):
        write_picture(folder / "cohn-kanade-images" / place / f"{stem}_{number:08d}.png", image)
        lines = "".join(f"   {x:.7e}   {y:.7e}\n" for x, y in points.tolist())
        put_text(folder / "Landmarks" / place / f"{stem}_{number:08d}_landmarks.txt", lines)
    units = [f"cohn-kanade-images/{place}", f"Landmarks/{place}"]
    labelled = (job.number + 1) % _UNLABELLED != 0
    if labelled:
        label = f"   {CK_PLUS.index(job.emotion):.7e}\n"
        put_text(folder / "Emotion" / place / f"{stem}_{frames:08d}_emotion.txt", label)
    elif job.number % 2:  # without a label, the corpus has an empty folder or none
        (folder / "Emotion" / place).mkdir(parents=True)
    if labelled or job.number % 2:
        units.append(f"Emotion/{place}")
    return Written(units, {})


def ck_plus_subject(subject: int) -> str:
    """Return a subject's folder; as in the corpus, the numbers begin at 5 and leave gaps."""
    return f"S{5 + 3 * subject:03d}"


def _write_bnu_lsved(job: Job, folder: Path) -> Written:
    clip = film(job, BNU_LSVED_LAYOUT)
    word, subject = _BNU_WORDS.get(job.emotion, job.emotion), f"subject{job.subject + 1:02d}"
    path = f"{word}/{subject}/{subject}_{word}_{job.clip + 1:03d}"
    for number, image in enumerate(clip.frames, 1):
        write_picture(folder / path / f"{number:04d}.bmp", image)
    felt = {name: round(float(getattr(clip, name)[clip.apex]), 4) for name in ("valence", "arousal")}
    return Written([path], {"path": path, "subject": subject, "label": word, **felt, "split": job.split})


def _write_labelled_clip(job: Job, folder: Path) -> Written:
    clip = _any_clip(job, LABELLED_CLIPS_LAYOUT)
    path = f"{clip.label}/{clip.subject}_{job.clip:03d}.mp4"
    write_video(folder / path, clip.frames)
    return Written([path], {"path": path, "subject": clip.subject, "label": clip.label, "split": job.split})


def _write_plain(job: Job, folder: Path) -> Written:
    """Write frames as PNG and, beside them, the truth about every frame as an npz file."""
    clip = _any_clip(job, PLAIN_LAYOUT)
    sample = f"{clip.subject}_{job.clip:03d}_{clip.label}"
    path = f"clips/{clip.subject}/{sample}"
    for number, image in enumerate(clip.frames):
        write_picture(folder / path / f"{number:05d}.png", image)
    truth = {name: getattr(clip, name) for name in _TRUTH}
    np.savez_compressed(folder / path / "truth.npz", units=np.array(clip.units), **truth)
    felt = {name: round(float(getattr(clip, name)[clip.apex]), 4) for name in ("valence", "arousal")}
    marks = {name: getattr(clip, name) for name in ("onset", "apex", "offset")}
    record = {
        "sample": sample,
        "subject": clip.subject,
        "split": job.split,
        "label": clip.label,
        "frames": path,
    }
    return Written([path], record | felt | marks)


def _any_clip(job: Job, layout: Layout) -> SyntheticClip:
    settings = job.settings
    if settings.task != "temporal":
        return film(job, layout)
    return synthesise_temporal_clip(
        learner_of(job), job.emotion, frames=settings.frames, size=settings.size,
        amplitude=min(settings.amplitude, 1.5), seed=settings.seed * 1000 + job.take,
        supersample=settings.supersample,
    )  # fmt: skip


def write_table(path: Path, records: list[dict], encoding: str = "utf-8") -> None:
    """Write records as a CSV file whose header is the first one's names."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    write_text(path, ("\ufeff" if encoding == "utf-8-sig" else "") + text.getvalue())


CK_PLUS_LAYOUT = Layout(
    "ck_plus",
    "Sequences from neutral to peak in cohn-kanade-images/, labels in Emotion/ (every fifth sequence has "
    "none), 68 landmarks a frame in Landmarks/.",
    CK_PLUS[1:],
    224,
    16,
    {"train": 1.0},
    _write_ck_plus,
    lambda folder, records: None,
    most_subjects=332,
)
BNU_LSVED_LAYOUT = Layout(
    "bnu_lsved",
    "<class>/<subject>/<sequence>/*.bmp and manifest.csv with subject, label, valence, arousal and split.",
    ("concentrated", "disgust", "distracted", "happy", "confused", "surprise", "tired"),
    128,
    40,
    _SPLITS,
    _write_bnu_lsved,
    lambda folder, records: write_table(folder / "manifest.csv", records, "utf-8-sig"),
)
LABELLED_CLIPS_LAYOUT = Layout(
    "labelled_clips",
    "<class>/<clip>.mp4 and manifest.csv with path, subject, label and split.",
    tuple(name for name in EMOTIONS if name != "repression"),
    128,
    16,
    _SPLITS,
    _write_labelled_clip,
    lambda folder, records: write_table(folder / "manifest.csv", records),
    tasks=("emotions", "temporal"),
)
PLAIN_LAYOUT = Layout(
    "plain",
    "clips/<subject>/<sample>/*.png with truth.npz (valence, arousal, intensity, landmarks, pupils, weights "
    "of expression units, head poses, frame by frame), and manifest.csv.",
    tuple(name for name in EMOTIONS if name != "repression"),
    96,
    16,
    _SPLITS,
    _write_plain,
    lambda folder, records: write_table(folder / "manifest.csv", records),
    tasks=("emotions", "temporal"),
)
