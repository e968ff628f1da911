"""Windows of ten frames with a stride of one: each frame's features once, against each window by itself.

    python benchmarks/sliding_windows.py                              # VGG-16's layout at 64 x 64
    python benchmarks/sliding_windows.py --backbone fer_vgg --frames 60

Each of the two runs on the same frames in a process of its own, which also tells its peak of resident memory; the
predictions of both are compared. The ratio is to be >= 8.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

WINDOW = 10


def main() -> int:
    options = parse()
    if options.run:
        print(json.dumps(measured(options)))
        return 0
    print(
        f"{options.backbone}, {options.frames} frames of {options.size} x {options.size}, windows of {WINDOW}"
    )
    naive, once = (in_own_process(way) for way in ("naive", "once"))
    apart = max(
        abs(a - b)
        for rows in zip(naive["rows"], once["rows"], strict=True)
        for a, b in zip(*rows, strict=True)
    )
    for name, way in (("each window by itself", naive), ("features once", once)):
        print(f"{name}: {options.frames / way['seconds']:.1f} windows/s, peak {way['peak_mib']:.0f} MiB")
    ratio = naive["seconds"] / once["seconds"]
    print(
        f"ratio {ratio:.1f} (must be >= 8), memory {once['peak_mib'] / naive['peak_mib']:.2f}, "
        f"largest difference {apart:.1e} (must be <= 1e-4)"
    )
    return int(ratio < 8 or apart > 1e-4)


def in_own_process(way: str) -> dict:
    command = [sys.executable, *sys.argv, "--run", way]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measured(options: argparse.Namespace) -> dict:
    """Return one way's predictions, its seconds (of the fastest round) and its memory."""
    import keras
    import numpy as np

    from learnface.models import vggface_lstm

    keras.utils.set_random_seed(0)
    shape = (WINDOW, options.size, options.size, 1)
    model = vggface_lstm(shape, classes=6, backbone=options.backbone)
    faces = np.random.default_rng(0).integers(0, 256, (options.frames, *shape[1:]), "uint8")
    predict = {"once": once, "naive": naive}[options.run](model, faces, options.batch)
    rows, seconds = predict(), []  # also compiles
    for _ in range(options.rounds):
        begin = time.perf_counter()
        predict()
        seconds.append(time.perf_counter() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": rows.tolist(), "seconds": min(seconds), "peak_mib": peak}


def once(model, faces, batch: int):
    import numpy as np

    from learnface.inference.clip_network import ClipNetwork

    network = ClipNetwork(model, [str(number) for number in range(6)])

    def predict() -> np.ndarray:
        network.keep([])  # a new track
        parts = (faces[first : first + batch] for first in range(0, len(faces), batch))
        return np.concatenate([network.over_time([0] * len(part), part) for part in parts])

    return predict


def naive(model, faces, batch: int):
    import numpy as np

    filled = np.concatenate([faces[:1].repeat(WINDOW - 1, axis=0), faces])

    def predict() -> np.ndarray:
        windows = (filled[first : first + WINDOW][None] for first in range(len(faces)))
        return np.concatenate([model.predict_on_batch(window.astype("float32") / 255) for window in windows])

    return predict


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--backbone", default="vggface")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--frames", type=int, default=96)
    parser.add_argument("--batch", type=int, default=32, help="frames that go through the backbone together")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--run", choices=["naive", "once"], help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
