"""What the layouts share: which clips a corpus holds, and how one is filmed."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from learnface.synthetic.clips import SyntheticClip, synthesise_clip
from learnface.synthetic.learner import Learner
from learnface.synthetic.scenes import OCCLUSIONS

__all__ = ["Job", "Layout", "Settings", "Written", "film", "learner_of", "plan"]


@dataclass(frozen=True)
class Settings:
    """What a corpus is made of; the arguments of `write_corpus`."""

    layout: str
    subjects: int
    clips_per_subject: int
    size: int
    frames: int
    seed: int
    amplitude: float
    occluded: float
    task: str
    supersample: int


@dataclass(frozen=True)
class Job:
    """One clip to write.

    Attributes:
        number: place among all of the corpus's clips.
        subject: place of the learner among all of them, from 0.
        clip: place among the learner's clips, from 0.
        take: how many of the learner's earlier clips have the same emotion.
        emotion: what to show.
        split: one of the layout's splits.
        settings: of the corpus.
    """

    number: int
    subject: int
    clip: int
    take: int
    emotion: str
    split: str
    settings: Settings

    def rng(self) -> np.random.Generator:
        """Return the source of what the layout draws for this clip."""
        return np.random.default_rng([self.settings.seed, 6, self.subject, self.clip])


@dataclass(frozen=True)
class Written:
    """What a job wrote.

    Attributes:
        units: the files and folders, relative to the corpus, that must be whole or absent.
        record: what the label files need to know of the clip, as JSON can hold it.
    """

    units: Sequence[str]
    record: dict


@dataclass(frozen=True)
class Layout:
    """How a corpus lies on disk.

    Attributes:
        name: of the corpus in the registry.
        describes: what the README says of it, one sentence.
        emotions: what the learners show, in turns.
        size: usual rows and columns of a frame.
        frames: usual number of frames.
        splits: name -> share of the learners.
        write: writes a job's clip under a folder.
        finish: writes label files for all records under the corpus's folder.
        fixed_size: whether only the usual size will do.
        amplitudes: smallest and largest strength, drawn for each clip.
        most_subjects: how many the layout's way of naming them can tell apart.
        supersample: rows and columns drawn for each one of a picture; 4 where tiny motions must be smooth.
        tasks: what a corpus in this layout can ask of a model; the layouts' own files tell.
    """

    name: str
    describes: str
    emotions: tuple[str, ...]
    size: int
    frames: int
    splits: dict[str, float]
    write: Callable[[Job, Path], Written]
    finish: Callable[[Path, list[dict]], None]
    fixed_size: bool = False
    amplitudes: tuple[float, float] = (0.75, 1.1)
    most_subjects: int = 9_999
    supersample: int = 2
    tasks: tuple[str, ...] = ("emotions",)


def plan(layout: Layout, settings: Settings, emotions: Sequence[str]) -> list[Job]:
    """Return every clip of a corpus; all clips of a learner are in one split."""
    jobs = []
    for subject in range(settings.subjects):
        split = _split(layout.splits, subject, settings.subjects)
        for clip in range(settings.clips_per_subject):
            emotion = emotions[(clip + subject) % len(emotions)]
            jobs.append(Job(len(jobs), subject, clip, clip // len(emotions), emotion, split, settings))
    return jobs


def film(job: Job, layout: Layout, **options) -> SyntheticClip:
    """Film a job's clip; `options` are those of `synthesise_clip`."""
    settings, rng = job.settings, job.rng()
    strength = float(rng.uniform(*layout.amplitudes)) * settings.amplitude
    occlusion = OCCLUSIONS[rng.integers(len(OCCLUSIONS))] if rng.random() < settings.occluded else None
    usual = {
        "frames": settings.frames,
        "size": settings.size,
        "amplitude": min(strength, 1.5),
        "occlusion": occlusion,
        "seed": settings.seed * 1000 + job.take,
        "supersample": settings.supersample,
    }
    return synthesise_clip(learner_of(job), job.emotion, **(usual | options))


def learner_of(job: Job) -> Learner:
    """Return the job's learner; learners of one seed are the same in every layout."""
    return _learner(job.settings.seed * 10_000 + job.subject)


@functools.lru_cache(maxsize=4)
def _learner(seed: int) -> Learner:
    return Learner(seed)


def _split(splits: dict[str, float], subject: int, subjects: int) -> str:
    """Return the split of a learner: the first ones train; every split gets at least one."""
    names = list(splits)
    counts = [max(1, round(subjects * splits[name])) for name in names[1:]]
    left = subjects - sum(counts)
    for name, count in zip(names, [left, *counts], strict=True):
        if subject < count:
            return name
        subject -= count
    return names[0]
