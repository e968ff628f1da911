"""How fast is `prepare`, and does its memory grow with the corpus?

    python benchmarks/prepare.py                      # 400 drawn frames with matplotlib's portrait
    python benchmarks/prepare.py --frames 100         # shorter, for a busy machine

Prints three ratios, each of figures from this one run:
  two processes over one (>= 1.7 on two free cores), and what it would be at best by the processor time taken,
  which other load on the machine does not change,
  `prepare` over detecting and cutting alone, in faces a second of processor time (>= 0.85),
  peak memory with ten times the frames over that with the frames (<= 1.1).
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

SIZE = (240, 320)


def main() -> None:
    options = parse()
    if options.run:
        print(json.dumps(measure(options.run, options.frames, options.processes)))
        return
    print(f"load before: {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder / "frames")
        rounds = [[in_own_process(folder, options.frames, n) for n in (1, 2)] for _ in range(options.rounds)]
        one, two = (min(r[i]["seconds"] for r in rounds) for i in (0, 1))
        alone = min(r[0]["alone"] for r in rounds)
        own = min(r[0]["cpu"] for r in rounds)
        print(f"detecting and cutting alone: {options.frames / alone:.1f} faces/s of processor time")
        print(f"prepare, 1 process: {options.frames / own:.1f} ({alone / own:.2f} of that; >= 0.85)")
        print(f"prepare, 1 process: {options.frames / one:.1f} faces/s by the clock")
        print(f"prepare, 2 processes: {options.frames / two:.1f} faces/s ({one / two:.2f} times; >= 1.7)")
        cpu = [min(r[i]["cpu"] for r in rounds) for i in (0, 1)]
        print(f"processor time: {cpu[0]:.1f} and {cpu[1]:.1f} s: at best {2 * cpu[0] / cpu[1]:.2f} times")
        peaks = [
            in_own_process(folder, n, 1)["peak"] for n in (options.frames // 4, options.frames * 10 // 4)
        ]
        print(f"peak memory: {peaks[0]:.0f} and {peaks[1]:.0f} MiB ({peaks[1] / peaks[0]:.3f} times; <= 1.1)")
    print(f"load after: {os.getloadavg()[0]:.1f}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=2, help="the best of so many counts")
    parser.add_argument("--processes", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def draw(folder: Path) -> None:
    """Write 40 frames: the portrait at different places and sizes on a noisy ground."""
    import cv2
    import matplotlib

    folder.mkdir()
    random = np.random.default_rng(0)
    portrait = cv2.imread(str(Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"))
    for number in range(40):
        image = random.integers(60, 120, (*SIZE, 3), np.uint8)
        side = int(random.integers(150, 220))
        x, y = int(random.integers(0, SIZE[1] - side)), int(random.integers(0, SIZE[0] - side))
        image[y : y + side, x : x + side] = cv2.resize(portrait[:520], (side, side))
        cv2.imwrite(str(folder / f"{number}.jpg"), image)


def in_own_process(folder: Path, frames: int, processes: int) -> dict:
    command = [sys.executable, __file__, "--run", str(folder), "--frames", str(frames)]
    command += ["--processes", str(processes)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(folder: Path, frames: int, processes: int) -> dict:
    """Prepare so many frames, after the same has been done by hand, in memory."""
    import cv2
    import pandas as pd

    from learnface.clips import PrepareSettings, prepare
    from learnface.faces import build_detector, crop_face, normalise_face

    warnings.simplefilter("ignore")
    paths = [str(folder / "frames" / f"{number % 40}.jpg") for number in range(frames)]
    cv2.setNumThreads(1)
    alone = float("nan")
    if processes == 1:
        detector = build_detector("viola_jones")
        images = [cv2.imread(path)[..., ::-1] for path in paths[:40]]
        detector.detect(images[0])
        begin = time.process_time()
        for image in images * (frames // 40):
            for face in detector.detect(image)[:1]:
                normalise_face(crop_face(image, face.box, 64, detector.margin))
        alone = (time.process_time() - begin) / (frames // 40 * 40) * frames if frames >= 40 else alone
        del images
    index = pd.DataFrame({"sample": [str(number) for number in range(frames)], "frames": paths})
    with tempfile.TemporaryDirectory() as out:
        begin, spent = time.perf_counter(), cpu_seconds()
        faces = prepare(
            index, Path(out) / "faces", PrepareSettings(), processes=processes, samples_per_shard=25
        )
        seconds, cpu = time.perf_counter() - begin, cpu_seconds() - spent
        assert len(faces) == frames
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
    return {"seconds": seconds, "alone": alone, "cpu": cpu, "peak": peak}


def cpu_seconds() -> float:
    """Return the processor time of this process and of the children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


if __name__ == "__main__":
    main()
