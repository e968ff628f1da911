"""Time a frame of a stream: the state carried on, against running the last window again.

    python benchmarks/streaming.py [frames] [size] [backbone]

For each network: `step` takes one frame of one face with its state, `window` runs the model on the last
`frames` frames, which gives the same kind of answer for the newest of them. Both go through the same compiled
prediction of Keras and are measured in turn, so that a load on the machine falls on both. Prints medians by
the clock and of the CPU time of all threads, and their ratios (window / step); the bar is 5.
Smaller faces gain less: reading VGG's weights then costs more than computing with them. The peak of resident
memory is that of the whole process, which holds all networks and runs both ways.
"""

import os
import resource
import statistics
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from learnface.inference import StreamingModel
from learnface.models import cnn_lstm, vgg_conv_lstm

REPEATS = 5


def main(frames: int = 10, size: int = 224, backbone: str = "vgg19") -> None:
    """Print one row a network."""
    shape = (frames, size, size, 3)
    models = {
        "cnn_lstm": cnn_lstm(shape, backbone=backbone),
        "cnn_lstm, gru": cnn_lstm(shape, backbone=backbone, cell="gru"),
        "vgg_conv_lstm": vgg_conv_lstm(shape, backbone=backbone),
    }
    clip = np.random.default_rng(0).random((1, *shape), np.float32)
    print(f"{backbone}, {frames} frames of {size}x{size}, one face, {REPEATS} repeats")
    print("network | clock | window, ms | step, ms | window / step | largest difference")
    for name, model in models.items():
        stream = StreamingModel(model)
        whole, states = model.predict_on_batch(clip), None
        for number in range(frames):
            output, states = stream.step(clip[:, number], states)
        difference = np.abs(output - np.asarray(whole)[:, -1]).max()
        times = {"window": [], "step": []}
        for _ in range(REPEATS):
            times["window"].append(elapsed(lambda model=model: np.asarray(model.predict_on_batch(clip))))
            times["step"].append(
                elapsed(lambda stream=stream, states=states: stream.step(clip[:, 0], states))
            )
        for clock, window, step in zip(("wall", "CPU"), *map(medians, times.values()), strict=True):
            print(f"{name} | {clock} | {window:.1f} | {step:.1f} | {window / step:.1f} | {difference:.1e}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def elapsed(function) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def medians(times: list) -> list[float]:
    return [statistics.median(column) for column in zip(*times, strict=True)]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *sys.argv[3:4])
