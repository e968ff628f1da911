"""How fast do prepared faces come, and does memory grow with their number?

    python benchmarks/dataset.py [--faces 4000]

Compares batches of `PreparedSource`, as they are and flipped and shifted anew, with bare decoding of as many PNG
and JPEG files by `tf.data` on the same cores (>= 0.70 of the faster is asked for), and the peak of memory on ten
times the faces (<= 1.1).
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faces", type=int, default=4000)
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--what", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(measure(options.run, options.what)))
        return
    print(f"load before: {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, options.faces)
        rates = {}
        for what in ("png", "jpg", "faces", "augmented", "faces-png", "few"):
            found = in_own_process(folder, what)
            rates[what] = found["rate"]
            if what in ("few", "faces"):
                rates[f"{what} MiB"] = found["peak"]
            print(f"{what}: {found['rate']:,.0f} faces/s, peak {found['peak']:.0f} MiB", flush=True)
        bare = max(rates["png"], rates["jpg"])
        print(f"faces over bare decoding: {rates['faces'] / bare:.2f} (>= 0.70)")
        for what in ("augmented", "faces-png"):
            print(f"{what} over bare decoding: {rates[what] / bare:.2f}")
        print(f"peak memory, all faces over a tenth: {rates['faces MiB'] / rates['few MiB']:.3f} (<= 1.1)")
    print(f"load after: {os.getloadavg()[0]:.1f}")


def make(folder: Path, count: int) -> None:
    """Write soft random pictures as PNG and JPEG, and prepare them, raw and as PNG."""
    import cv2
    import pandas as pd

    from learnface.clips import PrepareSettings, prepare

    random = np.random.default_rng(0)
    paths = {
        suffix: [str(folder / suffix / f"{n}.{suffix}") for n in range(count)] for suffix in ("png", "jpg")
    }
    for suffix in paths:
        (folder / suffix).mkdir()
    for number in range(count):
        image = cv2.resize(
            random.integers(0, 256, (16, 16), np.uint8), (64, 64), interpolation=cv2.INTER_CUBIC
        )
        for suffix in paths:
            cv2.imwrite(paths[suffix][number], image)
    index = pd.DataFrame({"sample": [str(n) for n in range(count)], "frames": paths["png"]})
    plain = PrepareSettings(detector=None, equalise=None)
    prepare(index, folder / "faces", plain)
    prepare(index, folder / "faces-png", PrepareSettings(detector=None, equalise=None, encoding="png"))
    prepare(index[: count // 10], folder / "few", plain)


def in_own_process(folder: Path, what: str) -> dict:
    command = [sys.executable, __file__, "--run", str(folder), "--what", what]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(folder: Path, what: str) -> dict:
    import tensorflow as tf

    from learnface.clips import Augmentation, Prepared, PreparedSource

    if what in ("png", "jpg"):
        decode = tf.io.decode_png if what == "png" else tf.io.decode_jpeg
        files = tf.data.Dataset.list_files(str(folder / what / "*"), shuffle=True, seed=0).repeat()
        dataset = files.map(lambda path: decode(tf.io.read_file(path)), num_parallel_calls=tf.data.AUTOTUNE)
        dataset = dataset.batch(32).prefetch(2)
        count = len(list((folder / what).iterdir()))
    else:
        faces = Prepared(folder / what.replace("augmented", "faces"))
        count = len(faces)
        augmentation = Augmentation(flip=True, shift=0.1) if what == "augmented" else None
        dataset = PreparedSource(faces, np.zeros(count), augmentation=augmentation).dataset()
    batches = iter(dataset)
    steps = count // 32
    for _ in range(min(steps, 20)):
        next(batches)
    best = 0.0
    for _ in range(3):
        begin = time.perf_counter()
        for _ in range(steps):
            next(batches)
        best = max(best, 32 * steps / (time.perf_counter() - begin))
    return {"rate": best, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    main()
