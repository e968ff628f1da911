"""Time of a whole leave-one-subject-out with flow and features kept, against working them out in every fold.

    python benchmarks/loso.py [people] [clips of each] [pixels] [frames]

Clips are moving textures, whose class is the direction of a small patch; the method is FDM with its SVM, whose C is
chosen on inner folds. All three ways give the same predictions, which is checked. Prints the CPU time of each, and
how many times the first one is of it.
"""

import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import cv2
import numpy as np
import pandas as pd

from learnface.clips import flow_clip
from learnface.recipes._micro_baselines import METHODS
from learnface.training import GridSearch, Samples, cross_validate

FDM = METHODS["fdm"]
SEARCH = GridSearch(FDM.search.estimator, {"svc__C": (0.01, 1)}, folds=2)


def main(people: int = 16, each: int = 2, size: int = 64, frames: int = 10) -> None:
    """Print one row a way."""
    cv2.setNumThreads(1)
    index, clips = corpus(people, each, size, frames)
    ways = {
        "flow and features in every fold": lambda: validated(in_every_fold, index, clips),
        "flow kept, features in every fold": lambda: validated(features_in_every_fold, index, flows(clips)),
        "flow and features kept": lambda: validated(SEARCH, index, features(flows(clips))),
    }
    print(f"{people} people, {len(clips)} clips of {frames} frames, {size} x {size}")
    print("way | CPU, s | times")
    first, expected = None, None
    for name, way in ways.items():
        start = time.process_time()
        predicted = way()
        seconds = time.process_time() - start
        first, expected = first or seconds, predicted if expected is None else expected
        assert (predicted == expected).all(), "the ways differ in what they predict"
        print(f"{name} | {seconds:.1f} | {first / seconds:.1f}")


def validated(method: Callable, index: pd.DataFrame, inputs: np.ndarray) -> pd.Series:
    return cross_validate(method, index, inputs, progress=False).predictions["predicted"]


def flows(clips: np.ndarray) -> np.ndarray:
    return np.stack([flow_clip(clip) for clip in clips])


def features(flow: np.ndarray) -> np.ndarray:
    return FDM.features(SimpleNamespace(flow=flow))


def features_in_every_fold(train: Samples, test: Samples, seed: int):
    described = (
        Samples(part.index, part.rows, part.labels, features(part.inputs), part.codes)
        for part in (train, test)
    )
    return SEARCH.fit_predict(*described, seed)


def in_every_fold(train: Samples, test: Samples, seed: int):
    parts = (
        Samples(part.index, part.rows, part.labels, flows(part.inputs), part.codes) for part in (train, test)
    )
    return features_in_every_fold(*parts, seed)


def corpus(people: int, each: int, size: int, frames: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    index = pd.DataFrame(
        {"sample": range(people * each), "subject": np.repeat(np.arange(people), each).astype(str)}
    )
    index["label"] = np.array(["up", "down"])[np.arange(people * each) % 2]
    clips = []
    for label in index["label"]:
        texture = cv2.GaussianBlur(rng.integers(0, 256, (size, size)).astype(np.uint8), (0, 0), 2)
        y, x = np.mgrid[:size, :size].astype(np.float32)
        bump = np.exp(-((x - size / 2) ** 2 + (y - size / 2) ** 2) / (2 * (size / 10) ** 2))
        sign = 1 if label == "up" else -1
        clips.append(
            [cv2.remap(texture, x, y + sign * 0.3 * k * bump, cv2.INTER_LINEAR) for k in range(frames)]
        )
    return index, np.array(clips)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
