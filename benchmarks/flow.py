"""Flow pictures a second through `learnface.clips.flow_clip`, against the bare calls of OpenCV.

    python benchmarks/flow.py [pixels] [frames] [repeats]

Both turn RGB frames grey and calculate the flow between neighbours with the same settings; ours also checks the
frames and adds the magnitude. They are measured in turn, so that a load on the machine falls on both. Prints medians
of the CPU time of all threads, and ours in percent of OpenCV's.
"""

import statistics
import sys
import time
from collections.abc import Callable

import cv2
import numpy as np

from learnface.clips import flow_clip
from learnface.clips.motion import FLOW_METHODS


def main(size: int = 96, frames: int = 20, repeats: int = 15) -> None:
    """Print one row a method."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(0)
    texture = cv2.GaussianBlur(
        rng.integers(0, 256, (size + frames, size + frames, 3)).astype(np.uint8), (0, 0), 2
    )
    clip = np.stack([texture[k // 2 : k // 2 + size, k // 3 : k // 3 + size] for k in range(frames)])
    print(f"{frames} frames of {size} x {size}, {repeats} repeats, 1 thread")
    print("method | OpenCV, pictures/s | ours, pictures/s | ours / OpenCV")
    for method in ("dis", "farneback"):
        bare = FLOW_METHODS[method]()
        times = {"opencv": [], "ours": []}
        for _ in range(repeats):
            times["opencv"].append(seconds(lambda bare=bare: opencv(clip, bare)))
            times["ours"].append(seconds(lambda method=method: flow_clip(clip, method)))
        theirs, ours = ((frames - 1) / statistics.median(each) for each in times.values())
        print(f"{method} | {theirs:.0f} | {ours:.0f} | {ours / theirs:.1%}")


def opencv(clip: np.ndarray, calculate: Callable) -> list[np.ndarray]:
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in clip]
    return [calculate(first, second) for first, second in zip(greys, greys[1:], strict=False)]


def seconds(call: Callable) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
