"""Windows of ten frames with a stride of one: each frame's features once, against each window by itself.

    python benchmarks/sliding_windows.py                              # VGG-16's layout at 64 x 64
    python benchmarks/sliding_windows.py --backbone fer_vgg --frames 60

The predictions of both ways are compared, then both are timed on the same frames. The ratio is to be >= 8.
"""

import argparse
import time

import keras
import numpy as np

from learnface.inference.clip_network import ClipNetwork
from learnface.models import vggface_lstm

WINDOW = 10


def main() -> int:
    options = parse()
    keras.utils.set_random_seed(0)
    shape = (WINDOW, options.size, options.size, 1)
    model = vggface_lstm(shape, classes=6, backbone=options.backbone)
    random = np.random.default_rng(0)
    faces = random.integers(0, 256, (options.frames, *shape[1:]), "uint8")
    labels = [str(number) for number in range(6)]

    network = ClipNetwork(model, labels)

    def once() -> np.ndarray:
        rows = []
        network.keep([])  # a new track
        for first in range(0, len(faces), options.batch):
            part = faces[first : first + options.batch]
            rows.append(network.over_time([0] * len(part), part))
        return np.concatenate(rows)

    def naive() -> np.ndarray:
        filled = np.concatenate([faces[:1].repeat(WINDOW - 1, axis=0), faces])
        rows = []
        for first in range(len(faces)):
            window = filled[first : first + WINDOW][None].astype("float32") / 255
            rows.append(model.predict_on_batch(window))
        return np.concatenate(rows)

    np.testing.assert_allclose(once(), naive(), atol=1e-4)  # also compiles both
    slow, fast = (min(timed(way) for _ in range(options.rounds)) for way in (naive, once))
    ratio = slow / fast
    print(
        f"{options.backbone}, {options.frames} frames of {options.size} x {options.size}, windows of {WINDOW}"
    )
    print(
        f"each window by itself: {options.frames / slow:.1f} windows/s; features once: {options.frames / fast:.1f}"
    )
    print(f"ratio {ratio:.1f} (must be >= 8)")
    return int(ratio < 8)


def timed(way) -> float:
    begin = time.perf_counter()
    way()
    return time.perf_counter() - begin


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--backbone", default="vggface")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--frames", type=int, default=96)
    parser.add_argument("--batch", type=int, default=32, help="frames that go through the backbone together")
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
