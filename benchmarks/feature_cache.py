"""An epoch of a head on cached features against an epoch through the frozen backbone (to be >= 20 times faster).

    python benchmarks/feature_cache.py                               # VGG-16's layout at 64 x 64
    python benchmarks/feature_cache.py --backbone fer_vgg --clips 256

Each of the two runs in a process of its own, which also tells its peak of resident memory. The first epoch on
cached features includes computing them, and is printed beside the others.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time


def main() -> int:
    options = parse()
    if options.run:
        print(json.dumps({"cached": cached, "frozen": frozen}[options.run](options)))
        return 0
    figures = {}
    for way in ("frozen", "cached"):
        command = [sys.executable, *sys.argv, "--run", way]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        figures[way] = json.loads(done.stdout.splitlines()[-1])
        figure = figures[way]
        first = f", computing the features {figure['first']:.1f} s" if "first" in figure else ""
        print(
            f"{way}: {figure['epoch']:.2f} s an epoch{first}, peak {figure['peak_mib']:.0f} MiB", flush=True
        )
    ratio = figures["frozen"]["epoch"] / figures["cached"]["epoch"]
    print(
        f"ratio {ratio:.1f} (must be >= 20), memory {figures['cached']['peak_mib'] / figures['frozen']['peak_mib']:.2f}"
    )
    return int(ratio < 20)


def frozen(options: argparse.Namespace) -> dict:
    from learnface.clips import ArraySource
    from learnface.transfer import feature_layer, freeze

    model, clips, codes = model_and_clips(options)
    freeze(model, until=feature_layer(model))
    source = ArraySource(clips, codes, options.batch)
    return {"epoch": epoch_of(model, source), **peak()}


def cached(options: argparse.Namespace) -> dict:
    from learnface.transfer import cache_features, split_model

    model, clips, codes = model_and_clips(options)
    body, head = split_model(model)
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        features = cache_features(body, clips, folder, progress=False)
        first = time.perf_counter() - begin
        return {
            "first": first,
            "epoch": epoch_of(head, features.source(codes, batch_size=options.batch)),
            **peak(),
        }


def model_and_clips(options: argparse.Namespace):
    import keras
    import numpy as np

    from learnface.models import vggface_lstm

    keras.utils.set_random_seed(0)
    shape = (10, options.size, options.size, 1)
    model = vggface_lstm(shape, classes=6, backbone=options.backbone)
    random = np.random.default_rng(0)
    return (
        model,
        random.integers(0, 256, (options.clips, *shape), "uint8"),
        random.integers(0, 6, options.clips),
    )


def epoch_of(model, source) -> float:
    """Return the seconds of the fastest of some epochs; the first one compiles and does not count."""
    import keras

    model.compile(keras.optimizers.Nadam(2e-4), "sparse_categorical_crossentropy", jit_compile=False)
    steps, seconds = source.steps_per_epoch, []
    model.fit(source.dataset(), steps_per_epoch=steps, epochs=1, verbose=0)
    for epoch in (1, 2):
        begin = time.perf_counter()
        model.fit(source.dataset(epoch), steps_per_epoch=steps, epochs=1, verbose=0)
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def peak() -> dict:
    return {"peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--backbone", default="vggface")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--clips", type=int, default=128)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--run", choices=["cached", "frozen"], help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
